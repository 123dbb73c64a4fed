package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/script"
)

// ScriptVersion is a version of a script on its way into force.
type ScriptVersion struct {
	Code       string      `json:"code"`
	Version    int         `json:"version"`
	Title      script.Text `json:"title"`
	State      string      `json:"state" enum:"proposed,in_force,earlier,refused,withdrawn"`
	Shipped    bool        `json:"shipped" doc:"came with the program: nobody of the centre proposed it"`
	Note       string      `json:"note" doc:"why it was changed"`
	ProposedBy string      `json:"proposed_by,omitempty"`
	ProposedAt time.Time   `json:"proposed_at"`
	DecidedBy  string      `json:"decided_by,omitempty"`
	DecidedAt  *time.Time  `json:"decided_at,omitempty"`
	Reason     string      `json:"reason,omitempty" doc:"why it was refused"`
	Mine       bool        `json:"mine" doc:"proposed by whoever asks, who may take it back and not approve it"`
}

func wireScriptVersion(a access.Actor, v control.ScriptVersion) ScriptVersion {
	return ScriptVersion{
		Code: v.Code, Version: v.Version, Title: v.Title, State: string(v.State), Shipped: v.Shipped, Note: v.Note,
		ProposedBy: v.ProposedBy, ProposedAt: v.ProposedAt, DecidedBy: v.DecidedBy, DecidedAt: v.DecidedAt, Reason: v.Reason,
		Mine: v.Proposer != "" && v.Proposer == a.ID,
	}
}

// ScriptVersions are all versions of one script.
type ScriptVersions struct {
	Code     string          `json:"code"`
	Versions []ScriptVersion `json:"versions" doc:"newest first"`
}

// ScriptExamined is a version with all that is in it.
type ScriptExamined struct {
	Version  ScriptVersion   `json:"version"`
	Source   string          `json:"source" doc:"YAML, as it was handed in"`
	Script   script.Script   `json:"script"`
	Findings []ScriptFinding `json:"findings" doc:"by the checks and the rules of today"`
}

// ScriptFinding is something in a script that cannot be meant so.
type ScriptFinding struct {
	Line   int    `json:"line,omitempty" doc:"of the source, from 1"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// ScriptDifferences is how two versions differ.
type ScriptDifferences struct {
	From  int                 `json:"from"`
	To    int                 `json:"to"`
	Lines []script.Difference `json:"lines" doc:"in the order of the newer one, what was removed last"`
}

// ScriptPath names one version.
type ScriptPath struct {
	Code    string `path:"code" maxLength:"64"`
	Version int    `path:"version" minimum:"1" maximum:"1000000"`
}

type proposeScript struct {
	Keyed
	Code string `path:"code" maxLength:"64"`
	Body struct {
		Source string `json:"source" minLength:"1" maxLength:"900000" doc:"YAML, by the published schema of scripts"`
		Note   string `json:"note" minLength:"1" maxLength:"1000" doc:"why it is changed, for whoever decides"`
	}
}

type decideScript struct {
	ScriptPath
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"needed to refuse what somebody else proposed"`
	}
}

func (s *Server) authoringRoutes(api huma.API) {
	list := op("script-versions", http.MethodGet, "/scripts", "All versions of all scripts", http.StatusOK, "authoring")
	register(s, api, list, func(ctx context.Context, a access.Actor, _ *struct{}) (*struct {
		Body struct {
			Scripts []ScriptVersions `json:"scripts"`
		}
	}, error,
	) {
		found, err := s.Room.ScriptVersions(ctx, a)
		out := &struct {
			Body struct {
				Scripts []ScriptVersions `json:"scripts"`
			}
		}{}
		for _, v := range found {
			last := len(out.Body.Scripts) - 1
			if last < 0 || out.Body.Scripts[last].Code != v.Code {
				out.Body.Scripts = append(out.Body.Scripts, ScriptVersions{Code: v.Code})
				last++
			}
			out.Body.Scripts[last].Versions = append(out.Body.Scripts[last].Versions, wireScriptVersion(a, v))
		}
		return out, err
	})
	examine := op("script-version", http.MethodGet, "/scripts/{code}/versions/{version}", "A version with its text and findings", http.StatusOK, "authoring")
	register(s, api, examine, s.examineScript)
	compare := op("script-differences", http.MethodGet, "/scripts/{code}/versions/{version}/differences", "How a version differs from another", http.StatusOK, "authoring")
	register(s, api, compare, func(ctx context.Context, a access.Actor, in *struct {
		ScriptPath
		From int `query:"from" minimum:"1" maximum:"1000000" required:"true"`
	},
	) (*struct{ Body ScriptDifferences }, error) {
		found, err := s.Room.CompareScripts(ctx, a, in.Code, in.From, in.Version)
		return &struct{ Body ScriptDifferences }{ScriptDifferences{From: in.From, To: in.Version, Lines: append([]script.Difference{}, found...)}}, err
	})
	propose := op("propose-script", http.MethodPost, "/scripts/{code}/versions", "Propose a new version, for a second person to decide on", http.StatusCreated, "authoring")
	register(s, api, propose, s.proposeScript)
	decide := op("decide-script", http.MethodPost, "/scripts/{code}/versions/{version}/decision", "Approve a version: new calls begin with it; or refuse it, or take it back", http.StatusOK, "authoring")
	decide.Errors = append(decide.Errors, http.StatusConflict)
	register(s, api, decide, func(ctx context.Context, a access.Actor, in *decideScript) (*struct{ Body ScriptVersion }, error) {
		decided, err := s.Room.DecideScript(ctx, a, in.Code, in.Version, control.ScriptDecision{Approve: in.Body.Approve, Reason: in.Body.Reason})
		return &struct{ Body ScriptVersion }{wireScriptVersion(a, decided)}, err
	})
}

func (s *Server) examineScript(ctx context.Context, a access.Actor, in *ScriptPath) (*struct{ Body ScriptExamined }, error) {
	found, err := s.Room.ExamineScript(ctx, a, in.Code, in.Version)
	body := ScriptExamined{Version: wireScriptVersion(a, found.ScriptVersion), Source: found.Source, Script: found.Script, Findings: []ScriptFinding{}}
	for _, f := range found.Findings {
		body.Findings = append(body.Findings, ScriptFinding{Line: f.Line, Field: f.Field, Detail: f.Detail})
	}
	return &struct{ Body ScriptExamined }{body}, err
}

func (s *Server) proposeScript(ctx context.Context, a access.Actor, in *proposeScript) (*struct{ Body ScriptVersion }, error) {
	encode := func(w control.Written) any { return wireScriptVersion(a, *w.Script) }
	key, err := once(a, in.Key, "propose-script "+in.Code, in.Body, encode)
	if err != nil {
		return nil, err
	}
	kept, err := s.Room.ProposeScript(ctx, a, in.Code, in.Body.Source, in.Body.Note, key)
	if err != nil {
		return nil, err
	}
	body, err := answered[ScriptVersion](kept, encode)
	return &struct{ Body ScriptVersion }{body}, err
}
