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

	"zombiezen.com/go/sqlite"
)

const fileName = "data.db"

// DB is the one database of a data folder. Its methods are safe for use by
// many goroutines.
type DB struct {
	committer *committer
	readers   chan *sqlite.Conn
	all       []*sqlite.Conn
}

// Open opens the database in dir, making folder and database where there are
// none. The errors it returns wrap ErrLocked, ErrNewerFormat, ErrNotDatabase or
// ErrUnreadable, and their text says in one line what is the matter with which
// folder. Close gives the folder back.
//
// parts make and migrate the tables, each those of one user of the database.
func Open(dir string, parts ...Part) (*DB, error) {
	db := &DB{}
	if err := db.open(dir, parts); err != nil {
		db.closeConns()
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	return db, nil
}

func (db *DB) open(dir string, parts []Part) error {
	if err := makeFolder(dir); err != nil {
		return unreadable(err)
	}
	if err := db.add(lock(dir)); err != nil {
		return err
	}
	file := filepath.Join(dir, fileName)
	if err := touch(file); err != nil {
		return err
	}
	if err := db.add(openWriter(file)); err != nil {
		return err
	}
	writer := db.all[len(db.all)-1]
	if err := prepareSchema(writer, parts); err != nil {
		return err
	}
	if err := db.openReaders(file); err != nil {
		return err
	}
	committer, err := startCommitter(writer, file)
	db.committer = committer
	return err
}

// touch makes the file where there is none, and tells of one that cannot be
// written, which SQLite would only find at the first write. The data is personal: nobody else
// on the machine may read it, in whatever folder it is. SQLite gives the files
// beside it the same permissions.
func touch(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unreadable(err)
	}
	return f.Close()
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
// disk. An error of fn undoes what fn wrote, nobody else's writes, and is
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
	select {
	case conn, ok := <-db.readers:
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
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close finishes the writes that were asked for, refuses later ones with
// ErrClosed, and gives the folder back. It must be called once.
func (db *DB) Close() error {
	db.committer.stop()
	for range cap(db.readers) {
		<-db.readers
	}
	close(db.readers)
	return db.closeConns()
}

// closeConns closes the newest first: the lock goes last.
func (db *DB) closeConns() error {
	var errs []error
	for i := len(db.all) - 1; i >= 0; i-- {
		errs = append(errs, db.all[i].Close())
	}
	db.all = nil
	return errors.Join(errs...)
}
