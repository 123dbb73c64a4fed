package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"golang.org/x/term"

	"doorstep/internal/client"
	"doorstep/internal/script"
)

// ScriptPublishCommand brings a script into force on a running service, with
// two people: one proposes it, another approves it.
type ScriptPublishCommand struct {
	File    string `arg:"" optional:"" help:"Script to propose." type:"existingfile"`
	Note    string `help:"Why it is changed, for whoever decides; needed with a file."`
	Approve string `help:"Version to put in force: new calls begin with it." placeholder:"CODE@VERSION" xor:"decision"`
	Refuse  string `help:"Version to refuse, or to take back if you proposed it." placeholder:"CODE@VERSION" xor:"decision"`
	Reason  string `help:"What must change; needed to refuse what somebody else proposed."`

	Server string `env:"DOORSTEP_SERVER" default:"http://127.0.0.1:8112" help:"Address of the service."`
	User   string `env:"DOORSTEP_USER" required:"" help:"Administrator. The password is asked for, or read from DOORSTEP_PASSWORD."`
	OTP    string `help:"One-time code, for an account with a second factor."`
}

// Validate refuses to guess what is meant.
func (c ScriptPublishCommand) Validate() error {
	asked := 0
	for _, s := range []string{c.File, c.Approve, c.Refuse} {
		if s != "" {
			asked++
		}
	}
	switch {
	case asked != 1:
		return errors.New("give a file to propose, or --approve, or --refuse")
	case c.File != "" && strings.TrimSpace(c.Note) == "":
		return errors.New("say in --note why the script is changed")
	}
	return nil
}

type publishedVersion struct {
	Code    string      `json:"code"`
	Version int         `json:"version"`
	State   string      `json:"state"`
	Title   script.Text `json:"title"`
}

// Run says what became of the version. What is wrong with a file is printed
// with file, line and reason.
func (c ScriptPublishCommand) Run(ctx context.Context, d Deps) error {
	password, err := c.password(d)
	if err != nil {
		return err
	}
	who, err := client.SignIn(ctx, c.Server, client.Credentials{Username: c.User, Password: password, OTP: c.OTP})
	if err != nil {
		return c.explain(err)
	}
	var v publishedVersion
	path, body, err := c.request()
	if err != nil {
		return err
	}
	if err := who.Call(ctx, http.MethodPost, path, nil, body, &v); err != nil {
		return c.explain(err)
	}
	switch v.State {
	case "proposed":
		_, err = fmt.Fprintf(d.Out, "%s version %d is proposed; another administrator puts it in force: doorstep script publish --approve %s@%d\n", v.Code, v.Version, v.Code, v.Version)
	case "in_force":
		_, err = fmt.Fprintf(d.Out, "%s version %d is in force: new calls begin with it\n", v.Code, v.Version)
	default:
		_, err = fmt.Fprintf(d.Out, "%s version %d is %s\n", v.Code, v.Version, v.State)
	}
	return err
}

// request is what to ask of the service.
func (c ScriptPublishCommand) request() (path string, body map[string]any, err error) {
	if c.File == "" {
		code, version, ok := strings.Cut(c.Approve+c.Refuse, "@")
		if !ok {
			return "", nil, fmt.Errorf("%s is not CODE@VERSION, such as dv@3", c.Approve+c.Refuse)
		}
		return "/scripts/" + code + "/versions/" + version + "/decision", map[string]any{"approve": c.Approve != "", "reason": c.Reason}, nil
	}
	source, err := os.ReadFile(c.File)
	if err != nil {
		return "", nil, err
	}
	s, err := script.Parse(source, c.File)
	if err != nil {
		return "", nil, err
	}
	return "/scripts/" + s.Code + "/versions", map[string]any{"source": string(source), "note": c.Note}, nil
}

func (c ScriptPublishCommand) password(d Deps) (string, error) {
	if set := d.Getenv("DOORSTEP_PASSWORD"); set != "" {
		return set, nil
	}
	in, ok := d.In.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", errors.New("no terminal to ask for the password on: set DOORSTEP_PASSWORD")
	}
	fmt.Fprintf(d.Err, "Password of %s: ", c.User)
	typed, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(d.Err)
	return string(typed), err
}

// explain puts a refusal in an author's terms: file and line first.
func (c ScriptPublishCommand) explain(err error) error {
	var r *client.Refusal
	if !errors.As(err, &r) {
		return fmt.Errorf("reach the service: %w", err)
	}
	p := r.Problem()
	if len(p.Errors) == 0 {
		return errors.New(strings.TrimSuffix(p.Title+": "+p.Detail, ": "))
	}
	var errs []error
	for _, e := range p.Errors {
		at := e.Field
		if line, found := strings.CutPrefix(at, "source line "); found {
			at = c.File + ":" + line
		}
		errs = append(errs, fmt.Errorf("%s: %s", at, e.Detail))
	}
	return errors.Join(errs...)
}
