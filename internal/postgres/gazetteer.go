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
// house, the flat and the locality; of several as good ones the nearest, in rings,
// and then those that called before. A text may also tell a place by others: the
// corner of two streets, or the other side of one. Less than two characters find
// what lies around the position, where one is given, else nothing.
func (s *Store) FindAddresses(ctx context.Context, q premise.Search) ([]premise.Found, error) {
	found, err := s.findPlaces(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := s.countIncidents(ctx, found); err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		return cmp.Or(a.cost-b.cost, a.tier-b.tier, a.ring-b.ring, b.DV12m-a.DV12m, b.Incidents12m-a.Incidents12m)
	})
	out := make([]premise.Found, 0, min(len(found), max(q.Limit, 0)))
	seen := map[premise.ID]bool{} // under a name of today and an earlier one
	for _, f := range found {
		if !seen[f.ID] && len(out) < q.Limit {
			seen[f.ID] = true
			out = append(out, f.Found)
		}
	}
	return out, nil
}

// ranked is a proposal with what puts it before others: the weight of its slips,
// whether it is the door itself, and how far away it is.
type ranked struct {
	premise.Found
	cost, tier, ring int
}

func (s *Store) findPlaces(ctx context.Context, q premise.Search) ([]ranked, error) {
	if q.Limit < 1 {
		return nil, nil
	}
	if len([]rune(strings.TrimSpace(q.Text))) < 2 {
		if q.Near == nil || strings.TrimSpace(q.Text) != "" {
			return nil, nil
		}
		found, err := s.findAround(ctx, q)
		return found, wrap(err, "find addresses around a position")
	}
	towns, err := s.townNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("list towns: %w", err)
	}
	asked := premise.Ask(q.Text, towns.first)
	var corner []ranked
	if asked.Corner != nil {
		if corner, err = s.findCorner(ctx, asked.Corner, towns, q); err != nil {
			return nil, fmt.Errorf("find a corner: %w", err)
		}
	}
	var all []ranked
	for n, readings := range asked.Readings {
		// A crossing may be kept under either of its streets.
		crossing := asked.Corner != nil && n == 0
		found, sure, err := s.findRead(ctx, readings, towns, q, crossing)
		if err == nil && asked.Across && len(found) > 0 {
			found, err = s.findAcross(ctx, found[0], q)
		}
		if err != nil {
			return nil, fmt.Errorf("find addresses: %w", err)
		}
		for i := range found {
			found[i].cost += n * laterReading
		}
		if crossing { // only the crossing itself is better than the houses at it
			found = slices.DeleteFunc(found, func(f ranked) bool { return f.Kind != premise.Crossing })
		}
		all = append(all, found...)
		if crossing && len(found)+len(corner) > 0 || sure && len(all) > 0 {
			break
		}
	}
	return append(all, corner...), nil
}

// laterReading is what it costs that a less likely reading found it.
const laterReading = 4

// findRead finds the doors that the readings of one list may mean. Where the
// streets that were typed have no such house, one that is a slip of the finger
// away may have it; then it is not sure. Wide looks for all of these at once.
func (s *Store) findRead(ctx context.Context, readings []premise.Reading, towns towns, q premise.Search, wide bool) (found []ranked, sure bool, err error) {
	for ; ; wide = true {
		names, all, err := s.findNames(ctx, readings, wide)
		if err != nil {
			return nil, false, err
		}
		streets, err := s.findStreets(ctx, names, towns, q)
		if err != nil {
			return nil, false, err
		}
		found, err = s.findDoors(ctx, streets, q)
		if err != nil || len(found) > 0 || all || wide {
			return found, !wide, err
		}
	}
}

func wrap(err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// townsFor is how long the names of towns are believed; a new gazetteer brings
// others.
const townsFor = time.Minute

// towns are the localities of the gazetteer.
type towns struct {
	first  map[string]bool   // their first words, folded
	folded map[string]string // each, folded
}

func (s *Store) townNames(ctx context.Context) (towns, error) {
	if names, ok := s.towns.Get(townsKey); ok {
		return names, nil
	}
	rows, err := s.pool.Query(ctx, localities)
	if err != nil {
		return towns{}, err
	}
	names := towns{map[string]bool{}, map[string]string{}}
	var locality string
	_, err = pgx.ForEachRow(rows, []any{&locality}, func() error {
		folded := premise.Fold(locality)
		first, _, _ := strings.Cut(folded, " ")
		names.first[first], names.folded[locality] = true, folded
		return nil
	})
	if err == nil {
		s.towns.Add(townsKey, names)
	}
	return names, err
}

const townsKey = "towns"

// localities hops from one to the next in the index: there are few of them and
// many streets.
const localities = `
with recursive hop as (
    (select locality from street order by locality limit 1)
    union all
    select (select s.locality from street s where s.locality > hop.locality order by s.locality limit 1) from hop where hop.locality is not null)
select locality from hop where locality <> ''`

// named are the localities that a reading's town may be.
func (t towns) named(town string) []string {
	var all []string
	if town == "" {
		return nil
	}
	for locality, folded := range t.folded {
		if sameTown(town, folded) {
			all = append(all, locality)
		}
	}
	slices.Sort(all)
	return all
}

func sameTown(said, folded string) bool {
	return strings.Contains(folded, said) || strings.Contains(said, folded)
}

// foundName is a name that may be meant, with the reading that found it. The
// cost is twice the slips of the finger between the two.
type foundName struct {
	folded string
	cost   int
	premise.Reading
}

// foundStreet is a street of such a name.
type foundStreet struct {
	id       int64
	locality string
	foundName
}

const (
	mostStreets = 24
	mostNames   = 24
	mostLike    = 40    // candidates that are weighed
	mostAlike   = "700" // names that are compared with what was typed

	// The operators of text_pattern_ops and one look a beginning, so that a
	// prepared plan uses the index.
	namesByPrefix = `
select s.folded
from unnest($1::text[]) v cross join lateral (
    select folded from street_name
    where folded ~>=~ v and folded ~<~ (v || U&'\+10FFFF')
    order by length(folded), folded limit $2) s`

	// Its bound of likeness is set for each connection, see Open. A word that
	// more than mostAlike names share, as in the crossings of a highway, tells
	// little, and to compare them all would keep the call taker waiting. A slip in a
	// short word leaves it no trigram, so those are also compared with a letter less.
	namesByLikeness = `
(select folded from (select folded from street_name where $1 <% folded limit ` + mostAlike + `) s
 order by $1 <<-> folded, length(folded), folded limit $2)
union
(select folded from (select folded from street_name where shortened(folded) && $3::text[] limit ` + mostAlike + `) s
 order by length(folded), folded limit $2)`
)

// streetsOfNames are, of each name, the streets in the towns that were said, then
// the nearest, or the first towns' where no position is known: each in the order
// of an index, so that it does not matter how many towns have a street so named.
var streetsByTown, streetsByDistance = streetsOfNames("locality"), streetsOfNames("point <-> st_setsrid(st_makepoint($3, $4), 4326)")

func streetsOfNames(order string) string {
	return `
select s.id, s.locality, n.at
from unnest($1::text[]) with ordinality n (folded, at) cross join lateral (
    (select s.* from unnest($2::text[]) town cross join lateral (
        select id, locality from street where folded = n.folded and locality = town limit 1) s
     limit 8)
    union all
    (select id, locality from street where folded = n.folded and locality <> all($2::text[]) order by ` + order + ` limit 8)) s`
}

// likeness is the least part of a name's trigrams that what was typed shares
// with it.
const likeness = "0.3"

// findStreets finds the streets of the likeliest names.
func (s *Store) findStreets(ctx context.Context, names []foundName, towns towns, q premise.Search) ([]foundStreet, error) {
	if len(names) == 0 {
		return nil, nil
	}
	folded, said := make([]string, len(names)), []string{}
	for i, n := range names {
		folded[i] = n.folded
		said = append(said, towns.named(n.Locality)...)
	}
	slices.Sort(said)
	sql, args := streetsByTown, []any{folded, slices.Compact(said)}
	if q.Near != nil {
		sql, args = streetsByDistance, append(args, q.Near[0], q.Near[1])
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	var all []foundStreet
	var id int64
	var locality string
	var at int
	_, err = pgx.ForEachRow(rows, []any{&id, &locality, &at}, func() error {
		f := foundStreet{id, locality, names[at-1]}
		if f.Locality != "" && !sameTown(f.Locality, towns.folded[locality]) {
			f.cost += elsewhere
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Of one door the reading that costs least, in the order in which the names
	// and the streets came.
	slices.SortStableFunc(all, func(a, b foundStreet) int { return a.cost - b.cost })
	type door struct {
		street      int64
		house, unit string
	}
	seen := map[door]bool{}
	all = slices.DeleteFunc(all, func(f foundStreet) bool {
		d := door{f.id, f.House, f.Unit}
		twice := seen[d]
		seen[d] = true
		return twice
	})
	return all[:min(len(all), mostStreets)], nil
}

// findNames returns the likeliest names, the best first: those that begin with
// what was typed, or with two of its letters swapped; only when none of them is
// it, also those that look like it. Wide looks for all of these, and returns those
// that are at most one slip worse than the best. All says that there are no
// others to look for.
func (s *Store) findNames(ctx context.Context, readings []premise.Reading, wide bool) (names []foundName, all bool, err error) {
	found, all := []foundName{}, true
	best := func() int {
		least := 1 << 30
		for _, f := range found {
			least = min(least, f.cost)
		}
		return least
	}
	for _, r := range readings {
		switch {
		case r.Street == "":
		case !wide && r.Cost > best():
			all = false
		default:
			if err := s.weigh(ctx, &found, r, namesByPrefix, begins(r), mostNames); err != nil {
				return nil, false, err
			}
		}
	}
	for _, r := range readings {
		switch name := premise.StreetName(r.Street); {
		case len(name) < 3: // a short one is like too much
		case !wide && best() <= r.Cost:
			all = false
		default:
			if err := s.weigh(ctx, &found, r, namesByLikeness, name, mostLike, premise.Shortened(name)); err != nil {
				return nil, false, err
			}
		}
	}
	slices.SortStableFunc(found, func(a, b foundName) int {
		return cmp.Or(a.cost-b.cost, len(a.folded)-len(b.folded), cmp.Compare(a.folded, b.folded))
	})
	most, seen := best()+oneSlip, map[foundName]bool{}
	found = slices.DeleteFunc(found, func(f foundName) bool {
		once := foundName{f.folded, 0, f.Reading}
		twice := seen[once]
		seen[once] = true
		return twice || wide && f.cost > most
	})
	return found[:min(len(found), mostNames)], all, nil
}

// begins are the beginnings to look for: what was typed, without its kind too,
// since a kind may be another one or come first, behind a direction, and with two
// letters swapped.
func begins(r premise.Reading) []string {
	name := premise.StreetName(r.Street)
	all := []string{r.Street}
	if name == "" {
		return all
	}
	all = append(all, name)
	for _, side := range []string{"n", "e", "s", "w"} { // Main is N Main Ave
		all = append(all, side+" "+name)
	}
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

// weigh adds the names of a query that are near enough to what was typed.
func (s *Store) weigh(ctx context.Context, all *[]foundName, r premise.Reading, sql string, args ...any) error {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	var folded string
	_, err = pgx.ForEachRow(rows, []any{&folded}, func() error {
		if slips, ok := premise.Slips(r.Street, folded, r.House != ""); ok {
			*all = append(*all, foundName{folded, r.Cost + slips, r})
		}
		return nil
	})
	return err
}

// oneSlip is what one slip of the finger costs, with a kind of street that is
// another one.
const oneSlip = 3

// elsewhere is what a street costs in another town than the one that was said.
const elsewhere = 6

// Rings of distance: within one, an address that called before is likelier than
// one that is a little nearer.
const ringOf = `case when d is null then 0 when d < 0.001 then 1 when d < 0.003 then 2 when d < 0.01 then 3 when d < 0.03 then 4
    when d < 0.1 then 5 when d < 0.3 then 6 else 7 end`

// doorsOfStreets looks at the houses of each street that begin with the number,
// by index, and at the flats of the house that is meant. A number typed in full
// finds the hundred block it lies in, and a part of one the blocks that begin
// with it. An address that was renamed is found by what it was called.
const doorsOfStreets = `
with street as (
    select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[]) with ordinality s (id, cost, house, unit, hundred, at)),
door as materialized (
    select a.id, former, a.kind, a.label, a.locality, a.point, a.district_code, a.house, a.hundred, s.unit, s.at, exact, d,
        s.cost + case when exact then 0 else 3 end cost
    from street s cross join lateral (
        (select *, '' former, house = s.house exact, point <-> st_setsrid(st_makepoint($6, $7), 4326) d from address
         where s.house <> '' and street_id = s.id and kind <> 'dwelling' and house ~>=~ s.house and house ~<~ (s.house || U&'\+10FFFF')
           and ($9 = '' or district_code = $9)
         order by exact desc, d, length(house), house, id limit $8)
        union all
        (select *, '' former, coalesce(hundred = s.hundred, false) exact, point <-> st_setsrid(st_makepoint($6, $7), 4326) d from address
         where s.house <> '' and street_id = s.id and kind = 'block' and (hundred = s.hundred or hundred::text ~~ (s.house || '%'))
           and ($9 = '' or district_code = $9)
         order by exact desc, d, hundred, id limit $8)
        union all
        (select *, '' former, true exact, point <-> st_setsrid(st_makepoint($6, $7), 4326) d from address
         where s.house = '' and street_id = s.id and kind <> 'dwelling'
           and ($9 = '' or district_code = $9)
         order by house = '' desc, d, coalesce(hundred, substring(house from '^\d{1,9}')::int), length(house), house, id limit $8)
        union all
        (select now.*, f.label, true exact, now.point <-> st_setsrid(st_makepoint($6, $7), 4326) d
         from address_former f join address now on now.id = f.address_id
         where f.street_id = s.id and f.house = s.house and f.unit in ('', s.unit) and ($9 = '' or now.district_code = $9)
         order by f.unit desc, now.id limit $8)) a),
unit as (
    select a.id, door.former, a.kind, a.label, a.locality, a.point, a.district_code, a.house, a.hundred, a.unit, door.at, door.d, door.cost,
        case when a.unit = door.unit then 0 else 2 end tier
    from (select * from door where exact and kind = 'building' and house <> '' order by cost, d limit 8) door
    join street s on s.at = door.at and s.house <> ''
    cross join lateral (
        select * from address where building_id = door.id and unit ~>=~ s.unit and unit ~<~ (s.unit || U&'\+10FFFF')
        order by unit = s.unit desc, length(unit), unit, id limit $8) a)
select id::text, kind, label, locality, st_x(point), st_y(point), coalesce(district_code, ''), cost, tier, ` + ringOf + `, former
from (
    select id, kind, label, locality, point, district_code, house, hundred, ''::text flat, at, d, cost, 1 tier, former from door
    union all
    select id, kind, label, locality, point, district_code, house, hundred, unit, at, d, cost, tier, former from unit) a
order by cost, tier, ` + ringOf + `, house = '' desc, at, coalesce(hundred, substring(house from '^\d{1,9}')::int), length(house), house, length(flat), flat, id
limit 3 * $8`

// findDoors looks on the likeliest streets first. Where no position orders streets
// that are as likely, the others are looked at only for what is still missing: in
// a large country many towns have a street so named.
func (s *Store) findDoors(ctx context.Context, streets []foundStreet, q premise.Search) ([]ranked, error) {
	first := len(streets)
	if q.Near == nil {
		first = min(first, q.Limit)
	}
	found, err := s.doorsOf(ctx, streets[:first], q)
	rest := streets[first:]
	if err != nil || len(rest) == 0 {
		return found, err
	}
	asGood := 0
	for _, f := range found {
		if f.cost <= rest[0].cost {
			asGood++
		}
	}
	if asGood >= q.Limit {
		return found, nil
	}
	more, err := s.doorsOf(ctx, rest, q)
	return append(found, more...), err
}

func (s *Store) doorsOf(ctx context.Context, streets []foundStreet, q premise.Search) ([]ranked, error) {
	n := len(streets)
	ids, costs, hundreds := make([]int64, n), make([]int32, n), make([]int32, n)
	houses, units := make([]string, n), make([]string, n)
	for i, st := range streets {
		ids[i], costs[i], houses[i], units[i], hundreds[i] = st.id, int32(st.cost), st.House, st.Unit, int32(hundred(st.House))
	}
	lon, lat := lonLat(q.Near)
	rows, err := s.pool.Query(ctx, doorsOfStreets, ids, costs, houses, units, hundreds, lon, lat, q.Limit, q.District)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ranked, error) {
		var former string
		f, err := scanRanked(premise.HowTyped, &former)(row)
		f.Former = former
		return f, err
	})
}

// scanRanked reads a proposal, and what its query has behind.
func scanRanked(how string, more ...any) pgx.RowToFunc[ranked] {
	return func(row pgx.CollectableRow) (ranked, error) {
		var f ranked
		var x, y *float64
		err := row.Scan(append([]any{&f.ID, &f.Kind, &f.Label, &f.Locality, &x, &y, &f.District, &f.cost, &f.tier, &f.ring}, more...)...)
		if x != nil && y != nil {
			f.Point = &premise.Point{*x, *y}
		}
		f.How = how
		return f, err
	}
}

// hundred is the block that the house lies in, -1 where it is not a number of
// three digits or more.
func hundred(house string) int {
	n := 0
	for _, c := range house {
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

func (s *Store) countIncidents(ctx context.Context, found []ranked) error {
	if len(found) == 0 {
		return nil
	}
	at := map[premise.ID]*ranked{}
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
