// Package journaltest holds the test suite of the engine's port Journal. Every
// adapter runs it.
package journaltest

import (
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// Run runs the suite. open is called for each test and
// gives an empty journal.
func Run(t *testing.T, open func(t *testing.T) engine.Journal) {
	tests := []struct {
		name string
		run  func(t *testing.T, j engine.Journal)
	}{
		{"record survives", recordSurvives},
		{"nothing there", nothingThere},
		{"name is taken", nameIsTaken},
		{"expired name is free", expiredNameIsFree},
		{"name of an earlier machine is free", nameOfAnEarlierMachineIsFree},
		{"create races", createRaces},
		{"append in order", appendInOrder},
		{"append many", appendMany},
		{"append refuses a wrong place", appendRefusesWrongPlace},
		{"append with head is one write", appendWithHead},
		{"announced", announced},
		{"unfinished", unfinishedOnly},
		{"list", listPages},
		{"expire", expireOldest},
		{"last id", lastID},
		{"machines", machinesSurvive},
		{"revisions", revisionsGo},
		{"canceled context", canceledContext},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
}

const machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:m"

var start = time.UnixMilli(1_700_000_000_123).UTC()
