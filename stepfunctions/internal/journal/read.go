package journal

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const (
	columns    = `SELECT id, machine, name, revision, version, seed, started, parent, parent_ref, status, stopped, output, error, cause, unannounced, redrive_count, redriven, alias, sum, head_sum FROM executions `
	byID       = columns + `WHERE id = ?`
	byName     = columns + `WHERE machine = ? AND name = ?`
	unfinished = columns + `WHERE (stopped IS NULL OR unannounced) AND id > ? ORDER BY id LIMIT ?`
	filtered   = ` id < ?2 AND (?3 = '' OR status = ?3) AND (?4 = '' OR version = ?4) AND (?5 = '' OR alias = ?5) AND (stopped IS NULL OR stopped >= ?6) AND (?8 = '' OR instr(name, ?8)) AND id > ?9 ORDER BY id DESC LIMIT ?7`
	ofMachine  = columns + `WHERE machine = ?1 AND` + filtered
	ofAll      = columns + `WHERE ?1 = '' AND` + filtered
	highestID  = `SELECT coalesce(max(id), 0) FROM executions`
	entriesOf  = `SELECT entry, sum, seq, count, (` + length + `) FROM entries WHERE execution = ?1 AND seq >= coalesce((SELECT max(seq) FROM entries
		WHERE execution = ?1 AND seq <= ?2), 0) AND seq < ?3 ORDER BY seq`
	allMachines = `SELECT document, sum, arn FROM machines ORDER BY arn`
	oneRevision = `SELECT document, sum, id FROM revisions WHERE id = ?`
	putMachine  = `INSERT OR REPLACE INTO machines (arn, document, sum) VALUES (?, ?, ?)`
	putRevision = `INSERT OR REPLACE INTO revisions (id, document, sum) VALUES (?, ?, ?)`
	unusedRevs  = `SELECT id FROM revisions WHERE id NOT IN (SELECT revision FROM executions)`
	dropRev     = `DELETE FROM revisions WHERE id = ?`
	dropMachine = `DELETE FROM machines WHERE arn = ?`
	noBound     = int64(1)<<62 - 1
)

// Record implements engine.Journal.
func (j *Journal) Record(ctx context.Context, id int64) (engine.Record, error) {
	return one(j.records(ctx, byID, id))
}

// Find implements engine.Journal.
func (j *Journal) Find(ctx context.Context, machineARN, name string) (engine.Record, error) {
	return one(j.records(ctx, byName, machineARN, name))
}

func one(records []engine.Record, err error) (engine.Record, error) {
	if err != nil {
		return engine.Record{}, err
	}
	if len(records) == 0 {
		return engine.Record{}, engine.ErrNotFound
	}
	return records[0], nil
}

// Unfinished implements engine.Journal.
func (j *Journal) Unfinished(ctx context.Context, after int64, limit int) ([]engine.Record, error) {
	return j.records(ctx, unfinished, after, limit)
}

// List implements engine.Journal.
func (j *Journal) List(ctx context.Context, f engine.Filter) ([]engine.Record, error) {
	before := f.Before
	if before == 0 {
		before = noBound
	}
	query, machine := ofMachine, f.MachineARN
	if f.AllMachines {
		query, machine = ofAll, ""
	}
	return j.scan(ctx, engine.Record.WithoutOutput, query, machine, before, string(f.Status), f.VersionARN, f.AliasARN, f.ClosedAfter.UnixMilli(), f.Limit, f.NamePart, f.After)
}

func (j *Journal) records(ctx context.Context, query string, args ...any) ([]engine.Record, error) {
	return j.scan(ctx, func(r engine.Record) engine.Record { return r }, query, args...)
}

// scan reads records and keeps of each what keep returns.
func (j *Journal) scan(ctx context.Context, keep func(engine.Record) engine.Record, query string, args ...any) (records []engine.Record, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		var damage error
		err := database.Each(conn, query, func(stmt *sqlite.Stmt) {
			r := record(stmt)
			if stmt.ColumnInt64(18) != recordSum(&r) || stmt.ColumnInt64(19) != headSum(r.ID, &r.Head) {
				damage = fmt.Errorf("execution %d is not as it was written: %w", r.ID, database.ErrDamaged)
			}
			records = append(records, keep(r))
		}, args...)
		return errors.Join(err, damage)
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

func record(stmt *sqlite.Stmt) engine.Record {
	r := engine.Record{
		ID: stmt.ColumnInt64(0), MachineARN: stmt.ColumnText(1), Name: stmt.ColumnText(2),
		Revision: stmt.ColumnText(3), VersionARN: stmt.ColumnText(4), AliasARN: stmt.ColumnText(17), Started: columnMillis(stmt, 6),
		Head: engine.Head{
			Status: engine.Status(stmt.ColumnText(9)), Stopped: columnMillis(stmt, 10), Output: database.ColumnBytes(stmt, 11),
			Error: stmt.ColumnText(12), Cause: stmt.ColumnText(13), Unannounced: stmt.ColumnBool(14),
			RedriveCount: stmt.ColumnInt(15), Redriven: columnMillis(stmt, 16),
		},
	}
	stmt.ColumnBytes(5, r.Seed[:])
	if parent := stmt.ColumnInt64(7); parent != 0 {
		r.Parent = &engine.Parent{ID: parent, Ref: uint64(stmt.ColumnInt64(8))}
	}
	return r
}

// LastID implements engine.Journal.
func (j *Journal) LastID(ctx context.Context) (id int64, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		return database.Each(conn, highestID, func(stmt *sqlite.Stmt) { id = stmt.ColumnInt64(0) })
	})
	return id, err
}

// SaveMachine implements engine.Journal.
func (j *Journal) SaveMachine(ctx context.Context, arn string, document []byte, revision *engine.StoredRevision) error {
	return j.write(ctx, func(conn *sqlite.Conn) error {
		if err := database.Exec(conn, putMachine, arn, document, documentSum(arn, document)); err != nil || revision == nil {
			return err
		}
		return database.Exec(conn, putRevision, revision.ID, revision.Document, documentSum(revision.ID, revision.Document))
	})
}

// RemoveMachine implements engine.Journal.
func (j *Journal) RemoveMachine(ctx context.Context, arn string) error {
	return j.write(ctx, func(conn *sqlite.Conn) error { return database.Exec(conn, dropMachine, arn) })
}

// Machines implements engine.Journal.
func (j *Journal) Machines(ctx context.Context) ([][]byte, error) {
	return j.documents(ctx, "machines", allMachines)
}

// Revision implements engine.Journal.
func (j *Journal) Revision(ctx context.Context, id string) ([]byte, error) {
	documents, err := j.documents(ctx, "revisions", oneRevision, id)
	if err == nil && len(documents) == 0 {
		return nil, engine.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return documents[0], nil
}

// UnusedRevisions implements engine.Journal. It reads every execution's row.
func (j *Journal) UnusedRevisions(ctx context.Context) (ids []string, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		return database.Each(conn, unusedRevs, func(stmt *sqlite.Stmt) { ids = append(ids, stmt.ColumnText(0)) })
	})
	return ids, err
}

// RemoveRevisions implements engine.Journal.
func (j *Journal) RemoveRevisions(ctx context.Context, ids []string) error {
	return j.write(ctx, func(conn *sqlite.Conn) error {
		for _, id := range ids {
			if err := database.Exec(conn, dropRev, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func documentSum(key string, document []byte) int64 {
	return int64(database.RowSum(0).Text(key).Blob(document))
}

// documents returns the first column of the rows, whose second one is the sum,
// and third one the key within the table.
func (j *Journal) documents(ctx context.Context, table, query string, args ...any) (documents [][]byte, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		var damage error
		err := database.Each(conn, query, func(stmt *sqlite.Stmt) {
			document, key := database.ColumnBytes(stmt, 0), stmt.ColumnText(2)
			if stmt.ColumnInt64(1) != documentSum(key, document) {
				damage = fmt.Errorf("row %s of %s is not as it was written: %w", key, table, database.ErrDamaged)
			}
			documents = append(documents, document)
		}, args...)
		return errors.Join(err, damage)
	})
	if err != nil {
		return nil, err
	}
	return documents, nil
}
