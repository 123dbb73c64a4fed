package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
)

const recordOf = `select body, written_by, written_at, version from on_scene_record where incident_id = $1`

// Record reads the newest version of an on-scene record; version 0 when none
// was written.
func (s *Store) Record(ctx context.Context, id incident.ID) (control.KeptRecord, error) {
	kept, err := readRecord(ctx, s.pool, id)
	return kept, sorted(err, "read an on-scene record")
}

func readRecord(ctx context.Context, db asker, id incident.ID) (kept control.KeptRecord, err error) {
	var body []byte
	err = db.QueryRow(ctx, recordOf, id).Scan(&body, &kept.WrittenBy, &kept.WrittenAt, &kept.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return control.KeptRecord{}, nil
	}
	if err != nil {
		return kept, err
	}
	if err := json.Unmarshal(body, &kept.Record); err != nil {
		return kept, fmt.Errorf("read a stored on-scene record: %w", err)
	}
	return kept, nil
}

// takeCrewRisk locks the incident, so that two crews do not write the first
// version at once, and takes over the crew's risk level until a district
// officer has given one.
const takeCrewRisk = `
update incident set version = version + 1, risk_level = case
    when exists (select from outcome o where o.incident_id = $1 and o.risk_level is not null) then risk_level
    else nullif($2, '') end
where id = $1`

const (
	upsertRecord = `
insert into on_scene_record (incident_id, body, written_by, written_at, version) values ($1, $2, $3, $4, $5)
on conflict (incident_id) do update set body = excluded.body, written_by = excluded.written_by,
    written_at = excluded.written_at, version = excluded.version`
	insertRecordVersion = `
insert into on_scene_record_version (incident_id, version, body, written_by, written_at) values ($1, $2, $3, $4, $5)`
)

// KeepRecord keeps a new version of an on-scene record, written over version,
// and its notices.
func (s *Store) KeepRecord(ctx context.Context, id incident.ID, version int64, r outcome.Record, by access.AccountID, now time.Time, drafts []control.Draft) (kept control.KeptRecord, told []control.Notice, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return kept, nil, fmt.Errorf("encode an on-scene record: %w", err)
	}
	var toTell news
	err = s.within(ctx, "keep an on-scene record", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, takeCrewRisk, id, r.RiskLevel)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "no such incident")
		}
		stood, err := readRecord(ctx, tx, id)
		if err != nil {
			return err
		}
		if stood.Version != version {
			return fault.Changed(stood.Version)
		}
		kept = control.KeptRecord{Record: r, WrittenBy: by, WrittenAt: now, Version: version + 1}
		toTell = nil
		for _, draft := range drafts {
			if err := toTell.add(draft.Topic, draft.Type, now, draft.Body); err != nil {
				return err
			}
		}
		b := &pgx.Batch{}
		b.Queue(upsertRecord, id, body, by, now, kept.Version)
		b.Queue(insertRecordVersion, id, kept.Version, body, by, now)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return toTell.tell(ctx, tx)
	})
	notices, err := toTell.kept(err)
	return kept, notices, err
}
