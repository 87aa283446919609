package sqlite

import (
	"time"

	database "example.org/asynchttpapi/internal/sqlite"
)

// NewStoreAt is NewStore with another clock.
func NewStoreAt(db *database.DB, now func() time.Time) *Store { return &Store{db: db, now: now} }

// EndQueries are the queries of Ended and of the writes of ends.
var EndQueries = []string{selectEnds, selectEndsOfScope}
