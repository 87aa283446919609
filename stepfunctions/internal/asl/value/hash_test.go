package value_test

import (
	"hash/maphash"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func TestHash(t *testing.T) {
	seed := maphash.MakeSeed()
	groups := [][]string{
		{`null`}, {`true`}, {`false`}, {`""`}, {`"1"`}, {`1`, `1.0`, `1e0`, `10e-1`}, {`0`, `-0`, `-0.0`}, {`[]`}, {`[1]`, `[1.0]`}, {`[[1]]`}, {`[1,2]`}, {`[2,1]`},
		{`{}`}, {`{"a":1,"b":[2]}`, `{"b":[2.0],"a":1}`}, {`{"a":[2],"b":1}`},
	}
	met := map[uint64]int{}
	for i, group := range groups {
		for _, text := range group {
			v, err := value.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			hash := value.Hash(seed, v)
			if before, ok := met[hash]; ok && before != i {
				t.Errorf("%s has the hash of %s", text, groups[before][0])
			}
			met[hash] = i
		}
	}
	if len(met) != len(groups) {
		t.Errorf("%d hashes for %d different values", len(met), len(groups))
	}
}
