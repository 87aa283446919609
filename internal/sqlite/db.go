// Package sqlite keeps everything that a process must not lose in one SQLite
// file. Writes are committed in groups, so that many writers share one fsync.
// The tables belong to its users: see Open.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"zombiezen.com/go/sqlite"
)

const fileName = "data.db"

// DB is the one database of a data folder. Its methods are safe for use by
// many goroutines.
type DB struct {
	committer *committer
	files     *openFiles
	sums      *pageSums
	summed    bool // the pages have their sums
	report    Report
	writer    *sqlite.Conn
	readers   chan *sqlite.Conn
	all       []*sqlite.Conn
	progress  *Progress
}

// Open opens the database in dir, making folder and database where there are
// none. The errors it returns wrap ErrLocked, ErrNewerFormat, ErrNotDatabase,
// ErrMissing, ErrDamaged, ErrFull or ErrUnreadable, and their text says in one line what
// is the matter with which folder. Close gives the folder back.
//
// parts make and migrate the tables, each those of one user of the database.
func Open(dir string, parts ...Part) (*DB, error) { return OpenReporting(dir, nil, parts...) }

// Report is called now and then while a database is checked: so many of its
// pages were looked at.
type Report func(done, pages int)

// OpenReporting is Open with reports of its progress. Every page
// of the database is read: that takes about a second for each gigabyte that
// the machine has in memory, and else as long as the disk takes.
func OpenReporting(dir string, report Report, parts ...Part) (*DB, error) {
	if report == nil {
		report = func(int, int) {}
	}
	db := &DB{report: report}
	if err := db.open(dir, parts); err != nil {
		db.abandon()
		if isFull(err, dir) {
			err = fmt.Errorf("%w: %w", ErrFull, err)
		}
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	return db, nil
}

func (db *DB) open(dir string, parts []Part) error {
	dir, err := filepath.Abs(dir) // as SQLite has it, whatever becomes of the working directory
	if err != nil {
		return unreadable(err)
	}
	if err := makeFolder(dir); err != nil {
		return unreadable(err)
	}
	missing := makeFile(dir)
	if missing != nil && !errors.Is(missing, ErrMissing) {
		return missing
	}
	if err := db.add(lock(dir)); err != nil {
		return err // a folder in use says so, whatever else is wrong with it
	}
	if missing != nil {
		return missing
	}
	if err := keepPrivate(dir); err != nil {
		return unreadable(err)
	}
	mark, err := marked(db.all[0])
	if err != nil {
		return openError(lockName, err)
	}
	err = db.openFile(dir, mark, parts)
	if mark && errors.Is(err, ErrNotDatabase) {
		err = &DamageError{File: fileName, What: "it is no database any more"}
	}
	return err
}

// openFile opens the database in a folder that is locked. mark reports whether
// it had one before.
func (db *DB) openFile(dir string, mark bool, parts []Part) error {
	file := filepath.Join(dir, fileName)
	whole, err := db.checkFile(file, mark)
	if err != nil {
		return err
	}
	db.summed = whole
	if err := db.add(openWriter(file)); err != nil {
		return err
	}
	db.writer = db.all[len(db.all)-1]
	if !whole {
		if err := checkStructure(db.writer); err != nil {
			return err
		}
	}
	if err := prepareSchema(db.writer, parts); err != nil {
		return err
	}
	if err := db.openReaders(file); err != nil {
		return err
	}
	if !mark {
		if err := setMark(db.all[0]); err != nil {
			return err
		}
	}
	if db.progress, err = openProgress(dir); err != nil {
		return err
	}
	return db.startWriting(dir)
}

// checkFile opens the database's file and its sums, before SQLite does, and
// compares them. whole reports whether there was something to compare.
func (db *DB) checkFile(file string, mark bool) (whole bool, err error) {
	data, err := touch(file, mark)
	if err != nil {
		return false, err
	}
	sums, known, err := openSums(filepath.Join(filepath.Dir(file), sumsName), data)
	if err != nil {
		return false, errors.Join(unreadable(err), data.Close())
	}
	db.sums = sums
	return sums.checkFiles(filepath.Join(filepath.Dir(file), logName), known, db.report)
}

// startWriting notes how far the log goes, and empties it if it can, before the
// committer gets the connection.
func (db *DB) startWriting(dir string) (err error) {
	if db.files, err = identifyFiles(dir); err != nil {
		return err
	}
	if err := db.sums.attach(db.files); err != nil {
		return unreadable(err)
	}
	if !db.summed {
		if err := db.buildSums(); err != nil {
			return unreadable(err)
		}
		db.summed = true
	}
	if err := db.sums.recover(); err != nil {
		return unreadable(err)
	}
	if emptied(db.writer) {
		if err := db.sums.reset(); err != nil {
			return unreadable(err)
		}
	}
	db.committer, err = startCommitter(db.writer, db.files, db.sums)
	return err
}

func (db *DB) buildSums() error {
	size := 0
	if err := Each(db.writer, "PRAGMA page_size", func(stmt *sqlite.Stmt) { size = stmt.ColumnInt(0) }); err != nil {
		return err
	}
	info, err := db.sums.data.Stat()
	if err != nil {
		return err
	}
	return db.sums.build(size, int(info.Size())/size, db.report)
}

// OnFailure registers the function that is called with the error of a write
// that found the files of the data folder removed or replaced (a LostError), or
// out of reach: with the first such error, not with each. It is to be called
// before the first write.
func (db *DB) OnFailure(report func(error)) { db.files.onFailure(report) }

// touch opens the file, and returns an error for one that cannot be written,
// which SQLite would find at the first write only, and ErrMissing for an empty
// one where there was a database before: mark says so, or a log that is not
// empty, which SQLite would delete.
func touch(file string, mark bool) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, unreadable(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(unreadable(err), f.Close())
	}
	log, err := os.Stat(filepath.Join(filepath.Dir(file), logName))
	if info.Size() == 0 && (mark || err == nil && log.Size() > 0) {
		return nil, errors.Join(ErrMissing, f.Close())
	}
	return f, nil
}

func (db *DB) add(conn *sqlite.Conn, err error) error {
	if conn != nil {
		db.all = append(db.all, conn)
	}
	return err
}

func (db *DB) openReaders(file string) error {
	n := max(2, runtime.GOMAXPROCS(0))
	db.readers = make(chan *sqlite.Conn, n)
	for range n {
		conn, err := openReader(file)
		if err := db.add(conn, err); err != nil {
			return err
		}
		db.readers <- conn
	}
	return nil
}

// Write runs fn inside the next group's transaction, after the writes that
// were asked for before it, and returns nil only when that transaction is on
// disk. An error of fn undoes what fn wrote, no other caller's writes, and is
// returned as it is. Once fn has begun, Write waits for its end whatever
// becomes of ctx, so that the outcome is always known.
//
// fn must be short and must not call Write. It uses conn.Prepare (cached by
// text, nothing is parsed twice), never transactions, and does not keep conn.
// It may run more than once, from the same state of the data: what it hands out
// through variables is set, not added to.
func (db *DB) Write(ctx context.Context, fn func(conn *sqlite.Conn) error) error {
	return named(db.committer.write(ctx, fn))
}

// Read runs fn on a connection that sees every write that has returned. Writers
// do not wait for readers, nor readers for writers. What is said of fn at Write
// holds here too. ctx bounds the wait for a connection.
func (db *DB) Read(ctx context.Context, fn func(conn *sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err // select would choose at random
	}
	conn, ok, err := db.reader(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return ErrClosed
	}
	// A statement that was not read to its end would hold the snapshot,
	// and with it the write-ahead log, for ever.
	defer func() {
		conn.SetInterrupt(nil)
		db.readers <- conn
	}()
	return named(fn(conn))
}

// reader takes a connection, and asks for the end of ctx only if there is none: a
// context makes its channel when it is asked first. Without ok it is closed.
func (db *DB) reader(ctx context.Context) (conn *sqlite.Conn, ok bool, err error) {
	select {
	case conn, ok = <-db.readers:
		return conn, ok, nil
	default:
	}
	select {
	case conn, ok = <-db.readers:
		return conn, ok, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// Close finishes the writes that were asked for, refuses later ones with
// ErrClosed, and gives the folder back. It must be called once. Where the files
// are no longer those of the folder, it returns that error, and lets the
// process's end close the one that is written: SQLite would remove the log by
// its name, which may be that of the database that is there now.
func (db *DB) Close() error {
	db.committer.stop()
	for range cap(db.readers) {
		<-db.readers
	}
	close(db.readers)
	err := db.files.check()
	if err != nil {
		db.files.rescue(db.writer, db.sums, err)
	} else {
		db.committer.log.empty()
		err = db.sums.cover()
	}
	if err != nil {
		db.all = slices.DeleteFunc(db.all, func(conn *sqlite.Conn) bool { return conn == db.writer })
	}
	return errors.Join(err, db.closeConns())
}

// abandon closes what a start that failed has opened. To close the last
// connection has SQLite move the log into the database: its pages get their
// sums before, or the connection stays open until the process ends.
func (db *DB) abandon() {
	if db.writer != nil && db.summed {
		var err error
		if db.sums.index == nil {
			if db.files, err = identifyFiles(filepath.Dir(db.sums.data.Name())); err == nil {
				err = db.sums.attach(db.files)
			}
		}
		if err == nil {
			err = db.sums.recover()
		}
		if err != nil {
			db.all = slices.DeleteFunc(db.all, func(conn *sqlite.Conn) bool { return conn == db.writer })
		}
	}
	_ = db.closeConns()
}

// closeConns closes the newest first: the lock goes last. The files that are
// open beside SQLite are closed after its own.
func (db *DB) closeConns() error {
	var errs []error
	if db.progress != nil {
		errs = append(errs, db.progress.close())
	}
	for i := len(db.all) - 1; i > 0; i-- {
		errs = append(errs, db.all[i].Close())
	}
	if db.sums != nil {
		errs = append(errs, db.sums.close())
	}
	if len(db.all) > 0 {
		errs = append(errs, db.all[0].Close())
	}
	db.all = nil
	return errors.Join(errs...)
}
