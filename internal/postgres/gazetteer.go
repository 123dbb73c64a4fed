package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/premise"
)

// FindAddresses proposes addresses for what was typed so far, best first: the
// street first, in any spelling and with slips of the finger, then the house,
// the flat and the locality; nearer ones before others of the same name. Less
// than two characters find nothing.
func (s *Store) FindAddresses(ctx context.Context, q premise.Search) ([]premise.Found, error) {
	none := []premise.Found{}
	if len([]rune(strings.TrimSpace(q.Text))) < 2 || q.Limit < 1 {
		return none, nil
	}
	for _, t := range readTyped(q.Text) {
		streets, err := s.findStreets(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("find streets: %w", err)
		}
		if len(streets) == 0 {
			continue
		}
		found, err := s.findDoors(ctx, t, streets, q)
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
}

// readTyped lists the ways to read a query, likeliest first: "1200 w martin" and
// "abara 12/1-5" have a house number, "n loop 1604" a street with one.
func readTyped(query string) []typed {
	text, locality, _ := strings.Cut(query, ",")
	locality = premise.Fold(locality)
	words := strings.Fields(strings.ToLower(text))
	number := -1
	for i, w := range words {
		if w[0] >= '0' && w[0] <= '9' {
			number = i
			break
		}
	}
	whole := typed{street: premise.Fold(text), locality: locality}
	if number < 0 {
		return []typed{whole}
	}
	t := typed{locality: locality}
	t.house, t.unit, _ = strings.Cut(words[number], "-")
	if number == 0 {
		t.street = premise.Fold(strings.Join(words[1:], " "))
		// 701-799 is a block in the centres that write the number first.
		t.unit = ""
		return []typed{t, whole}
	}
	t.street = premise.Fold(strings.Join(words[:number], " "))
	rest := words[number+1:]
	if len(rest) > 0 && len(rest[0]) == 1 && rest[0] >= "a" && rest[0] <= "z" { // 12 a
		t.house += rest[0]
		rest = rest[1:]
	}
	if after := premise.Fold(strings.Join(rest, " ")); after != "" {
		t.locality = strings.TrimSpace(after + " " + locality)
	}
	return []typed{t, whole}
}

type foundStreet struct {
	id   int64
	rank int32
}

const (
	mostStreets = 24

	// The operators of text_pattern_ops, so that a prepared plan uses the index.
	streetsByPrefix = `
select id from street
where folded ~>=~ $1 and folded ~<~ $2
order by ($3 <> '' and locality ilike '%' || $3 || '%') desc, folded = $1 desc, length(folded), folded
limit $4`

	streetsByLikeness = `
select id from street
where $1 <% folded
order by ($2 <> '' and locality ilike '%' || $2 || '%') desc, $1 <<-> folded, length(folded), folded
limit $3`

	// For slips of the finger in the only word that counts; it finds more, and
	// takes longer.
	streetsBySimilarity = `
select id from street
where $1 % folded
order by ($2 <> '' and locality ilike '%' || $2 || '%') desc, $1 <-> folded, length(folded), folded
limit $3`
)

func (s *Store) findStreets(ctx context.Context, t typed) ([]foundStreet, error) {
	if t.street == "" {
		return nil, nil
	}
	ids, err := s.ids(ctx, streetsByPrefix, t.street, t.street+"\U0010ffff", t.locality, mostStreets)
	if err != nil {
		return nil, err
	}
	var all []foundStreet
	seen := map[int64]bool{}
	add := func(ids []int64) {
		for _, id := range ids {
			if !seen[id] && len(all) < mostStreets {
				seen[id] = true
				all = append(all, foundStreet{id, int32(len(all))})
			}
		}
	}
	add(ids)
	name := premise.StreetName(t.street)
	if len(name) < 3 || len(all) >= mostStreets/3 {
		return all, nil
	}
	if ids, err = s.ids(ctx, streetsByLikeness, name, t.locality, mostStreets); err != nil {
		return nil, err
	}
	add(ids)
	if len(name) < 5 || len(all) > 0 {
		return all, nil
	}
	if ids, err = s.ids(ctx, streetsBySimilarity, name, t.locality, mostStreets); err != nil {
		return nil, err
	}
	add(ids)
	return all, nil
}

func (s *Store) ids(ctx context.Context, sql string, args ...any) ([]int64, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// A number typed in full finds the hundred block it lies in, and a part of one
// the blocks that begin with it.
const doorsOfStreets = `
select a.id::text, a.kind, a.label, a.locality, st_x(a.point), st_y(a.point), coalesce(a.district_code, '')
from unnest($1::bigint[], $2::int[]) s (id, rank)
cross join lateral (
    select id, kind, label, locality, point, district_code, house, hundred, unit
    from address
    where street_id = s.id
      and ($3 = '' or house ~~ ($3 || '%') or (hundred is not null and (hundred = $5 or hundred::text ~~ ($3 || '%'))))
      and ($4 = '' or unit = '' or unit ~~ ($4 || '%'))
      and ($10 = '' or district_code = $10)
) a
order by ($8 <> '' and a.locality ilike '%' || $8 || '%') desc, s.rank,
    (a.house = $3 or a.hundred = $5) desc,
    (a.unit = $4) desc,
    a.point <-> st_setsrid(st_makepoint($6, $7), 4326),
    coalesce(a.hundred, substring(a.house from '^\d{1,9}')::int), length(a.house), a.house, length(a.unit), a.unit, a.id
limit $9`

func (s *Store) findDoors(ctx context.Context, t typed, streets []foundStreet, q premise.Search) ([]premise.Found, error) {
	ids, ranks := make([]int64, len(streets)), make([]int32, len(streets))
	for i, st := range streets {
		ids[i], ranks[i] = st.id, st.rank
	}
	lon, lat := lonLat(q.Near)
	rows, err := s.pool.Query(ctx, doorsOfStreets, ids, ranks, t.house, t.unit, t.hundred(), lon, lat, t.locality, q.Limit, q.District)
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
