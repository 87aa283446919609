package sqlite

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	progressName = "progress"
	crashesName  = "deaths.json"
	// idBytes is the length of a place in the progress file: an id, or 0 for a free place.
	idBytes = 8
	// maxPlaces is how many executions can be worked on at the same time and be
	// found again. The engine has fewer goroutines for that, and a processor
	// for few of them.
	maxPlaces = 4096
	// MaxCrashes is from how many crashes in a row on an execution is not worked
	// on any more.
	MaxCrashes = 3
	// An execution is suspected where the program had more memory than muchMemory
	// while it was worked on, or that took slow: what takes all memory has much,
	// and does not come to an end. Both are looked at every sampling.
	// Where the program may have little memory, half of that is much.
	muchMemory = 128 << 20
	slow       = 10 * time.Second
	sampling   = 25 * time.Millisecond
	// A program that ends sooner may have been killed from outside, by whoever
	// restarts it again and again: quickCrashes of those count as one crash, and
	// none once the execution has come further.
	quickCrashes = 33
)

// Progress is the engine's, in two files beside the database. One has the ids
// of the executions that are worked on at the moment. It is memory of the
// system's page cache where the system can map a file, since it has to outlive
// the program and not the machine: a mark takes nanoseconds, and there are two
// of them to every input. The other counts,
// for the executions that were found in the first one at a start, how many
// programs in a row have left them there. In both, an id is negative where the
// execution was not suspected.
type Progress struct {
	dir  string
	file *os.File

	mu      sync.Mutex
	marks   marks
	free    []int // places that were given back
	working []work
	sampler *time.Timer // runs while anything is worked on; nil before
	idle    bool        // it does not run
	memory  func() uint64
	much    uint64
	crashes map[int64]int
}

// work is what a place is for: an execution, 0 in a free place, and since when.
type work struct {
	id    int64
	begun time.Time
}

// Progress returns the engine's progress in the data folder.
func (db *DB) Progress() *Progress { return db.progress }

// openProgress reads what the program before has left and counts it. The caller
// holds the folder's lock.
func openProgress(dir string) (*Progress, error) {
	p := &Progress{dir: dir, idle: true, memory: memoryInUse, much: min(muchMemory, memoryLimit("/sys/fs/cgroup")/2)}
	file := filepath.Join(dir, progressName)
	left, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable(err)
	}
	before, err := p.readCrashes()
	if err != nil {
		return nil, err
	}
	p.crashes = counted(before, left)
	// First the counts, then the end of what they were counted from.
	if !maps.Equal(before, p.crashes) {
		if err := p.writeCrashes(); err != nil {
			return nil, unreadable(err)
		}
	}
	if err := p.openMarks(file); err != nil {
		return nil, unreadable(err)
	}
	return p, nil
}

// openMarks empties the file. Its pages are written, not left out, so that a
// full disk shows here and not where a mark is made.
func (p *Progress) openMarks(file string) (err error) {
	if p.file, err = os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if _, err = p.file.WriteAt(make([]byte, maxPlaces*idBytes), 0); err == nil {
		p.marks, err = mapMarks(p.file, maxPlaces*idBytes)
	}
	if err != nil {
		return errors.Join(err, p.file.Close())
	}
	return nil
}

func (p *Progress) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sampler != nil {
		p.sampler.Stop()
	}
	p.sampler, p.idle = nil, false // and none starts it again
	err := errors.Join(p.marks.unmap(), p.file.Close())
	p.marks = nil
	return err
}

// counted adds one to the crashes of every execution that was left. Those of the
// others stay: the program may have died before it came to them.
func counted(before map[int64]int, left []byte) map[int64]int {
	crashes := maps.Clone(before)
	for ; len(left) >= idBytes; left = left[idBytes:] {
		if id := int64(binary.LittleEndian.Uint64(left)); id != 0 {
			crashes[id] = before[id] + 1
		}
	}
	return crashes
}

func (p *Progress) readCrashes() (map[int64]int, error) {
	crashes := map[int64]int{}
	text, err := os.ReadFile(filepath.Join(p.dir, crashesName))
	if errors.Is(err, fs.ErrNotExist) {
		return crashes, nil
	}
	if err != nil {
		return nil, unreadable(err)
	}
	if err := json.Unmarshal(text, &crashes); err != nil {
		return nil, unreadable(fmt.Errorf("%s is damaged, remove it: %w", crashesName, err))
	}
	return crashes, nil
}

// writeCrashes replaces the file, or removes it where there is nothing to count.
func (p *Progress) writeCrashes() error {
	file := filepath.Join(p.dir, crashesName)
	if len(p.crashes) == 0 {
		err := os.Remove(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	text, err := json.Marshal(p.crashes)
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

// Begin implements engine.Progress. Beyond maxPlaces nothing is noted.
func (p *Progress) Begin(id int64) (place int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		place, p.free = p.free[n-1], p.free[:n-1]
	} else {
		place = len(p.working)
		p.working = append(p.working, work{})
	}
	p.working[place] = work{id: id, begun: time.Now()}
	p.put(place, -id)
	if p.idle {
		p.idle = false
		p.sampleLater()
	}
	return place
}

func (p *Progress) sampleLater() {
	if p.sampler == nil {
		p.sampler = time.AfterFunc(sampling, p.sample)
		return
	}
	p.sampler.Reset(sampling)
}

// sample marks the executions as suspected that are, of those that have been
// worked on since the sample before, and comes again while there is anything to look at.
func (p *Progress) sample() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.marks == nil {
		return // closed
	}
	p.idle = len(p.free) == len(p.working)
	if p.idle {
		return
	}
	much := p.memory() > p.much
	for place, w := range p.working {
		took := time.Since(w.begun)
		if w.id != 0 && (much && took >= sampling || took >= slow) {
			p.put(place, w.id)
		}
	}
	p.sampleLater()
}

// memoryInUse returns how much memory the program has of the system.
func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// memoryLimit returns how much memory the system lets a container have: its
// control group's, of either version, as it is mounted in the container.
// https://docs.kernel.org/admin-guide/cgroup-v2.html, memory.max
func memoryLimit(folder string) uint64 {
	for _, name := range []string{"memory.max", "memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return math.MaxUint64 // "max", or no control group
}

// End is engine.Progress's.
func (p *Progress) End(place int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working[place] = work{}
	p.put(place, 0)
	p.free = append(p.free, place)
}

func (p *Progress) put(place int, id int64) {
	if place >= maxPlaces || p.marks == nil {
		return
	}
	var b [idBytes]byte
	binary.LittleEndian.PutUint64(b[:], uint64(id))
	p.marks.put(b[:], place*idBytes)
}

// Crashes implements engine.Progress.
func (p *Progress) Crashes(id int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count(id)
}

func (p *Progress) count(id int64) int { return p.crashes[id] + p.crashes[-id]/quickCrashes }

// Survived implements engine.Progress.
func (p *Progress) Survived() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.crashes)
	stays := map[int64]int{}
	for id, n := range p.crashes {
		if p.count(max(id, -id)) >= MaxCrashes {
			stays[id] = n
		}
	}
	p.crashes = stays
	if len(p.crashes) == before {
		return nil
	}
	return p.writeCrashes()
}

// Advanced implements engine.Progress.
func (p *Progress) Advanced(id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.crashes[-id] == 0 || p.count(id) >= MaxCrashes {
		return nil
	}
	delete(p.crashes, -id)
	return p.writeCrashes()
}

// Forget implements engine.Progress.
func (p *Progress) Forget(id int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.crashes[id] == 0 && p.crashes[-id] == 0 {
		return nil
	}
	delete(p.crashes, id)
	delete(p.crashes, -id)
	return p.writeCrashes()
}
