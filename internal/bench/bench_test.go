package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestALineComparesWithItsFloor(t *testing.T) {
	var out bytes.Buffer
	ms := func(base int) func(int) (time.Duration, error) {
		return func(round int) (time.Duration, error) { return time.Duration(base*(round+1)) * time.Millisecond, nil }
	}
	if err := Compare(&out, "dispatch_push", 0, 100, ms(2), ms(1)); err != nil {
		t.Fatal(err)
	}
	var got Line
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := Line{Name: "dispatch_push", P50MS: 102, P99MS: 200, FloorP50MS: 51, FloorP99MS: 100, RatioP50: 2, RatioP99: 2, N: 100}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAFailedRoundIsNoResult(t *testing.T) {
	var out bytes.Buffer
	broken := errors.New("cut")
	err := Compare(&out, "answer", 0, 1,
		func(int) (time.Duration, error) { return 0, broken },
		func(int) (time.Duration, error) { return 1, nil })
	if !errors.Is(err, broken) || out.Len() != 0 {
		t.Errorf("got %v and %q", err, out.String())
	}
}

func TestTheEvaluatedCallIsAsLongAsItSays(t *testing.T) {
	var out bytes.Buffer
	if err := Evaluate(&out, 20); err != nil {
		t.Fatal(err)
	}
	var got Line
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "script_evaluate" || got.N != 20 || got.P99MS <= 0 {
		t.Errorf("got %+v", got)
	}
}
