package faults

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/drill"
	"doorstep/internal/postgres"
	"doorstep/internal/unit"
)

// tally counts what a check found. An empty list of faults and zeros mean that
// everything is as it was promised.
type tally struct {
	committed, delivered, lost, duplicated, disorder, foreign int
	slowest                                                   time.Duration // from the decision to the tablet
	faults                                                    []string
}

func (t *tally) note(count *int, format string, args ...any) {
	*count++
	t.fault(format, args...)
}

func (t *tally) fault(format string, args ...any) {
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}

// auditor compares the record with what the tablets stored and what the call takers
// were told. It checks each briefing once.
type auditor struct {
	store   *postgres.Store
	load    *load
	since   time.Time        // when the last check was done
	seqs    map[string]int64 // by unit, checked in the record
	kept    map[string]int   // by unit, checked on the tablet
	trouble map[line]int     // by line, told before
}

func newAuditor(store *postgres.Store, l *load) *auditor {
	return &auditor{store: store, load: l, since: time.Now(), seqs: map[string]int64{}, kept: map[string]int{}, trouble: map[line]int{}}
}

// frame names what must be on one unit's device.
type frame struct {
	unit string
	seq  int64
}

// record is what PostgreSQL says.
type record struct {
	deliveries  map[frame]briefing.Delivery
	assignments map[string][]unit.Assignment // by incident and unit
	newest      map[briefing.ID]int
}

// settleWait bounds how long what is under way may take once nothing new is sent. A
// tablet that was away says of each briefing that it was shown and that the unit is
// clear, at the pace that the service allows.
const settleWait = 30 * time.Second

// settle waits until all that was sent is entered, shown and over.
func (a *auditor) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	var open int
	for {
		n, err := a.store.Underway(ctx, a.load.units, a.since)
		if err == nil {
			open = n
		}
		if err == nil && open == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, fmt.Errorf("%d are still under way after %s", open, settleWait))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// read reads the record.
func (a *auditor) read(ctx context.Context) (r record, err error) {
	deliveries, err := a.store.DeliveriesTo(ctx, a.load.units, a.since)
	if err != nil {
		return r, err
	}
	r.deliveries, r.assignments = map[frame]briefing.Delivery{}, map[string][]unit.Assignment{}
	for _, d := range deliveries {
		r.deliveries[frame{d.UnitID, d.Seq}] = d
	}
	assignments, err := a.store.AssignmentsOf(ctx, a.load.units, a.since)
	if err != nil {
		return r, err
	}
	for _, s := range assignments {
		of := s.IncidentID + string(s.UnitID)
		r.assignments[of] = append(r.assignments[of], s)
	}
	r.newest, err = a.store.NewestRevisions(ctx, a.load.units, a.since)
	return r, err
}

// check compares everything that is new since the check before. Nobody works
// meanwhile.
func (a *auditor) check(ctx context.Context) (t tally, err error) {
	if err := a.settle(ctx); err != nil {
		t.fault("%v", err)
	}
	r, err := a.read(ctx)
	if err != nil {
		return t, err
	}
	for _, each := range a.load.units {
		if err := a.checkUnit(ctx, each, r, &t); err != nil {
			return t, err
		}
	}
	a.load.mu.Lock()
	told, refused := a.load.told, a.load.refuse
	a.load.told, a.load.refuse = nil, nil
	a.load.mu.Unlock()
	for _, d := range told {
		d.check(r, &t)
	}
	for _, each := range refused {
		t.fault("%s", each)
	}
	a.checkLines(&t)
	for _, who := range a.load.takers {
		who.wipe()
	}
	a.since = time.Now()
	return t, nil
}

// checkUnit goes through a unit's topic and its tablet side by side.
func (a *auditor) checkUnit(ctx context.Context, id string, r record, t *tally) error {
	all := a.load.tablets[id].Stored()
	fresh := map[int64][]drill.Kept{}
	last := drill.Kept{Seq: a.seqs[id]}
	for _, k := range all[a.kept[id]:] {
		if k.Seq <= last.Seq {
			t.note(&t.disorder, "tablet of %s stored %d after %d", id, k.Seq, last.Seq)
		}
		if k.Assignment == last.Assignment && k.Revision <= last.Revision {
			t.note(&t.duplicated, "tablet of %s stored revision %d of assignment %s after %d", id, k.Revision, k.Assignment, last.Revision)
		}
		fresh[k.Seq] = append(fresh[k.Seq], k)
		last = k
	}
	a.kept[id] = len(all)
	for {
		pages, err := a.store.Notices(ctx, []string{"unit:" + id}, []int64{a.seqs[id]}, 200)
		if err != nil {
			return err
		}
		if len(pages[0]) == 0 {
			break
		}
		for _, n := range pages[0] {
			if n.Seq != a.seqs[id]+1 {
				t.note(&t.disorder, "the record has %d of unit %s after %d", n.Seq, id, a.seqs[id])
			}
			a.seqs[id] = n.Seq
			if n.Type == "briefing" {
				t.compare(id, n, fresh[n.Seq], r)
			}
			delete(fresh, n.Seq)
		}
	}
	for seq := range fresh {
		t.note(&t.lost, "tablet of %s stored %d, of which the record knows nothing", id, seq)
	}
	return nil
}

// compare compares one frame of the record with what the tablet has of it.
func (t *tally) compare(id string, n control.Notice, kept []drill.Kept, r record) {
	t.committed++
	d, ok := r.deliveries[frame{id, n.Seq}]
	if !ok {
		t.note(&t.lost, "frame %d of unit %s has no delivery", n.Seq, id)
	}
	switch {
	case len(kept) == 0:
		t.note(&t.lost, "tablet of %s has no %d", id, n.Seq)
		return
	case len(kept) > 1:
		t.note(&t.duplicated, "tablet of %s stored %d %d times", id, n.Seq, len(kept))
	case kept[0].Hash != sha256.Sum256(n.Body):
		t.note(&t.lost, "tablet of %s has %d in other words", id, n.Seq)
	case ok && (kept[0].Briefing != string(d.BriefingID) || kept[0].Revision != d.Revision):
		t.note(&t.lost, "tablet of %s has another briefing as %d", id, n.Seq)
	case ok && d.DeliveredAt == nil:
		t.note(&t.lost, "that the tablet of %s has %d is not in the record", id, n.Seq)
	}
	t.delivered++
	t.slowest = max(t.slowest, kept[0].At.Sub(n.At))
}

// check looks for what a call taker was told is kept.
func (d dispatch) check(r record, t *tally) {
	switch found := r.assignments[d.incident+d.Unit]; {
	case len(found) == 0:
		t.note(&t.lost, "assignment %s was promised and is not in the record", d.Assignment)
		return
	case len(found) > 1:
		t.note(&t.duplicated, "unit %s was sent to incident %s %d times", d.Unit, d.incident, len(found))
	case string(found[0].ID) != d.Assignment:
		t.note(&t.lost, "assignment %s was promised, %s is in the record", d.Assignment, found[0].ID)
	case found[0].ClearedAt != nil && (found[0].ClearedAt.Before(found[0].AssignedAt) || found[0].ClearedAt.After(time.Now())):
		t.fault("assignment %s was cleared at %s, assigned at %s", d.Assignment, found[0].ClearedAt, found[0].AssignedAt)
	}
	first, ok := r.deliveries[frame{d.Unit, d.Seq}]
	if !ok || string(first.BriefingID) != d.Briefing || first.Revision != d.Revision {
		t.note(&t.lost, "briefing %s, revision %d, was promised as %d of unit %s", d.Briefing, d.Revision, d.Seq, d.Unit)
		return
	}
	newest := 0
	for f, each := range r.deliveries {
		if f.unit == d.Unit && each.BriefingID == first.BriefingID {
			newest = max(newest, each.Revision)
		}
	}
	if d.news && newest < r.newest[first.BriefingID] {
		t.note(&t.lost, "unit %s was sent revision %d of briefing %s, the newest is %d", d.Unit, newest, d.Briefing, r.newest[first.BriefingID])
	}
}

// line is what tablets and screens have in common.
type line interface {
	Troubles() []drill.Trouble
}

func (a *auditor) lines() (all []line) {
	for _, id := range a.load.units {
		all = append(all, a.load.tablets[id])
	}
	for _, who := range a.load.takers {
		all = append(all, who.screen)
	}
	return all
}

// checkLines adds what the lines noted themselves.
func (a *auditor) checkLines(t *tally) {
	for i, each := range a.lines() {
		troubles := each.Troubles()
		for _, trouble := range troubles[a.trouble[each]:] {
			switch trouble.Kind {
			case drill.Gap:
				t.note(&t.disorder, "line %d: %v", i, trouble)
			case drill.Back, drill.Anew:
				t.note(&t.lost, "line %d: %v", i, trouble)
			case drill.Foreign:
				t.note(&t.foreign, "line %d: %v", i, trouble)
			default:
				t.fault("line %d: %v", i, trouble)
			}
		}
		a.trouble[each] = len(troubles)
	}
	for i, who := range a.load.takers {
		if n := who.Broken.Swap(0); n > 0 {
			t.fault("call taker %d was told %d times that the service is at fault", i+1, n)
		}
	}
}

// views compares what the call takers see with the record, and waits until they
// agree: on the cases that are on their screens and as the service answers. Devices go
// on speaking meanwhile, so what is seen must be what was in the record by then, and no
// more than is in it thereafter.
func (a *auditor) views(ctx context.Context) (late time.Duration, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	for {
		now := a.agree(ctx)
		if now == nil {
			return time.Since(began), nil
		}
		if err == nil || ctx.Err() == nil {
			err = now // not that the time is over
		}
		select {
		case <-ctx.Done():
			return time.Since(began), err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (a *auditor) agree(ctx context.Context) error {
	before, err := a.truth(ctx)
	if err != nil {
		return err
	}
	type view struct {
		of, incident string
		seen         map[drill.Frame]drill.Delivery
	}
	var views []view
	for _, who := range a.load.takers {
		for _, incident := range who.shown {
			answered, err := who.Deliveries(ctx, incident)
			if err != nil {
				return err
			}
			views = append(views, view{"service", incident, answered})
		}
	}
	for _, who := range a.load.takers { // last, as the record reaches them last
		for _, incident := range who.shown {
			views = append(views, view{"screen", incident, who.screen.Shown(incident)})
		}
	}
	after, err := a.truth(ctx)
	if err != nil {
		return err
	}
	for _, v := range views {
		if said := differ(v.seen, before[v.incident], after[v.incident]); said != "" {
			return fmt.Errorf("of incident %s the %s says otherwise than the record: %s", v.incident, v.of, said)
		}
	}
	return nil
}

// truth is the record by incident.
func (a *auditor) truth(ctx context.Context) (map[string]map[drill.Frame]drill.Delivery, error) {
	r, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	truth := map[string]map[drill.Frame]drill.Delivery{}
	for f, d := range r.deliveries {
		if truth[d.IncidentID] == nil {
			truth[d.IncidentID] = map[drill.Frame]drill.Delivery{}
		}
		truth[d.IncidentID][drill.Frame{Unit: f.unit, Seq: f.seq}] = facts(d)
	}
	return truth, nil
}

func facts(d briefing.Delivery) drill.Delivery {
	return drill.Delivery{
		Briefing: string(d.BriefingID), Revision: d.Revision, Incident: d.IncidentID, Unit: d.UnitID, Topic: d.Topic, Seq: d.Seq,
		Delivered: d.DeliveredAt, Displayed: d.DisplayedAt, Read: d.ReadAt,
	}
}

// differ says where a view lacks what was in the record before it, or has what was not
// in it after; nothing where it does neither.
func differ(seen, before, after map[drill.Frame]drill.Delivery) string {
	for f := range before {
		if _, ok := seen[f]; !ok {
			return fmt.Sprintf("%v is missing", f)
		}
	}
	for f, x := range seen {
		y, ok := after[f]
		if !ok || x.Briefing != y.Briefing || x.Revision != y.Revision {
			return fmt.Sprintf("%+v instead of %+v", x, y)
		}
		then := before[f]
		for what, all := range map[string][3]*time.Time{
			"delivered": {x.Delivered, then.Delivered, y.Delivered}, "displayed": {x.Displayed, then.Displayed, y.Displayed}, "read": {x.Read, then.Read, y.Read},
		} {
			if !sameTime(all[0], all[1]) && !sameTime(all[0], all[2]) {
				return fmt.Sprintf("%v was %s at %v, not at %v", f, what, all[0], all[2])
			}
		}
	}
	return ""
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
