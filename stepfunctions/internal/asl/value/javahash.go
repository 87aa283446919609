package value

import (
	"encoding/json"
	"math"
	"unicode/utf16"
)

// JavaHash is the hashCode of a value in Java, where an object is a Map, an
// array a List and a number an Integer, a Long or a Double.
func JavaHash(v any) uint32 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1231
		}
		return 1237
	case string:
		var h uint32
		for _, unit := range utf16.Encode([]rune(v)) {
			h = 31*h + uint32(unit)
		}
		return h
	case []any:
		h := uint32(1)
		for _, item := range v {
			h = 31*h + JavaHash(item)
		}
		return h
	case *Object:
		var h uint32
		for _, m := range v.Members() {
			h += JavaHash(m.Name) ^ JavaHash(m.Value)
		}
		return h
	case json.Number:
		return javaNumberHash(v)
	}
	return 0
}

func javaNumberHash(n json.Number) uint32 {
	i, whole := Integer(n)
	if whole && int64(int32(i)) == i {
		return uint32(i)
	}
	bits := uint64(i)
	if !whole {
		f, _ := Number(n)
		bits = math.Float64bits(f)
	}
	return uint32(bits ^ bits>>32)
}

// JavaBucket is the place of a hash in a HashMap of this many entries; a
// HashMap lists its entries bucket by bucket.
func JavaBucket(hash uint32, entries int) int {
	buckets := 16
	for 4*entries > 3*buckets {
		buckets *= 2
	}
	return int((hash ^ hash>>16) & uint32(buckets-1))
}
