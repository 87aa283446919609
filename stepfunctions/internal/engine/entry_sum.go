package engine

import "example.org/asynchttpapi/stepfunctions/internal/interp"

// sum is a 32-bit FNV-1a hash, https://www.rfc-editor.org/rfc/rfc9923. The
// one of hash/fnv would move what is hashed to the heap, for every entry.
type sum uint32

const newSum, sumPrime sum = 2166136261, 16777619

func (s *sum) text(t string) {
	for i := range len(t) {
		*s = (*s ^ sum(t[i])) * sumPrime
	}
	s.number(uint64(len(t)))
}

func (s *sum) number(n uint64) {
	for ; n > 0; n >>= 8 {
		*s = (*s ^ sum(n&0xff)) * sumPrime
	}
	*s *= sumPrime
}

// sumOf tells apart where inputs lead: to which states and which end. It leaves
// out data, which may be written another way and mean the same. It is never 0.
func sumOf(e interp.Effects) uint32 {
	s := newSum
	for _, t := range e.Tasks {
		s.number(t.Ref)
		s.text(t.State)
		s.text(t.Resource)
	}
	for _, t := range e.Timers {
		s.number(t.Ref)
	}
	if e.Outcome != nil {
		s.text(e.Outcome.Status)
	}
	return uint32(max(s, 1))
}
