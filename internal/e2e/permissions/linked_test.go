package permissions

import (
	"debug/elf"
	"debug/gosym"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// operation matches a method of an SDK client that calls the service.
var operation = regexp.MustCompile(`^github\.com/aws/aws-sdk-go-v2/service/(\w+)\.\(\*Client\)\.([A-Z]\w*)$`)

// prefixes are the IAM names of services that are called otherwise in Go.
var prefixes = map[string]string{"sfn": "states", "eventbridge": "events"}

// local are the clients' methods that call nothing.
var local = map[string]bool{"Options": true}

// buildFunctions compiles every function into dir, as it is deployed but for
// the processor.
func buildFunctions(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s", "-o", dir+"/", "./functions/...")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// linked lists the calls in a binary as IAM actions. The linker leaves out what
// cannot be reached from main, methods of interfaces included.
func linked(t *testing.T, path string) map[string]bool {
	t.Helper()
	actions := map[string]bool{}
	for _, f := range symbols(t, path) {
		m := operation.FindStringSubmatch(f.Name)
		if m == nil || local[m[2]] {
			continue
		}
		service := m[1]
		if prefix, ok := prefixes[service]; ok {
			service = prefix
		}
		actions[service+":"+m[2]] = true
	}
	return actions
}

// symbols returns the functions that a stripped binary still knows by name.
func symbols(t *testing.T, path string) []gosym.Func {
	t.Helper()
	file, err := elf.Open(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := file.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, file.Section(".text").Addr))
	if err != nil || len(table.Funcs) < 1000 {
		t.Fatalf("%s: %v, %v", path, table, err)
	}
	return table.Funcs
}
