package awscli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shell matches the commands of the page that are for the AWS CLI.
var shell = regexp.MustCompile("(?s)```sh\n([^`]*aws stepfunctions [^`]*)```")

var started = regexp.MustCompile(`"executionArn": "([^"]+)"`)

// TestThePagesCommands runs what docs/stepfunctions-local.md says, at the
// address of the test's own program. An ARN that the page leaves out is that
// of the execution started before.
func TestThePagesCommands(t *testing.T) {
	w := newWorld(t)
	page, err := os.ReadFile(filepath.Join(root, "docs", "stepfunctions-local.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := shell.FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 2 {
		t.Fatalf("the page has %d blocks", len(blocks))
	}
	var execution string
	for _, block := range blocks {
		script := strings.ReplaceAll(block[1], "http://127.0.0.1:8083", w.url)
		script = strings.ReplaceAll(script, "--execution-arn ...", `--execution-arn "`+execution+`"`)
		out, err := w.command("sh", "-euc", script).CombinedOutput()
		if err != nil {
			t.Fatalf("%s%v\n%s", script, err, out)
		}
		if m := started.FindSubmatch(out); m != nil {
			execution = string(m[1])
		}
	}
	if r := w.ended(execution); r.text("status") != "SUCCEEDED" || r.text("output") != "{}" {
		t.Errorf("%v", r)
	}
}
