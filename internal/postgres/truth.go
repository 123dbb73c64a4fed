package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/briefing"
	"doorstep/internal/unit"
)

// DeliveriesTo lists what was put on its way to some units since a time, for a
// drill.
func (s *Store) DeliveriesTo(ctx context.Context, units []string, since time.Time) ([]briefing.Delivery, error) {
	rows, err := s.pool.Query(ctx, `
select `+deliveryColumns+` from delivery d join unit u on u.id = d.unit_id
where d.unit_id = any($1) and d.sent_at >= $2 order by d.unit_id, d.seq`, units, since)
	if err != nil {
		return nil, sorted(err, "deliveries to units")
	}
	return pgx.CollectRows(rows, scanDelivery)
}

// AssignmentsOf lists what some units were sent to since a time, for a drill.
func (s *Store) AssignmentsOf(ctx context.Context, units []string, since time.Time) ([]unit.Assignment, error) {
	rows, err := s.pool.Query(ctx, assignmentFrom+` where s.unit_id = any($1) and s.assigned_at >= $2`, units, since)
	if err != nil {
		return nil, sorted(err, "assignments of units")
	}
	return pgx.CollectRows(rows, scanAssignment)
}

// NewestRevisions returns the newest revision of each briefing of which some units
// were sent any since a time, for a drill.
func (s *Store) NewestRevisions(ctx context.Context, units []string, since time.Time) (map[briefing.ID]int, error) {
	rows, err := s.pool.Query(ctx, `
select briefing_id, max(revision) from briefing_revision
where briefing_id in (select briefing_id from delivery where unit_id = any($1) and sent_at >= $2) group by briefing_id`, units, since)
	if err != nil {
		return nil, sorted(err, "newest revisions")
	}
	newest := map[briefing.ID]int{}
	var id briefing.ID
	var revision int
	_, err = pgx.ForEachRow(rows, []any{&id, &revision}, func() error {
		newest[id] = revision
		return nil
	})
	return newest, sorted(err, "newest revisions")
}

const underway = `
select (select count(*) from notice where entry is not null)
    + (select count(*) from delivery where unit_id = any($1) and sent_at >= $2 and (delivered_at is null or displayed_at is null))
    + (select count(*) from assignment where unit_id = any($1) and assigned_at >= $2 and cleared_at is null)`

// Underway counts, for a drill, what is not at its end: what was sent and is not entered
// yet, and of what some units were sent since a time, what no device has shown and what
// they are not clear of.
func (s *Store) Underway(ctx context.Context, units []string, since time.Time) (n int, err error) {
	err = s.pool.QueryRow(ctx, underway, units, since).Scan(&n)
	return n, sorted(err, "count what is under way")
}
