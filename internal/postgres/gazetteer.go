package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/premise"
)

// FindAddresses proposes addresses for what was typed so far, best first: the
// street that takes the fewest slips of the finger to be what was typed, then the
// house, the flat and the locality; nearer ones before others of the same name.
// Less than two characters find nothing.
func (s *Store) FindAddresses(ctx context.Context, q premise.Search) ([]premise.Found, error) {
	none := []premise.Found{}
	if len([]rune(strings.TrimSpace(q.Text))) < 2 || q.Limit < 1 {
		return none, nil
	}
	towns, err := s.townNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("list towns: %w", err)
	}
	for _, readings := range readTyped(q.Text, towns) {
		streets, err := s.findStreets(ctx, readings)
		if err != nil {
			return nil, fmt.Errorf("find streets: %w", err)
		}
		if len(streets) == 0 {
			continue
		}
		found, err := s.findDoors(ctx, streets, q)
		if err != nil {
			return nil, fmt.Errorf("find addresses: %w", err)
		}
		if len(found) > 0 {
			return found, s.countIncidents(ctx, found)
		}
	}
	return none, nil
}

// typed is one way to read what was typed.
type typed struct {
	street   string // folded
	house    string
	unit     string
	locality string // folded
	cost     int    // of reading it so
}

// readTyped lists the ways to read a query, likeliest first: "1200 w martin" and
// "abara 12/1-5" have a house number, "n loop 1604" a street with one. Ways in
// one list are weighed against each other: the first and the last word may name
// the town.
func readTyped(query string, towns map[string]bool) [][]typed {
	text, locality, _ := strings.Cut(query, ",")
	locality = premise.Fold(locality)
	words := strings.Fields(strings.ToLower(text))
	number := slices.IndexFunc(words, isHouse)
	whole := typed{street: premise.MendKind(premise.Fold(text)), locality: locality}
	if number < 0 {
		return [][]typed{withTown(whole, towns)}
	}
	t := typed{locality: locality}
	t.house, t.unit, _ = strings.Cut(words[number], "-")
	before, after := words[:number], words[number+1:]
	if number == 0 {
		// 701-799 is a block in the centres that write the number first.
		t.unit = ""
	}
	if len(after) > 0 && number > 0 && len(after[0]) == 1 && after[0] >= "a" && after[0] <= "z" { // 12 a
		t.house += after[0]
		after = after[1:]
	}
	if number == 0 {
		for len(after) > 1 && slices.Contains([]string{"block", "blk", "of"}, after[0]) { // as we write it
			after = after[1:]
		}
		t.street = premise.MendKind(premise.Fold(strings.Join(after, " ")))
	} else {
		t.street = premise.MendKind(premise.Fold(strings.Join(before, " ")))
		if town := premise.Fold(strings.Join(after, " ")); town != "" {
			t.locality = strings.TrimSpace(town + " " + locality)
		}
	}
	return [][]typed{withTown(t, towns), {whole}}
}

// isHouse: a number, or an Estonian plot such as T6.
func isHouse(word string) bool {
	digits := strings.TrimPrefix(word, "t")
	return digits != "" && digits[0] >= '0' && digits[0] <= '9'
}

// withTown adds the ways in which the first or the last word is the town.
func withTown(t typed, towns map[string]bool) []typed {
	readings := []typed{t}
	words := strings.Fields(t.street)
	if t.locality != "" || len(words) < 2 {
		return readings
	}
	for _, cut := range [][2][]string{{words[:1], words[1:]}, {words[len(words)-1:], words[:len(words)-1]}} {
		if town, street := townOf(cut[0][0], towns), strings.Join(cut[1], " "); town != "" && premise.StreetName(street) != "" {
			r := t
			r.locality, r.street, r.cost = town, premise.Fold(street), 1
			readings = append(readings, r)
		}
	}
	return readings
}

// townOf is the town that a word names, with a slip of the finger or none.
func townOf(word string, towns map[string]bool) string {
	if towns[word] {
		return word
	}
	near := ""
	for town := range towns {
		if premise.Near(word, town) && (near == "" || town < near) {
			near = town
		}
	}
	return near
}

// townsFor is how long the names of towns are believed; a new gazetteer brings
// others.
const townsFor = time.Minute

// townNames are the first words of all localities, folded.
func (s *Store) townNames(ctx context.Context) (map[string]bool, error) {
	if names, ok := s.towns.Get(townsKey); ok {
		return names, nil
	}
	rows, err := s.pool.Query(ctx, `select distinct locality from street where locality <> ''`)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	var locality string
	_, err = pgx.ForEachRow(rows, []any{&locality}, func() error {
		first, _, _ := strings.Cut(premise.Fold(locality), " ")
		names[first] = true
		return nil
	})
	if err == nil {
		s.towns.Add(townsKey, names)
	}
	return names, err
}

const townsKey = "towns"

// foundStreet is a street that may be meant, with the reading that found it. The
// cost is twice the slips of the finger between the two.
type foundStreet struct {
	id   int64
	cost int
	typed
}

const (
	mostStreets = 24
	mostLike    = 40    // candidates that are weighed
	mostAlike   = "700" // streets that are compared with a name

	// The operators of text_pattern_ops and one look a beginning, so that a
	// prepared plan uses the index.
	streetsByPrefix = `
select s.id, s.folded, s.locality
from unnest($1::text[]) v cross join lateral (
    select id, folded, locality from street
    where folded ~>=~ v and folded ~<~ (v || U&'\+10FFFF')
    order by length(folded), folded limit $2) s`

	// Its bound of likeness is set for each connection, see Open. A word that
	// more than mostAlike streets share, as in the crossings of a highway, tells
	// little, and to compare them all would keep the call taker waiting.
	streetsByLikeness = `
select id, folded, locality from (select * from street where $1 <% folded limit ` + mostAlike + `) s
order by $1 <<-> folded, length(folded), folded
limit $2`
)

// likeness is the least part of a street's trigrams that a name shares with it.
const likeness = "0.3"

// findStreets weighs the streets that begin with what was typed, or with two of
// its letters swapped; only when none of them is it, also those that look like it.
func (s *Store) findStreets(ctx context.Context, readings []typed) ([]foundStreet, error) {
	var all []foundStreet
	best := func() int {
		least := 1 << 30
		for _, f := range all {
			least = min(least, f.cost)
		}
		return least
	}
	for _, t := range readings {
		if t.street == "" {
			continue
		}
		if err := s.weigh(ctx, &all, t, streetsByPrefix, begins(t), mostStreets); err != nil {
			return nil, err
		}
	}
	for _, t := range readings {
		// A short one is like too much.
		if name := premise.StreetName(t.street); best() > t.cost+1 && len(name) >= 3 {
			if err := s.weigh(ctx, &all, t, streetsByLikeness, name, mostLike); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(a, b foundStreet) int { return cmp.Or(a.cost-b.cost, cmp.Compare(a.id, b.id)) })
	seen := map[int64]bool{}
	all = slices.DeleteFunc(all, func(f foundStreet) bool {
		twice := seen[f.id]
		seen[f.id] = true
		return twice
	})
	return all[:min(len(all), mostStreets)], nil
}

// begins are the beginnings to look for: what was typed, without its kind too,
// since a kind may be another one or come first, and with two letters swapped.
func begins(t typed) []string {
	name := premise.StreetName(t.street)
	all := []string{t.street}
	if name == "" {
		return all
	}
	all = append(all, name)
	for i := 0; i+1 < len(name) && len(name) <= 12; i++ {
		if name[i] != name[i+1] && name[i] != ' ' && name[i+1] != ' ' {
			swapped := []byte(name)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			all = append(all, string(swapped))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// weigh adds the streets of a query that are near enough to what was typed.
func (s *Store) weigh(ctx context.Context, all *[]foundStreet, t typed, sql string, args ...any) error {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	var id int64
	var folded, locality string
	_, err = pgx.ForEachRow(rows, []any{&id, &folded, &locality}, func() error {
		slips, ok := premise.Slips(t.street, folded, t.house != "")
		if !ok {
			return nil
		}
		cost := t.cost + slips
		if t.locality != "" && !strings.Contains(premise.Fold(locality), t.locality) && !strings.Contains(t.locality, premise.Fold(locality)) {
			cost += elsewhere
		}
		*all = append(*all, foundStreet{id, cost, t})
		return nil
	})
	return err
}

// elsewhere is what a street costs in another town than the one that was said.
const elsewhere = 6

// A number typed in full finds the hundred block it lies in, and a part of one
// the blocks that begin with it.
const doorsOfStreets = `
select a.id::text, a.kind, a.label, a.locality, st_x(a.point), st_y(a.point), coalesce(a.district_code, '')
from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[]) s (id, cost, house, unit, hundred)
cross join lateral (
    select id, kind, label, locality, point, district_code, house, hundred, unit
    from address
    where street_id = s.id
      and (s.house = '' or house ~~ (s.house || '%') or (hundred is not null and (hundred = s.hundred or hundred::text ~~ (s.house || '%'))))
      and (s.unit = '' or unit = '' or unit ~~ (s.unit || '%'))
      and ($9 = '' or district_code = $9)
) a
order by s.cost + case when s.house = '' or lower(a.house) = s.house or coalesce(a.hundred = s.hundred, false) then 0 else 3 end,
    a.house = '' desc,
    a.unit = s.unit desc,
    a.point <-> st_setsrid(st_makepoint($6, $7), 4326),
    coalesce(a.hundred, substring(a.house from '^\d{1,9}')::int), length(a.house), a.house, length(a.unit), a.unit, a.id
limit $8`

func (s *Store) findDoors(ctx context.Context, streets []foundStreet, q premise.Search) ([]premise.Found, error) {
	n := len(streets)
	ids, costs, hundreds := make([]int64, n), make([]int32, n), make([]int32, n)
	houses, units := make([]string, n), make([]string, n)
	for i, st := range streets {
		ids[i], costs[i], houses[i], units[i], hundreds[i] = st.id, int32(st.cost), st.house, st.unit, int32(st.hundred())
	}
	lon, lat := lonLat(q.Near)
	rows, err := s.pool.Query(ctx, doorsOfStreets, ids, costs, houses, units, hundreds, lon, lat, q.Limit, q.District)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (premise.Found, error) {
		var f premise.Found
		var x, y *float64
		err := row.Scan(&f.ID, &f.Kind, &f.Label, &f.Locality, &x, &y, &f.District)
		if x != nil && y != nil {
			f.Point = &premise.Point{*x, *y}
		}
		return f, err
	})
}

// hundred is the block that the house lies in, -1 where it is not a number of
// three digits or more.
func (t typed) hundred() int {
	n := 0
	for _, c := range t.house {
		if c < '0' || c > '9' || n > 99999 {
			break
		}
		n = n*10 + int(c-'0')
	}
	if n < 100 {
		return -1
	}
	return n / 100 * 100
}

const incidentsOf = `
select address_id::text, count(*), count(*) filter (where class in ('dv', 'suspected_dv'))
from incident
where address_id = any($1::text[]::uuid[]) and id >= uuid_floor($2)
group by address_id`

func (s *Store) countIncidents(ctx context.Context, found []premise.Found) error {
	at := map[premise.ID]*premise.Found{}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = string(found[i].ID)
		at[found[i].ID] = &found[i]
	}
	rows, err := s.pool.Query(ctx, incidentsOf, ids, time.Now().AddDate(-1, 0, 0))
	if err != nil {
		return fmt.Errorf("count incidents: %w", err)
	}
	var id premise.ID
	var all, dv int
	_, err = pgx.ForEachRow(rows, []any{&id, &all, &dv}, func() error {
		at[id].Incidents12m, at[id].DV12m = all, dv
		return nil
	})
	if err != nil {
		return fmt.Errorf("count incidents: %w", err)
	}
	return nil
}
