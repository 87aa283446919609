package sqlite

import (
	"context"
	"fmt"
	"strconv"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

var _ async.Completions = (*Store)(nil)

const (
	latestEnd       = `SELECT position FROM latest_end`
	updateLatestEnd = `INSERT INTO latest_end (nr, position) VALUES (1, ?1) ON CONFLICT DO UPDATE SET position = ?1`
	updateEnd       = `UPDATE submissions SET ended = ? WHERE id = ?`
	selectEnds      = `SELECT ` + columns + `, id, ended FROM submissions
		WHERE ended > 0 AND ended > ? ORDER BY ended LIMIT ?`
	selectEndsOfScope = `SELECT ` + columns + `, id, ended FROM submissions
		WHERE ended > 0 AND ended > ? AND scope = ?3 ORDER BY ended LIMIT ?2`
)

// noteEnd gives a record that has ended its position, and takes that of one that
// was reopened. It is part of the write that ends the record: writes come one
// after the other, and each position is beyond all that there were, whatever the
// clock does. So nothing appears before what was listed, and ends need not settle.
func (s *Store) noteEnd(conn *sqlite.Conn, r async.Record) error {
	var ended int64
	if r.Status.Terminal() {
		latest, err := latestPosition(conn)
		if err != nil {
			return err
		}
		ended = max(s.now().UnixNano(), latest+1)
		if err := database.Exec(conn, updateLatestEnd, ended); err != nil {
			return err
		}
	}
	return database.Exec(conn, updateEnd, ended, r.ID)
}

func latestPosition(conn *sqlite.Conn) (latest int64, err error) {
	_, err = database.Row(conn, latestEnd, func(stmt *sqlite.Stmt) error { latest = stmt.ColumnInt64(0); return nil })
	return latest, err
}

// Ended implements async.Completions. A position is a number, about the
// nanoseconds since 1970.
func (s *Store) Ended(ctx context.Context, q async.EndedQuery) (page async.EndedPage, err error) {
	page.Next = q.After
	if q.After == "" {
		err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
			latest, err := latestPosition(conn)
			page.Next = strconv.FormatInt(latest, 10)
			return err
		})
		return page, err
	}
	after, err := strconv.ParseUint(q.After, 10, 63)
	if err != nil || strconv.FormatUint(after, 10) != q.After {
		return page, fmt.Errorf("position: %w", async.ErrInvalid)
	}
	query, values := selectEnds, []any{int64(after), q.Limit + 1}
	if q.Scope != "" {
		query, values = selectEndsOfScope, append(values, q.Scope)
	}
	err = s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		page.Records, page.More = nil, false
		each := func(stmt *sqlite.Stmt) {
			if page.More = len(page.Records) == q.Limit; page.More || err != nil {
				return
			}
			r := async.Record{ID: stmt.ColumnText(24)}
			err = scanSubmission(stmt, &r)
			page.Records, page.Next = append(page.Records, r), strconv.FormatInt(stmt.ColumnInt64(25), 10)
		}
		if failed := database.Each(conn, query, each, values...); failed != nil {
			return failed
		}
		return err
	})
	return page, err
}
