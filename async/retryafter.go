package async

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"math"
	"slices"
	"sync"
	"time"
)

// Retry-After follows what stages really take. Each stage has a small summary of
// its recent durations, which is learned from ends and kept in one item, a Pace.
//
// When to ask next is the inspection problem of Keller (1974, "Optimum checking
// schedules for systems subject to random failure", Management Science 21(3),
// doi 10.1287/mnsc.21.3.256): an unknown time has to be noticed, a look costs
// something, and so does each second that it goes unnoticed. Where ends are
// likely one looks often, where they are not seldom: the density of looks follows
// the square root of the hazard rate. For a histogram the optimum is computed
// outright, by dynamic programming over its points. An exponential stage is then
// asked about at constant pauses, one that always takes 20 seconds once, when they
// are over, and one that takes 2 seconds or an hour soon, and then not for long.
// How long the stage has been at work is known, so that every answer is for what
// remains.
const (
	// perOctave buckets divide a doubling of the duration: 4 % each. shortest is the
	// upper edge of the first one, in seconds, and the last one has a year and more.
	perOctave = 16
	shortest  = 1.0 / 8
	buckets   = 28*perOctave + 1
	// paceMemory is how many ends a stage remembers: the weight of an end fades to
	// a third behind as many later ones. A busy stage that has become ten times
	// slower or faster is learned with the next minute's ends, and a quiet one with
	// its next dozen, for an end that is far from all others is a point of its own.
	paceMemory = 100
	// neighbors is the part of what a stage remembers that smooths each duration.
	neighbors = 1.0 / 12
	// priorWeight is how many ends the job's expected time counts for while nothing
	// has ended, and halfPrior how many ends halve that. tailWeight is what is held
	// possible however much has been seen: that the stage takes some multiple of its
	// time. Where nothing else is left the pauses grow with what has passed, as with
	// a hazard rate of 1/t.
	priorWeight, halfPrior, tailWeight = 3, 5, 0.3
	// A look costs as much as noticing the end later by lookCost of the time that a
	// submission takes in the median, or by lateCost of what its stage has taken
	// already, and at least by leastCost seconds. The median delay is then about a
	// twentieth of the whole, and what takes very long is not asked about every few
	// seconds because its like are quick.
	lookCost, lateCost, leastCost = 1.0 / 50, 1.0 / 200, 0.25
	// margin is added to every duration, in seconds: a look that comes just before
	// the end finds nothing and costs a whole pause.
	margin = 0.25
	// Bounds of Retry-After: azcore and azure-core take 0 for 30 seconds; beyond 5
	// minutes an early end would show late.
	minRetry, maxRetry = time.Second, 5 * time.Minute
	// paceInterval is how old the Pace that a process works with may be, and how
	// often a process saves one.
	paceInterval = time.Minute
)

// Pace is what is known of how long the stages of a job take. Nothing in it is of
// a single submission.
type Pace struct {
	Stages []StagePace `json:"stages"`
	// next are when to look, by stage and elapsed bucket, in seconds since the stage
	// began, as computed since the last end.
	next map[[2]int]float64
}

// StagePace is the summary of one stage, in the order of the job.
type StagePace struct {
	Name string `json:"name"`
	// Expected is the job's own expectation, in seconds; 0 where it has none.
	Expected float64 `json:"expected,omitempty"`
	// Took are the weights of recent durations by bucket, Ended the weight of
	// those that ended the submission.
	Took  map[int]float64 `json:"took,omitempty"`
	Ended float64         `json:"ended,omitempty"`
}

// NewPace returns what is known of a job of which nothing has ended yet.
func NewPace(d Description) *Pace {
	p := &Pace{}
	for _, st := range d.Stages {
		if !st.Retired {
			p.Stages = append(p.Stages, StagePace{Name: st.Name, Expected: st.Expected.Seconds()})
		}
	}
	return p
}

func (p *Pace) index(stage string) int {
	return slices.IndexFunc(p.Stages, func(s StagePace) bool { return s.Name == stage })
}

// Observe learns that a stage has ended after a time, and whether the submission
// ended with it. A stage that the Pace does not have is left out.
func (p *Pace) Observe(stage string, took time.Duration, ended bool) {
	i := p.index(stage)
	if i < 0 || took < 0 {
		return
	}
	st, all := &p.Stages[i], map[int]float64{}
	for b, weight := range st.Took {
		if weight = faded(weight); weight >= 0.3 {
			all[b] = weight
		}
	}
	all[bucket(took.Seconds())]++
	st.Took, st.Ended, p.next = all, faded(st.Ended), nil
	if ended {
		st.Ended++
	}
}

// faded is a weight behind one more end, in thousandths: short where it is stored.
func faded(weight float64) float64 { return math.Round(weight*(1-1.0/paceMemory)*1000) / 1000 }

func bucket(seconds float64) int {
	return int(min(max(math.Ceil(perOctave*math.Log2(max(seconds, shortest)/shortest)), 0), buckets-1))
}

// edge is the upper edge of a bucket.
func edge(bucket int) float64 { return shortest * math.Exp2(float64(bucket)/perOctave) }

// RetryAfter returns when to ask again about a record in state s, in whole
// seconds: spread, from 0 to 1, is the client's own, so that clients which came
// together do not return together. The pause is 1 second or more and, the spread
// left out, at most 5 minutes. p may be nil.
func (p *Pace) RetryAfter(s State, now time.Time, spread float64) time.Duration {
	i, at := 0, 0.0
	if s.Rank > 0 && !s.Began.IsZero() {
		at = max(now.Sub(s.Began).Seconds(), 0)
	}
	if p != nil && s.Rank > 0 {
		i = p.index(s.CustomStatus)
	}
	if p == nil || i < 0 || len(p.Stages) == 0 { // only what the record says is known
		i, p = 0, &Pace{Stages: make([]StagePace, 1)}
		if !s.Began.IsZero() {
			p.Stages[0].Expected = max(s.Due.Sub(s.Began).Seconds(), 0)
		}
	}
	key := [2]int{i, bucket(at)}
	look, known := p.next[key]
	if !known || look-at < minRetry.Seconds() {
		cost := max(leastCost, lookCost*p.remaining(0, 0).median(), lateCost*at)
		look = at + p.remaining(i, at).next(cost)
		if p.next == nil {
			p.next = map[[2]int]float64{}
		}
		p.next[key] = look
	}
	// Later, never earlier: a pause is chosen to reach beyond an end.
	const most = 1.0 / 16
	pause := min(max(look-at, minRetry.Seconds()), maxRetry.Seconds()/(1+most))
	pause += min(max(spread, 0), 1) * max(pause*most, 0.5)
	return min(max(time.Duration(math.Round(pause))*time.Second, minRetry), maxRetry)
}

// remaining is the distribution of the time to the submission's end when stage i
// has been at work for at seconds and still is.
func (p *Pace) remaining(i int, at float64) *points {
	st, out, rest, ends := &p.Stages[i], &points{}, &points{}, 1.0
	took, total := st.smooth()
	if i < len(p.Stages)-1 {
		// Until something has ended, one in three stages ends the submission.
		ends, rest = (st.Ended+1)/(total+3), p.remaining(i+1, 0)
	}
	add := func(t, weight float64) {
		if t += margin; t <= at || weight == 0 {
			return
		}
		out.add(t-at, weight*ends)
		for j := range rest.n {
			out.add(t-at+rest.at[j], weight*(1-ends)*rest.weight[j])
		}
	}
	// Most of what is expected is near it, and some from an eighth up to eightfold: an
	// expectation is often wrong, and an early look costs less than an hour of silence.
	for j := -12; j <= 12 && st.Expected > 0; j++ {
		share := 0.012 + 0.3*math.Exp(-float64(j*j)/1.5)
		took[min(max(bucket(st.Expected)+j*perOctave/4, 0), buckets-1)] += priorWeight * share / (1 + total/halfPrior)
	}
	for b, weight := range took {
		add(edge(b), weight)
	}
	const steps = 16
	for j := 1.0; j <= steps; j++ {
		add(max(at, 2)*math.Exp2(j/4), tailWeight/steps)
	}
	out.normalize()
	return out
}

// smooth returns the remembered durations by bucket, and their weight. Each is
// spread over the stretch around it that has its nearest neighbors, so that a
// stage that always takes the same is a peak, one of two peaks has a gap, and
// what a hundred ends of another happen to have between them is none.
func (st *StagePace) smooth() (out [buckets]float64, total float64) {
	var below [buckets + 1]float64 // the weight of all lower buckets
	for b := range buckets {
		below[b+1] = below[b] + max(st.Took[b], 0)
	}
	total = below[buckets]
	for b := range buckets {
		weight := max(st.Took[b], 0)
		low, high := b, b
		for weight > 0 && below[high+1]-below[low] < total*neighbors {
			low, high = max(low-1, 0), min(high+1, buckets-1)
		}
		for i := low; i <= high && weight > 0; i++ {
			out[i] += weight / float64(high-low+1)
		}
	}
	return out, total
}

// points is a distribution of times in seconds. Each point stands for the times
// that are nearer than a second, or than a twenty-fourth of them, and lies at the
// latest.
type points struct {
	weight, at [finePoints * 15]float64 // the last one is for 8 months and more
	n          int                      // how many from the first may be in use
}

const finePoints = 24

func (d *points) add(t, weight float64) {
	i := int(t)
	if t >= finePoints {
		i = finePoints + int(finePoints*math.Log(t/finePoints))
	}
	i = min(max(i, 0), len(d.at)-1)
	d.weight[i] += weight
	d.at[i] = max(d.at[i], t)
	d.n = max(d.n, i+1)
}

// normalize makes the weights add up to 1 and moves the points together.
func (d *points) normalize() {
	total, n := 0.0, 0
	for _, weight := range d.weight[:d.n] {
		total += weight
	}
	for i, weight := range d.weight[:d.n] {
		if weight > 0 {
			d.at[n], d.weight[n] = d.at[i], weight/total
			n++
		}
	}
	d.n = n
}

func (d *points) median() float64 {
	i := 0
	for sum := d.weight[0]; sum < 0.5 && i < d.n-1; sum += d.weight[i] {
		i++
	}
	return d.at[i]
}

// next returns the first look of the schedule that costs least. least[i] is the
// least cost of what is to come after a look at point i-1 that has found nothing,
// times the probability of that.
func (d *points) next(cost float64) float64 {
	// sum[i] and moment[i] are of the points before i.
	var sum, moment, least [len(d.at) + 1]float64
	for i := range d.n {
		sum[i+1], moment[i+1] = sum[i]+d.weight[i], moment[i]+d.weight[i]*d.at[i]
	}
	first := d.n - 1
	for i := d.n - 1; i >= 0; i-- { // a look has been at point i-1, or now where i is 0
		least[i] = math.Inf(1)
		for j := i; j < d.n; j++ { // the next one is at point j
			if i == 0 && d.at[j] < minRetry.Seconds() && j < d.n-1 {
				continue
			}
			late := d.at[j]*(sum[j+1]-sum[i]) - (moment[j+1] - moment[i])
			if total := cost*(sum[d.n]-sum[i]) + late + least[j+1]; total < least[i] {
				if least[i] = total; i == 0 {
					first = j
				}
			}
			if late > least[i] {
				break
			}
		}
	}
	return d.at[first]
}

// Paces is what a Store may implement too: it keeps the Pace of a job in one
// small item. Without it each process learns for itself.
type Paces interface {
	// Pace returns what SavePace has stored for the job, nil where there is
	// nothing.
	Pace(ctx context.Context, job string) ([]byte, error)
	// SavePace replaces what is stored for the job if it is still was, nil for
	// nothing, and else returns ErrStale.
	SavePace(ctx context.Context, job string, was, now []byte) error
}

// ownPaces are the Paces of a process whose Store keeps none.
type ownPaces struct{ kept sync.Map }

func (o *ownPaces) Pace(_ context.Context, job string) ([]byte, error) {
	v, _ := o.kept.Load(job)
	text, _ := v.([]byte)
	return text, nil
}

func (o *ownPaces) SavePace(_ context.Context, job string, _, now []byte) error {
	o.kept.Store(job, now)
	return nil
}

// pacer has the Pace that a Service works with. It is read and saved once in
// paceInterval at most, and what fails is tried again then: Retry-After is never
// worth failing for.
type pacer struct {
	paces Paces

	mu          sync.Mutex // not held during calls of paces
	job         string
	pace        *Pace
	read, saved time.Time
	ends        []stageEnd // that were not saved yet, the first paceMemory
}

type stageEnd struct {
	stage string
	took  time.Duration
	ended bool
}

// due reports whether paceInterval has passed since last, which is now then: of
// many that ask one does the work.
func (p *pacer) due(job string, last *time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job != job {
		p.job, p.pace, p.read, p.saved = job, nil, time.Time{}, time.Time{}
	}
	if time.Since(*last) < paceInterval {
		return false
	}
	*last = time.Now()
	return true
}

func (p *pacer) set(job string, pace *Pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job == job {
		p.pace, p.read = pace, time.Now()
	}
}

// loadPace returns the Pace to work with, and as what it is stored.
func (s *Service) loadPace(ctx context.Context, job string) (pace *Pace, stored []byte, err error) {
	stored, err = call(ctx, s.CallTimeout, func(ctx context.Context) ([]byte, error) { return s.pacer.paces.Pace(ctx, job) })
	if err != nil {
		return nil, nil, err
	}
	var kept Pace
	if json.Unmarshal(stored, &kept) != nil {
		kept = Pace{} // one of another version, perhaps
	}
	if s.Job == nil {
		return &kept, stored, nil
	}
	pace = NewPace(s.job) // the job's stages as they are today
	for i := range pace.Stages {
		if j := kept.index(pace.Stages[i].Name); j >= 0 {
			pace.Stages[i].Took, pace.Stages[i].Ended = kept.Stages[j].Took, kept.Stages[j].Ended
		}
	}
	return pace, stored, nil
}

// retryAfter answers a poll of r.
func (s *Service) retryAfter(ctx context.Context, r Record, now time.Time) time.Duration {
	p := &s.pacer
	if p.due(r.Job, &p.read) {
		if pace, _, err := s.loadPace(ctx, r.Job); err == nil {
			p.set(r.Job, pace)
		}
	}
	h := fnv.New64a()
	h.Write(now.AppendFormat([]byte(r.ID), time.RFC3339Nano))
	spread := float64(h.Sum64()>>11) / (1 << 53)
	p.mu.Lock()
	defer p.mu.Unlock()
	pace := p.pace
	if p.job != r.Job {
		pace = nil
	}
	return pace.RetryAfter(r.State, now, spread)
}

// learn takes note that a stage of r has ended, well or not, and saves what was
// noted if that is due. A stage that failed counts like any other: whoever polls
// wants to know that, too.
func (s *Service) learn(ctx context.Context, r Record, stage string, ended bool, now time.Time) {
	if r.Began.IsZero() {
		return
	}
	p := &s.pacer
	p.mu.Lock()
	if len(p.ends) < paceMemory {
		p.ends = append(p.ends, stageEnd{stage, now.Sub(r.Began), ended})
	}
	p.mu.Unlock()
	if !p.due(r.Job, &p.saved) {
		return
	}
	pace, was, err := s.loadPace(ctx, r.Job)
	if err != nil {
		return
	}
	p.mu.Lock()
	ends := p.ends
	p.ends = nil
	p.mu.Unlock()
	for _, e := range ends {
		pace.Observe(e.stage, e.took, e.ended)
	}
	text, err := json.Marshal(pace)
	if err == nil {
		// Of two processes that save at once one has learned for nothing: a sample
		// of the ends is enough.
		err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return p.paces.SavePace(ctx, r.Job, was, text) })
	}
	if err == nil {
		p.set(r.Job, pace)
	}
}
