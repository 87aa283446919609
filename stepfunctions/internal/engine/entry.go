package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// entryVersion is the first byte of every entry. A reader knows all versions
// ever written: version 1 has no sum.
const entryVersion = 2

var errEntry = errors.New("a journal entry is damaged")

// encode writes an input as a journal entry: version, kind, time in
// milliseconds since 1970, ref, the sum of its effects (0 where it is not
// known), and three byte strings with their lengths.
func encode(in interp.Input, sum uint32) []byte {
	b := make([]byte, 0, 29+len(in.Output)+len(in.Error)+len(in.Cause))
	b = append(b, entryVersion, byte(in.Kind))
	b = binary.AppendVarint(b, in.At.UnixMilli())
	b = binary.AppendUvarint(b, in.Ref)
	b = binary.AppendUvarint(b, uint64(sum))
	b = appendBytes(b, in.Output)
	b = appendBytes(b, in.Error)
	return appendBytes(b, in.Cause)
}

func appendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decode reads what encode wrote. The input shares b's memory.
func decode(b []byte) (in interp.Input, sum uint32, err error) {
	if len(b) < 2 || b[0] == 0 {
		return in, 0, errEntry
	}
	if b[0] > entryVersion {
		return in, 0, fmt.Errorf("a journal entry is of version %d, this program knows %d", b[0], entryVersion)
	}
	r := entryReader{rest: b[2:]}
	in.Kind = interp.InputKind(b[1])
	in.At = time.UnixMilli(r.varint()).UTC()
	in.Ref = r.uvarint()
	if b[0] > 1 {
		sum = uint32(r.uvarint())
	}
	in.Output = r.bytes()
	in.Error = string(r.bytes())
	in.Cause = string(r.bytes())
	if r.bad || len(r.rest) != 0 {
		return interp.Input{}, 0, errEntry
	}
	return in, sum, nil
}

// entryReader takes an entry apart; bad is set by the first part that is not there.
type entryReader struct {
	rest []byte
	bad  bool
}

func (r *entryReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.skip(n)
	return v
}

func (r *entryReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.skip(n)
	return v
}

func (r *entryReader) skip(n int) {
	if n <= 0 {
		r.bad, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}

func (r *entryReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	if n == 0 {
		return nil
	}
	return b
}
