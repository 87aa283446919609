package sqlite

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"slices"
)

// The format of a write-ahead log: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const (
	logHeaderBytes   = 32
	frameHeaderBytes = 24
	logMagic         = 0x377f0682 // its last bit is the byte order of the checksums
	logVersion       = 3007000
)

// salts distinguish the generations of a log: SQLite adds one to the first
// and draws the second whenever it begins to write a log from its start again.
type salts [8]byte

// next reports whether s is of the generation that follows that of before.
func (s salts) next(before salts) bool {
	return binary.BigEndian.Uint32(s[:]) == binary.BigEndian.Uint32(before[:])+1
}

// chain is the cumulative checksum that each frame of a log continues.
type chain struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add continues the checksum with b, whose length is a multiple of 8.
func (c *chain) add(b []byte) {
	s0, s1 := c.s0, c.s1
	if c.order == binary.ByteOrder(binary.LittleEndian) {
		for ; len(b) >= 8; b = b[8:] {
			s0 += binary.LittleEndian.Uint32(b) + s1
			s1 += binary.LittleEndian.Uint32(b[4:]) + s0
		}
	} else {
		for ; len(b) >= 8; b = b[8:] {
			s0 += binary.BigEndian.Uint32(b) + s1
			s1 += binary.BigEndian.Uint32(b[4:]) + s0
		}
	}
	c.s0, c.s1 = s0, s1
}

// set takes the checksum that is stored in 8 bytes.
func (c *chain) set(b []byte) {
	c.s0, c.s1 = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
}

func (c *chain) equals(b []byte) bool {
	return c.s0 == binary.BigEndian.Uint32(b) && c.s1 == binary.BigEndian.Uint32(b[4:])
}

// logReader reads the frames of a log in order.
type logReader struct {
	file     io.ReaderAt
	pageSize int
	salts    salts
	chain    chain
	next     int // number of the next frame, the first one is 1
	last     int // number of the last frame to read, 0 for all
	// buffer has room for some frames, ahead are those that were read into it.
	buffer, ahead []byte
}

// framesAhead is how many frames are read at a time.
const framesAhead = 64

// logFrame is one page as a transaction wrote it. data is valid until the next one is read.
type logFrame struct {
	number, page int
	// commit is the size of the database in pages for the last frame of a
	// transaction, 0 for the others.
	commit     int
	head, data []byte
	// sound reports whether the frame continues the checksum of the one before.
	sound bool
}

func (f logFrame) salts() salts { return salts(f.head[8:16]) }

// sum returns the checksum that is stored in the frame.
func (f logFrame) sum() []byte { return f.head[16:] }

var errLogHeader = errors.New("the log has no valid header")

// newLogReader reads the header. errLogHeader: SQLite takes the log for empty.
// buffer is that of a reader before this one, or nil.
func newLogReader(file io.ReaderAt, buffer []byte) (*logReader, error) {
	header := make([]byte, logHeaderBytes)
	if _, err := file.ReadAt(header, 0); errors.Is(err, io.EOF) {
		return nil, errLogHeader
	} else if err != nil {
		return nil, err
	}
	magic := binary.BigEndian.Uint32(header)
	r := &logReader{file: file, pageSize: int(binary.BigEndian.Uint32(header[8:])), next: 1}
	r.chain.order = binary.LittleEndian
	if magic&1 != 0 {
		r.chain.order = binary.BigEndian
	}
	copy(r.salts[:], header[16:24])
	r.chain.add(header[:24])
	size := r.pageSize
	if magic&^1 != logMagic || binary.BigEndian.Uint32(header[4:]) != logVersion || size < 512 || size > 65536 ||
		size&(size-1) != 0 || !r.chain.equals(header[24:]) {
		return nil, errLogHeader
	}
	if need := framesAhead * (frameHeaderBytes + size); len(buffer) != need {
		buffer = make([]byte, need)
	}
	r.buffer = buffer
	return r, nil
}

// at returns where frame n begins.
func (r *logReader) at(n int) int64 {
	return logHeaderBytes + int64(n-1)*int64(frameHeaderBytes+r.pageSize)
}

// logBytes returns how long a log of so many frames is at least.
func logBytes(frames, pageSize int) int64 {
	if frames == 0 {
		return 0 // it has no header yet
	}
	return logHeaderBytes + int64(frames)*int64(frameHeaderBytes+pageSize)
}

// frame returns the next frame, whatever it has, io.EOF after the last whole one.
func (r *logReader) frame() (logFrame, error) {
	length := frameHeaderBytes + r.pageSize
	if len(r.ahead) < length {
		buffer := r.buffer
		if left := r.last - r.next + 1; r.last > 0 && left < framesAhead {
			buffer = buffer[:max(0, left)*length]
		}
		n, err := r.file.ReadAt(buffer, r.at(r.next))
		if n < length {
			return logFrame{}, cmp.Or(err, io.EOF)
		}
		r.ahead = buffer[:n]
	}
	head, data := r.ahead[:frameHeaderBytes], r.ahead[frameHeaderBytes:length]
	r.ahead = r.ahead[length:]
	f := logFrame{
		number: r.next, head: head, data: data,
		page: int(binary.BigEndian.Uint32(head)), commit: int(binary.BigEndian.Uint32(head[4:])),
	}
	r.next++
	return f, nil
}

// read is frame with the checksum, which it continues. After a frame
// that is not sound, the next one is held to the checksum that is stored in it.
func (r *logReader) read() (logFrame, error) {
	f, err := r.frame()
	if err != nil {
		return f, err
	}
	r.chain.add(f.head[:8])
	r.chain.add(f.data)
	f.sound = r.current(f) && r.chain.equals(f.sum())
	if !f.sound {
		r.chain.set(f.sum())
	}
	return f, nil
}

// current reports whether the frame is a page of the log's generation.
func (r *logReader) current(f logFrame) bool { return f.salts() == r.salts && f.page > 0 }

// logState is what a start finds in a log.
type logState struct {
	bytes    int64
	header   bool // valid: SQLite would read the frames
	salts    salts
	pageSize int
	// frames is how many frames there are up to the end of the last whole
	// transaction, pages the size of the database then, and in which pages of
	// it are in those frames.
	frames, pages int
	in            map[int]bool
	// first is the start of the database's first page, where the frames have it.
	first []byte
	// bad is the first frame that is not sound, 0 where there is none, or
	// where everything from it on is of an earlier generation of the log.
	bad int
	// after is a sound frame behind the bad one, later one that is behind the
	// end of a transaction as well, 0 where there is none.
	after, later int
}

// scanLog reads a whole log. One that is missing is empty.
func scanLog(path string) (logState, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return logState{}, nil
	}
	if err != nil {
		return logState{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return logState{}, err
	}
	s := logState{bytes: info.Size(), in: map[int]bool{}}
	r, err := newLogReader(file, nil)
	if errors.Is(err, errLogHeader) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.header, s.salts, s.pageSize = true, r.salts, r.pageSize
	return s, s.read(r)
}

func (s *logState) read(r *logReader) error {
	var open []int     // pages of a transaction that has not ended
	var first []byte   // what it has of the first one
	committed := false // a transaction ended since the bad frame
	for {
		f, err := r.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case s.bad == 0 && !f.sound:
			s.bad = f.number
		case s.bad == 0:
			if f.page == 1 {
				first = slices.Clone(f.data[:headerBytes])
			}
			if open = append(open, f.page); f.commit > 0 {
				for _, page := range open {
					s.in[page] = true
				}
				s.first = first
				s.frames, s.pages, open = f.number, f.commit, open[:0]
			}
		case f.sound:
			s.after = f.number
			if committed {
				s.later = f.number
			}
			committed = committed || f.commit > 0
		}
	}
}

// sumTable is what page sums are made with: CRC-32C, which processors compute.
var sumTable = crc32.MakeTable(crc32.Castagnoli)

// sumOf returns the sum of a page, never 0, which stands for a sum that is not known.
func sumOf(page []byte) uint32 { return max(1, crc32.Checksum(page, sumTable)) }
