package script_test

import (
	"testing"

	"doorstep/internal/script"
)

func TestShippedScriptParses(t *testing.T) {
	all, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Code != "dv" || len(all[0].Questions) < 24 {
		t.Fatalf("shipped scripts: %d", len(all))
	}
	if first := all[0].Walk(nil, script.Facts{}, script.Mode{Speech: script.Voice}).Next; first != "address_confirmed" {
		t.Errorf("the first question is %q, not the address", first)
	}
}
