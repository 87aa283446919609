package value

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A size is that of the text, wherever in it the characters are that are
// escaped, or are no UTF-8.
func TestSizeOfStrings(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for c := range 256 {
		for length := range 20 {
			b := []byte(strings.Repeat("~ !#[]", 4)[:length])
			if length > 0 {
				b[random.IntN(length)] = byte(c)
			}
			if got, want := stringSize(string(b)), len(appendString(nil, string(b))); got != want {
				t.Errorf("%q has size %d, want %d", b, got, want)
			}
		}
	}
	for range 2000 {
		b := make([]byte, random.IntN(40))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		if got, want := stringSize(string(b)), len(appendString(nil, string(b))); got != want {
			t.Errorf("%q has size %d, want %d", b, got, want)
		}
	}
}

func BenchmarkStringSize(b *testing.B) {
	text := strings.Repeat("a long text of letters ", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		stringSize(text)
	}
}
