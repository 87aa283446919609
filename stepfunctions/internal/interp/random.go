package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// bits are 16 bytes that follow from the seed, a purpose and a number alone.
func (r *Run) bits(purpose string, number uint64) [16]byte {
	var out [16]byte
	copy(out[:], keyed(r.info.Seed, purpose, r.info.ExecutionARN, number))
	return out
}

func keyed(seed [16]byte, purpose, execution string, number uint64) []byte {
	mac := hmac.New(sha256.New, seed[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(execution))
	mac.Write(binary.BigEndian.AppendUint64([]byte{0}, number))
	return mac.Sum(nil)
}

// random64 gives the next random bits; a replay gives the same.
func (r *Run) random64() uint64 {
	r.drawn++
	b := r.bits("draw", r.drawn)
	return binary.BigEndian.Uint64(b[:])
}

// random is a number from 0 to 1, without 1.
func (r *Run) random() float64 { return float64(r.random64()>>11) / (1 << 53) }

// requestID stands for the id that the called service gives a request.
func (r *Run) requestID(ref uint64) string { return uuid(r.bits("request", ref)) }

// uuid writes random bits as a version 4 UUID (RFC 9562).
func uuid(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
