package sqlite

import (
	"encoding/json"
	"errors"
	"time"

	"zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	database "example.org/asynchttpapi/internal/sqlite"
)

// The columns that Advance may write come first, in the order of changing.
const (
	insertSubmission = `INSERT INTO submissions
		(status, custom_status, message, error_code, error_message, redrive, rank, percent, began, due,
		 outcomes, stage_values, result, large, wait_stage, wait_token, wait_answer, wait_attempt, updated, deadline,
		 id, job, created, expires, scope)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING RETURNING nr`
	updateSubmission = `UPDATE submissions SET
		status = ?, custom_status = ?, message = ?, error_code = ?, error_message = ?, redrive = ?, rank = ?, percent = ?, began = ?, due = ?,
		outcomes = ?, stage_values = ?, result = ?, large = ?, wait_stage = ?, wait_token = ?, wait_answer = ?, wait_attempt = ?, updated = ?, deadline = ?
		WHERE id = ?`
	columns = `
		status, custom_status, message, error_code, error_message, redrive, rank, percent, began, due,
		outcomes, stage_values, result, large, wait_stage, wait_token, wait_answer, wait_attempt, updated, deadline,
		job, created, expires, scope`
	selectSubmission = `SELECT ` + columns + ` FROM submissions WHERE id = ?`
)

// changing returns the values of the columns that Advance may write.
func changing(r async.Record) ([]any, error) {
	outcomes, err := jsonText(r.Outcomes, len(r.Outcomes) == 0)
	values, badValues := jsonText(r.Values, len(r.Values) == 0)
	large, badLarge := jsonText(r.Large, r.Large == nil)
	if err := errors.Join(err, badValues, badLarge); err != nil {
		return nil, err
	}
	var code, message any
	if r.Error != nil {
		code, message = r.Error.Code, r.Error.Message
	}
	return []any{
		string(r.Status), r.CustomStatus, r.Message, code, message, r.Redrive, r.Rank, r.Percent, r.Began, r.Due,
		outcomes, values, []byte(r.Result), large, r.Waiting.Stage, r.Waiting.Token, r.Waiting.Answer, r.Waiting.Attempt, r.Updated, r.Deadline,
	}, nil
}

func readSubmission(conn *sqlite.Conn, id string) (async.Record, error) {
	r := async.Record{ID: id}
	found, err := database.Row(conn, selectSubmission, func(stmt *sqlite.Stmt) error { return scanSubmission(stmt, &r) }, id)
	if err == nil && !found {
		err = async.ErrNotFound
	}
	return r, err
}

func scanSubmission(stmt *sqlite.Stmt, r *async.Record) error {
	r.Status = api.Status(stmt.ColumnText(0))
	r.CustomStatus, r.Message = stmt.ColumnText(1), stmt.ColumnText(2)
	if !stmt.ColumnIsNull(3) {
		r.Error = &api.Error{Code: stmt.ColumnText(3), Message: stmt.ColumnText(4)}
	}
	r.Redrive, r.Rank, r.Percent = stmt.ColumnInt(5), stmt.ColumnInt(6), stmt.ColumnInt(7)
	r.Result = database.ColumnBytes(stmt, 12)
	r.Waiting = async.Waiting{Stage: stmt.ColumnText(14), Token: stmt.ColumnText(15), Answer: stmt.ColumnText(16), Attempt: stmt.ColumnInt64(17)}
	r.Job, r.Scope = stmt.ColumnText(20), stmt.ColumnText(23)
	r.Expires = columnExpiry(stmt, 22)
	return errors.Join(
		columnJSON(stmt, 10, &r.Outcomes), columnJSON(stmt, 11, &r.Values), columnJSON(stmt, 13, &r.Large),
		columnTime(stmt, 8, &r.Began), columnTime(stmt, 9, &r.Due), columnTime(stmt, 18, &r.Updated),
		columnTime(stmt, 19, &r.Deadline), columnTime(stmt, 21, &r.Created))
}

func columnTime(stmt *sqlite.Stmt, at int, t *time.Time) (err error) {
	*t, err = database.ColumnTime(stmt, at)
	return err
}

// expirySeconds rounds up, as async.Store has it.
func expirySeconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	seconds := t.Unix()
	if t.Nanosecond() > 0 {
		seconds++
	}
	return seconds
}

// asStored is a record as it is read after it was written.
func asStored(r async.Record) async.Record {
	r.Created, r.Updated, r.Deadline = r.Created.UTC(), r.Updated.UTC(), r.Deadline.UTC()
	r.Began, r.Due = r.Began.UTC(), r.Due.UTC()
	if seconds := expirySeconds(r.Expires); seconds != 0 {
		r.Expires = time.Unix(seconds, 0).UTC()
	}
	if len(r.Result) == 0 {
		r.Result = nil
	}
	return r
}

func columnExpiry(stmt *sqlite.Stmt, at int) time.Time {
	if seconds := stmt.ColumnInt64(at); seconds != 0 {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Time{}
}

// jsonText is empty for nothing.
func jsonText(v any, nothing bool) (string, error) {
	if nothing {
		return "", nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func columnJSON(stmt *sqlite.Stmt, at int, v any) error {
	text := stmt.ColumnText(at)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), v)
}
