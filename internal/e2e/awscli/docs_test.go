package awscli

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/e2e/program"
)

// fences matches the blocks of a page: the indentation, the language and the text.
var fences = regexp.MustCompile("(?ms)^( *)```(\\w+)\n(.*?)^ *```$")

// page is the blocks of stepfunctions/README.md by language.
type page map[string][]string

func readPage(t *testing.T) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stepfunctions", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := page{}
	for _, block := range fences.FindAllStringSubmatch(string(text), -1) {
		p[block[2]] = append(p[block[2]], regexp.MustCompile("(?m)^"+block[1]).ReplaceAllString(block[3], ""))
	}
	return p
}

// with returns the one block of a language that has the text.
func (p page) with(t *testing.T, language, text string) string {
	t.Helper()
	var found []string
	for _, block := range p[language] {
		if strings.Contains(block, text) {
			found = append(found, block)
		}
	}
	if len(found) != 1 {
		t.Fatalf("the page has %d %s blocks with %q, want 1", len(found), language, text)
	}
	return found[0]
}

// save writes a file of the page into the folder.
func save(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestThePagesSession does what stepfunctions/README.md says, in an empty
// folder, at addresses of the test's own.
func TestThePagesSession(t *testing.T) {
	w := newHarness(t)
	p := readPage(t)
	folder := t.TempDir()
	save(t, folder, "template.yaml", p.with(t, "yaml", "Orders:"))
	save(t, folder, "mocks.json", p.with(t, "json", "MockedResponses"))
	w.begin(folder, command(p.with(t, "sh", "-mock mocks.json"), "bin/stepfunctions"))
	out, err := w.command("sh", "-euc", strings.ReplaceAll(p.with(t, "sh", "aws stepfunctions"), "http://127.0.0.1:8083", w.url)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{"first": `{"id":"a1"}`, "second": `{"id":"a1"}`} {
		r := w.ended("arn:aws:states:us-east-1:123456789012:execution:Orders:" + name)
		if r.text("status") != "SUCCEEDED" || strings.Join(strings.Fields(r.text("output")), "") != strings.Replace(want, "}", `,"paid":true}`, 1) {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// go build -o FOLDER makes a file in the folder, and the page's next command would
// be the name of a folder.
func TestThePagesBuild(t *testing.T) {
	build := command(readPage(t).with(t, "sh", "-mock mocks.json"), "go")
	i := slices.Index(build, "-o")
	if i < 0 {
		t.Fatalf("the page builds nothing: %q", build)
	}
	if info, err := os.Stat(filepath.Join(root, build[i+1])); err == nil && info.IsDir() {
		t.Errorf("-o %s is a folder of the checkout", build[i+1])
	}
}

// The server in Python serves the function of the page's template.
func TestThePagesFunctions(t *testing.T) {
	w := newHarness(t)
	p := readPage(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("NOT RUN: there is no python3")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().(*net.TCPAddr)
	free.Close()
	folder := t.TempDir()
	save(t, folder, "template.yaml", p.with(t, "yaml", "Orders:"))
	save(t, folder, "functions.py", strings.ReplaceAll(p.with(t, "python", "def pay"), "3001", fmt.Sprint(addr.Port)))
	server := exec.Command(python, filepath.Join(folder, "functions.py"))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr.String())
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	w.begin(folder, []string{"-template", "template.yaml", "-integrations", "stub", "-lambda-endpoint", "http://" + addr.String()})
	for input, want := range map[string]string{`{"id":"a1"}`: `SUCCEEDED {"id":"a1","paid":true}`, `[]`: "FAILED TypeError"} {
		started := w.do("start-execution", "--state-machine-arn", "arn:aws:states:us-east-1:123456789012:stateMachine:Orders", "--input", input)
		r := w.ended(started.text("executionArn"))
		if got := r.text("status") + " " + strings.Join(strings.Fields(r.text("output")), "") + r.text("error"); got != want {
			t.Errorf("%s: %s %s, want %s", input, got, r.text("cause"), want)
		}
	}
}

// command returns the arguments of the program in a script.
func command(script, name string) []string {
	for line := range strings.Lines(script) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] == name {
			return fields[1:]
		}
	}
	return nil
}

// begin starts the program in a folder, as the page says but for the address,
// and has the CLI talk to it.
func (w *harness) begin(folder string, args []string) {
	w.t.Helper()
	if len(args) == 0 {
		w.t.Fatal("the page does not start the program")
	}
	cmd := exec.Command(w.bin, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = folder
	w.url = program.StartFor(w.t, cmd)
}
