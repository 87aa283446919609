//go:build unix

// Package readme does what README.md says, block by block and in its order, in
// a fresh clone. Only the addresses are the test's own, so that nothing else on
// the machine is in the way.
package readme

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// block is a fenced block of the page.
type block struct{ language, text string }

var fences = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

func blocks(page string) (all []block) {
	for _, m := range fences.FindAllStringSubmatch(page, -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

// left are the blocks that are not followed here, and why.
var left = map[string]string{
	"make deploy\n": "it needs an account; a deployment to emulators is a suite of its own",
	"make test\n":   "it has this test in it",
}

// readme returns a fresh clone and the page in it.
func readme(t *testing.T) (w *harness, page string) {
	t.Helper()
	if os.Getenv("README_TEST") == "" {
		t.Skip("NOT RUN: make test-readme does what the page says")
	}
	w = newHarness(t)
	text, err := os.ReadFile(filepath.Join(w.clone, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return w, string(text)
}

func TestThePageIsFollowed(t *testing.T) {
	w, page := readme(t)
	all := blocks(page)
	if len(all) < 10 {
		t.Fatalf("the page has %d blocks", len(all))
	}
	for _, b := range all {
		w.follow(t, b)
		if t.Failed() {
			t.Fatalf("this block is not true:\n%s", b.text)
		}
	}
}

// follow does one block.
func (w *harness) follow(t *testing.T, b block) {
	t.Helper()
	_, isLeft := left[b.text]
	switch {
	case isLeft:
	case b.language == "console":
		for _, s := range steps(b.text) {
			w.session(t, s)
		}
	case strings.HasPrefix(b.text, "ready "):
		w.printed(t, b.text)
	case b.language == "": // a drawing
	case strings.HasPrefix(b.text, "make run"):
		w.main = w.serve(t, w.clone, b.text)
		w.real["http://127.0.0.1:3000"] = w.main.address
		w.real["http://127.0.0.1:8083"] = w.main.under(t, "Step Functions")
		t.Cleanup(func() { w.main.end(t) })
	case strings.HasPrefix(b.text, "go run ./cmd/local "):
		other := w.serve(t, w.clone, b.text, "DATA="+filepath.Join(t.TempDir(), "data"))
		if got, want := other.labels(), w.main.labels(); !slices.Equal(got, want) {
			t.Errorf("it prints %q, and make run %q", got, want)
		}
		other.end(t)
	case strings.HasPrefix(b.text, "go run ./cmd/cfs submit"):
		if out := w.run(t, w.clone, b.text, "CFS_URL="+w.main.address); !strings.Contains(out, "\tSucceeded\tApproved\t") {
			t.Errorf("the end is not shown:\n%s", out)
		}
	case strings.HasPrefix(b.text, "go run ./cmd/ops list"):
		if out := w.run(t, w.clone, b.text); strings.Count(out, "Approved") < 2 {
			t.Errorf("the two submissions above are not listed:\n%s", out)
		}
	case strings.HasPrefix(b.text, "go run ./cmd/new "):
		w.run(t, w.clone, b.text)
		project := filepath.Join(w.clone, "..", "render")
		w.run(t, project, "go test ./...")
		w.serve(t, project, "make run").end(t)
	case strings.HasPrefix(b.text, "go build -o bin/stepfunctions"):
		w.project(t)
		w.serveFrom(t, "ready ", w.clone, b.text).end(t)
	default:
		t.Errorf("the test does not know how to follow a block of %q", b.language)
	}
}

// step is a command of a session, and what it prints.
type step struct{ command, output string }

// steps reads a session. The lines of a command after its first are indented.
func steps(session string) (all []step) {
	for line := range strings.Lines(session) {
		command, begins := strings.CutPrefix(line, "$ ")
		switch last := len(all) - 1; {
		case begins:
			all = append(all, step{command: command})
		case all[last].output == "" && strings.HasPrefix(line, " "):
			all[last].command += line
		default:
			all[last].output += line
		}
	}
	return all
}

var (
	location   = regexp.MustCompile(`(?m)^Location: (\S+)`)
	retryAfter = regexp.MustCompile(`(?m)^Retry-After: (\d+)`)
	body       = regexp.MustCompile(`(?m)^\{.*\}$`)
)

// session does a step. What it prints is that of the page but for what differs
// each time. Where the submission stands in its middle depends on the machine.
func (w *harness) session(t *testing.T, s step) {
	t.Helper()
	got := w.run(t, w.clone, s.command)
	if documented := location.FindStringSubmatch(s.output); documented != nil {
		actual, pause := location.FindStringSubmatch(got), retryAfter.FindStringSubmatch(got)
		if actual == nil || pause == nil {
			t.Fatalf("it has no Location and Retry-After:\n%s", got)
		}
		w.real[documented[1]] = actual[1]
		defer func() { // as the page says
			seconds, _ := strconv.Atoi(pause[1])
			time.Sleep(time.Duration(seconds) * time.Second)
		}()
	}
	want := members(t, s.output)
	if members := members(t, got); !slices.Equal(members, want) {
		t.Errorf("the body has %q, want %q", members, want)
	}
	if strings.Contains(s.output, `"status":"Running"`) {
		return
	}
	if got, want := w.general(got), w.general(s.output); got != want {
		t.Errorf("it prints\n%s\nand the page says\n%s", got, want)
	}
}

// members are the names of the members of the body in an output, sorted.
func members(t *testing.T, output string) []string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(body.FindString(output)), &object); err != nil {
		t.Fatalf("there is no body in %q: %v", output, err)
	}
	return slices.Sorted(maps.Keys(object))
}

// differs matches what is another each time.
var differs = regexp.MustCompile(`[a-z2-7]{26}|Etag: \S+|Date: [^\r\n]+|Content-Length: \d+|\d{4}-\d\d-\d\dT[\d:.]+Z|http://127\.0\.0\.1:\d+|\r`)

func (w *harness) general(output string) string {
	return strings.TrimSpace(differs.ReplaceAllStringFunc(output, func(s string) string {
		if name, _, isHeader := strings.Cut(s, ": "); isHeader {
			return name
		}
		return ""
	}))
}

// printed compares what the server prints when it is ready.
func (w *harness) printed(t *testing.T, want string) {
	t.Helper()
	documented := &server{lines: strings.Split(strings.TrimSpace(want), "\n")}
	if got := w.main.labels(); !slices.Equal(got, documented.labels()) {
		t.Errorf("it prints %q", got)
	}
	try := w.main.under(t, "try")
	out := w.run(t, w.clone, try)
	if !strings.HasPrefix(out, "HTTP/1.1 202 ") {
		t.Errorf("%s\nis answered\n%s", try, out)
	}
}

// project makes the template of the reader's own project.
func (w *harness) project(t *testing.T) {
	t.Helper()
	const template = `Resources:
  Nap:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: Sleep, States: {Sleep: {Type: Wait, Seconds: 1, End: true}}}
`
	folder := filepath.Join(w.clone, "..", "your-project")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "template.yaml"), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestInlineCommands does those that stand in sentences.
func TestInlineCommands(t *testing.T) {
	w, page := readme(t)
	for _, command := range []string{"go run ./cmd/local -help", "go run ./cmd/local -data .data backup DIR", "make run ADDR=127.0.0.1:3002 DATA=.data2"} {
		if !strings.Contains(page, "`"+command+"`") {
			t.Errorf("the page says %q no longer", command)
		}
	}
	w.run(t, w.clone, "go run ./cmd/local -help")
	first := w.serve(t, w.clone, "make run")
	defer first.end(t)
	w.run(t, w.clone, "go run ./cmd/local -data .data backup DIR")
	if _, err := os.Stat(filepath.Join(w.clone, "DIR")); err != nil {
		t.Error(err)
	}
	second := w.serve(t, w.clone, "make run ADDR=127.0.0.1:0 DATA=.data2")
	defer second.end(t)
	if second.under(t, "Step Functions") == first.under(t, "Step Functions") {
		t.Error("both have one Step Functions endpoint")
	}
}
