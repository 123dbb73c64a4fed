package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/control"
	"doorstep/internal/fault"
)

const scriptInForce = `(select max(version) from script_version f where f.code = v.code and f.approved)`

// scriptColumns are read by scanScript.
const scriptColumns = `
select v.code, v.version, v.title, case
           when v.approved is null then 'proposed'
           when v.approved and v.version = ` + scriptInForce + ` then 'in_force'
           when v.approved then 'earlier'
           when v.decided_by = v.proposed_by then 'withdrawn'
           else 'refused' end,
       v.shipped, v.note, coalesce(v.proposed_by::text, ''), coalesce(p.display_name, ''), v.proposed_at,
       coalesce(d.display_name, ''), v.decided_at, v.reason`

const scriptFrom = `
from script_version v left join account p on p.id = v.proposed_by left join account d on d.id = v.decided_by`

func scriptFields(v *control.ScriptVersion) []any {
	return []any{&v.Code, &v.Version, &v.Title, &v.State, &v.Shipped, &v.Note, &v.Proposer, &v.ProposedBy, &v.ProposedAt,
		&v.DecidedBy, &v.DecidedAt, &v.Reason}
}

const scriptVersions = scriptColumns + scriptFrom + ` order by v.code, v.version desc`

// ScriptVersions lists all versions of all scripts, the newest first.
func (s *Store) ScriptVersions(ctx context.Context) ([]control.ScriptVersion, error) {
	rows, err := s.pool.Query(ctx, scriptVersions)
	if err != nil {
		return nil, sorted(err, "list scripts")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v control.ScriptVersion, err error) {
		return v, row.Scan(scriptFields(&v)...)
	})
	return list, sorted(err, "list scripts")
}

const scriptSource = scriptColumns + `, v.source` + scriptFrom + ` where v.code = $1 and v.version = $2`

// ScriptSource reads one version; NotFound when there is none.
func (s *Store) ScriptSource(ctx context.Context, code string, version int) (control.ScriptSource, error) {
	return sourceOf(ctx, s.pool, code, version)
}

func sourceOf(ctx context.Context, db asker, code string, version int) (v control.ScriptSource, err error) {
	err = db.QueryRow(ctx, scriptSource, code, version).Scan(append(scriptFields(&v.ScriptVersion), &v.Source)...)
	return v, missing(err, "version of this script")
}

const scriptsInForce = `select code, max(version) from script_version where approved group by code`

// ScriptsInForce are the numbers of the versions in force, by code.
func (s *Store) ScriptsInForce(ctx context.Context) (map[string]int, error) {
	rows, err := s.pool.Query(ctx, scriptsInForce)
	if err != nil {
		return nil, sorted(err, "look for scripts in force")
	}
	inForce := map[string]int{}
	var code string
	var version int
	_, err = pgx.ForEachRow(rows, []any{&code, &version}, func() error {
		inForce[code] = version
		return nil
	})
	return inForce, sorted(err, "look for scripts in force")
}

// oneAuthor makes whoever changes what is known of scripts wait for the one
// before: two versions must not both take a number, or both pass as the newest.
const oneAuthor = `select pg_advisory_xact_lock(hashtext('script_version'))`

const scriptNumbers = `
select coalesce(max(version), 0), coalesce(max(version) filter (where approved), 0) from script_version where code = $1`

// scriptNumbersOf are the newest number of a code and the one in force, 0 for none.
func scriptNumbersOf(ctx context.Context, tx pgx.Tx, code string) (newest, inForce int, err error) {
	b := &pgx.Batch{}
	b.Queue(oneAuthor)
	b.Queue(scriptNumbers, code).QueryRow(func(row pgx.Row) error { return row.Scan(&newest, &inForce) })
	return newest, inForce, tx.SendBatch(ctx, b).Close()
}

const insertScript = `
insert into script_version (code, version, title, source, shipped, note, proposed_by, proposed_at, approved, decided_at)
values ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid, $8, $9, $10)`

// ProposeScript keeps a new version, unless refuse has something against it
// beside the newest number so far.
func (s *Store) ProposeScript(ctx context.Context, v control.ScriptSource, once *control.Once, refuse func(newest int) error) (kept control.Kept, err error) {
	err = s.within(ctx, "propose a script", func(tx pgx.Tx) error {
		newest, _, err := scriptNumbersOf(ctx, tx, v.Code)
		if err != nil {
			return err
		}
		before := &pgx.Batch{}
		answered(before, once, &kept.Repeated)
		if err := tx.SendBatch(ctx, before).Close(); err != nil || kept.Repeated != nil {
			return err
		}
		if err := refuse(newest); err != nil {
			return err
		}
		kept.Written.Script = &v.ScriptVersion
		b := &pgx.Batch{}
		b.Queue(insertScript, v.Code, v.Version, v.Title, v.Source, false, v.Note, v.Proposer, v.ProposedAt, nil, nil)
		if err := keepAnswer(b, once, kept.Written); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return kept, err
}

const decideScript = `
update script_version set approved = $3, decided_by = $4, decided_at = $5, reason = $6 where code = $1 and version = $2`

// DecideScript keeps a decision on a proposed version.
func (s *Store) DecideScript(ctx context.Context, code string, version int, d control.ScriptDecision) (decided control.ScriptVersion, err error) {
	err = s.within(ctx, "decide on a script", func(tx pgx.Tx) error {
		_, inForce, err := scriptNumbersOf(ctx, tx, code)
		if err != nil {
			return err
		}
		v, err := sourceOf(ctx, tx, code, version)
		if err != nil {
			return err
		}
		if decided, err = v.Decide(d, inForce); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, decideScript, code, version, d.Approve, d.By.ID, d.At, decided.Reason)
		return err
	})
	return decided, err
}

const ownInForce = `select exists (select from script_version where code = $1 and version = $2 and not shipped)`

// ShipScript records a version of the program if the record does not have it,
// and returns the text that the record has of it. It is in force at once where
// the centre has no version of its own in force, and waits for an administrator
// where it has. One that is older than what is in force is not recorded: no call
// can be pinned to it.
func (s *Store) ShipScript(ctx context.Context, v control.ScriptSource) (source string, err error) {
	err = s.within(ctx, "ship a script", func(tx pgx.Tx) error {
		_, inForce, err := scriptNumbersOf(ctx, tx, v.Code)
		if err != nil {
			return err
		}
		kept, err := sourceOf(ctx, tx, v.Code, v.Version)
		switch {
		case err == nil:
			source = kept.Source
			return nil
		case !fault.Is(err, fault.NotFound):
			return err
		}
		if source = v.Source; v.Version < inForce {
			return nil
		}
		var own bool
		if err := tx.QueryRow(ctx, ownInForce, v.Code, inForce).Scan(&own); err != nil {
			return err
		}
		var approved *bool
		var at *time.Time
		if !own {
			approved, at = new(bool), &v.ProposedAt
			*approved = true
		}
		_, err = tx.Exec(ctx, insertScript, v.Code, v.Version, v.Title, v.Source, true, v.Note, "", v.ProposedAt, approved, at)
		return err
	})
	return source, err
}
