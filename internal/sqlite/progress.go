package sqlite

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

const (
	progressName = "progress"
	deathsName   = "deaths.json"
	// idBytes is the length of a place in the progress file: an id, 0 where nobody is there.
	idBytes = 8
	// MaxDeaths is from how many deaths in a row on an execution is not worked
	// on any more, and keeps its count.
	MaxDeaths = 3
)

// Progress is the engine's, in two files beside the database. One has the ids
// of the executions that are worked on at the moment. It is written without an
// fsync, since it has to outlive the program and not the machine: that takes
// about a microsecond, where a transaction takes milliseconds. The other counts,
// for the executions that were found in the first one at a start, how many
// programs in a row have left them there.
type Progress struct {
	dir  string
	file *os.File

	mu     sync.Mutex
	free   []int // places that were given back
	places int
	deaths map[int64]int
}

// Progress returns the engine's progress in the data folder.
func (db *DB) Progress() *Progress { return db.progress }

// openProgress reads what the program before has left and counts it. The caller
// holds the folder's lock.
func openProgress(dir string) (*Progress, error) {
	p := &Progress{dir: dir}
	file := filepath.Join(dir, progressName)
	left, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable(err)
	}
	before, err := p.readDeaths()
	if err != nil {
		return nil, err
	}
	p.deaths = counted(before, left)
	// First the counts, then the end of what they were counted from.
	if !maps.Equal(before, p.deaths) {
		if err := p.writeDeaths(); err != nil {
			return nil, unreadable(err)
		}
	}
	p.file, err = os.OpenFile(file, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, unreadable(err)
	}
	return p, nil
}

// counted adds one to the deaths of every execution that was left, and forgets
// those of the others, but for the ones that are not worked on any more.
func counted(before map[int64]int, left []byte) map[int64]int {
	deaths := map[int64]int{}
	for ; len(left) >= idBytes; left = left[idBytes:] {
		if id := int64(binary.LittleEndian.Uint64(left)); id != 0 {
			deaths[id] = before[id] + 1
		}
	}
	for id, n := range before {
		if deaths[id] == 0 && n >= MaxDeaths {
			deaths[id] = n
		}
	}
	return deaths
}

func (p *Progress) readDeaths() (map[int64]int, error) {
	deaths := map[int64]int{}
	text, err := os.ReadFile(filepath.Join(p.dir, deathsName))
	if errors.Is(err, fs.ErrNotExist) {
		return deaths, nil
	}
	if err != nil {
		return nil, unreadable(err)
	}
	if err := json.Unmarshal(text, &deaths); err != nil {
		return nil, unreadable(fmt.Errorf("%s is damaged, remove it: %w", deathsName, err))
	}
	return deaths, nil
}

// writeDeaths replaces the file, or removes it where there is nothing to count.
func (p *Progress) writeDeaths() error {
	file := filepath.Join(p.dir, deathsName)
	if len(p.deaths) == 0 {
		err := os.Remove(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	text, err := json.Marshal(p.deaths)
	if err != nil {
		return err
	}
	if err := writeSynced(file+".new", append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	syncFolder(p.dir)
	return nil
}

func writeSynced(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// Begin is engine.Progress's. That a full disk takes no mark must not stop the
// execution: it then is not found after a death.
func (p *Progress) Begin(id int64) (place int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		place, p.free = p.free[n-1], p.free[:n-1]
	} else {
		place = p.places
		p.places++
	}
	p.put(place, id)
	return place
}

// End is engine.Progress's.
func (p *Progress) End(place int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(place, 0)
	p.free = append(p.free, place)
}

func (p *Progress) put(place int, id int64) {
	var b [idBytes]byte
	binary.LittleEndian.PutUint64(b[:], uint64(id))
	_, _ = p.file.WriteAt(b[:], int64(place)*idBytes)
}

// Deaths is engine.Progress's.
func (p *Progress) Deaths(id int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deaths[id]
}

// Forget is engine.Progress's.
func (p *Progress) Forget(id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaths[id] == 0 {
		return nil
	}
	delete(p.deaths, id)
	return p.writeDeaths()
}
