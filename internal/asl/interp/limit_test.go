package interp_test

import (
	"encoding/json"
	"testing"
	"time"

	"asynchttpapi/internal/asl"
	"asynchttpapi/internal/asl/interp"
)

// TestTimeLimit: the sooner of the execution's limit and the definition's.
func TestTimeLimit(t *testing.T) {
	for title, c := range map[string]struct {
		timeout string
		limit   time.Duration
		want    time.Duration // 0: no deadline
	}{
		"none":         {"", 0, 0},
		"from outside": {"", 5 * time.Minute, 5 * time.Minute},
		"written":      {`"TimeoutSeconds":7,`, 5 * time.Minute, 7 * time.Second},
		"too long":     {`"TimeoutSeconds":999,`, 5 * time.Minute, 5 * time.Minute},
		"written only": {`"TimeoutSeconds":999,`, 0, 999 * time.Second},
	} {
		t.Run(title, func(t *testing.T) {
			m, err := asl.Parse([]byte(`{` + c.timeout + `"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:1:function:f","End":true}}}`))
			if err != nil {
				t.Fatal(err)
			}
			start := time.Unix(1_700_000_000, 0)
			effects := interp.New(m, interp.Info{Limit: c.limit}).Apply(interp.Input{Kind: interp.Started, At: start, Output: json.RawMessage("{}")})
			var got time.Duration
			if len(effects.Timers) == 1 {
				got = effects.Timers[0].At.Sub(start)
			}
			if got != c.want {
				t.Errorf("deadline after %s, want %s", got, c.want)
			}
		})
	}
}
