package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Pair is a PostgreSQL of the test's own and a replica that has each commit
// before it is confirmed. Both end with the test.
type Pair struct{ primary, replica *server }

// NewPair starts both, with an empty database in them. It needs PostgreSQL's own
// programs on this machine.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	dir, err := os.MkdirTemp("", "doorstep-pair-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what is left is under the system's temporary folder
	run := runner{bin: programs(t), as: owner(t, dir)}
	p := &Pair{primary: newServer(t, run, dir, "primary"), replica: newServer(t, run, dir, "replica")}
	run.must(t, "initdb", "-D", p.primary.data, "--username=doorstep", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	p.primary.start(t)
	run.must(t, "createdb", "-h", "127.0.0.1", "-p", p.primary.port, "-U", "doorstep", "doorstep")
	run.must(t, "pg_basebackup", "-d", "postgresql://doorstep@"+p.primary.addr(), "-D", p.replica.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	p.replica.start(t)
	p.primary.exec(t, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()")
	return p
}

// URL names both servers and asks for the one that can be written.
func (p *Pair) URL() string {
	return fmt.Sprintf("postgres://doorstep@%s,%s/doorstep?sslmode=disable&target_session_attrs=read-write", p.primary.addr(), p.replica.addr())
}

// Kill ends the primary without a farewell, as a power cut does.
func (p *Pair) Kill(t testing.TB) {
	t.Helper()
	p.primary.stop(t)
}

// Promote makes the replica the server that can be written.
func (p *Pair) Promote(t testing.TB) {
	t.Helper()
	p.replica.run.must(t, "pg_ctl", "promote", "-D", p.replica.data, "-w")
}

// server is one PostgreSQL.
type server struct {
	run        runner
	data, port string
}

func newServer(t testing.TB, run runner, dir, name string) *server {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	_, port, _ := net.SplitHostPort(free.Addr().String())
	return &server{run: run, data: filepath.Join(dir, name), port: port}
}

func (s *server) addr() string { return "127.0.0.1:" + s.port }

func (s *server) start(t testing.TB) {
	t.Helper()
	s.run.must(t, "pg_ctl", "start", "-D", s.data, "-w", "-l", s.data+".log", "-o",
		"-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=64MB -c jit=off -p "+s.port)
	t.Cleanup(func() { s.stop(t) })
}

func (s *server) stop(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(s.data, "postmaster.pid")); err == nil {
		s.run.must(t, "pg_ctl", "stop", "-D", s.data, "-m", "immediate", "-w")
	}
}

func (s *server) exec(t testing.TB, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), "postgres://doorstep@"+s.addr()+"/doorstep?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// runner runs PostgreSQL's programs, never as root.
type runner struct {
	bin string
	as  *syscall.Credential
}

func (r runner) must(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(r.bin, program), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: r.as}
	said, err := os.CreateTemp(t.TempDir(), program) // a pipe would stay open as long as the server that is started
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		t.Fatalf("%s: %v\n%s", program, err, text)
	}
}

// programs is the folder of the newest PostgreSQL here that has PostGIS.
func programs(t testing.TB) string {
	t.Helper()
	found, err := filepath.Glob("/usr/share/postgresql/*/extension/postgis.control")
	if err != nil || len(found) == 0 {
		t.Fatal("no PostgreSQL with PostGIS on this machine: install the packages postgresql and postgresql-postgis")
	}
	version := func(at string) int {
		n, _ := strconv.Atoi(strings.Split(at, "/")[4]) // another name is the oldest
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return fmt.Sprintf("/usr/lib/postgresql/%d/bin", version(newest))
}

// owner is who PostgreSQL runs as, with dir in their hands; nil is this user.
func owner(t testing.TB, dir string) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(who.Uid) // numbers, on this system
	gid, _ := strconv.Atoi(who.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
