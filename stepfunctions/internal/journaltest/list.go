package journaltest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func unfinishedOnly(t *testing.T, j engine.Journal) {
	for id := range int64(9) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id%3 > 0 {
			r.Head = *closed(start)
			r.Unannounced = id%3 == 1
		}
		create(t, j, r)
	}
	var got []int64
	for after := int64(0); ; {
		page, err := j.Unfinished(t.Context(), after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		after = page[len(page)-1].ID
	}
	if want := []int64{1, 2, 4, 5, 7, 8}; !reflect.DeepEqual(got, want) {
		t.Errorf("ids %v, want %v", got, want)
	}
}

func listPages(t *testing.T, j engine.Journal) {
	for id := range int64(6) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id%2 == 1 {
			r.Head = *closed(start.Add(time.Duration(id) * time.Hour))
			r.Output = []byte(`{"large":true}`)
			r.VersionARN = machineARN + ":1"
		}
		if id < 2 {
			r.AliasARN = machineARN + ":live"
		}
		create(t, j, r)
	}
	other := newRecord(99, "other")
	other.MachineARN += "2"
	create(t, j, other)
	for _, tt := range []struct {
		name   string
		filter engine.Filter
		want   []int64
	}{
		{"all", engine.Filter{Limit: 10}, []int64{6, 5, 4, 3, 2, 1}},
		{"first page", engine.Filter{Limit: 2}, []int64{6, 5}},
		{"second page", engine.Filter{Limit: 2, Before: 5}, []int64{4, 3}},
		{"of a machine with a past", engine.Filter{Limit: 10, Before: 6, After: 3}, []int64{5, 4}},
		{"by status", engine.Filter{Limit: 10, Status: engine.Failed}, []int64{6, 4, 2}},
		{"by version", engine.Filter{Limit: 2, VersionARN: machineARN + ":1"}, []int64{6, 4}},
		{"by alias", engine.Filter{Limit: 10, AliasARN: machineARN + ":live"}, []int64{2, 1}},
		{"without the old", engine.Filter{Limit: 10, ClosedAfter: start.Add(3 * time.Hour)}, []int64{6, 5, 4, 3, 1}},
		{"by a part of the name", engine.Filter{Limit: 10, NamePart: "4"}, []int64{5}},
		{"of all machines", engine.Filter{Limit: 3, AllMachines: true}, []int64{99, 6, 5}},
		{"of all machines, by name", engine.Filter{Limit: 10, AllMachines: true, NamePart: "the"}, []int64{99}},
		{"of all machines, by status", engine.Filter{Limit: 2, AllMachines: true, Status: engine.Failed, Before: 6}, []int64{4, 2}},
	} {
		tt.filter.MachineARN = machineARN
		records, err := j.List(t.Context(), tt.filter)
		var got []int64
		for _, r := range records {
			got = append(got, r.ID)
			if len(r.Output) > 0 {
				t.Errorf("%s: execution %d has its output", tt.name, r.ID)
			}
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
}

func expireOldest(t *testing.T, j engine.Journal) {
	for id := range int64(6) {
		r := newRecord(id+1, fmt.Sprint(id))
		if id > 0 {
			r.Head = *closed(start.Add(time.Duration(id) * time.Hour))
		}
		if id == 1 {
			// The clock was years ahead when this one started: it keeps no other.
			r.Started = start.AddDate(20, 0, 0)
		}
		create(t, j, r)
	}
	until := start.Add(4 * time.Hour)
	for _, want := range []int{2, 1, 0} {
		if n, err := j.Expire(t.Context(), until, 2); n != want || err != nil {
			t.Errorf("expired %d, %v, want %d", n, err, want)
		}
	}
	left, err := j.List(t.Context(), engine.Filter{MachineARN: machineARN, Limit: 10})
	if err != nil || len(left) != 3 || left[0].ID != 6 || left[2].ID != 1 {
		t.Errorf("left %+v, %v, want the open one and the two young ones", left, err)
	}
	_, err = j.Entries(t.Context(), 2, 0, 100)
	wantError(t, "entries of an expired one", err, engine.ErrNotFound)
}
