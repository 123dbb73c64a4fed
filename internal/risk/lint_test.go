package risk_test

import (
	"testing"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// shipped returns the script and the rules that come with the program.
func shipped(tb testing.TB) (script.Script, risk.Rules) {
	tb.Helper()
	scripts, err := script.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	rules, err := risk.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	return scripts[0], rules
}

func TestShippedScriptAndRulesHaveNoFindings(t *testing.T) {
	s, rules := shipped(t)
	for _, f := range s.Lint(rules.FlagCodes()) {
		t.Errorf("script: %s", f)
	}
	for _, f := range rules.Lint(s) {
		t.Errorf("rules: %s", f)
	}
}
