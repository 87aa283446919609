package sqlite

import (
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Exec runs a statement that returns no rows.
func Exec(conn *sqlite.Conn, query string, values ...any) error {
	_, err := step(conn, query, values...)
	return err
}

// Script runs statements that are used once, such as those that make tables.
func Script(conn *sqlite.Conn, statements string) error {
	return sqlitex.ExecuteScript(conn, statements, nil)
}

// Row hands scan the one row that query finds, and reports whether there is one.
func Row(conn *sqlite.Conn, query string, scan func(*sqlite.Stmt) error, values ...any) (found bool, err error) {
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

// Each hands every row that query finds to row.
func Each(conn *sqlite.Conn, query string, row func(*sqlite.Stmt), values ...any) error {
	stmt, err := prepare(conn, query, values...)
	if err != nil {
		return err
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		row(stmt)
	}
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

func ColumnTime(stmt *sqlite.Stmt, at int) (time.Time, error) {
	text := stmt.ColumnText(at)
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, text)
}

func ColumnBytes(stmt *sqlite.Stmt, at int) []byte {
	n := stmt.ColumnLen(at)
	if n == 0 {
		return nil
	}
	data := make([]byte, n)
	stmt.ColumnBytes(at, data)
	return data
}
