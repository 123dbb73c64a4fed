package main

import "testing"

func TestScale(t *testing.T) {
	for text, want := range map[string]scale{"10M": 10_000_000, "1m": 1_000_000, "200k": 200_000, "5000": 5000} {
		var s scale
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s is %d (%v), want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1M", "10G", "1.5M", "999", "2000M", "99999999999999999999", "k"} {
		var s scale
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken as %d", text, s)
		}
	}
}
