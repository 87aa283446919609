package sqlite

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"zombiezen.com/go/sqlite"
)

// RowSum returns a checksum of the values of a row, in their order, to be stored with
// them and compared when they are read. It takes what Exec does,
// but for times. A value that is NULL and an empty blob are the same.
func RowSum(values ...any) int64 {
	sum := uint32(0)
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			sum = addPart(sum, 0, 0, nil)
		case bool:
			sum = addPart(sum, 1, uint64(b2i(v)), nil)
		case int:
			sum = addPart(sum, 1, uint64(v), nil)
		case int64:
			sum = addPart(sum, 1, uint64(v), nil)
		case string:
			sum = addPart(sum, 2, uint64(len(v)), []byte(v))
		case []byte:
			if len(v) == 0 {
				sum = addPart(sum, 0, 0, nil)
				continue
			}
			sum = addPart(sum, 3, uint64(len(v)), v)
		default:
			panic(fmt.Sprintf("no sum of a %T", value))
		}
	}
	return int64(sum)
}

// addPart continues a sum with a value: its kind, its number or length, its bytes.
func addPart(sum uint32, kind byte, number uint64, data []byte) uint32 {
	var head [9]byte
	head[0] = kind
	binary.BigEndian.PutUint64(head[1:], number)
	return crc32.Update(crc32.Update(sum, sumTable, head[:]), sumTable, data)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AddRowSum lets statements of conn call row_sum, which is RowSum of its
// arguments, for migrations.
func AddRowSum(conn *sqlite.Conn) error {
	return conn.CreateFunction("row_sum", &sqlite.FunctionImpl{NArgs: -1, Deterministic: true, Scalar: rowSum})
}

func rowSum(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
	values := make([]any, len(args))
	for i, arg := range args {
		switch arg.Type() {
		case sqlite.TypeNull:
		case sqlite.TypeInteger:
			values[i] = arg.Int64()
		case sqlite.TypeText:
			values[i] = arg.Text()
		case sqlite.TypeBlob:
			values[i] = arg.Blob()
		default:
			return sqlite.Value{}, fmt.Errorf("no sum of a %v", arg.Type())
		}
	}
	return sqlite.IntegerValue(RowSum(values...)), nil
}
