package control

import (
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

func TestAVersionTakesTwoPeople(t *testing.T) {
	author, other := access.Actor{ID: "a", DisplayName: "A"}, access.Actor{ID: "b", DisplayName: "B"}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	proposed := ScriptVersion{Code: "dv", Version: 3, State: ScriptProposed, Proposer: author.ID}
	shipped := ScriptVersion{Code: "dv", Version: 3, State: ScriptProposed, Shipped: true}
	decided := ScriptVersion{Code: "dv", Version: 3, State: ScriptRefused, Proposer: author.ID}
	for name, c := range map[string]struct {
		of      ScriptVersion
		d       ScriptDecision
		inForce int
		want    ScriptState
		refused fault.Kind
	}{
		"another approves":                     {proposed, ScriptDecision{Approve: true, By: other}, 2, ScriptInForce, 0},
		"the author cannot approve":            {proposed, ScriptDecision{Approve: true, By: author}, 2, "", fault.Forbidden},
		"the author takes it back":             {proposed, ScriptDecision{By: author}, 2, ScriptWithdrawn, 0},
		"another refuses with a reason":        {proposed, ScriptDecision{By: other, Reason: " Too long. "}, 2, ScriptRefused, 0},
		"another cannot refuse without reason": {proposed, ScriptDecision{By: other, Reason: "  "}, 2, "", fault.Invalid},
		"what was decided on stays":            {decided, ScriptDecision{Approve: true, By: other}, 2, "", fault.Conflict},
		"a newer one is in force":              {proposed, ScriptDecision{Approve: true, By: other}, 4, "", fault.Conflict},
		"anybody approves what was shipped":    {shipped, ScriptDecision{Approve: true, By: author}, 2, ScriptInForce, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.d.At = at
			got, err := c.of.Decide(c.d, c.inForce)
			if c.want == "" {
				if !fault.Is(err, c.refused) || got.State != c.of.State || got.DecidedAt != nil {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || got.State != c.want || got.DecidedBy != c.d.By.DisplayName || got.DecidedAt == nil || !got.DecidedAt.Equal(at) {
				t.Errorf("got %+v, %v", got, err)
			}
			if got.State == ScriptRefused && got.Reason != "Too long." {
				t.Errorf("the reason is %q", got.Reason)
			}
		})
	}
}
