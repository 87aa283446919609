package intrinsic

import (
	"cmp"
	"hash/maphash"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxRange is how many elements States.ArrayRange may give.
const maxRange = 1000

func array(in input) (any, error) { return in.values, nil }

func arrayPartition(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	size, err := in.whole(1)
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, in.fail("the chunk size is not positive")
	}
	chunks := []any{}
	for chunk := range slices.Chunk(array, int(size)) {
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}

// arrayContains compares texts, as AWS does: true is found in ["true"], and an
// object only where its members come in the same order.
func arrayContains(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	if err := in.writable(in.values, 0); err != nil {
		return nil, err
	}
	wanted := value.Java(in.values[1])
	return slices.ContainsFunc(array, func(element any) bool { return value.Java(element) == wanted }), nil
}

func arrayRange(in input) (any, error) {
	var bounds [3]int64
	for i := range bounds {
		var err error
		if bounds[i], err = in.whole(i); err != nil {
			return nil, err
		}
	}
	first, last, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return nil, in.fail("the step is zero")
	}
	if (last-first)/step >= maxRange {
		return nil, in.fail("the range has more than %d elements", maxRange)
	}
	elements := []any{}
	for n := first; (step > 0 && n <= last) || (step < 0 && n >= last); n += step {
		elements = append(elements, value.FromInt(n))
	}
	return elements, nil
}

// arrayGetItem gives null for any index into an empty array, as AWS does.
func arrayGetItem(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	i, err := in.whole(1)
	switch {
	case err != nil:
		return nil, err
	case len(array) == 0:
		return nil, nil
	case i < 0 || i >= int64(len(array)):
		return nil, in.fail("the index %d is out of bounds for an array of length %d", i, len(array))
	}
	return array[i], nil
}

func arrayLength(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	return value.FromInt(int64(len(array))), nil
}

// arrayUnique keeps the first of equal elements, in the order in which Java's
// HashSet lists them: AWS makes [false,true] of [true,false].
func arrayUnique(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	// Comparing all with all takes minutes for what fits into 256 KiB.
	unique, seed, met := []any{}, maphash.MakeSeed(), map[uint64][]any{}
	for _, element := range array {
		hash := value.Hash(seed, element)
		if !contains(met[hash], element) {
			met[hash] = append(met[hash], element)
			unique = append(unique, element)
		}
	}
	slices.SortStableFunc(unique, func(a, b any) int {
		return cmp.Compare(bucket(a, unique), bucket(b, unique))
	})
	return unique, nil
}

func bucket(element any, unique []any) int {
	return value.JavaBucket(value.JavaHash(element), len(unique))
}

func contains(array []any, v any) bool {
	return slices.ContainsFunc(array, func(element any) bool { return value.Equal(element, v) })
}
