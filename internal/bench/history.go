package bench

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// historyMapping reads what WriteCalls writes.
const historyMapping = `source: bench
format: csv
id: number
received: {text: "{received}", formats: [unix_ms]}
address: {text: "{address}", numbers: hundreds}
locality: {text: Benchtown}
type: "{type}"
point: {x: lon, y: lat, within: [-99, 29, -97, 30]}
classes:
  - {class: dv, text: "{type}", match: "disturbance family|protective order"}
`

// WriteCalls writes a made-up history of calls for service and its mapping: the
// same rows for the same number, shaped like a large city's police log (one
// call in 36 is a family disturbance; few addresses call often).
func WriteCalls(file, mapping string, rows int) (err error) {
	if err := os.WriteFile(mapping, []byte(historyMapping), 0o600); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
	}()
	w := bufio.NewWriter(out)
	rng := rand.New(rand.NewPCG(36, 2024))
	types := []string{"Disturbance", "Traffic Stop", "Theft", "Welfare Check", "Alarm", "Patrol By"}
	at := time.Date(2022, 8, 1, 0, 0, 0, 0, time.UTC)
	if _, err := fmt.Fprintln(w, "number,received,address,type,lat,lon"); err != nil {
		return err
	}
	for n := range rows {
		at = at.Add(time.Duration(rng.IntN(300)) * time.Second)
		kind := types[rng.IntN(len(types))]
		if rng.IntN(36) == 0 {
			kind = "Disturbance Family"
		}
		street := int(rng.ExpFloat64()*400) % 3000
		block := rng.IntN(30) * 100
		if _, err := fmt.Fprintf(w, "B-%07d,%d,%d %s St,%s,%.5f,%.5f\n", n, at.UnixMilli(), block+100, streetName(street), kind,
			29.3+float64(street%100)/300, -98.7+float64(block)/10_000); err != nil {
			return err
		}
	}
	return w.Flush()
}

// streetName makes pronounceable names that differ, so that typing errors have
// neighbours to be confused with.
func streetName(n int) string {
	first := []string{"Bar", "Cul", "Des", "Fal", "Gar", "Hol", "Jun", "Lar", "Mon", "Pel", "Ros", "Sul", "Tor", "Ver", "Wil"}
	second := []string{"a", "e", "i", "o", "u", "ai", "ea", "ou", "ee", "oa"}
	third := []string{"bra", "dale", "field", "gate", "ham", "kins", "ley", "mont", "ning", "port", "rick", "stead", "ton", "ville", "wood", "worth", "bury", "cester", "den", "ford"}
	return first[n%15] + second[n/15%10] + third[n/150%20]
}
