package async_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// paceOf is a job's Pace; stages are named A, B, ... and expected to take this long.
func paceOf(expected ...time.Duration) *async.Pace {
	d := async.Description{}
	for i, e := range expected {
		d.Stages = append(d.Stages, async.StageDescription{Name: string(rune('A' + i)), Expected: e})
	}
	return async.NewPace(d)
}

// atWork is a record whose stage has been at work for some time at noon.
func atWork(stage string, at, expected time.Duration) async.State {
	s := async.State{Status: api.Running, CustomStatus: stage, Rank: 1, Began: noon.Add(-at)}
	if expected > 0 {
		s.Due = s.Began.Add(expected)
	}
	return s
}

// Whatever is known and however long it has been: whole seconds, at least one,
// and at most five minutes.
func TestRetryAfterIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	some := func() time.Duration {
		return time.Duration(r.Float64() * float64(time.Second) * float64(int64(1)<<r.IntN(27)))
	}
	for range 300 {
		p := paceOf(some(), some(), some())
		for range r.IntN(50) {
			p.Observe(string(rune('A'+r.IntN(4))), some(), r.IntN(2) == 0)
		}
		for range 5 {
			s := atWork(string(rune('A'+r.IntN(5))), some()-time.Minute, some())
			s.Rank = r.IntN(2)
			for _, pace := range []*async.Pace{p, nil, {}} {
				spread := r.Float64()
				got := pace.RetryAfter(s, noon, spread)
				if got < time.Second || got > 5*time.Minute || got%time.Second != 0 {
					t.Fatalf("%v for %+v", got, s)
				}
			}
		}
	}
	for _, s := range []async.State{{}, {Due: noon}, {Began: noon.Add(time.Hour), Rank: 1}, {Began: noon.AddDate(-3, 0, 0), Rank: 1}} {
		if got := paceOf(0).RetryAfter(s, noon, 1); got < time.Second || got > 5*time.Minute {
			t.Errorf("%v for %+v", got, s)
		}
	}
}

// What a job expects may be far too much: until an end was seen no pause is much
// longer than a minute, or a quarter of what has passed.
func TestUnseenStagesAreAskedAbout(t *testing.T) {
	p := paceOf(24 * time.Hour)
	for _, at := range []time.Duration{0, time.Minute, 10 * time.Minute, time.Hour} {
		got := p.RetryAfter(atWork("A", at, 24*time.Hour), noon, 0)
		if want := min(max(time.Minute, at/4), 5*time.Minute); got > want {
			t.Errorf("after %v: %v, want %v at most", at, got, want)
		}
	}
	for range 10 {
		p.Observe("A", 24*time.Hour, true)
	}
	if got := p.RetryAfter(atWork("A", time.Minute, 24*time.Hour), noon, 0); got < 4*time.Minute {
		t.Errorf("of a stage that takes a day: %v", got)
	}
}

// A stage that always takes the same is asked about once, behind its end,
// and before it is known to, hardly more often.
func TestRetryAfterReachesTheEnd(t *testing.T) {
	for _, takes := range []time.Duration{3 * time.Second, 20 * time.Second, 47 * time.Second, 200 * time.Second} {
		p := paceOf(takes)
		polls, at := 0, time.Duration(0)
		for ; at < takes; polls++ {
			at += p.RetryAfter(atWork("A", at, takes), noon, 0)
		}
		if polls > 4+int(takes/(2*time.Minute)) || at > takes*5/4+2*time.Second {
			t.Errorf("as expected, %v: %d polls, the last one at %v", takes, polls, at)
		}
		for range 50 {
			p.Observe("A", takes, true)
		}
		for _, at := range []time.Duration{0, takes / 2} {
			got := p.RetryAfter(atWork("A", at, takes), noon, 0)
			if got+at < takes || got+at > takes*110/100+1500*time.Millisecond {
				t.Errorf("%v, seen often: at %v the next poll is after %v", takes, at, got)
			}
		}
		// The submit knows the same.
		submitted := async.State{Status: api.NotStarted, CustomStatus: "Received", Began: noon, Due: noon}
		if got := p.RetryAfter(submitted, noon, 0); got < takes || got > takes*110/100+1500*time.Millisecond {
			t.Errorf("%v: the submit says %v", takes, got)
		}
	}
}

// Where a stage ends soon or much later, little is asked in between.
func TestRetryAfterOfTwoPeaks(t *testing.T) {
	p := paceOf(time.Minute)
	for i := range 100 {
		p.Observe("A", map[bool]time.Duration{true: 5 * time.Second, false: 200 * time.Second}[i%4 > 0], true)
	}
	if got := p.RetryAfter(atWork("A", 0, 0), noon, 0); got < 5*time.Second || got > 8*time.Second {
		t.Errorf("the first poll is after %v, want about 5 s", got)
	}
	polls, at := 0, 8*time.Second
	for ; at < 200*time.Second; polls++ {
		at += p.RetryAfter(atWork("A", at, 0), noon, 0)
	}
	if polls > 4 || at > 215*time.Second {
		t.Errorf("behind the first peak %d polls, the last one at %v", polls, at)
	}
}

// A stage whose end may be the submission's is asked about, one that hardly ever
// ends it is not.
func TestRetryAfterSkipsStagesThatDoNotEnd(t *testing.T) {
	first := map[bool]time.Duration{}
	for _, rejects := range []bool{true, false} {
		p := paceOf(20*time.Second, 60*time.Second)
		for range 100 {
			p.Observe("A", 20*time.Second, rejects)
			p.Observe("B", 60*time.Second, true)
		}
		first[rejects] = p.RetryAfter(atWork("A", 0, 0), noon, 0)
	}
	if first[true] > 23*time.Second || first[false] < 75*time.Second {
		t.Errorf("%v where the first stage ends it, %v where it does not", first[true], first[false])
	}
}

// Ten times slower or faster than yesterday is learned with the next dozens of ends.
func TestRetryAfterLearns(t *testing.T) {
	for _, now := range []time.Duration{6 * time.Second, 600 * time.Second} {
		p := paceOf(time.Minute)
		for range 1000 {
			p.Observe("A", time.Minute, true)
		}
		for range 30 {
			p.Observe("A", now, true)
		}
		polls, at := 0, time.Duration(0)
		for at < now {
			at += p.RetryAfter(atWork("A", at, 0), noon, 0)
			polls++
		}
		if late := at - now; polls > 6 || late > now/4+2*time.Second {
			t.Errorf("%v instead of a minute: %d polls, %v late", now, polls, late)
		}
	}
}

// What is overdue is asked about ever less often.
func TestRetryAfterOfWhatIsOverdue(t *testing.T) {
	p := paceOf(time.Minute)
	for range 100 {
		p.Observe("A", time.Minute, true)
	}
	last := time.Duration(0)
	for _, at := range []time.Duration{4 * time.Minute, 16 * time.Minute, time.Hour, 24 * time.Hour} {
		got := p.RetryAfter(atWork("A", at, 0), noon, 0)
		if got < last || got > at/2 {
			t.Errorf("after %v: %v, and %v before", at, got, last)
		}
		last = got
	}
	if last < 280*time.Second {
		t.Errorf("after a day: %v", last)
	}
}

// Clients that came together are spread, later and not earlier.
func TestRetryAfterSpreads(t *testing.T) {
	p, seen := paceOf(4*time.Minute), map[time.Duration]bool{}
	for range 50 {
		p.Observe("A", 4*time.Minute, true)
	}
	none := p.RetryAfter(atWork("A", 0, 0), noon, 0)
	for i := range 100 {
		got := p.RetryAfter(atWork("A", 0, 0), noon, float64(i)/100)
		if got < none || got > none*17/16+time.Second {
			t.Fatalf("%v instead of %v", got, none)
		}
		seen[got] = true
	}
	if len(seen) < 10 {
		t.Errorf("100 clients return in %d different seconds", len(seen))
	}
}

// A Pace stays small, and survives being stored.
func TestPaceIsSmall(t *testing.T) {
	p, r := paceOf(time.Minute, time.Hour), rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		p.Observe("A", time.Duration(r.ExpFloat64()*float64(time.Hour)), r.IntN(2) == 0)
	}
	text, err := json.Marshal(p)
	if err != nil || len(text) > 2000 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	var again async.Pace
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Duration{0, time.Minute, time.Hour} {
		if a, b := p.RetryAfter(atWork("A", at, 0), noon, 0), again.RetryAfter(atWork("A", at, 0), noon, 0); a != b {
			t.Errorf("at %v: %v, and %v when it was stored", at, a, b)
		}
	}
}

// The buckets of version 0.1 were others, under another name: they are not read.
func TestPaceOfAnOlderVersion(t *testing.T) {
	var p async.Pace
	if err := json.Unmarshal([]byte(`{"stages":[{"name":"A","expected":60,"took":{"117":50},"ended":50}]}`), &p); err != nil {
		t.Fatal(err)
	}
	if got, want := p.RetryAfter(atWork("A", 0, 0), noon, 0), paceOf(time.Minute).RetryAfter(atWork("A", 0, 0), noon, 0); got != want {
		t.Errorf("%v, want %v as with nothing learned", got, want)
	}
}

// What a store holds may be damaged: it is answered from, and learned over.
func TestDamagedPace(t *testing.T) {
	for _, stored := range []string{`{"0":100,"5":1}`, `{"5":1e308,"6":1e308}`, `{"-3":9,"5":-1,"4000":7}`} {
		var p async.Pace
		if err := json.Unmarshal(fmt.Appendf(nil, `{"stages":[{"name":"A","buckets":%s,"ends":1e308}]}`, stored), &p); err != nil {
			t.Fatal(err)
		}
		if got := p.RetryAfter(atWork("A", 0, 0), noon, 0); got < time.Second || got > 5*time.Minute {
			t.Errorf("%v with %s", got, stored)
		}
		for range 600 {
			p.Observe("A", 20*time.Second, true)
		}
		if text, err := json.Marshal(&p); err != nil {
			t.Errorf("%s cannot be stored again: %s, %v", stored, text, err)
		}
		if got := p.RetryAfter(atWork("A", 0, 0), noon, 0); got < 20*time.Second || got > 22*time.Second {
			t.Errorf("%v with %s, after 600 ends that took 20 s", got, stored)
		}
	}
}

// What a store holds may be of another version, or damaged.
func FuzzPace(f *testing.F) {
	f.Add([]byte(`{"stages":[{"name":"A","expected":-1,"buckets":{"-5":1,"99999":2,"3":-1},"ends":-4}]}`), int64(0))
	f.Add([]byte(`{"stages":[{"name":"A","expected":1e300,"buckets":{"3":1e300}}]}`), int64(1e9))
	f.Add([]byte(`{"stages":[{"name":"A","buckets":{"0":100,"5":1}},null]}`), int64(-1e9))
	f.Fuzz(func(t *testing.T, text []byte, at int64) {
		var p async.Pace
		if json.Unmarshal(text, &p) != nil {
			return
		}
		p.Observe("A", time.Duration(at), true)
		got := p.RetryAfter(atWork("A", time.Duration(at), 0), noon, 0.5)
		if got < time.Second || got > 5*time.Minute {
			t.Errorf("%v", got)
		}
	})
}

func BenchmarkRetryAfter(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, cached := range []bool{true, false} {
		b.Run(fmt.Sprint("cached=", cached), func(b *testing.B) {
			p := paceOf(20*time.Second, 15*time.Second, 10*time.Second)
			for i := range 200 {
				p.Observe(string(rune('A'+i%3)), time.Duration(r.ExpFloat64()*20*float64(time.Second)), i%3 == 2)
			}
			for i := range b.N {
				if !cached && i%10 == 0 {
					p.Observe("A", 20*time.Second, false)
				}
				p.RetryAfter(atWork("A", time.Duration(i%10)*time.Second, 0), noon, 0.5)
			}
		})
	}
}
