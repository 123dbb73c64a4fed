package gather

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Each is answered once, its own; who comes while one question is out is in the next,
// no more than may be, and after a full one comes a rest.
func TestACrowdIsAskedAboutTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		var at []time.Duration
		began := time.Now()
		g := New(How{Most: 4, Wait: time.Minute, Rest: 2, Turn: time.Hour}, func(_ context.Context, of []int) ([]int, error) {
			asked, at = append(asked, len(of)), append(at, time.Since(began))
			time.Sleep(time.Second)
			twice := slices.Clone(of)
			for i := range twice {
				twice[i] *= 2
			}
			return twice, nil
		})
		var all sync.WaitGroup
		for n := range 10 {
			all.Go(func() {
				if got, err := g.Ask(t.Context(), n); err != nil || got != 2*n {
					t.Errorf("%d is answered %d, %v", n, got, err)
				}
			})
			synctest.Wait() // the first is alone
		}
		all.Wait()
		if want := []int{1, 4, 4, 1}; !slices.Equal(asked, want) {
			t.Errorf("asked about %v, want %v", asked, want)
		}
		if want := []time.Duration{0, time.Second, 4 * time.Second, 7 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("asked at %v, want %v", at, want)
		}
	})
}

// Small questions in a row are asked apart; one for one alone is not waited after.
func TestSmallQuestionsAreAskedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		var at []time.Duration
		began := time.Now()
		g := New(How{Most: 4, Wait: time.Minute, Apart: 10 * time.Millisecond}, func(_ context.Context, of []int) ([]int, error) {
			asked, at = append(asked, len(of)), append(at, time.Since(began))
			time.Sleep(2 * time.Millisecond)
			return of, nil
		})
		var all sync.WaitGroup
		come := func() {
			all.Go(func() { _, _ = g.Ask(t.Context(), 1) })
			synctest.Wait()
		}
		come()
		come() // while the first is out
		come()
		time.Sleep(5 * time.Millisecond)
		come() // while nothing is out
		all.Wait()
		if want := []int{1, 2, 1}; !slices.Equal(asked, want) {
			t.Errorf("asked about %v, want %v", asked, want)
		}
		if want := []time.Duration{0, 2 * time.Millisecond, 12 * time.Millisecond}; !slices.Equal(at, want) {
			t.Errorf("asked at %v, want %v", at, want)
		}
	})
}

// Where nobody is in a hurry, who comes first waits for others.
func TestAQuestionLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		var at []time.Duration
		began := time.Now()
		g := New(How{Most: 4, Wait: time.Minute, Linger: time.Second}, func(_ context.Context, of []int) ([]int, error) {
			asked, at = append(asked, len(of)), append(at, time.Since(began))
			return of, nil
		})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = g.Ask(t.Context(), 1) })
			time.Sleep(400 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		all.Go(func() { _, _ = g.Ask(t.Context(), 1) })
		all.Wait()
		if want := []int{3, 1}; !slices.Equal(asked, want) {
			t.Errorf("asked about %v, want %v", asked, want)
		}
		time.Sleep(2 * time.Second) // it ends
		if want := []time.Duration{time.Second, 62*time.Second + 200*time.Millisecond}; !slices.Equal(at, want) {
			t.Errorf("asked at %v, want %v", at, want)
		}
	})
}

// Nobody waits for ever, and nobody is asked about who has left.
func TestWhatGoesWrongIsEverybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := errors.New("stuck")
		var asked [][]string
		g := New(How{Most: 8, Wait: time.Second, Rest: 1, Turn: time.Second}, func(ctx context.Context, of []string) ([]int, error) {
			asked = append(asked, of)
			switch of[0] {
			case "stuck":
				<-ctx.Done()
				return nil, stuck
			case "panic":
				panic("gone")
			case "few":
				return nil, nil
			}
			return make([]int, len(of)), nil
		})
		var all sync.WaitGroup
		ask := func(ctx context.Context, of string, want func(error) bool) {
			all.Go(func() {
				if _, err := g.Ask(ctx, of); !want(err) {
					t.Errorf("%s: %v", of, err)
				}
			})
			synctest.Wait()
		}
		fails := func(err error) bool { return err != nil }
		leaving, leave := context.WithCancel(t.Context())
		ask(t.Context(), "stuck", func(err error) bool { return errors.Is(err, stuck) })
		ask(leaving, "left", func(err error) bool { return errors.Is(err, context.Canceled) })
		ask(t.Context(), "panic", fails)
		leave()
		all.Wait()
		ask(t.Context(), "few", fails)
		ask(t.Context(), "fine", func(err error) bool { return err == nil })
		all.Wait()
		if len(asked) != 4 || !slices.Equal(asked[1], []string{"panic"}) {
			t.Errorf("asked about %v", asked)
		}
	})
}

func TestARestAndItsQuestionAreOverInATurn(t *testing.T) {
	how := How{Rest: 7, Turn: 8 * time.Millisecond}
	for took, want := range map[time.Duration]time.Duration{
		100 * time.Microsecond: 700 * time.Microsecond,
		time.Millisecond:       7 * time.Millisecond,
		3 * time.Millisecond:   5 * time.Millisecond,
		7 * time.Millisecond:   2 * time.Millisecond,
		time.Minute:            2 * time.Millisecond,
	} {
		if got := how.rest(took); got != want {
			t.Errorf("after %v it rests %v, want %v", took, got, want)
		}
	}
}
