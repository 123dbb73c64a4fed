package person

import (
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// Reasons for which two records may be one human being.
const (
	ByNationalID    = "national_id"
	ByPhone         = "phone"
	ByNameAndBirth  = "name_and_birth_date"
	BySimilarName   = "similar_name_and_birth_date"
	ByGivenName     = "given_name_and_birth_date" // with another surname
	ByNameNearBirth = "name_and_similar_birth_date"
	ByName          = "name"
	New             = "new"       // nothing was found
	Confirmed       = "confirmed" // by a person
	Separated       = "separated" // by a person
)

// Match says how surely two records are one human being, and why. The zero
// Match says that they are not.
type Match struct {
	Certainty Certainty
	Reason    string
}

// Found reports whether they may be one.
func (m Match) Found() bool { return m.Certainty != "" }

// Surer reports whether m says more than o.
func (m Match) Surer(o Match) bool { return ranks[m.Certainty] > ranks[o.Certainty] }

var ranks = map[Certainty]int{Possible: 1, Likely: 2, Certain: 3}

// Identity is what a human being is known by, made ready for comparing.
type Identity struct {
	id    NationalID
	name  name
	born  string // as 1990-12-31
	phone string
}

// Identify reads what is known of a person. What cannot be read counts as not
// known: records of long ago were not checked.
func Identify(p Person) Identity {
	i := Identity{name: readName(p.Name), born: p.BirthDate, phone: Phone(p.Phone)}
	if p.NationalID != "" {
		i.id, _ = ParseNationalID(p.NationalID)
	}
	if i.born == "" {
		i.born = i.id.BirthDate
	}
	return i
}

// Compare says how surely two records are one human being. What is known of
// both and differs speaks against it: twins share surname, birth date and
// telephone, father and son a name. Only a number with a check digit makes it
// certain, and only where neither name nor birth date contradict; the same again
// from another state needs both to agree.
func Compare(a, b Identity) Match {
	alike := compareNames(a.name, b.name)
	named := len(a.name.words) > 0 && len(b.name.words) > 0
	full := len(a.name.words) > 1 && len(b.name.words) > 1
	bothBorn := a.born != "" && b.born != ""
	sameBirth := bothBorn && a.born == b.born
	if a.id.Number != "" && b.id.Number != "" {
		return compareNumbers(a, b, alike, named, sameBirth)
	}
	switch {
	case bothBorn && !sameBirth:
		if full && alike >= spelled && nearBirth(a.born, b.born) {
			return Match{Possible, ByNameNearBirth}
		}
		return Match{}
	case sameBirth && full && alike >= spelled:
		return Match{Likely, ByNameAndBirth}
	case a.phone != "" && a.phone == b.phone && (!named || alike >= givenOnly):
		if named && a.name.given() != b.name.given() {
			return Match{Possible, ByPhone} // Mari, or her sister Marit
		}
		return Match{Likely, ByPhone}
	case sameBirth && alike >= near:
		return Match{Possible, BySimilarName}
	case sameBirth && alike == givenOnly:
		return Match{Possible, ByGivenName}
	case !bothBorn && full && alike >= spelled:
		return Match{Possible, ByName}
	}
	return Match{}
}

func compareNumbers(a, b Identity, alike likeness, named, sameBirth bool) Match {
	switch {
	case a.id.Number != b.id.Number:
		if a.id.Checked == b.id.Checked || alike < spelled || !sameBirth {
			return Match{}
		}
		return Match{Possible, ByNameAndBirth} // one state's number and another's
	case a.id.Checked && (!named || alike >= spelled || alike >= givenOnly && sameGiven(a.name, b.name)) && (a.born == b.born || a.born == "" || b.born == ""):
		return Match{Certain, ByNationalID}
	case !a.id.Checked && alike >= spelled && sameBirth:
		return Match{Certain, ByNationalID}
	}
	return Match{Likely, ByNationalID}
}

// nearBirth reports whether two days differ by one slip: day and month swapped,
// two digits of the day, the month or the year swapped, or one digit of the day,
// the month or the last of the year. The decade is not among them: it tells a
// father from his son.
func nearBirth(a, b string) bool {
	if len(a) != len(time.DateOnly) || len(b) != len(time.DateOnly) {
		return false
	}
	if a[:4] == b[:4] && a[5:7] == b[8:] && a[8:] == b[5:7] {
		return true
	}
	differ, at := 0, 0
	for i := range len(a) {
		if a[i] != b[i] {
			differ, at = differ+1, i
		}
	}
	switch {
	case differ == 1:
		return at >= len("199")
	case differ != 2 || a[at] != b[at-1] || a[at-1] != b[at]:
		return false
	}
	// Swapped digits of a year that differ by one are nine years.
	return at > len("1990") || at == len("199") && max(a[at], b[at])-min(a[at], b[at]) == 1
}

// NearBirths are the days that may have been meant by a birth date, itself
// first, each as 1990-12-31: what records are looked up by.
func NearBirths(born string) []string {
	if _, err := time.Parse(time.DateOnly, born); err != nil {
		return nil
	}
	days := []string{born}
	try := func(day string) {
		if _, err := time.Parse(time.DateOnly, day); err == nil && nearBirth(born, day) {
			days = append(days, day)
		}
	}
	if born[5:7] != born[8:] {
		try(born[:5] + born[8:] + "-" + born[5:7])
	}
	for at := len("199"); at < len(born); at++ {
		if born[at] != born[at-1] && born[at] != '-' && born[at-1] != '-' {
			try(born[:at-1] + born[at:at+1] + born[at-1:at] + born[at+1:])
		}
		for digit := byte('0'); digit <= '9'; digit++ {
			if born[at] != '-' && born[at] != digit {
				try(born[:at] + string(digit) + born[at+1:])
			}
		}
	}
	return days
}

// homeCountry is where a number without a country code is called.
const homeCountry = "EE"

// Phone is a number as +3725123456, however it was written; one that cannot be
// called is kept as its digits.
func Phone(s string) string {
	if number, err := phonenumbers.Parse(s, homeCountry); err == nil && phonenumbers.IsPossibleNumber(number) {
		return phonenumbers.Format(number, phonenumbers.E164)
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
