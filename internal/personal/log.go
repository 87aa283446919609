package personal

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// EnvLogs names a folder that gathers what all suites log, for one check of
// every line against every value; see Gathered.
const EnvLogs = "PERSONAL_LOGS"

// Log keeps what is logged during a test, and fails the test at its end if a
// line holds anything of the presentations.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Watch makes a Log for a test that submits these presentations.
func Watch(t testing.TB, presentations ...string) *Log {
	t.Helper()
	var values []string
	for _, p := range presentations {
		more, err := Values(p)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, more...)
	}
	l := &Log{}
	t.Cleanup(func() {
		for _, line := range Find(l.String(), values) {
			t.Errorf("logged: %s", line)
		}
		l.gather(t, values)
	})
	return l
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var _ io.Writer = (*Log)(nil)

// gathered is one test's part of EnvLogs. Test begins with its package's binary.
type gathered struct {
	Test, Log string
	Values    []string
}

func (l *Log) gather(t testing.TB, values []string) {
	dir := os.Getenv(EnvLogs)
	if dir == "" {
		return
	}
	text, err := json.Marshal(gathered{filepath.Base(os.Args[0]) + "/" + t.Name(), l.String(), values})
	if err == nil {
		err = write(dir, text)
	}
	if err != nil {
		t.Error(err)
	}
}

func write(dir string, text []byte) error {
	f, err := os.CreateTemp(dir, "*.json")
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Gathered reads what tests have left in the folders in dir: all that was logged,
// by test, and all values that were submitted.
func Gathered(dir string) (logs map[string]string, values []string, _ error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		return nil, nil, err
	}
	logs = map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		var g gathered
		if err := json.Unmarshal(text, &g); err != nil {
			return nil, nil, err
		}
		logs[g.Test] += g.Log
		values = append(values, g.Values...)
	}
	return logs, values, nil
}
