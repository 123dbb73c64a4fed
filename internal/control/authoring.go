package control

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/definition"
	"doorstep/internal/fault"
	"doorstep/internal/script"
)

// ScriptState is where a version of a script stands on its way into force.
type ScriptState string

// The states.
const (
	ScriptProposed  ScriptState = "proposed"  // waits for a second person
	ScriptInForce   ScriptState = "in_force"  // new calls begin with it
	ScriptEarlier   ScriptState = "earlier"   // was in force; calls that began with it keep it
	ScriptRefused   ScriptState = "refused"   // by a second person
	ScriptWithdrawn ScriptState = "withdrawn" // by its author
)

// ScriptVersion is a version of a script on its way into force. Nobody puts an
// own change in force: the words are said to people in danger, and a slip of
// one person must not reach them.
type ScriptVersion struct {
	Code       string
	Version    int
	Title      script.Text
	State      ScriptState
	Shipped    bool   // came with the program: nobody of the centre proposed it
	Note       string // why it was changed
	Proposer   access.AccountID
	ProposedBy string // display name; empty when shipped
	ProposedAt time.Time
	DecidedBy  string // display name
	DecidedAt  *time.Time
	Reason     string // why it was refused
}

// ScriptDecision is what an administrator says of a proposed version.
type ScriptDecision struct {
	Approve bool
	Reason  string // needed to refuse what somebody else proposed
	By      access.Actor
	At      time.Time
}

// Decide applies a decision. inForce is the version that new calls begin with,
// 0 for none.
func (v ScriptVersion) Decide(d ScriptDecision, inForce int) (ScriptVersion, error) {
	own := v.Proposer != "" && v.Proposer == d.By.ID
	switch {
	case v.State != ScriptProposed:
		return v, fault.New(fault.Conflict, "version %d of script %s was decided on already", v.Version, v.Code)
	case d.Approve && own:
		return v, fault.New(fault.Forbidden, "a second person must approve what you proposed")
	case d.Approve && v.Version < inForce:
		return v, fault.New(fault.Conflict, "version %d of script %s is in force and newer: propose this text under a new number", inForce, v.Code)
	case d.Approve:
		v.State = ScriptInForce
	case own:
		v.State = ScriptWithdrawn
	case strings.TrimSpace(d.Reason) == "":
		return v, fault.Bad("reason", "say what must change before it can be approved")
	default:
		v.State = ScriptRefused
	}
	v.Reason, v.DecidedBy, v.DecidedAt = strings.TrimSpace(d.Reason), d.By.DisplayName, &d.At
	return v, nil
}

// ScriptSource is a version with the text that it was handed in as.
type ScriptSource struct {
	ScriptVersion
	Source string // YAML
}

// ScriptExamined is a version as whoever decides on it sees it.
type ScriptExamined struct {
	ScriptSource
	Script   script.Script
	Findings []definition.Problem // by the rules of today
}

// ScriptVersions lists all versions of all scripts, the newest first.
func (r *Room) ScriptVersions(ctx context.Context, a access.Actor) ([]ScriptVersion, error) {
	if err := a.Need(access.Administrator); err != nil {
		return nil, err
	}
	return r.Store.ScriptVersions(ctx)
}

// ExamineScript reads one version with all that is in it.
func (r *Room) ExamineScript(ctx context.Context, a access.Actor, code string, version int) (ScriptExamined, error) {
	if err := a.Need(access.Administrator); err != nil {
		return ScriptExamined{}, err
	}
	kept, err := r.Store.ScriptSource(ctx, code, version)
	if err != nil {
		return ScriptExamined{}, err
	}
	s, findings := r.examine(kept.Source)
	return ScriptExamined{kept, s, findings}, nil
}

// CompareScripts lists how one version differs from another.
func (r *Room) CompareScripts(ctx context.Context, a access.Actor, code string, from, to int) ([]script.Difference, error) {
	if err := a.Need(access.Administrator); err != nil {
		return nil, err
	}
	before, err := r.Script(ctx, code, from)
	if err != nil {
		return nil, err
	}
	after, err := r.Script(ctx, code, to)
	if err != nil {
		return nil, err
	}
	return script.Compare(before, after), nil
}

// ProposeScript keeps a new version until a second person decides on it. What
// has findings is refused with each line at fault, and nothing is kept.
func (r *Room) ProposeScript(ctx context.Context, a access.Actor, code, source, note string, once *Once) (Kept, error) {
	if err := a.Need(access.Administrator); err != nil {
		return Kept{}, err
	}
	if strings.TrimSpace(note) == "" {
		return Kept{}, fault.Bad("note", "say why the script is changed")
	}
	if _, used := r.Scripts.Find(code, 0); !used {
		return Kept{}, fault.New(fault.NotFound, "no call begins with a script of this code")
	}
	s, problems := r.examine(source)
	if len(problems) == 0 && s.Code != code {
		problems = append(problems, definition.Problem{Line: definition.Line([]byte(source), "code"), Field: "code", Detail: "must be " + code})
	}
	if len(problems) > 0 {
		return Kept{}, refusedSource(problems)
	}
	kept, err := r.Store.ProposeScript(ctx, ScriptSource{
		ScriptVersion: ScriptVersion{
			Code: s.Code, Version: s.Version, Title: s.Title, State: ScriptProposed, Note: strings.TrimSpace(note),
			Proposer: a.ID, ProposedBy: a.DisplayName, ProposedAt: r.Now(),
		},
		Source: source,
	}, once, func(newest int) error {
		if s.Version > newest {
			return nil
		}
		return refusedSource([]definition.Problem{{Line: definition.Line([]byte(source), "version"), Field: "version",
			Detail: fmt.Sprintf("must be above %d, the newest so far: a version never changes", newest)}})
	})
	if err != nil {
		return Kept{}, fmt.Errorf("propose a script: %w", err)
	}
	return kept, nil
}

// DecideScript puts a proposed version in force, refuses it or takes it back.
// This node's new calls begin with an approved one at once, those of other
// nodes at their next look.
func (r *Room) DecideScript(ctx context.Context, a access.Actor, code string, version int, d ScriptDecision) (ScriptVersion, error) {
	if err := a.Need(access.Administrator); err != nil {
		return ScriptVersion{}, err
	}
	d.By, d.At = a, r.Now()
	if d.Approve {
		// Rules and checks may have changed since it was proposed.
		found, err := r.ExamineScript(ctx, a, code, version)
		if err != nil {
			return ScriptVersion{}, err
		}
		if len(found.Findings) > 0 {
			return ScriptVersion{}, refusedSource(found.Findings)
		}
	}
	decided, err := r.Store.DecideScript(ctx, code, version, d)
	if err != nil {
		return ScriptVersion{}, fmt.Errorf("decide on script %s version %d: %w", code, version, err)
	}
	if decided.State == ScriptInForce {
		_ = r.RefreshScripts(ctx) // it is decided: if this fails, the next look of this node takes it
	}
	return decided, nil
}

// examine reads a script and judges it together with the rules of this node.
func (r *Room) examine(source string) (script.Script, []definition.Problem) {
	text := []byte(source)
	s, err := script.Parse(text, "source")
	if err != nil {
		return script.Script{}, definition.Problems(err)
	}
	problems := []definition.Problem{}
	for _, f := range s.Lint(r.Rules.FlagCodes()) {
		problems = append(problems, definition.Problem{Name: "source", Line: definition.Line(text, f.Where), Field: f.Where, Detail: f.Detail})
	}
	for _, f := range r.Rules.Lint(s) {
		problems = append(problems, definition.Problem{Name: "rules", Field: f.Where, Detail: f.Detail})
	}
	return s, problems
}

// refusedSource names each line at fault.
func refusedSource(problems []definition.Problem) error {
	var fields []fault.Field
	for _, p := range problems {
		at := "source"
		switch {
		case p.Name == "rules":
			at = "rules"
		case p.Line > 0:
			at = fmt.Sprintf("source line %d", p.Line)
		}
		if p.Field != "" {
			at += ": " + p.Field
		}
		fields = append(fields, fault.Field{Field: at, Detail: p.Detail})
	}
	return fault.BadFields(fields...)
}

// Script returns a version of a script; version 0 is the one in force. One that
// another node has put in force since is read from the record.
func (r *Room) Script(ctx context.Context, code string, version int) (script.Script, error) {
	if s, ok := r.Scripts.Find(code, version); ok {
		return s, nil
	}
	kept, err := r.Store.ScriptSource(ctx, code, version)
	if err != nil {
		return script.Script{}, err
	}
	s, err := script.Parse([]byte(kept.Source), fmt.Sprintf("%s@%d", code, version))
	if err != nil {
		return script.Script{}, fmt.Errorf("read the record: %w", err)
	}
	if kept.State == ScriptInForce || kept.State == ScriptEarlier {
		r.Scripts.Hold(s)
	}
	return s, nil
}

// ShipScripts records the versions that come with the program, in force when
// the centre has no newer one and nothing of its own, else as proposed. It
// returns those that the record has in other words: a version that calls may be
// pinned to never changes.
func (r *Room) ShipScripts(ctx context.Context, sources []string) (differing []ScriptVersion, err error) {
	for _, source := range sources {
		s, err := script.Parse([]byte(source), "shipped script")
		if err != nil {
			return nil, err
		}
		v := ScriptVersion{Code: s.Code, Version: s.Version, Title: s.Title, Shipped: true, ProposedAt: r.Now()}
		kept, err := r.Store.ShipScript(ctx, ScriptSource{ScriptVersion: v, Source: source})
		if err != nil {
			return nil, fmt.Errorf("ship script %s version %d: %w", s.Code, s.Version, err)
		}
		if kept != source {
			differing = append(differing, v)
		}
	}
	return differing, nil
}

// RefreshScripts makes new calls begin with what is in force now. A version that
// cannot be read leaves the one before it in force.
func (r *Room) RefreshScripts(ctx context.Context) error {
	inForce, err := r.Store.ScriptsInForce(ctx)
	if err != nil {
		return fmt.Errorf("look for scripts: %w", err)
	}
	held := r.Scripts.InForce()
	var errs []error
	for code, version := range inForce {
		if held[code] == version {
			continue
		}
		s, err := r.Script(ctx, code, version)
		if err != nil {
			errs = append(errs, fmt.Errorf("script %s version %d is not taken: %w", code, version, err))
			continue
		}
		r.Scripts.Enforce(s)
	}
	return errors.Join(errs...)
}
