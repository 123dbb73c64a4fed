package bench

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"doorstep/internal/premise"
)

func TestTypingIsSeededAndChanges(t *testing.T) {
	one, two := rand.New(rand.NewPCG(TypingSeed, 0)), rand.New(rand.NewPCG(TypingSeed, 0))
	same := 0
	for range 500 {
		const label = "Õismäe tee 107a"
		a, b := Mistype(one, label, "Tallinn"), Mistype(two, label, "Tallinn")
		if a != b {
			t.Fatalf("%q and %q from one seed", a, b)
		}
		if a == label {
			same++
		}
		if !strings.Contains(strings.ReplaceAll(a, " ", ""), "107") {
			t.Errorf("%q lost its number", a)
		}
	}
	if same > 0 {
		t.Errorf("%d of 500 were typed without a fault", same)
	}
}

func TestQualityCountsPlaces(t *testing.T) {
	meant := []premise.Address{{ID: "a", Label: "Kase tn 1"}, {ID: "b", Label: "Kase tn 2"}, {ID: "c", Label: "Kase tn 3"}, {ID: "d", Label: "Kase tn 4"}}
	place := map[string]int{"1": 0, "2": 0, "3": 4, "4": -1}
	find := func(_ context.Context, q premise.Search) ([]premise.Found, error) {
		found := make([]premise.Found, 5)
		for number, at := range place {
			if at >= 0 && strings.Contains(q.Text, number) {
				found[at].ID = meant[number[0]-'1'].ID
			}
		}
		return found, nil
	}
	var out, missed strings.Builder
	if err := TypeaheadQuality(t.Context(), &out, &missed, find, meant); err != nil {
		t.Fatal(err)
	}
	var q Quality
	if err := json.Unmarshal([]byte(out.String()), &q); err != nil || q.N != 4 || q.First != 0.5 || q.Top5 != 0.75 || strings.Count(missed.String(), "\n") != 2 {
		t.Errorf("%+v, %v, missed:\n%s", q, err, missed.String())
	}
}
