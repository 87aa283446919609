package server

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/internal/sqlite"
)

// Every format that the program has ever written keeps a folder in testdata, as
// it was closed by the program of its time: a machine with a version and an
// alias, and an execution that has had a function's answer and waits.
func TestFoldersOfEachFormat(t *testing.T) {
	const arn = "arn:aws:states:us-east-1:123456789012:"
	for format := 1; format <= sqlite.FormatVersion; format++ {
		t.Run(fmt.Sprint(format), func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", fmt.Sprintf("format%d", format)))))
			for range 2 {
				p := begin(t, none, "-addr", "127.0.0.1:0", "-data", dir)
				history, err := p.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(arn + "execution:wait:open")})
				must(t, err)
				kinds := ""
				for _, event := range history.Events {
					if kinds += " " + string(event.Type); event.Type == types.HistoryEventTypeLambdaFunctionSucceeded {
						kinds += *event.LambdaFunctionSucceededEventDetails.Output
					}
				}
				const want = ` ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded{"answer":42} TaskStateExited WaitStateEntered`
				if !strings.HasPrefix(kinds, want) {
					t.Errorf("events%s, want%s first", kinds, want)
				}
				alias, err := p.DescribeStateMachineAlias(t.Context(), &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: aws.String(arn + "stateMachine:wait:live")})
				must(t, err)
				if version := *alias.RoutingConfiguration[0].StateMachineVersionArn; version != arn+"stateMachine:wait:1" {
					t.Errorf("the alias leads to %s", version)
				}
				p.end(t)
			}
		})
	}
}

// A folder of a newer format is rejected as such, and nothing in it is changed.
func TestFolderOfANewerFormat(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join("testdata", fmt.Sprintf("format%d", sqlite.FormatVersion))
	must(t, os.CopyFS(dir, os.DirFS(from)))
	file := filepath.Join(dir, "data.db")
	data, err := os.ReadFile(file)
	must(t, err)
	binary.BigEndian.PutUint32(data[60:], sqlite.FormatVersion+1) // user_version
	must(t, os.WriteFile(file, data, 0o600))
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-data", dir}, none, t.Output(), &stderr)
	if want := fmt.Sprintf("format %d, this program knows %d", sqlite.FormatVersion+1, sqlite.FormatVersion); status != exitRefused || !strings.Contains(stderr.String(), want) {
		t.Errorf("status %d, %s", status, &stderr)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, data) {
		t.Errorf("the file was changed, %v", err)
	}
}

// A backup that is made while the program runs is a data folder with what was
// there, and does not disturb it.
func TestBackup(t *testing.T) {
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "format1"))))
	p := begin(t, none, "-addr", "127.0.0.1:0", "-data", dir)
	var stderr bytes.Buffer
	backup := func() int { return run(t.Context(), []string{"-data", dir, "backup", to}, none, t.Output(), &stderr) }
	if status := backup(); status != 0 {
		t.Fatalf("status %d, %s", status, &stderr)
	}
	if status := backup(); status != exitFailed || !strings.Contains(stderr.String(), "is not empty") {
		t.Errorf("again: status %d, %s", status, &stderr)
	}
	p.end(t)
	copied := begin(t, none, "-addr", "127.0.0.1:0", "-data", to)
	_, err := copied.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String("arn:aws:states:us-east-1:123456789012:execution:wait:open")})
	must(t, err)
	copied.end(t)
	for _, args := range [][]string{{"backup"}, {"backup", "a", "b"}, {"restore", to}} {
		if status := run(t.Context(), append([]string{"-data", dir}, args...), none, t.Output(), &stderr); status != exitRefused {
			t.Errorf("%v: status %d", args, status)
		}
	}
}

// Clients that come while the program starts are asked to come back.
func TestRequestsDuringTheStart(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := newWeb(listener, slog.New(slog.NewTextHandler(t.Output(), nil)))
	defer w.close()
	res, err := http.Post("http://"+listener.Addr().String(), "application/x-amz-json-1.0", strings.NewReader("{}"))
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"__type":"ServiceUnavailable"`) {
		t.Errorf("%s, %v, %s", res.Status, res.Header, body)
	}
}
