package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

const (
	sumsName = fileName + "-sums"

	sumsMagic = "ahtasum1"
	// sumsStart is where the sums begin: the note before them has a page of its own.
	sumsStart = 4096
	sumBytes  = 4
	noteBytes = 8 + 4 + 8 + 4 + 4 + 4
	// sumsBlock is how many sums are read and written at a time.
	sumsBlock = 1024
)

// note says what the log has to hold: without it, a log that lost its end, or
// all of it, would look like one of which no more was written.
type note struct {
	pageSize int
	// salts is the generation of the log, zero where any may follow.
	salts salts
	// frames is how many frames of it were committed, covered of how many the
	// pages have their sums: those may be gone, once they are in the database.
	frames, covered int
}

func (n note) encode() []byte {
	b := make([]byte, 0, noteBytes)
	b = append(b, sumsMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(n.pageSize))
	b = append(b, n.salts[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(n.frames))
	b = binary.BigEndian.AppendUint32(b, uint32(n.covered))
	return binary.BigEndian.AppendUint32(b, sumOf(b))
}

// decodeNote reports whether b is a whole note.
func decodeNote(b []byte) (n note, ok bool) {
	end := noteBytes - sumBytes
	if len(b) < noteBytes || string(b[:8]) != sumsMagic || binary.BigEndian.Uint32(b[end:]) != sumOf(b[:end]) {
		return note{}, false
	}
	n.pageSize = int(binary.BigEndian.Uint32(b[8:]))
	copy(n.salts[:], b[12:20])
	n.frames, n.covered = int(binary.BigEndian.Uint32(b[20:])), int(binary.BigEndian.Uint32(b[24:]))
	return n, true
}

// pageSums keeps a checksum of every page of the database in a file beside it,
// since SQLite has none: a damaged page would be served as data. The rule is
// that the sum of a page that is not in the log is that of the page in the
// database. SQLite writes a page into the database by a checkpoint only, so
// that the sums of all pages in the log are on disk before each checkpoint
// (cover). After each commit they are written, and a note says how far the log
// goes: another program, such as an earlier version, may move the log of a
// process that was killed into the database, and nothing is amiss then.
//
// That is done without an fsync. What is on disk of the note after a power
// failure says too little, never too much: the log is on disk before it.
type pageSums struct {
	file *os.File
	data *os.File // the database, only read
	// log and index are the log and SQLite's index of it, open only while the
	// database is: to close the index drops the process's locks on it.
	log, index *os.File
	reader     *logReader // of the log, nil before its first use
	note       note
	synced     bool // the sums and the note are on disk

	// block is the block of sums that was last used, inBlock which one it is.
	block   [sumsBlock * sumBytes]byte
	inBlock int
	// header and added are the memory of one commit.
	header [40]byte
	added  []pageSum
}

const noBlock = -1

// openSums opens the sums of a database file, which was opened before SQLite
// has it, for the reason that makeFile names. known reports whether it has sums.
func openSums(path string, data *os.File) (s *pageSums, known bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	s = &pageSums{file: file, data: data, inBlock: noBlock}
	b := make([]byte, noteBytes)
	if _, err := file.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return s, false, err
	}
	s.note, known = decodeNote(b)
	return s, known, nil
}

// attach opens the log and its index, which exist while the database is open.
func (s *pageSums) attach(dir *openFiles) (err error) {
	if s.log, err = os.Open(dir.path(logName)); err != nil {
		return err
	}
	s.index, err = os.Open(dir.path(indexName))
	return err
}

// close is called after the connections to the database are closed.
func (s *pageSums) close() error {
	var errs []error
	for _, file := range []*os.File{s.file, s.data, s.log, s.index} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}

// committed takes the sums of the pages that a commit of this process, which is
// the only one that writes, has added to the log, and notes how far that goes.
// The sums are on disk with the next cover: until then the log has the pages. It
// returns a *DamageError where the log is not what was written.
func (s *pageSums) committed() error {
	n, last, err := s.logEnd()
	if err != nil {
		return err
	}
	err = s.addSums(n, last)
	if err == nil {
		err = s.put(s.added)
	}
	if err == nil {
		n.covered = n.frames
	}
	return errors.Join(err, s.write(n))
}

// logEnd returns the note with the generation and the length of the log, and the
// checksum of its last frame. SQLite keeps them in the first bytes of the index, the
// numbers as the processor has them:
// https://www.sqlite.org/walformat.html#the_wal_index_header
func (s *pageSums) logEnd() (n note, last chain, err error) {
	const framesAt, sumAt, saltsAt = 16, 24, 32
	header := s.header[:]
	if _, err := s.index.ReadAt(header, 0); err != nil {
		return note{}, chain{}, err
	}
	n = s.note
	if copy(n.salts[:], header[saltsAt:]); n.salts != s.note.salts {
		n.covered = 0
	}
	n.frames = int(binary.NativeEndian.Uint32(header[framesAt:]))
	last = chain{s0: binary.NativeEndian.Uint32(header[sumAt:]), s1: binary.NativeEndian.Uint32(header[sumAt+4:])}
	return n, last, nil
}

func (s *pageSums) write(n note) error {
	if n == s.note {
		return nil
	}
	s.note, s.synced = n, false
	_, err := s.file.WriteAt(n.encode(), 0)
	return err
}

// reset notes that the log is empty, and that any generation may follow.
func (s *pageSums) reset() error {
	return errors.Join(s.write(note{pageSize: s.note.pageSize}), s.file.Sync())
}

// recover has the sums of all pages in the log taken again: what a process
// before this one took may not have reached the disk.
func (s *pageSums) recover() error {
	s.note.covered, s.synced = 0, false
	return s.cover()
}

// cover has the sums of all pages in the log on disk.
func (s *pageSums) cover() error {
	if err := s.committed(); err != nil || s.synced {
		return err
	}
	err := s.file.Sync()
	s.synced = err == nil
	return err
}

// pageSum is the sum of one page.
type pageSum struct {
	page int
	sum  uint32
}

// addSums takes the sums of the pages in those frames of n that are not covered, in
// the order of the frames. These were written a moment ago, or checked by this start: their
// generation is compared, and that the checksum of the last one, which continues
// those of all before it, is what SQLite has in its index.
func (s *pageSums) addSums(n note, last chain) error {
	s.added = s.added[:0]
	if n.covered == n.frames {
		return nil
	}
	damaged := func(frame int) error {
		s.reader = nil
		return &DamageError{File: logName, What: fmt.Sprintf("frame %d of %d is not as it was written", frame, n.frames)}
	}
	if err := s.readFrom(n); errors.Is(err, errLogHeader) || errors.Is(err, io.EOF) {
		return damaged(n.covered + 1)
	} else if err != nil {
		return err
	}
	for r := s.reader; r.next <= n.frames; {
		f, err := r.frame()
		if errors.Is(err, io.EOF) {
			return damaged(r.next)
		}
		if err != nil {
			return err
		}
		if !r.current(f) || f.number == n.frames && !last.equals(f.sum()) {
			return damaged(f.number)
		}
		s.added = append(s.added, pageSum{page: f.page, sum: sumOf(f.data)})
	}
	return nil
}

// readFrom has the reader at the first frame of n that is not covered.
func (s *pageSums) readFrom(n note) (err error) {
	if s.reader == nil || s.reader.salts != n.salts {
		var buffer []byte
		if s.reader != nil {
			buffer = s.reader.buffer
		}
		if s.reader, err = newLogReader(s.log, buffer); err != nil {
			return err
		}
		if s.reader.salts != n.salts {
			return errLogHeader
		}
	}
	s.reader.next, s.reader.last, s.reader.ahead = n.covered+1, n.frames, nil
	return nil
}

// put writes the sums of some pages; of one that is there twice, the later.
func (s *pageSums) put(sums []pageSum) error {
	slices.SortStableFunc(sums, func(a, b pageSum) int { return a.page - b.page })
	for len(sums) > 0 {
		first := (sums[0].page - 1) / sumsBlock
		if err := s.readBlock(first); err != nil {
			return err
		}
		n, from, to := 0, 0, 0
		for ; n < len(sums) && (sums[n].page-1)/sumsBlock == first; n++ {
			at := (sums[n].page - 1) % sumsBlock * sumBytes
			if n == 0 {
				from = at
			}
			to = at + sumBytes
			binary.BigEndian.PutUint32(s.block[at:], sums[n].sum)
		}
		if _, err := s.file.WriteAt(s.block[from:to], blockStart(first)+int64(from)); err != nil {
			s.inBlock = noBlock
			return err
		}
		sums = sums[n:]
	}
	return nil
}

// readBlock has block n of the sums in memory; those beyond the end of the file are 0.
func (s *pageSums) readBlock(n int) error {
	if s.inBlock == n {
		return nil
	}
	s.inBlock = noBlock
	got, err := s.file.ReadAt(s.block[:], blockStart(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	clear(s.block[got:])
	s.inBlock = n
	return nil
}

// blockStart returns where the block of sums begins in their file.
func blockStart(n int) int64 { return sumsStart + int64(n)*sumsBlock*sumBytes }

// eachPage reads the first so many pages of the database. report is called now and then.
func (s *pageSums) eachPage(pages int, report func(done, total int), page func(number int, data []byte) error) error {
	chunk := make([]byte, sumsBlock*s.note.pageSize)
	for first := 1; first <= pages; first += sumsBlock {
		n := min(sumsBlock, pages-first+1)
		got, err := s.data.ReadAt(chunk[:n*s.note.pageSize], int64(first-1)*int64(s.note.pageSize))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for i := range n {
			start, end := i*s.note.pageSize, (i+1)*s.note.pageSize
			data := chunk[start:end]
			if end > got {
				data = nil // the file ends here
			}
			if err := page(first+i, data); err != nil {
				return err
			}
		}
		report(first+n-1, pages)
	}
	return nil
}

// build makes the sums of a database that has none.
func (s *pageSums) build(pageSize, pages int, report func(done, total int)) error {
	s.note = note{pageSize: pageSize}
	var sums []pageSum
	err := s.eachPage(pages, report, func(number int, data []byte) error {
		if data == nil {
			return nil // it is in the log only
		}
		sums = append(sums, pageSum{page: number, sum: sumOf(data)})
		if number%sumsBlock != 0 {
			return nil
		}
		err := s.put(sums)
		sums = sums[:0]
		return err
	})
	err = errors.Join(err, s.put(sums), s.file.Sync())
	if err != nil {
		return err
	}
	_, err = s.file.WriteAt(s.note.encode(), 0)
	return errors.Join(err, s.file.Sync())
}

// verify compares the pages of the database, but for those in the log, with
// their sums. It returns a *DamageError for the first one that differs.
func (s *pageSums) verify(pages int, in map[int]bool, report func(done, total int)) error {
	return s.eachPage(pages, report, func(number int, data []byte) error {
		if err := s.readBlock((number - 1) / sumsBlock); err != nil {
			return err
		}
		if in[number] {
			return nil
		}
		sum := binary.BigEndian.Uint32(s.block[(number-1)%sumsBlock*sumBytes:])
		switch {
		case data == nil && sum != 0:
			return &DamageError{File: fileName, What: fmt.Sprintf("it ends before page %d of %d", number, pages)}
		case sum == 0 && len(bytes.Trim(data, "\x00")) == 0:
			return nil // free, and never written
		case sum != sumOf(data):
			return &DamageError{File: fileName, What: fmt.Sprintf("page %d of %d is not as it was written", number, pages)}
		}
		return nil
	})
}
