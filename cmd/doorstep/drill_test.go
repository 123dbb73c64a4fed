package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/drill"
	"doorstep/internal/postgres"
)

// TestADrillOnTwoNodes has a call taker send units whose tablets are cut, frozen and
// moved between two nodes meanwhile, and compares what each of them saw.
func TestADrillOnTwoNodes(t *testing.T) {
	at := newWorld(t)
	nodes := []string{startNode(t, at, ""), startNode(t, at, "")}
	pool, err := postgres.Open(t.Context(), at, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgres.New(pool.Pool)
	officers, err := benchFlags{}.crews(t.Context(), store, nodes[0], 3)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	var lines sync.WaitGroup
	t.Cleanup(func() { stop(); lines.Wait() })
	tablets := map[string]*drill.Tablet{}
	for i, officer := range officers {
		tablet := drill.NewTablet(officer, drill.Habits{Display: true, Read: true}, nodes...)
		tablets[tablet.Unit] = tablet
		lines.Go(func() { _ = tablet.Run(ctx, i) }) // its trouble is looked at
	}
	someone := signIn(t, nodes[0], "calltaker1")
	taker, screen := drill.NewTaker(someone, nodes...), drill.NewScreen(someone, nodes...)
	lines.Go(func() { _ = screen.Run(ctx, 0) })
	places, err := store.SomeAddresses(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	in, err := taker.Raise(ctx, string(places[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	screen.Watch(in.Incident)
	for i, officer := range officers {
		tablet := tablets[officer.UnitID]
		if err := tablet.Live(ctx); err != nil {
			t.Fatal(err)
		}
		switch i {
		case 1:
			tablet.Cut()
		case 2:
			tablet.Freeze()
		}
		if _, err := taker.Send(ctx, in.Incident, tablet.Unit); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range []string{"yes", "no"} {
		if err := taker.Answer(ctx, in.Call, benchQuestion, word); err != nil {
			t.Fatal(err)
		}
	}
	tablets[officers[2].UnitID].Thaw()
	truth, err := taker.Deliveries(ctx, in.Incident)
	if err != nil || len(truth) < 6 {
		t.Fatalf("%d deliveries, %v", len(truth), err)
	}
	for name, tablet := range tablets {
		compareStored(ctx, t, name, tablet, truth)
	}
	if err := screen.Shows(ctx, in.Incident, func(shown map[drill.Frame]drill.Delivery) bool {
		read := 0
		for _, d := range shown {
			if d.Read != nil {
				read++
			}
		}
		return read == len(truth)
	}); err != nil {
		t.Errorf("the screen shows %v", screen.Shown(in.Incident))
	}
	for name, tablet := range tablets {
		for frame, d := range screen.Shown(in.Incident) {
			if frame.Unit == name && d.Delivered == nil {
				t.Errorf("%+v was read but not delivered", d)
			}
		}
		if trouble := tablet.Troubles(); len(trouble) > 0 {
			t.Errorf("tablet of %s: %v", name, trouble)
		}
	}
	screen.Unwatch(in.Incident)
	if left := screen.Shown(in.Incident); left != nil {
		t.Errorf("taken off, the screen shows %v", left)
	}
}

// compareStored compares what a tablet stored with what it was sent.
func compareStored(ctx context.Context, t *testing.T, name string, tablet *drill.Tablet, truth map[drill.Frame]drill.Delivery) {
	t.Helper()
	want := 0
	for frame := range truth {
		if frame.Unit == name {
			want++
		}
	}
	if err := tablet.Has(ctx, want); err != nil {
		t.Fatalf("tablet of %s has %d of %d: %v", name, len(tablet.Stored()), want, err)
	}
	last := int64(0)
	for _, k := range tablet.Stored() {
		if d, ok := truth[drill.Frame{Unit: name, Seq: k.Seq}]; !ok || d.Revision != k.Revision || k.Seq <= last {
			t.Errorf("tablet of %s stored %+v after %d, was sent %+v", name, k, last, d)
		}
		last = k.Seq
	}
}

// TestACallTakerWhoHearsNothingAsksAgain has the first node be none at all.
func TestACallTakerWhoHearsNothingAsksAgain(t *testing.T) {
	node := startNode(t, newWorld(t), "")
	who, err := client.SignIn(t.Context(), node, client.Credentials{Username: "calltaker1", Password: "doorstep-demo"})
	if err != nil {
		t.Fatal(err)
	}
	taker := drill.NewTaker(who, "http://127.0.0.1:1", node)
	units, err := taker.Units(t.Context(), fmt.Sprintf("%032d", 0))
	if err == nil || taker.Retried.Load() != 1 {
		t.Errorf("%v units, %v, asked again %d times; of no incident a refusal comes, at the second try", units, err, taker.Retried.Load())
	}
}
