package sqlite

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"zombiezen.com/go/sqlite"
)

// RowSum is a checksum of the values of a row, to be stored with them and compared
// when they are read. It begins as 0, and each method returns the sum
// with one value more. None of them allocates: there are several rows to a write.
type RowSum uint32

// Null adds a NULL.
func (s RowSum) Null() RowSum { return s.head(0, 0) }

// Int adds an INTEGER.
func (s RowSum) Int(n int64) RowSum { return s.head(1, uint64(n)) }

// Text adds a TEXT.
func (s RowSum) Text(t string) RowSum {
	sum := ^s.head(2, uint64(len(t)))
	for i := range len(t) { // crc32.Update would want a copy
		sum = sum.next(t[i])
	}
	return ^sum
}

// Blob adds a BLOB. An empty one is the same as a NULL.
func (s RowSum) Blob(b []byte) RowSum {
	if len(b) == 0 {
		return s.Null()
	}
	return RowSum(crc32.Update(uint32(s.head(3, uint64(len(b)))), sumTable, b))
}

// head adds what comes before a value's bytes: its kind, and its length or number.
func (s RowSum) head(kind byte, number uint64) RowSum {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], number)
	sum := (^s).next(kind)
	for _, c := range b {
		sum = sum.next(c)
	}
	return ^sum
}

// next is a CRC-32C's step: crc32.Update would move every few bytes to the heap.
func (s RowSum) next(b byte) RowSum { return RowSum(sumTable[byte(s)^b]) ^ s>>8 }

// AddRowSum lets statements of conn call row_sum, which is the RowSum of its
// arguments, for migrations.
func AddRowSum(conn *sqlite.Conn) error {
	return conn.CreateFunction("row_sum", &sqlite.FunctionImpl{NArgs: -1, Deterministic: true, Scalar: rowSum})
}

func rowSum(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
	sum := RowSum(0)
	for _, arg := range args {
		switch arg.Type() {
		case sqlite.TypeNull:
			sum = sum.Null()
		case sqlite.TypeInteger:
			sum = sum.Int(arg.Int64())
		case sqlite.TypeText:
			sum = sum.Text(arg.Text())
		case sqlite.TypeBlob:
			sum = sum.Blob(arg.Blob())
		default:
			return sqlite.Value{}, fmt.Errorf("no sum of a %v", arg.Type())
		}
	}
	return sqlite.IntegerValue(int64(sum)), nil
}
