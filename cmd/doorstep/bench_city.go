package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/drill"
)

// BenchCityCommand is the tablets of BenchStormCommand, in a process of its own that
// comes last at the processors: where tablets run, each has one of its own, and what
// they do with it is not what is measured. It does what is asked on its input, an
// object a line, and answers each.
type BenchCityCommand struct {
	Base    string `required:"" help:"The node, as http://host:port."`
	Tablets int    `required:"" help:"How many; they are in the database."`
}

// cityAsked is what the city does next.
type cityAsked struct {
	Stay bool `json:"stay,omitempty"` // away, once the node is gone
	Come int  `json:"come,omitempty"` // back, and answer when each tablet has stored so many briefings
}

// citySays is what became of it.
type citySays struct {
	Units    []string `json:"units,omitempty"` // of the tablets, at first
	CaughtUp float64  `json:"caught_up_s,omitempty"`
	Stored   int      `json:"stored"` // briefings, by all
	Troubles int      `json:"troubles"`
}

// city is all tablets of a node.
type city struct {
	tablets []*drill.Tablet

	mu   sync.Mutex
	gate chan struct{} // closed when the tablets may come back
}

// Run goes on until its input ends.
func (c BenchCityCommand) Run(ctx context.Context, d Deps) error {
	// Where the system divides the processors among sessions first, being nice counts
	// within one session only; where it does not, there is no such file.
	if err := os.WriteFile("/proc/self/autogroup", []byte("19"), 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(d.Err, "the tablets do not come last at the processors, so dispatches are slower than they were: %v\n", err)
	}
	spendMemory(d.Getenv, enoughMemory)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &city{gate: make(chan struct{})}
	if err := s.open(ctx, c); err != nil {
		return err
	}
	answers, asked := json.NewEncoder(d.Out), json.NewDecoder(d.In)
	says := citySays{}
	for _, t := range s.tablets {
		says.Units = append(says.Units, t.Unit)
	}
	for {
		if err := answers.Encode(says); err != nil {
			return err
		}
		var next cityAsked
		if err := asked.Decode(&next); err != nil {
			return ignore(err, io.EOF)
		}
		var err error
		if says, err = s.does(ctx, next); err != nil {
			return err
		}
	}
}

// open signs the tablets in and waits until they are live.
func (s *city) open(ctx context.Context, c BenchCityCommand) error {
	officers, err := signInCrews(ctx, c.Base, 1, c.Tablets)
	if err != nil {
		return err
	}
	for _, officer := range officers {
		t := drill.NewTablet(officer, drill.Habits{Wait: s.wait, Later: true}, c.Base)
		go func() { _ = t.Run(ctx, 0) }() // Live tells
		s.tablets = append(s.tablets, t)
	}
	for _, t := range s.tablets {
		if err := t.Live(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wait holds a tablet back until the node is there again; then all come at once.
func (s *city) wait(int) time.Duration {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	<-gate
	return 0
}

func (s *city) does(ctx context.Context, next cityAsked) (says citySays, err error) {
	if next.Stay {
		s.mu.Lock()
		s.gate = make(chan struct{})
		s.mu.Unlock()
		return says, nil
	}
	began := time.Now()
	s.mu.Lock()
	close(s.gate)
	s.mu.Unlock()
	var all errgroup.Group
	for _, t := range s.tablets {
		all.Go(func() error { return t.Has(ctx, next.Come) })
	}
	if err := all.Wait(); err != nil {
		return says, err
	}
	says.CaughtUp = time.Since(began).Seconds()
	for _, t := range s.tablets {
		says.Stored += len(t.Stored())
		says.Troubles += len(t.Troubles())
	}
	return says, nil
}

// farCity is a city in a process of its own.
type farCity struct {
	units []string
	cmd   *exec.Cmd
	in    io.WriteCloser
	asks  *json.Encoder
	says  *json.Decoder
}

func startCity(ctx context.Context, c BenchCityCommand, log io.Writer) (*farCity, error) {
	run, err := ourselves(ctx, log, "nice", "-n", "19")
	if err != nil {
		return nil, err
	}
	run.Args = append(run.Args, "bench", "city", "--base", c.Base, "--tablets", strconv.Itoa(c.Tablets))
	run.SysProcAttr.Setsid = true
	run.Env = append(os.Environ(), "GOMAXPROCS=1") // it leaves the others to the nodes
	in, err := run.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := run.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, fmt.Errorf("start the city: %w", err)
	}
	f := &farCity{cmd: run, in: in, asks: json.NewEncoder(in), says: json.NewDecoder(out)}
	says, err := f.hear()
	f.units = says.Units
	return f, err
}

// ourselves is this program in a process that ends with this one, run by another
// program if one is given.
func ourselves(ctx context.Context, log io.Writer, by ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	words := append(by, program)
	run := exec.CommandContext(ctx, words[0], words[1:]...)
	run.Stderr, run.SysProcAttr = log, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return run, nil
}

func (f *farCity) hear() (says citySays, err error) {
	if err := f.says.Decode(&says); err != nil {
		return says, fmt.Errorf("the city: %w", errors.Join(err, f.end()))
	}
	return says, nil
}

func (f *farCity) ask(next cityAsked) (citySays, error) {
	if err := f.asks.Encode(next); err != nil {
		return citySays{}, err
	}
	return f.hear()
}

// end closes its input and waits.
func (f *farCity) end() error { return errors.Join(f.in.Close(), f.cmd.Wait()) }

// farNode is a node in a process of its own, to be restarted.
type farNode struct {
	serve ServeCommand // where it listens, and with what
	log   io.Writer
	cmd   *exec.Cmd
}

func (n *farNode) base() string { return "http://" + n.serve.Addr }

// start returns when the node takes requests.
func (n *farNode) start(ctx context.Context) error {
	run, err := ourselves(ctx, n.log)
	if err != nil {
		return err
	}
	run.SysProcAttr.Setsid = true // a service of its own, to the processors too
	run.Args = append(run.Args, "serve", "--addr", n.serve.Addr, "--database-url", n.serve.DatabaseURL, "--redis-url", n.serve.RedisURL,
		"--session-requests", "0", "--address-requests", "0", "--session-streams", "0", "--address-streams", "0", "--address-connections", "0",
		"--leave", "0s", "--log-level", "error")
	if err := run.Start(); err != nil {
		return fmt.Errorf("start the node: %w", err)
	}
	n.cmd = run
	return n.ready(ctx)
}

// ready asks until the node says that it is.
func (n *farNode) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, n.base()+"/readyz", http.NoBody)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(ask)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(answer.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the node is not ready: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop returns when the node has ended in order.
func (n *farNode) stop() error {
	return errors.Join(n.cmd.Process.Signal(syscall.SIGTERM), n.cmd.Wait())
}

// freeAddr is one of this machine on which nothing listens just now.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
