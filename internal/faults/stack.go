// Package faults breaks a running service one part after another while call takers
// and tablets work with it, and checks from the record and from what the tablets
// stored that nothing was lost, doubled or out of order. All of it runs on this
// machine, in a folder of its own, and ends with the process.
package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// Stack is what is broken: PostgreSQL with a replica, Redis, two nodes of the
// service, and the network between the nodes and the tablets.
type Stack struct {
	as     *syscall.Credential
	path   string
	lock   *os.File
	pair   pair
	redis  *store
	nodes  []*node
	fields []*field // the network of the tablets, one piece before each node
}

// node is one process of the service.
type node struct {
	*process
	binary string
	env    []string
	log    *os.File
	port   int
}

func (n *node) base() string { return fmt.Sprintf("http://127.0.0.1:%d", n.port) }

// start starts the node and waits until it is reached.
func (n *node) start(ctx context.Context) error {
	if err := n.launch(ctx); err != nil {
		return err
	}
	return n.until(ctx, func(ctx context.Context) error {
		_, err := n.ready(ctx)
		return err
	})
}

func (n *node) launch(ctx context.Context) error {
	c := command(context.WithoutCancel(ctx), nil, nil, n.log, n.binary, "serve")
	c.Env = append(c.Env, n.env...)
	p, err := start(c)
	n.process = p
	return err
}

// ready is what /readyz says.
func (n *node) ready(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.base()+"/readyz", http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var said struct {
		Status string `json:"status"`
	}
	err = json.NewDecoder(answer.Body).Decode(&said)
	return said.Status, err
}

// store is the Redis server.
type store struct {
	*process
	folder *os.File
	log    *os.File
	as     *syscall.Credential
	port   int
	secret string
}

func (s *store) url() string {
	return fmt.Sprintf("redis://default:%s@127.0.0.1:%d/0", s.secret, s.port)
}

func (s *store) start(ctx context.Context) error {
	p, err := start(command(context.WithoutCancel(ctx), s.as, s.folder, s.log, "redis-server", here+"/redis.conf"))
	if err != nil {
		return err
	}
	s.process = p
	options, err := redis.ParseURL(s.url())
	if err != nil {
		return err
	}
	c := redis.NewClient(options)
	defer func() { _ = c.Close() }() // nothing was said on it
	return p.until(ctx, func(ctx context.Context) error { return c.Ping(ctx).Err() })
}

// databaseName is the service's own.
const databaseName = "doorstep"

// Bring starts PostgreSQL, its replica and Redis under a folder, which is made
// anew. Close ends them also when it fails.
func Bring(ctx context.Context, path string) (*Stack, error) {
	s := &Stack{path: path}
	var err error
	if s.path, err = filepath.Abs(path); err != nil {
		return s, err
	}
	if err = s.anew(); err != nil {
		return s, err
	}
	if s.as, err = owner(); err != nil {
		return s, err
	}
	if err := s.databases(ctx); err != nil {
		return s, err
	}
	return s, s.cache(ctx)
}

// anew makes the folder, unless another drill is at it.
func (s *Stack) anew() (err error) {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o755); err != nil {
		return err
	}
	if s.lock, err = os.Create(s.path + ".lock"); err != nil {
		return err
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another drill is running in %s: %w", s.path, err)
	}
	for _, name := range databaseFolders {
		_ = syscall.Unmount(filepath.Join(s.path, name), syscall.MNT_DETACH) // what a drill that was killed left
	}
	if err := os.RemoveAll(s.path); err != nil {
		return err
	}
	return os.Mkdir(s.path, 0o755)
}

var databaseFolders = [2]string{"postgres1", "postgres2"}

func (s *Stack) databases(ctx context.Context) error {
	bin, err := programs()
	if err != nil {
		return err
	}
	secret := uuid.NewString()
	if s.pair.primary, err = newDatabase(ctx, filepath.Join(s.path, databaseFolders[0]), bin, secret, s.as); err != nil {
		return err
	}
	if s.pair.replica, err = newDatabase(ctx, filepath.Join(s.path, databaseFolders[1]), bin, secret, s.as); err != nil {
		return err
	}
	if err := s.pair.primary.make(ctx); err != nil {
		return err
	}
	if err := s.pair.primary.start(ctx); err != nil {
		return err
	}
	if err := s.pair.primary.exec(ctx, "create database "+databaseName); err != nil {
		return err
	}
	return s.pair.follow(ctx)
}

func (s *Stack) cache(ctx context.Context) (err error) {
	at := filepath.Join(s.path, "redis")
	s.redis = &store{as: s.as, secret: uuid.NewString()}
	if s.redis.folder, err = folder(at, s.as); err != nil {
		return err
	}
	if s.redis.log, err = os.OpenFile(at+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if s.redis.port, err = freePort(ctx); err != nil {
		return err
	}
	conf := filepath.Join(at, "redis.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\nrequirepass %s\nsave \"\"\nappendonly no\n", s.redis.port, s.redis.secret)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	if s.as != nil {
		if err := os.Chown(conf, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return err
		}
	}
	return s.redis.start(ctx)
}

// DatabaseURL reaches the primary, whichever it is.
func (s *Stack) DatabaseURL() string { return s.pair.url(databaseName) }

// Serve starts two nodes of a binary on the migrated database, and the network
// before them.
func (s *Stack) Serve(ctx context.Context, binary string) error {
	for i := range 2 {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		n := &node{binary: binary, port: port, env: []string{
			"DOORSTEP_ADDR=127.0.0.1:" + strconv.Itoa(port), "DOORSTEP_DATABASE_URL=" + s.DatabaseURL(), "DOORSTEP_REDIS_URL=" + s.redis.url(),
		}}
		if n.log, err = os.OpenFile(filepath.Join(s.path, fmt.Sprintf("node%d.log", i+1)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		s.nodes = append(s.nodes, n)
		if err := n.start(ctx); err != nil {
			return err
		}
	}
	return s.network()
}

// Nodes are their addresses, as call takers reach them.
func (s *Stack) Nodes() (bases []string) {
	for _, n := range s.nodes {
		bases = append(bases, n.base())
	}
	return bases
}

// Fields are their addresses as tablets reach them.
func (s *Stack) Fields() (bases []string) {
	for _, f := range s.fields {
		bases = append(bases, "http://"+f.Listen)
	}
	return bases
}

// Close ends everything and removes the data; the logs stay.
func (s *Stack) Close() error {
	var errs []error
	for _, f := range s.fields {
		f.Stop()
	}
	for _, n := range s.nodes {
		errs = append(errs, n.stop(syscall.SIGTERM, 15*time.Second))
	}
	if s.redis != nil {
		errs = append(errs, s.redis.stop(syscall.SIGTERM, 5*time.Second))
	}
	for _, d := range []*database{s.pair.primary, s.pair.replica} {
		if d != nil {
			errs = append(errs, d.stop(fast, 20*time.Second), d.unmount(), os.RemoveAll(d.path))
		}
	}
	return errors.Join(errs...)
}
