package main

import (
	"context"
	"errors"
	"fmt"

	"doorstep/internal/script"
)

// ScriptDiffCommand compares two versions.
type ScriptDiffCommand struct {
	Old string `arg:"" help:"A file, or CODE@VERSION of the program, such as dv@1."`
	New string `arg:"" help:"The same, of the version to compare with."`
}

// Run prints one line a difference and fails when there is any, like diff(1).
func (c ScriptDiffCommand) Run(_ context.Context, d Deps) error {
	before, oldErr := namedScript(c.Old)
	after, newErr := namedScript(c.New)
	if err := errors.Join(oldErr, newErr); err != nil {
		return err
	}
	found := script.Compare(before, after)
	for _, difference := range found {
		if _, err := fmt.Fprintln(d.Out, difference); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("%d differences", len(found))
	}
	return nil
}
