package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/sfn"
)

// stamp is how times are printed.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// ago is an age, in whole seconds up to an hour, and in whole minutes beyond.
func ago(d time.Duration) string {
	if d < time.Hour {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

func code(r async.Record) string {
	if r.Error == nil {
		return "-"
	}
	return r.Error.Code
}

// wanted returns the condition that the flags of list make.
func (s *session) wanted() (func(async.Record) bool, error) {
	var statuses []api.Status
	for word := range strings.SplitSeq(s.status, ",") {
		switch status := api.Status(word); status {
		case "":
		case "open":
			statuses = append(statuses, api.NotStarted, api.Running)
		case api.NotStarted, api.Running, api.Succeeded, api.Failed, api.Canceled:
			statuses = append(statuses, status)
		default:
			return nil, usagef("-status: %q is not a status", word)
		}
	}
	now := s.now()
	return func(r async.Record) bool {
		age := now.Sub(r.Created)
		return (len(statuses) == 0 || slices.Contains(statuses, r.Status)) &&
			(s.older == 0 || age >= s.older) && (s.younger == 0 || age <= s.younger) &&
			(len(s.codes) == 0 || slices.Contains(s.codes, code(r)))
	}, nil
}

func (s *session) list(ctx context.Context) error {
	wanted, err := s.wanted()
	if err != nil {
		return err
	}
	var found []async.Record
	counts := map[string]int{}
	err = s.submissions.Each(ctx, func(r async.Record) error {
		if wanted(r) {
			found = append(found, r)
			counts[string(r.Status)]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b async.Record) int { return b.Created.Compare(a.Created) })
	all := len(found)
	if s.limit > 0 {
		found = found[:min(s.limit, all)]
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SUBMISSION\tSTATUS\tCUSTOM STATUS\tAGE\tUPDATED\tREDRIVES\tERROR")
	for _, r := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", s.shown(r.ID), r.Status, r.CustomStatus, ago(s.now().Sub(r.Created)), stamp(r.Updated), r.Redrive, code(r))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s%s\n", number(all, "submission"), counted(counts))
	if left := all - len(found); left > 0 {
		fmt.Fprintf(s.stdout, "%d older ones are not printed: -limit 0 prints all\n", left)
	}
	return nil
}

// number is "1 thing" or "2 things".
func number(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// counted is ": 2 a, 1 b" of counts, and empty for none.
func counted(counts map[string]int) string {
	var words []string
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[word], word))
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, ", ")
}

func (s *session) show(ctx context.Context) error {
	id, r, err := s.record(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\n", name, value) }
	row("submission", s.shown(id))
	row("job", r.Job)
	row("status", r.Status)
	row("custom status", r.CustomStatus)
	row("error", code(r))
	row("percent", r.Percent)
	row("redrives", r.Redrive)
	row("accepted", stamp(r.Created))
	row("updated", stamp(r.Updated))
	row("stage began", stamp(r.Began))
	row("stage due", stamp(r.Due))
	if r.Waiting.Stage != "" {
		row("waits in", r.Waiting.Stage)
	}
	row("deadline", stamp(r.Deadline))
	row("expires", stamp(r.Expires))
	for _, stage := range slices.Sorted(maps.Keys(r.Outcomes)) {
		outcome := string(r.Outcomes[stage])
		if r.Outcomes[stage] == async.Continue {
			outcome = "continue"
		}
		row("outcome of "+stage, outcome)
	}
	if err := s.showExecution(ctx, id, row); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return s.showHistory(ctx, id)
}

func (s *session) showExecution(ctx context.Context, id string, row func(string, any)) error {
	x, err := s.executions.Outcome(ctx, id)
	switch {
	case errors.Is(err, async.ErrNotFound):
		row("execution", "there is none: it never started, or ended more than 90 days ago")
	case err != nil:
		return err
	case x.TimedOut:
		row("execution", "Failed: it ran out of time")
	default:
		row("execution", x.Status)
	}
	return nil
}

// showHistory prints what happened to an execution, without data.
func (s *session) showHistory(ctx context.Context, id string) error {
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	first := true
	err := s.executions.History(ctx, id, func(e sfn.Event) error {
		if first {
			fmt.Fprintln(w, "\nTIME\tEVENT\tSTATE\tERROR")
			first = false
		}
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", stamp(e.At), e.Type, e.State, e.Error)
		return err
	})
	if err != nil && !errors.Is(err, async.ErrNotFound) {
		return err
	}
	return w.Flush()
}

func (s *session) find(ctx context.Context) error {
	id, r, err := s.record(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s %s %s, accepted %s\n", s.shown(id), r.Status, r.CustomStatus, stamp(r.Created))
	if !s.showIDs {
		fmt.Fprintln(s.stderr, "every command takes the hash in place of the id; -show-ids prints the id")
	}
	return nil
}

func (s *session) hash(context.Context) error {
	id := s.args[0]
	if id == "-" {
		line, err := s.in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		id = strings.TrimSpace(line)
	}
	if !async.ValidID(id) {
		return usagef("hash: that is not an id: 26 characters of a to z and 2 to 7")
	}
	fmt.Fprintln(s.stdout, async.LogID(id))
	return nil
}

// exported is a line of an export.
type exported struct {
	Submission   string                   `json:"submission"`
	Job          string                   `json:"job,omitempty"`
	Status       api.Status               `json:"status"`
	CustomStatus string                   `json:"customStatus,omitempty"`
	Error        string                   `json:"error,omitempty"`
	Percent      int                      `json:"percent,omitempty"`
	Redrives     int                      `json:"redrives,omitempty"`
	Accepted     time.Time                `json:"accepted"`
	Updated      time.Time                `json:"updated"`
	Expires      time.Time                `json:"expires"`
	Outcomes     map[string]async.Outcome `json:"outcomes,omitempty"`
	*operate.Contents
}

func (s *session) export(ctx context.Context) error {
	if s.contents && s.out == "" {
		return usagef("export: -contents is personal and needs -o FILE")
	}
	to := s.stdout
	if s.out != "" {
		f, err := os.OpenFile(s.out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("-o: %w", err)
		}
		defer f.Close()
		to = f
	}
	lines, out := 0, json.NewEncoder(to)
	err := s.submissions.Each(ctx, func(r async.Record) error {
		line, err := s.exported(ctx, r)
		if errors.Is(err, async.ErrNotFound) {
			return nil // it has gone meanwhile
		}
		if err == nil {
			err = out.Encode(line)
		}
		lines++
		return err
	})
	if err != nil {
		return fmt.Errorf("the export is not complete: %w", err)
	}
	if f, ok := to.(*os.File); ok && s.out != "" {
		if err := f.Sync(); err != nil {
			return fmt.Errorf("-o: %w", err)
		}
	}
	fmt.Fprintln(s.stderr, number(lines, "submission")+" exported")
	return nil
}

func (s *session) exported(ctx context.Context, r async.Record) (exported, error) {
	x := exported{
		Submission: s.shown(r.ID), Job: r.Job, Status: r.Status, CustomStatus: r.CustomStatus, Percent: r.Percent, Redrives: r.Redrive,
		Accepted: r.Created, Updated: r.Updated, Expires: r.Expires, Outcomes: r.Outcomes,
	}
	if r.Error != nil {
		x.Error = r.Error.Code
	}
	if !s.contents {
		return x, nil
	}
	x.Submission = r.ID
	c, err := s.submissions.Contents(ctx, r.ID)
	x.Contents = &c
	return x, err
}
