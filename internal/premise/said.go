package premise

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What people say of an address beside its names and numbers.
var (
	// A flat said anywhere: "krt 5 Abara 12", "apt 5, 12 Main St".
	unitAnywhere = regexp.MustCompile(`(?i)(?:^|[\s,])(?:#\s?|(?:korter|krt|kort|kr|apartment|apt|flat|unit|квартира|кв)\.?\s+)(\d{1,4}[\pL]?)(?:[\s,]|$)|(?:^|[\s,])(?:krt|kr|apt|кв)\.?(\d{1,4}[\pL]?)(?:[\s,]|$)`)
	// "the 700 block of Main", "Main 700-799 blk".
	blockSaid = regexp.MustCompile(`(?i)(?:^|[\s,])(?:the\s+)?(\d{3,6})(?:\s*[-–]\s*\d+)?\s*(?:block|blk)\.?(?:\s+of)?(?:\s+the)?(?:[\s,]|$)`)
	// "701-799 Main": the houses of a hundred block. Behind the street, 101-112 is
	// a flat.
	rangeSaid = regexp.MustCompile(`(?:^|[\s,])(\d{3,6})\s*[-–]\s*(\d{3,6})(?:[\s,]|$)`)
	// "12 - 5".
	looseDash = regexp.MustCompile(`(\d\pL?)\s*[-–—]\s*(\d)`)
	// "Abara maja 12", "nr. 12", "дом 12", "д.12".
	houseWord = regexp.MustCompile(`(?i)(^|[\s,])(?:maja|house|number|nr|no|№|дом|д)\.?\s*([Tt]?\d)`)
	// "Abara tn12".
	glued = regexp.MustCompile(`^(\pL[\pL-]+?)(T?\d{1,4}\pL?(?:/\d{1,4}\pL?)?(?:-\d{0,4}\pL?)?)$`)
	// "13522 Tallinn", beside the address.
	postcode = regexp.MustCompile(`^\d{5}(?:-\d{4})?(?:\s+|$)`)
)

// takeUnit takes out the flat that is said with a word for it.
func takeUnit(query string) (rest, unit string) {
	m := unitAnywhere.FindStringSubmatchIndex(query)
	if m == nil || !strings.ContainsAny(query[:m[0]]+query[m[1]:], "0123456789") {
		return query, ""
	}
	from, to := m[2], m[3]
	if from < 0 {
		from, to = m[4], m[5]
	}
	return query[:m[0]] + " " + query[m[1]:], strings.ToLower(query[from:to])
}

// tidy writes numbers as a gazetteer does, and tells whether a block is meant
// instead of a house.
func tidy(query string) (tidied string, block bool) {
	if m := blockSaid.FindStringSubmatchIndex(query); m != nil {
		return query[:m[0]] + " " + query[m[2]:m[3]] + " " + query[m[1]:], true
	}
	if m := rangeSaid.FindStringSubmatchIndex(query); m != nil {
		low, _ := strconv.Atoi(query[m[2]:m[3]]) // six digits at most
		high, _ := strconv.Atoi(query[m[4]:m[5]])
		whole := low%100 <= 1 && high%100 >= 98
		if low/100 == high/100 && (whole || m[0] == 0 && low < high) {
			return query[:m[0]] + " " + query[m[2]:m[3]] + " " + query[m[1]:], true
		}
	}
	query = looseDash.ReplaceAllString(query, "$1-$2")
	query = houseWord.ReplaceAllString(query, "$1$2")
	words := strings.Fields(query)
	if slices.ContainsFunc(words, func(w string) bool { return isHouse(strings.Trim(w, ",")) }) {
		return query, false // Kakum2e tee 216
	}
	for i, word := range words {
		if m := glued.FindStringSubmatch(word); m != nil && !roads[strings.ToLower(m[1])] {
			words[i] = m[1] + " " + m[2]
		}
	}
	return strings.Join(words, " "), false
}

// takeTown tells the street with its house from the town, the county and the
// postcode that are written before or after it, between commas. A number by
// itself belongs to the street, or is a flat where the street has one.
func takeTown(query string, towns map[string]bool) (street, locality, flat string) {
	var parts, around []string
	for part := range strings.SplitSeq(query, ",") {
		part = strings.TrimSpace(part)
		words := strings.Fields(plain(part))
		if len(words) == 0 || beyondTown[words[len(words)-1]] {
			continue
		}
		if len(parts) > 0 {
			part = postcode.ReplaceAllString(part, "")
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	at := streetPart(parts, towns)
	for i, part := range parts {
		lone := isHouse(part)
		switch {
		case i == at:
			street = strings.TrimSpace(street + " " + part)
		case lone && i > at && !strings.ContainsAny(street, "0123456789"):
			street += " " + part
		case lone && i > at && flat == "":
			flat = strings.ToLower(part)
		case lone && i < at: // "12, Abara tn"
			street = part
		default:
			around = append(around, part)
		}
	}
	return street, Fold(strings.Join(around, " ")), flat
}

// beyondTown are the last words of what is no town: a county, a city district.
var beyondTown = map[string]bool{"maakond": true, "linnaosa": true, "vald": true, "county": true, "eesti": true, "estonia": true, "estonija": true}

// streetPart is the first part with letters and a number, else the first that is
// no town.
func streetPart(parts []string, towns map[string]bool) int {
	other := -1
	for i, part := range parts {
		named, first := !isHouse(part), strings.Fields(plain(part))[0]
		if named && strings.ContainsAny(part, "0123456789") {
			return i
		}
		if named && other < 0 && !towns[first] {
			other = i
		}
	}
	return max(other, 0)
}
