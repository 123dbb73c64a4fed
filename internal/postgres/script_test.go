package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/script"
)

// shippedSource is the text of the newest version of the program, under another
// number and with another title in English.
func shippedSource(t *testing.T, version, title string) string {
	t.Helper()
	sources, err := script.Sources()
	must(t, err)
	newest := sources[len(sources)-1]
	s, err := script.Parse([]byte(newest), "newest")
	must(t, err)
	out := newest
	for _, change := range [][2]string{{fmt.Sprintf("\nversion: %d\n", s.Version), "\nversion: " + version + "\n"}, {s.Title.EN, title}} {
		if !strings.Contains(out, change[0]) {
			t.Fatalf("the newest script does not say %q", change[0])
		}
		out = strings.Replace(out, change[0], change[1], 1)
	}
	return out
}

func (w *world) administrator() access.Actor {
	w.t.Helper()
	a := access.Actor{ID: access.AccountID(newID()), Role: access.Administrator, DisplayName: "Somebody"}
	w.exec(`insert into account (id, username, display_name, role, password_hash, sex, dv_trained)
		values ($1, 'user' || ($1::uuid)::text, $2, $3, 'x', 'male', false)`, string(a.ID), a.DisplayName, a.Role)
	return a
}

func TestAnOwnScriptIsNotReplacedByTheProgram(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	sources, err := script.Sources()
	must(t, err)
	for range 2 { // the second start finds them
		differing, err := w.room.ShipScripts(ctx, sources)
		must(t, err)
		if len(differing) != 0 {
			t.Fatalf("the record differs in %+v", differing)
		}
	}
	states := func() (all []string) {
		t.Helper()
		list, err := w.store.ScriptVersions(ctx)
		must(t, err)
		for _, v := range list {
			all = append(all, string(v.State))
		}
		return all
	}
	if got := strings.Join(states(), " "); got != "in_force earlier earlier" {
		t.Fatalf("after the first start: %s", got)
	}

	differing, err := w.room.ShipScripts(ctx, []string{strings.Replace(sources[2], "?", "??", 1)})
	must(t, err)
	if len(differing) != 1 || differing[0].Version != 3 {
		t.Errorf("other words under the same number were noticed in %+v", differing)
	}

	one, two := w.administrator(), w.administrator()
	_, err = w.room.ProposeScript(ctx, one, "dv", shippedSource(t, "5", "Our own"), "Our words.", nil)
	must(t, err)
	_, err = w.room.DecideScript(ctx, one, "dv", 5, control.ScriptDecision{Approve: true})
	wantKind(t, err, fault.Forbidden)
	_, err = w.room.DecideScript(ctx, two, "dv", 5, control.ScriptDecision{Approve: true})
	must(t, err)
	if s, ok := w.room.Scripts.Find("dv", 0); !ok || s.Version != 5 || s.Title.EN != "Our own" {
		t.Errorf("new calls begin with version %d, %q", s.Version, s.Title.EN)
	}
	_, err = w.room.ShipScripts(ctx, []string{shippedSource(t, "4", "Late"), shippedSource(t, "6", "New")})
	must(t, err)
	if got := strings.Join(states(), " "); got != "proposed in_force earlier earlier earlier" {
		t.Errorf("a newer program made it %s", got)
	}
	must(t, w.room.RefreshScripts(ctx))
	if s, _ := w.room.Scripts.Find("dv", 0); s.Version != 5 {
		t.Errorf("the program put version %d in force by itself", s.Version)
	}
}

// TestScriptsAreKeptByTheDatabase holds what must be true also for whoever
// writes to the database by hand.
func TestScriptsAreKeptByTheDatabase(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	one, two := w.administrator(), w.administrator()
	_, err := w.room.ProposeScript(ctx, one, "dv", shippedSource(t, "4", "Our own"), "Our words.", nil)
	must(t, err)
	for name, statement := range map[string]string{
		"approved by its author":   `update script_version set approved = true, decided_at = now(), decided_by = proposed_by`,
		"approved by nobody":       `update script_version set approved = true, decided_at = now()`,
		"refused without reason":   `update script_version set approved = false, decided_at = now(), decided_by = '` + string(two.ID) + `'`,
		"changed":                  `update script_version set source = 'x'`,
		"deleted":                  `delete from script_version`,
		"proposed by nobody":       `insert into script_version (code, version, title, source, shipped, note, proposed_at) values ('dv', 9, '{}', '', false, '', now())`,
		"numbered below the least": `insert into script_version (code, version, title, source, shipped, note, proposed_at) values ('dv', 0, '{}', '', true, '', now())`,
	} {
		if _, err := w.pool.Exec(ctx, statement); err == nil {
			t.Errorf("a version could be %s", name)
		}
	}
	_, err = w.room.DecideScript(ctx, two, "dv", 4, control.ScriptDecision{Approve: true})
	must(t, err)
	if _, err := w.pool.Exec(ctx, `update script_version set approved = false, reason = 'no'`); err == nil {
		t.Error("a decision could be changed")
	}
}

// TestAScriptThatCannotBeReadLeavesTheOneBefore holds that a bad row, from a
// restore or a hand, does not take the script away from calls.
func TestAScriptThatCannotBeReadLeavesTheOneBefore(t *testing.T) {
	w := newWorld(t)
	before, ok := w.room.Scripts.Find("dv", 0)
	if !ok {
		t.Fatal("no script is in force")
	}
	w.exec(`insert into script_version (code, version, title, source, shipped, note, proposed_at, approved, decided_at)
		values ('dv', 9, '{}', 'questions: [', true, '', now(), true, now())`)
	if err := w.room.RefreshScripts(t.Context()); err == nil {
		t.Error("nobody is told")
	}
	if after, _ := w.room.Scripts.Find("dv", 0); after.Version != before.Version {
		t.Errorf("version %d is in force", after.Version)
	}
}
