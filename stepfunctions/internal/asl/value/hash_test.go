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

// The hashes are those of the JDK's documentation of hashCode, worked out.
func TestJavaHash(t *testing.T) {
	for text, want := range map[string]int32{
		`null`: 0, `true`: 1231, `false`: 1237, `""`: 0, `"ab"`: 31*97 + 98, `"Aa"`: 2112, `"BB"`: 2112,
		`7`: 7, `-7`: -7, `4294967296`: 1, `-1`: -1, `1.0`: 0x3ff00000, `1.5`: 0x3ff80000,
		`[]`: 1, `[1,2]`: 994, `[2,1]`: 1024, `{}`: 0, `{"a":1}`: 97 ^ 1, `{"a":1,"b":2}`: (97 ^ 1) + (98 ^ 2),
	} {
		v, err := value.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := int32(value.JavaHash(v)); got != want {
			t.Errorf("%s has the hash %d, want %d", text, got, want)
		}
	}
}

func TestJavaBucket(t *testing.T) {
	for _, c := range []struct {
		hash          uint32
		entries, want int
	}{{1231, 2, 15}, {1237, 2, 5}, {17, 12, 1}, {17, 13, 17}, {0x10000, 1, 1}} {
		if got := value.JavaBucket(c.hash, c.entries); got != c.want {
			t.Errorf("%d of %d is in %d, want %d", c.hash, c.entries, got, c.want)
		}
	}
}
