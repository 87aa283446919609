package value

import "hash/maphash"

// Hash is the same for values that are Equal, so that equal ones can be found
// without comparing all with all.
func Hash(seed maphash.Seed, v any) uint64 {
	switch v := v.(type) {
	case *Object:
		sum := uint64(1) // of the members without regard to their order
		for _, m := range v.Members() {
			sum += maphash.Comparable(seed, [2]uint64{maphash.String(seed, m.Name), Hash(seed, m.Value)})
		}
		return sum
	case []any:
		sum := uint64(len(v))
		for _, item := range v {
			sum = maphash.Comparable(seed, [2]uint64{sum, Hash(seed, item)})
		}
		return sum
	}
	if f, ok := Number(v); ok {
		return maphash.Comparable(seed, f)
	}
	return maphash.Comparable(seed, v)
}
