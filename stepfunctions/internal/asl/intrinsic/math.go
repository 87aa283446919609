package intrinsic

import (
	"encoding/binary"
	"fmt"
	"math"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func mathAdd(in input) (any, error) {
	a, err := in.rounded(0)
	if err != nil {
		return nil, err
	}
	b, err := in.rounded(1)
	if err != nil {
		return nil, err
	}
	sum := a + b
	if sum < math.MinInt32 || sum > math.MaxInt32 {
		return nil, in.fail("the sum is out of the range of 32 bits")
	}
	return value.FromInt(sum), nil
}

// mathRandom gives a whole number from the first bound on and below the
// second. A seed makes it the same each time; which number a seed gives is not
// specified.
func mathRandom(in input) (any, error) {
	first, err := in.whole(0)
	if err != nil {
		return nil, err
	}
	end, err := in.whole(1)
	if err != nil {
		return nil, err
	}
	if first >= end {
		return nil, in.fail("the start is not below the end")
	}
	bits := in.env.Random
	if len(in.values) > 2 {
		seed, err := in.whole(2)
		if err != nil {
			return nil, err
		}
		bits = func() uint64 { return scramble(uint64(seed)) }
	}
	return value.FromInt(first + int64(bits()%uint64(end-first))), nil
}

// scramble is the SplitMix64 generator's output for a seed (Steele, Lea and
// Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
func scramble(seed uint64) uint64 {
	z := seed + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uuid gives a random UUID (RFC 9562, version 4).
func uuid(in input) (any, error) {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], in.env.Random())
	binary.BigEndian.PutUint64(b[8:], in.env.Random())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
