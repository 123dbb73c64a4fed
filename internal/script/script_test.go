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

// A call stays with the version that it began with, so versions that were in
// force are kept, each once.
func TestEarlierVersionsAreKept(t *testing.T) {
	inForce, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := script.Earlier()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range inForce {
		kept := map[int]bool{s.Version: true}
		for _, e := range earlier {
			if e.Code == s.Code && kept[e.Version] {
				t.Errorf("version %d of %s is there twice", e.Version, e.Code)
			}
			kept[e.Version] = kept[e.Version] || e.Code == s.Code
		}
		for v := 1; v <= s.Version; v++ {
			if !kept[v] {
				t.Errorf("version %d of %s is lost", v, s.Code)
			}
		}
	}
}
