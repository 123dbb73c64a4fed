package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// here is a server's folder as the server itself names it: an open descriptor,
// which needs no way through the folders above, such as /root.
const here = "/proc/self/fd/3"

// owner is who the servers run as: this user, or for root one without rights of
// its own, since PostgreSQL refuses to run as root.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		found, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("find a user for the servers: %w", err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// command is a program that works in a folder as its owner. It ends with this
// process, however that ends.
func command(ctx context.Context, as *syscall.Credential, folder *os.File, log *os.File, program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, args...)
	c.Dir, c.Env = "/", []string{"HOME=/", "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: as}
	if folder != nil {
		c.ExtraFiles = []*os.File{folder}
	}
	return c
}

// process is a server that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // how it ended, once it has
}

func start(c *exec.Cmd) (*process, error) {
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(c.Path), err)
	}
	p := &process{cmd: c, ended: make(chan struct{})}
	go func() {
		p.err = c.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop sends a signal and waits for the end, which it brings about after a while.
func (p *process) stop(s syscall.Signal, within time.Duration) error {
	if p == nil || p.over() {
		return nil
	}
	_ = p.cmd.Process.Signal(s) // it may have ended just now
	select {
	case <-p.ended:
		return nil
	case <-time.After(within):
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
	return fmt.Errorf("%s did not end within %s of %s", filepath.Base(p.cmd.Path), within, s)
}

func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// readyWait bounds the start of a server.
const readyWait = 30 * time.Second

// until asks again and again until there is no error, the process has ended, or it
// took too long.
func (p *process) until(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %w", filepath.Base(p.cmd.Path), errors.Join(p.err, err))
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", filepath.Base(p.cmd.Path), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freePort is one on which nothing listens just now, below those of outgoing
// connections, which would take it while a server is away.
func freePort(ctx context.Context) (int, error) {
	for range 100 {
		port := 10_000 + int(time.Now().UnixNano()/1000%20_000)
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no port is free")
}

// folder makes a folder anew for a server of that owner.
func folder(path string, as *syscall.Credential) (*os.File, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	if as != nil {
		if err := os.Chown(path, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	return os.Open(path)
}
