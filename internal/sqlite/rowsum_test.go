package sqlite

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"zombiezen.com/go/sqlite"
)

// A row's sum is the CRC-32C of its values, each behind its kind and its length
// or number; statements that migrate a row make the same, and none of it allocates.
func TestRowSum(t *testing.T) {
	part := func(kind byte, number uint64, data string) string {
		return string(kind) + string(binary.BigEndian.AppendUint64(nil, number)) + data
	}
	n := int64(-1)
	want := crc32.Checksum([]byte(part(1, uint64(n), "")+part(2, 2, "\xc3\xa9")+part(3, 3, "\x00\x01\xff")+part(0, 0, "")+part(0, 0, "")), crc32.MakeTable(crc32.Castagnoli))
	blob := []byte{0, 1, 255}
	sum := func() RowSum { return RowSum(0).Int(n).Text("é").Blob(blob).Null().Blob(nil) }
	if got := uint32(sum()); got != want {
		t.Errorf("%x, want %x", got, want)
	}
	if n := testing.AllocsPerRun(10, func() { sum() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	db := openNotes(t, t.TempDir())
	defer db.Close()
	err := db.Write(t.Context(), func(conn *sqlite.Conn) error {
		if err := AddRowSum(conn); err != nil {
			return err
		}
		return Each(conn, "SELECT row_sum(-1, 'é', x'0001ff', NULL, x'')", func(stmt *sqlite.Stmt) {
			if got := stmt.ColumnInt64(0); got != int64(want) {
				t.Errorf("row_sum makes %x, want %x", got, want)
			}
		})
	})
	if err != nil {
		t.Error(err)
	}
}
