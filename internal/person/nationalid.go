package person

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// NationalID is a number that a state gave one human being.
type NationalID struct {
	// Number is without spaces, letters in upper case.
	Number string
	// Checked numbers have a check digit, which fits: nearly no slip of the
	// finger makes one human being another.
	Checked bool
	// BirthDate is the day that a checked number names, as 1990-12-31; empty
	// otherwise.
	BirthDate string
}

// ErrNationalID is behind each refusal of a national id.
var ErrNationalID = errors.New("not a national id")

// ParseNationalID reads a national id. Eleven digits are an Estonian isikukood,
// GYYMMDDSSSC (Population Register Act, riigiteataja.ee/akt/106032012004), and
// must be right; Lithuania's asmens kodas is built the same. A number with
// letters, or with a hyphen as in Latvia (120190-10101), is another state's: it
// is kept as it is, unchecked.
func ParseNationalID(s string) (NationalID, error) {
	number := strings.ToUpper(strings.Join(strings.Fields(s), ""))
	digits := 0
	for _, c := range number {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c != '-' && c != '/' && c != '.' && !unicode.IsLetter(c):
			return NationalID{}, fmt.Errorf("%w: %q cannot be a part of one", ErrNationalID, c)
		}
	}
	if digits != len(number) {
		return NationalID{Number: number}, nil
	}
	if digits != 11 {
		return NationalID{}, fmt.Errorf("%w: a personal code has 11 digits; put the country before another state's number, as in FI 131052-308T", ErrNationalID)
	}
	if checkDigit(number) != int(number[10]-'0') {
		return NationalID{}, fmt.Errorf("%w: its check digit does not fit", ErrNationalID)
	}
	if number[0] < '1' || number[0] > '8' {
		return NationalID{}, fmt.Errorf("%w: the first digit says neither century nor sex", ErrNationalID)
	}
	century := 18 + int(number[0]-'1')/2
	born := fmt.Sprintf("%d%s-%s-%s", century, number[1:3], number[3:5], number[5:7])
	if _, err := time.Parse(time.DateOnly, born); err != nil {
		return NationalID{}, fmt.Errorf("%w: it names no day of birth", ErrNationalID)
	}
	return NationalID{Number: number, Checked: true, BirthDate: born}, nil
}

// checkDigit is what the eleventh digit must be: modulo 11 with weights from 1,
// if that gives ten with weights from 3, and if that does so too it is 0.
func checkDigit(number string) int {
	for _, first := range []int{1, 3} {
		sum := 0
		for i := range 10 {
			sum += (((first + i - 1) % 9) + 1) * int(number[i]-'0')
		}
		if sum%11 < 10 {
			return sum % 11
		}
	}
	return 0
}
