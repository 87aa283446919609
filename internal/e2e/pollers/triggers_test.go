package pollers

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/e2e/program"
	"example.org/asynchttpapi/internal/simulators"
)

const (
	triggerKey = "a key of the tests alone, and of no service"
	ended      = 7 // submissions, more than a page of the connector's would be with limit 3
)

func connectorFile(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "connectors"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// startListing starts a service that lists what has ended to triggerKey.
func startListing(t *testing.T) (url string) {
	t.Helper()
	bin, err := local()
	if err != nil {
		t.Fatal(err)
	}
	return program.StartFor(t, exec.Command(bin, "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-review", "approve", "-speed", "inf",
		"-stepfunctions-addr", "", "-operator-key-hashes", fmt.Sprintf("%x", sha256.Sum256([]byte(triggerKey)))))
}

// submitted submits, and returns the id.
func submitted(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Post(url+"/api/submit", "application/json", strings.NewReader(talk))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var s status
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil || s.ID == "" {
		t.Fatalf("%v, %+v", err, s)
	}
	return s.ID
}

// runsOf polls until all that was submitted has started a run, and a little
// longer: nothing may start two.
func runsOf(t *testing.T, url string, poll func() []status) {
	t.Helper()
	if got := poll(); len(got) > 0 {
		t.Fatalf("the first poll started %v", got)
	}
	var want, got []string
	for range ended {
		want = append(want, submitted(t, url))
	}
	for quiet, deadline := 0, time.Now().Add(time.Minute); quiet < 3; time.Sleep(50 * time.Millisecond) {
		runs := poll()
		for _, s := range runs {
			if s.CustomStatus != "Approved" {
				t.Errorf("a run of %+v", s)
			}
			got = append(got, s.ID)
		}
		if len(got) >= ended && len(runs) == 0 {
			quiet++
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d runs, want %d", len(got), ended)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("runs of %v, want %v", got, want)
	}
}

// The connector's own files make a trigger that starts one run for each end.
func TestConnectorTrigger(t *testing.T) {
	url := startListing(t)
	trigger, err := simulators.NewPollingTrigger(
		connectorFile(t, "power-platform", "apiDefinition.swagger.json"), connectorFile(t, "power-platform", "apiProperties.json"), "OnCompleted")
	if err != nil {
		t.Fatal(err)
	}
	trigger.Base, trigger.Key = url, triggerKey
	runsOf(t, url, func() (all []status) {
		runs, _, err := trigger.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			all = append(all, decode(t, run))
		}
		return all
	})
}

func decode(t *testing.T, text []byte) (s status) {
	t.Helper()
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// workflow is the part of a workflow's definition that the tests run.
type workflow struct {
	Triggers map[string]struct {
		Type   string
		Inputs struct {
			Method, URI string
			Headers     map[string]string
		}
		SplitOn string
	}
}

// The workflows of Logic Apps, of both plans, poll with what they say.
func TestLogicAppsTrigger(t *testing.T) {
	var consumption struct {
		Resources []struct{ Properties struct{ Definition workflow } }
	}
	var standard struct{ Definition workflow }
	for path, into := range map[string]any{"consumption/decided.json": &consumption, "standard/decided/workflow.json": &standard} {
		if err := json.Unmarshal(connectorFile(t, "logic-apps", filepath.FromSlash(path)), into); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	for name, w := range map[string]workflow{"consumption": consumption.Resources[0].Properties.Definition, "standard": standard.Definition} {
		t.Run(name, func(t *testing.T) {
			url := startListing(t)
			fill := strings.NewReplacer("@{parameters('apiUrl')}", url, "@{appsetting('API_URL')}", url,
				"@parameters('apiKey')", triggerKey, "@appsetting('API_KEY')", triggerKey)
			given := w.Triggers["When_a_submission_is_decided"]
			if given.Type != "Http" || given.Inputs.Method != http.MethodGet || given.SplitOn != "@triggerBody()?['value']" {
				t.Fatalf("%+v", given)
			}
			header := http.Header{}
			for name, value := range given.Inputs.Headers {
				header.Set(name, fill.Replace(value))
			}
			trigger := &simulators.HTTPTrigger{URL: fill.Replace(given.Inputs.URI), Header: header}
			runsOf(t, url, func() (all []status) {
				body, _, err := trigger.Poll(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if body == nil {
					return nil
				}
				var split struct{ Value []status }
				if err := json.Unmarshal(body, &split); err != nil {
					t.Fatal(err)
				}
				return split.Value
			})
		})
	}
}

// The icon is what Power Platform asks for: a square PNG of 100 to 230 pixels,
// below 1 MB, with a background that is neither white nor transparent.
// https://learn.microsoft.com/connectors/custom-connectors/certification-submission
func TestConnectorIcon(t *testing.T) {
	text := connectorFile(t, "power-platform", "icon.png")
	icon, err := png.Decode(bytes.NewReader(text))
	if err != nil || len(text) >= 1<<20 {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	size := icon.Bounds().Size()
	if size.X != size.Y || size.X < 100 || size.X > 230 {
		t.Errorf("it is %v", size)
	}
	for _, corner := range []image.Point{{}, {size.X - 1, size.Y - 1}} {
		r, g, b, alpha := icon.At(corner.X, corner.Y).RGBA()
		if alpha != 0xffff || r == 0xffff && g == 0xffff && b == 0xffff {
			t.Errorf("the background at %v is %v", corner, icon.At(corner.X, corner.Y))
		}
	}
}
