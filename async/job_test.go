package async

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

type (
	text      = struct{ Text string }
	textStage = Stage[text, None]
)

func doText(context.Context, *Run[text, None]) (Outcome, error) { return Continue, nil }

func goodJob() Job[text, None] {
	return Job[text, None]{
		Name:     "good",
		Stages:   []textStage{{Name: "One", Message: "One.", Do: doText}, {Name: "Two", Message: "Two.", Do: doText}},
		Done:     End{"Done", "It is done."},
		Failures: []Failure{{"Bad", "It is bad."}},
		Examples: []text{{"x"}},
	}
}

func TestCheckNamesEveryMistake(t *testing.T) {
	wait := WaitFor(func(context.Context, *Run[text, None], Callback) error { return nil },
		func(context.Context, *Run[text, None], text) (Outcome, error) { return Continue, nil })
	tests := []struct {
		name  string
		spoil func(*Job[text, None])
		want  string
	}{
		{"good", func(*Job[text, None]) {}, ""},
		{"a waiting one", func(j *Job[text, None]) {
			j.Stages[0] = textStage{Name: "One", Message: "One.", Wait: wait, Timeout: MaxWaitTimeout, Heartbeat: time.Hour, Expired: End{"Late", "Late."}}
		}, ""},
		{"no name", func(j *Job[text, None]) { j.Name = "" }, `job "": name: want lower-case letters`},
		{"name", func(j *Job[text, None]) { j.Name = "Good" }, `job "Good": name: want lower-case letters`},
		{"no stages", func(j *Job[text, None]) { j.Stages = nil }, "no stages"},
		{"all retired", func(j *Job[text, None]) { j.Stages[0].Retired, j.Stages[1].Retired = true, true }, "no stages"},
		{"stage's name", func(j *Job[text, None]) { j.Stages[0].Name, j.Stages[0].Activity = "one", "one" }, `stage "one": name: want one capitalized word`},
		{"stage's name twice", func(j *Job[text, None]) { j.Stages[1].Name = "One"; j.Stages[1].Activity = "two" }, `stage "One": name: want one capitalized word that nothing else has`},
		{"a word of the library", func(j *Job[text, None]) { j.Stages[0].Name = "Received" }, `stage "Received": name`},
		{"activity", func(j *Job[text, None]) { j.Stages[0].Activity = "doOne" }, `activity "doOne": want one lower-case word`},
		{"activity twice", func(j *Job[text, None]) { j.Stages[1].Activity = "one" }, `stage "Two": activity "one"`},
		{"a taken activity", func(j *Job[text, None]) { j.Stages[0].Activity = "fail" }, `activity "fail"`},
		{"neither", func(j *Job[text, None]) { j.Stages[0].Do = nil }, "set either Do or Wait"},
		{"both", func(j *Job[text, None]) { j.Stages[0].Wait = wait }, "set either Do or Wait"},
		{"no message", func(j *Job[text, None]) { j.Stages[0].Message = "" }, `stage "One": no message`},
		{"timeout too long", func(j *Job[text, None]) { j.Stages[0].Timeout = 15 * time.Minute }, "timeout 15m0s: want whole seconds, at most 14m50s"},
		{"negative timeout", func(j *Job[text, None]) { j.Stages[0].Timeout = -time.Second }, "timeout -1s"},
		{"timeout in parts", func(j *Job[text, None]) { j.Stages[0].Timeout = 1500 * time.Millisecond }, "timeout 1.5s"},
		{"negative time", func(j *Job[text, None]) { j.Stages[0].Expected = -1 }, "expected -1ns"},
		{"negative attempts", func(j *Job[text, None]) { j.Stages[0].Attempts = -1 }, "attempts -1"},
		{"attempts", func(j *Job[text, None]) { j.Stages[0].Attempts = 101 }, "attempts 101"},
		{"heartbeat of a Do", func(j *Job[text, None]) { j.Stages[0].Heartbeat = time.Second }, "heartbeat 1s: it is for a Wait"},
		{"expired of a Do", func(j *Job[text, None]) { j.Stages[0].Expired = End{"Late", "Late."} }, "Expired is for a Wait"},
		{"end without a message", func(j *Job[text, None]) { j.Stages[0].Ends = []End{{"Over", ""}} }, `stage One: end "Over": want one capitalized word`},
		{"end that is a stage", func(j *Job[text, None]) { j.Stages[1].Ends = []End{{"One", "One."}} }, `stage Two: end "One"`},
		{"end that is a later stage", func(j *Job[text, None]) { j.Stages[0].Ends = []End{{"Two", "Two."}} }, `"Two"`},
		{"continue as an end", func(j *Job[text, None]) { j.Stages[0].Ends = []End{{Continue, "Go on."}} }, `end ""`},
		{"no Done", func(j *Job[text, None]) { j.Done = End{} }, `Done: end ""`},
		{"failure", func(j *Job[text, None]) { j.Failures[0].Code = "States.Bad" }, `failure "States.Bad": want one capitalized word`},
		{"failure twice", func(j *Job[text, None]) { j.Failures = append(j.Failures, j.Failures[0]) }, `failure "Bad"`},
		{"failure of the library", func(j *Job[text, None]) { j.Failures[0].Code = api.CodeTimedOut }, `failure "TimedOut"`},
		{"long message", func(j *Job[text, None]) { j.Stages[0].Message = strings.Repeat("x", MaxText+1) }, "stage One: a message of 1025 bytes"},
		{"long words", func(j *Job[text, None]) { j.Messages.Failed = strings.Repeat("x", MaxText+1) }, "Messages: a message of 1025 bytes"},
		{"more than a year", func(j *Job[text, None]) {
			j.Stages[0] = textStage{Name: "One", Message: "One.", Wait: wait, Timeout: MaxWaitTimeout}
			j.Stages[1] = textStage{Name: "Two", Message: "Two.", Wait: wait, Timeout: 2 * 24 * time.Hour}
		}, "an execution ends after a year"},
		{"example", func(j *Job[text, None]) {
			j.Validate = func(*text) []api.FieldError { return []api.FieldError{{Pointer: "/Text", Detail: "is bad"}} }
		}, "example 0 is not valid"},
	}
	for _, tt := range tests {
		j := goodJob()
		tt.spoil(&j)
		err := j.Check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	j := goodJob()
	j.Name, j.Stages[0].Message, j.Done = "", "", End{}
	if err := j.Check(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three mistakes: %v", err)
	}
}

// Lifetime covers everything that the state machine may do.
func TestLifetime(t *testing.T) {
	j := goodJob()
	j.Stages[0].Timeout, j.Stages[0].Attempts = 50*time.Second, 3
	d := j.Describe()
	// Three runs and one that was lost, each with its margin and longest pause,
	// and 40 minutes of lacking capacity.
	if want := 4*(50+10+20)*time.Second + 40*time.Minute; d.Stages[0].Bound() != want {
		t.Errorf("bound %v, want %v", d.Stages[0].Bound(), want)
	}
	if d.Stages[1].Timeout != 30*time.Second || d.Stages[1].Attempts != 7 || d.Stages[1].Activity != "two" {
		t.Errorf("defaults %+v", d.Stages[1])
	}
	// The pauses of a retrier with full jitter, six standard deviations above their mean.
	pauses := func(n float64) time.Duration {
		return time.Duration((n/2 + 6*math.Sqrt(n/12)) * float64(CapacityMaxDelay))
	}
	most := 4*(50+10+20)*time.Second + 8*(30+10+20)*time.Second + 2*pauses(CapacityAttempts) + FailAttempts*FailTimeout + pauses(FailAttempts)
	if d.Lifetime() <= most {
		t.Errorf("lifetime %v does not exceed %v", d.Lifetime(), most)
	}
	for _, s := range d.Stages {
		if s.Bound() > d.Lifetime()/5 {
			t.Errorf("%s is overdue after %v, of a lifetime of %v", s.Name, s.Bound(), d.Lifetime())
		}
	}
	w := d.Stages[0]
	w.Waits, w.Timeout = true, 48*time.Hour
	if b := w.Bound(); b <= 48*time.Hour || b > 50*time.Hour {
		t.Errorf("a wait of two days takes %v", b)
	}
	before := d.Lifetime()
	d.Compensates = true
	if d.Lifetime() < before+CompensateTimeout {
		t.Errorf("compensation adds %v", d.Lifetime()-before)
	}
}

// Percent follows from the stages' expected times, between 1 and 99, and never
// falls while stages follow one another.
func TestPercent(t *testing.T) {
	d := Description{Stages: []StageDescription{
		{Name: "A", Expected: 30 * time.Second}, {Name: "Old", Retired: true, Expected: time.Hour}, {Name: "B", Expected: 60 * time.Second}, {Name: "C", Expected: 10 * time.Second},
	}}
	for _, tt := range []struct {
		rank int
		done float64
		want int
	}{
		{1, 0, 1}, {1, 0.5, 15}, {1, 1, 30}, {3, 0, 30}, {3, 0.5, 60}, {4, 0, 90}, {4, 1, 99},
		{1, -5, 1}, {1, 7, 30}, {3, math.NaN(), 30}, {3, math.Inf(1), 90}, {3, math.Inf(-1), 30},
	} {
		if got := d.percent(tt.rank, tt.done); got != tt.want {
			t.Errorf("stage %d, %v done: %d, want %d", tt.rank, tt.done, got, tt.want)
		}
	}
	if got := (Description{Stages: []StageDescription{{Name: "A"}, {Name: "B"}}}).percent(2, 0); got != 50 {
		t.Errorf("without expectations: %d", got)
	}
	var seen []int
	for _, rank := range []int{1, 3, 4} {
		for done := 0.0; done <= 1; done += 0.01 {
			seen = append(seen, d.percent(rank, done))
		}
	}
	if !slices.IsSorted(seen) {
		t.Errorf("it falls: %v", seen)
	}
}

// The last stage that is not retired reaches Done.
func TestLast(t *testing.T) {
	j := goodJob()
	j.Stages = append(j.Stages, textStage{Name: "Old", Message: "Old.", Do: doText, Retired: true})
	d := j.Describe()
	if !d.last("Two") || d.last("One") || d.last("Old") || d.last("") {
		t.Error("the last stage is another one")
	}
	if got, err := d.decided(d.Stages[1], Continue); got != "Done" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := d.decided(d.Stages[0], Continue); got != Continue || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := d.decided(d.Stages[0], "Done"); err == nil {
		t.Error("a stage that is not the last is done")
	}
}

func TestDecisions(t *testing.T) {
	type Embedded struct {
		Deep int8 `json:"deep"`
	}
	type decision struct {
		Embedded
		Yes      bool    `json:"yes"`
		Rate     float64 `json:"a/b"`
		Untagged uint
		Note     string      `json:"note"`
		Maybe    *bool       `json:"maybe"`
		Omitted  int         `json:"omitted,omitempty"`
		Zero     int         `json:"zero,omitzero"`
		Left     bool        `json:"-"`
		List     []int       `json:"list"`
		Itself   itself      `json:"itself"`
		Number   json.Number `json:"number"`
	}
	for body, want := range map[string]string{
		`{}`: "/deep /yes /a~1b /Untagged", `{"DEEP":0,"yes":false,"a/b":0,"untagged":1}`: "", `{"deep":null,"yes":1,"a/b":{}}`: "/deep /Untagged",
		`[]`: "", `null`: "", "\xef\xbb\xbf{\"deep\":1,\"yes\":true,\"a/b\":1}": "/Untagged",
	} {
		var got []string
		for _, p := range undecided(reflect.TypeFor[*decision](), []byte(body)) {
			got = append(got, p.Pointer)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for _, none := range []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[any](), reflect.TypeFor[map[string]bool](), reflect.TypeFor[time.Time]()} {
		if got := undecided(none, []byte(`{}`)); got != nil {
			t.Errorf("%v: %v", none, got)
		}
	}
}

// itself is a number that decodes itself.
type itself int

func (*itself) UnmarshalText([]byte) error { return nil }
