package sqlite

import (
	"container/list"
	"sync"

	"example.org/asynchttpapi/async"
)

// cacheSize is how many records are kept in memory: those that were written last
// or read since, some kilobytes each at most.
const cacheSize = 4096

// cache keeps records as they are on disk. The folder has one process, and so a
// read has nothing to find there that no write of this process has put there.
//
// A write begins its entry inside its transaction, which takes the record out of
// sight, and ends it once that is on disk: what is read was committed, and a read
// never goes back. An entry that is not ended, for the write failed or a later one
// has begun, is read from the database.
type cache struct {
	mu      sync.Mutex
	writes  uint64
	entries map[string]*list.Element
	recent  list.List // of *entry, the latest first
}

type entry struct {
	id     string
	write  uint64
	record *async.Record // nil while it is to be read from the database
}

// begin is called inside the transaction that writes the record, or removes it.
func (c *cache) begin(id string) (write uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if e, ok := c.entries[id]; ok {
		*e.Value.(*entry) = entry{id: id, write: c.writes}
		c.recent.MoveToFront(e)
		return c.writes
	}
	if c.entries == nil {
		c.entries = map[string]*list.Element{}
	}
	if len(c.entries) >= cacheSize {
		oldest := c.recent.Back()
		delete(c.entries, oldest.Value.(*entry).id)
		c.recent.Remove(oldest)
	}
	c.entries[id] = c.recent.PushFront(&entry{id: id, write: c.writes})
	return c.writes
}

// end is called once the write is on disk.
func (c *cache) end(write uint64, r async.Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[r.ID]; ok && e.Value.(*entry).write == write {
		e.Value.(*entry).record = &r
	}
}

func (c *cache) get(id string) (async.Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	if !ok || e.Value.(*entry).record == nil {
		return async.Record{}, false
	}
	c.recent.MoveToFront(e)
	return *e.Value.(*entry).record, true
}
