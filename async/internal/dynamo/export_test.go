package dynamo

import "time"

// At gives a store another clock.
func (s *Store) At(now func() time.Time) *Store {
	at := *s
	at.now = now
	return &at
}

// WithIndexPage gives a store another bound of the index's pages.
func (s *Store) WithIndexPage(entries int32) *Store {
	with := *s
	with.indexPage = entries
	return &with
}

// SameBucket returns another scope in the same partitions.
func SameBucket(scope string) string {
	for other := scope + "'"; ; other += "'" {
		if partition(other, 0) == partition(scope, 0) {
			return other
		}
	}
}
