package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings are those of the clone's own servers, with little memory, small pieces
// of log, and a replica that comes back at once.
const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 64MB
max_connections = 120
min_wal_size = 16MB
max_wal_size = 256MB
wal_keep_size = 64MB
wal_retrieve_retry_interval = 200ms
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
jit = off
fsync = on
synchronous_commit = on
timezone = UTC
log_timezone = UTC
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
`

// database is one PostgreSQL server of the pair.
type database struct {
	*process
	bin      string // folder of PostgreSQL's programs
	path     string
	folder   *os.File
	log      *os.File
	as       *syscall.Credential
	port     int
	password string
	mounted  bool // its folder is a small disk of its own
}

// programs is the folder of the newest PostgreSQL that has PostGIS.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	for _, each := range found {
		if _, err := os.Stat(fmt.Sprintf("/usr/share/postgresql/%d/extension/postgis.control", version(each))); err == nil {
			return filepath.Dir(each), nil
		}
	}
	return "", errors.New("no PostgreSQL with PostGIS is installed under /usr/lib/postgresql")
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // 0 for what is no version
	return n
}

func newDatabase(ctx context.Context, path, bin, password string, as *syscall.Credential) (*database, error) {
	d := &database{bin: bin, path: path, password: password, as: as}
	var err error
	if d.folder, err = folder(path, as); err != nil {
		return nil, err
	}
	if d.log, err = os.OpenFile(path+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	d.port, err = freePort(ctx)
	return d, err
}

func (d *database) run(ctx context.Context, program string, args ...string) error {
	c := command(ctx, d.as, d.folder, d.log, filepath.Join(d.bin, program), args...)
	c.Env = append(c.Env, "PGPASSWORD="+d.password)
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w, see %s", program, err, d.log.Name())
	}
	return nil
}

// make makes the cluster.
func (d *database) make(ctx context.Context) error {
	secret := filepath.Join(d.path, "password")
	if err := os.WriteFile(secret, []byte(d.password), 0o600); err != nil {
		return err
	}
	if d.as != nil {
		if err := os.Chown(secret, int(d.as.Uid), int(d.as.Gid)); err != nil {
			return err
		}
	}
	err := d.run(ctx, "initdb", "-D", here+"/data", "--username=doorstep", "--pwfile="+here+"/password", "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--wal-segsize=1", "--no-sync")
	if err != nil {
		return err
	}
	conf, err := os.OpenFile(filepath.Join(d.path, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString(settings)
	return errors.Join(err, conf.Close(), os.Remove(secret))
}

// copy makes the cluster anew as a replica of another.
func (d *database) copy(ctx context.Context, of *database) error {
	if err := os.RemoveAll(filepath.Join(d.path, "data")); err != nil {
		return err
	}
	return d.run(ctx, "pg_basebackup", "-D", here+"/data", "-R", "-X", "stream", "-c", "fast", "--no-sync",
		"-h", "127.0.0.1", "-p", strconv.Itoa(of.port), "-U", "doorstep")
}

// start starts the server and waits until it answers.
func (d *database) start(ctx context.Context) error {
	p, err := start(command(context.WithoutCancel(ctx), d.as, d.folder, d.log, filepath.Join(d.bin, "postgres"), "-D", here+"/data", "-p", strconv.Itoa(d.port)))
	if err != nil {
		return err
	}
	d.process = p
	return p.until(ctx, func(ctx context.Context) error { return d.exec(ctx, "select 1") })
}

// The ways to stop: in order, and as in a crash.
const (
	fast      = syscall.SIGINT
	immediate = syscall.SIGQUIT
)

func (d *database) url() string {
	return fmt.Sprintf("postgres://doorstep:%s@127.0.0.1:%d/postgres?sslmode=disable", d.password, d.port)
}

// exec runs statements one by one on this server.
func (d *database) exec(ctx context.Context, statements ...string) error {
	return d.with(ctx, func(c *pgx.Conn) error {
		for _, each := range statements {
			if _, err := c.Exec(ctx, each); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *database) with(ctx context.Context, do func(*pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, d.url())
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}

// pair is a primary and its replica. Every commit is on both before it is told:
// without that, a failover may forget what was promised.
type pair struct {
	primary *database
	replica *database
}

// url reaches whichever of the two is the primary.
func (p pair) url(name string) string {
	a, b := p.primary.port, p.replica.port
	if a > b {
		a, b = b, a // the same address before and after a failover
	}
	return fmt.Sprintf("postgres://doorstep:%s@127.0.0.1:%d,127.0.0.1:%d/%s?sslmode=disable&target_session_attrs=read-write", p.primary.password, a, b, name)
}

// follow makes the replica anew from the primary, and has the primary wait for it.
func (p pair) follow(ctx context.Context) error {
	if err := p.replica.copy(ctx, p.primary); err != nil {
		return err
	}
	if err := p.replica.start(ctx); err != nil {
		return err
	}
	if err := p.primary.exec(ctx, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()"); err != nil {
		return fmt.Errorf("wait for the replica: %w", err)
	}
	return p.streaming(ctx)
}

// streaming waits until each commit is on both.
func (p pair) streaming(ctx context.Context) error {
	return p.replica.until(ctx, func(ctx context.Context) error {
		return p.primary.with(ctx, func(c *pgx.Conn) error {
			var synced bool
			err := c.QueryRow(ctx, "select exists (select from pg_stat_replication where sync_state = 'sync' and state = 'streaming')").Scan(&synced)
			if err == nil && !synced {
				err = errors.New("the replica does not stream")
			}
			return err
		})
	})
}

// demote has the primary only read from now on, and waits until what was being
// written is on both.
func (p pair) demote(ctx context.Context) error {
	if err := p.primary.exec(ctx, "alter system set default_transaction_read_only = on", "select pg_reload_conf()"); err != nil {
		return fmt.Errorf("demote the primary: %w", err)
	}
	return p.primary.until(ctx, func(ctx context.Context) error {
		return p.primary.with(ctx, func(c *pgx.Conn) error {
			var quiet bool
			err := c.QueryRow(ctx, `select not exists (select from pg_stat_activity where backend_xid is not null)
				and exists (select from pg_stat_replication where replay_lsn >= pg_current_wal_flush_lsn())`).Scan(&quiet)
			if err == nil && !quiet {
				err = errors.New("something is being written")
			}
			return err
		})
	})
}

// promote makes the replica the primary; the other has stopped, or only reads.
func (p *pair) promote(ctx context.Context) error {
	if err := p.replica.exec(ctx, "select pg_promote()"); err != nil {
		return fmt.Errorf("promote the replica: %w", err)
	}
	p.primary, p.replica = p.replica, p.primary
	return nil
}
