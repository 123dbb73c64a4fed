package risk_test

import (
	"testing"

	"doorstep/internal/risk"
)

func TestShippedRulesParse(t *testing.T) {
	if _, err := risk.Shipped(); err != nil {
		t.Fatal(err)
	}
}
