package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// The entries of one write share a row, up to so many and as soon as they have so
// many bytes: the cost of a row is several times that of a small entry in it.
const (
	maxPacked   = 64
	packedBytes = 1 << 20
)

// packed returns the next row, and how many entries are in it: one as it is,
// several with the length before each. The row is valid until the next one.
func (j *Journal) packed(entries [][]byte) (n int, row []byte) {
	size := 0
	for n < min(len(entries), maxPacked) && size < packedBytes {
		size += binary.MaxVarintLen32 + len(entries[n])
		n++
	}
	if n == 1 {
		return 1, entries[0]
	}
	row = slices.Grow(j.row[:0], size)
	for _, entry := range entries[:n] {
		row = append(binary.AppendUvarint(row, uint64(len(entry))), entry...)
	}
	if cap(row) <= maxSpare {
		j.row = row
	}
	return n, row
}

// maxSpare is how much memory is kept for rows.
const maxSpare = 64 << 10

// unpack adds the row's entries to those before. They share its memory.
func unpack(entries [][]byte, n int, row []byte) ([][]byte, error) {
	if n == 1 {
		return append(entries, row), nil
	}
	for range n {
		length, head := binary.Uvarint(row)
		if head <= 0 || length > uint64(len(row)-head) {
			return nil, errPacked
		}
		end := head + int(length)
		entries, row = append(entries, row[head:end:end]), row[end:]
	}
	if len(row) > 0 {
		return nil, errPacked
	}
	return entries, nil
}

var errPacked = fmt.Errorf("a row does not have the entries that it is said to have: %w", database.ErrDamaged)

func entriesSum(id int64, seq, n int, row []byte) int64 {
	return int64(database.RowSum(0).Int(id).Int(int64(seq)).Int(int64(n)).Blob(row))
}

// Entries implements engine.Journal.
func (j *Journal) Entries(ctx context.Context, id int64, after, limit int) (entries [][]byte, err error) {
	var first, next, all int // the rows read have the entries from first up to next, of all
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		entries, first, next, all = nil, 0, -1, 0
		var damage error
		err := database.Each(conn, entriesOf, func(stmt *sqlite.Stmt) {
			row, seq, n := database.ColumnBytes(stmt, 0), stmt.ColumnInt(2), stmt.ColumnInt(3)
			if stmt.ColumnInt64(1) != entriesSum(id, seq, n, row) {
				damage = fmt.Errorf("row %d of entries of execution %d is not as it was written: %w", seq, id, database.ErrDamaged)
			}
			if next < 0 {
				first, next, all = seq, seq, stmt.ColumnInt(4)
			}
			if damage == nil && seq == next {
				entries, damage = unpack(entries, n, row)
			}
			if seq == next {
				next += n
			}
		}, id, after, after+limit)
		return errors.Join(err, damage)
	})
	if err == nil && next < 0 {
		all, err = j.Length(ctx, id)
	}
	if err == nil && (first > after || next < min(after+limit, all)) {
		err = fmt.Errorf("entries of execution %d are missing: %w", id, database.ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	entries = entries[min(after-first, len(entries)):]
	return entries[:min(limit, len(entries))], nil
}

// Length implements engine.Journal.
func (j *Journal) Length(ctx context.Context, id int64) (n int, err error) {
	err = j.db.Read(ctx, func(conn *sqlite.Conn) error {
		n, err = entryCount(conn, id)
		return err
	})
	if err == nil && n == 0 {
		err = engine.ErrNotFound
	}
	return n, err
}

func entryCount(conn *sqlite.Conn, id int64) (n int, err error) {
	err = database.Each(conn, length, func(stmt *sqlite.Stmt) { n = stmt.ColumnInt(0) }, id)
	return n, err
}
