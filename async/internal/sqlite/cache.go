package sqlite

import (
	"container/list"
	"encoding/json"
	"slices"
	"sync"

	"example.org/asynchttpapi/async"
)

// cacheSize is how many records are kept in memory: those that were written last
// or read since, some kilobytes each at most. Inputs longer than maxCachedInput
// are not, so that they take some megabytes together.
const cacheSize, maxCachedInput = 4096, 2048

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

// An entry's record and input are nil while they are to be read from the database.
type entry struct {
	id     string
	write  uint64
	record *async.Record
	input  json.RawMessage
}

// begin is called inside the transaction that writes the record.
func (c *cache) begin(id string) (write uint64) { return c.put(id, true) }

// drop is called inside the transaction that removes the record.
func (c *cache) drop(id string) { c.put(id, false) }

func (c *cache) put(id string, keepInput bool) (write uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if e, ok := c.entries[id]; ok {
		kept := e.Value.(*entry)
		kept.write, kept.record = c.writes, nil
		if !keepInput {
			kept.input = nil
		}
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

// end is called once the write is on disk, with the input if that is new.
func (c *cache) end(write uint64, r async.Record, input json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[r.ID]
	if !ok || e.Value.(*entry).write != write {
		return
	}
	kept := e.Value.(*entry)
	kept.record = &r
	if len(input) > 0 && len(input) <= maxCachedInput {
		kept.input = slices.Clone(input)
	}
}

// getInput returns a copy of an input.
func (c *cache) getInput(id string) (json.RawMessage, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	if !ok || e.Value.(*entry).input == nil {
		return nil, false
	}
	return slices.Clone(e.Value.(*entry).input), true
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
