package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// exec runs a statement that returns no rows.
func exec(conn *sqlite.Conn, query string, values ...any) error {
	_, err := step(conn, query, values...)
	return err
}

// row hands scan the one row that query finds, and tells whether there is one.
func row(conn *sqlite.Conn, query string, scan func(*sqlite.Stmt) error, values ...any) (found bool, err error) {
	stmt, err := prepare(conn, query, values...)
	if err != nil {
		return false, err
	}
	defer stmt.Reset()
	if found, err = stmt.Step(); err != nil || !found {
		return false, err
	}
	return true, scan(stmt)
}

func step(conn *sqlite.Conn, query string, values ...any) (bool, error) {
	stmt, err := prepare(conn, query, values...)
	if err != nil {
		return false, err
	}
	return stmt.Step()
}

// prepare binds values in their order; conn keeps the statement for next time.
func prepare(conn *sqlite.Conn, query string, values ...any) (*sqlite.Stmt, error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	for i, value := range values {
		if err := bind(stmt, i+1, value); err != nil {
			return nil, err
		}
	}
	return stmt, nil
}

func bind(stmt *sqlite.Stmt, at int, value any) error {
	switch v := value.(type) {
	case nil:
		stmt.BindNull(at)
	case string:
		stmt.BindText(at, v)
	case int:
		stmt.BindInt64(at, int64(v))
	case int64:
		stmt.BindInt64(at, v)
	case bool:
		stmt.BindBool(at, v)
	case []byte:
		stmt.BindBytes(at, v)
	case time.Time:
		stmt.BindText(at, timeText(v))
	default:
		return fmt.Errorf("cannot store a %T", value)
	}
	return nil
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func columnTime(stmt *sqlite.Stmt, at int) (time.Time, error) {
	text := stmt.ColumnText(at)
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, text)
}

// expirySeconds rounds up, as asyncapi.Store has it.
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

func columnExpiry(stmt *sqlite.Stmt, at int) time.Time {
	if seconds := stmt.ColumnInt64(at); seconds != 0 {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Time{}
}

func decisionsText(decisions map[string]string) (string, error) {
	if len(decisions) == 0 {
		return "", nil
	}
	text, err := json.Marshal(decisions)
	return string(text), err
}

func columnDecisions(stmt *sqlite.Stmt, at int) (map[string]string, error) {
	decisions := map[string]string{}
	text := stmt.ColumnText(at)
	if text == "" {
		return decisions, nil
	}
	return decisions, json.Unmarshal([]byte(text), &decisions)
}

func columnBytes(stmt *sqlite.Stmt, at int) []byte {
	n := stmt.ColumnLen(at)
	if n == 0 {
		return nil
	}
	data := make([]byte, n)
	stmt.ColumnBytes(at, data)
	return data
}
