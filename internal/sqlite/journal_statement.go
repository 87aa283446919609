package sqlite

import (
	"time"

	"zombiezen.com/go/sqlite"
)

// each hands every row that query finds to row.
func each(conn *sqlite.Conn, query string, row func(*sqlite.Stmt), values ...any) error {
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

// millis is how the journal keeps a time: milliseconds since 1970, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func columnMillis(stmt *sqlite.Stmt, at int) time.Time {
	if stmt.ColumnIsNull(at) {
		return time.Time{}
	}
	return time.UnixMilli(stmt.ColumnInt64(at)).UTC()
}
