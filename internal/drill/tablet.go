package drill

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"doorstep/internal/client"
)

// Habits are what a tablet does with a briefing beside storing and acknowledging it.
type Habits struct {
	Display bool                             // says that it is on the screen
	Read    bool                             // says that a person confirmed it
	Clear   bool                             // is clear of an assignment at the first briefing for it
	Clock   time.Duration                    // how far the device's clock is ahead
	Later   bool                             // with none of those: looks at what it stored when asked for it, and leaves the machine to what is measured
	Arrived func(Arrival)                    // hears of each briefing before anything is done with it, repeats too
	Wait    func(failures int) time.Duration // before it comes back; nil is as the browser does
}

// Arrival is a briefing frame that a tablet has read.
type Arrival struct {
	At   time.Time
	Size int // in bytes
}

// Kept is a briefing as the device has stored it.
type Kept struct {
	Seq        int64
	Briefing   string
	Revision   int
	Assignment string
	Hash       [sha256.Size]byte // of the body
	At         time.Time
}

// Tablet is the device of one unit. Run is its life; the rest may be called
// meanwhile.
type Tablet struct {
	line
	Unit   string
	habits Habits
	kept   []Kept
	unseen []frame         // stored after those, not looked at yet
	clear  map[string]bool // assignments that it said it is clear of
}

// NewTablet makes the tablet of a signed-in officer, with nothing stored, that moves
// between nodes, given as http://host:port.
func NewTablet(officer *client.Client, habits Habits, nodes ...string) *Tablet {
	topic := "unit:" + officer.UnitID
	t := &Tablet{Unit: officer.UnitID, habits: habits, clear: map[string]bool{}}
	t.begin(officer, nodes, topic, "user:"+officer.AccountID)
	t.places[topic] = 0 // all that is there
	t.keep = t.store
	if habits.Later {
		t.lazy = isBriefing
	}
	if habits.Arrived != nil {
		t.heard = func(f frame) {
			if isBriefing(f) {
				habits.Arrived(Arrival{f.at, len(f.raw)})
			}
		}
	}
	if habits.Wait != nil {
		t.wait = habits.Wait
	}
	return t
}

func isBriefing(f frame) bool { return f.Type == "briefing" }

// store keeps a notice; under the lock.
func (t *Tablet) store(f frame) {
	switch {
	case !isBriefing(f):
	case t.habits.Later:
		t.unseen = append(t.unseen, frame{at: f.at, raw: f.raw})
	default:
		t.look(f)
	}
}

// lookLocked is at all that was stored since.
func (t *Tablet) lookLocked() {
	for _, f := range t.unseen {
		if !gjson.ValidBytes(f.raw) {
			t.troubleLocked(Unread, errNoFrame.Error())
			continue
		}
		t.look(parts(f.raw, f.at))
	}
	t.unseen = nil
}

// look keeps what a briefing says, and says what the device says of it; under the lock.
func (t *Tablet) look(f frame) {
	body := gjson.GetManyBytes(f.Body, "briefing_id", "revision", "assignment.id")
	if !body[0].Exists() || !body[1].Exists() || !body[2].Exists() {
		t.troubleLocked(Unread, "a briefing lacks its id, its revision or its assignment")
		return
	}
	id, revision, assignment := body[0].String(), int(body[1].Int()), body[2].String()
	t.kept = append(t.kept, Kept{
		Seq: f.Seq, Briefing: id, Revision: revision, Assignment: assignment, Hash: sha256.Sum256(f.Body), At: f.at,
	})
	shown := map[string]any{"briefing_id": id, "revision": revision}
	if t.habits.Display {
		t.sayLocked("displayed", id, shown)
	}
	if t.habits.Read {
		t.sayLocked("read", id, shown)
	}
	if t.habits.Clear {
		t.clearLocked(assignment)
	}
}

// Clear says that the unit is done with an assignment; again changes nothing.
func (t *Tablet) Clear(assignment string) {
	t.mu.Lock()
	t.clearLocked(assignment)
	t.mu.Unlock()
	t.flush()
}

func (t *Tablet) clearLocked(assignment string) {
	if t.clear[assignment] {
		return
	}
	t.clear[assignment] = true
	id := uuid.NewString()
	t.sayLocked("status", id, map[string]any{"assignment_id": assignment, "status": "cleared", "at": t.clock(), "client_id": id})
}

func (t *Tablet) clock() time.Time { return time.Now().Add(t.habits.Clock).UTC() }

// Stand says where the unit is.
func (t *Tablet) Stand(lon, lat float64) {
	t.say("position", "", map[string]any{"point": map[string]any{"type": "Point", "coordinates": []float64{lon, lat}}, "at": t.clock()})
}

// AckAgain repeats the acknowledgement of all that is stored.
func (t *Tablet) AckAgain() {
	t.mu.Lock()
	topic := "unit:" + t.Unit
	if seq := t.places[topic]; seq > 0 {
		t.toAck[topic] = seq
	}
	t.mu.Unlock()
	t.flush()
}

// SetClock puts the device's clock ahead by so much.
func (t *Tablet) SetClock(ahead time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.habits.Clock = ahead
}

// Stored are all briefings on the device, in the order in which it stored them.
func (t *Tablet) Stored() []Kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lookLocked()
	return slices.Clone(t.kept)
}

// Troubles are all that it saw.
func (t *Tablet) Troubles() []Trouble {
	t.mu.Lock()
	t.lookLocked()
	t.mu.Unlock()
	return t.line.Troubles()
}

// Has waits until so many briefings are stored.
func (t *Tablet) Has(ctx context.Context, n int) error {
	return t.await(ctx, func() bool { return len(t.kept)+len(t.unseen) >= n })
}

// UpTo waits until everything on the unit's topic up to a number is stored.
func (t *Tablet) UpTo(ctx context.Context, seq int64) error {
	return t.await(ctx, func() bool { return t.places["unit:"+t.Unit] >= seq })
}
