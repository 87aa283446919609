package async

import (
	"math"
	"time"
)

// Retry-After follows what stages really take. Each stage has a small summary of
// its recent durations, a Pace, which is learned from ends and kept in one item.
//
// When to ask next is the inspection problem of Keller (1974, "Optimum checking
// schedules for systems subject to random failure", Management Science 21(3),
// doi 10.1287/mnsc.21.3.256): an unknown time has to be noticed, a look costs
// something, and so does each second that it goes unnoticed. Where ends are
// likely one looks often, where they are not seldom: the density of looks follows
// the square root of the hazard rate. For a distribution in a histogram the
// optimum is computed outright, by dynamic programming over its points. An
// exponential stage is then asked about at constant pauses, one that always takes
// 20 seconds once, when they are over, and one that takes 2 seconds or an hour
// soon, and then not for long. What is known is how long the stage has been at
// work, so that every answer is for what remains.
const (
	// perOctave buckets divide a doubling of the duration: 4 % each.
	perOctave = 16
	// shortest is the upper edge of the first bucket, in seconds, and lastBucket
	// holds what takes a year or more.
	shortest, lastBucket = 1.0 / 8, 28 * perOctave
	// paceMemory is how many ends a stage remembers: the weight of an end fades to
	// a third behind as many later ones. A busy stage that has become ten times
	// slower or faster is learned with the next minute's ends, and a quiet one with
	// its next dozen, for an end that is far from all others is a point of its own.
	paceMemory = 100
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
	// neighbors is the part of what a stage remembers that smooths each duration.
	neighbors = 1.0 / 12
	// margin is added to every duration, in seconds: a look that comes just before
	// the end finds nothing and costs a whole pause.
	margin = 0.25
)

// Bounds of Retry-After: azcore and azure-core take 0 for 30 seconds; beyond 5
// minutes an early end would show late.
const (
	minRetry = time.Second
	maxRetry = 5 * time.Minute
)

// Pace is what is known of how long the stages of a job take. Nothing in it is of
// a single submission.
type Pace struct {
	Stages []StagePace `json:"stages"`
	paceCache
}

// paceCache is what was computed since the last end.
type paceCache struct {
	// targets are when to look next, by stage and elapsed bucket, in seconds since
	// the stage began.
	targets map[[2]int]float64
	// fresh are the distributions when a stage begins.
	fresh map[int]*points
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

// Observe learns that a stage has ended after a time, and whether the submission
// ended with it. A stage that the Pace does not have is left out.
func (p *Pace) Observe(stage string, took time.Duration, ended bool) {
	i := p.index(stage)
	if i < 0 || took < 0 {
		return
	}
	st := &p.Stages[i]
	if st.Took == nil {
		st.Took = map[int]float64{}
	}
	for b, weight := range st.Took {
		if st.Took[b] = faded(weight); st.Took[b] < 0.3 {
			delete(st.Took, b)
		}
	}
	st.Took[bucket(took.Seconds())]++
	st.Ended = faded(st.Ended)
	if ended {
		st.Ended++
	}
	p.paceCache = paceCache{}
}

// faded is a weight behind one more end, in thousandths, so that it is short in
// what is stored.
func faded(weight float64) float64 { return math.Round(weight*(1-1.0/paceMemory)*1000) / 1000 }

func (p *Pace) index(stage string) int {
	for i := range p.Stages {
		if p.Stages[i].Name == stage {
			return i
		}
	}
	return -1
}

// bucket is that of a duration in seconds, edge its upper edge.
func bucket(seconds float64) int {
	return int(min(max(math.Ceil(perOctave*math.Log2(max(seconds, shortest)/shortest)), 0), lastBucket))
}

func edge(bucket int) float64 { return shortest * math.Exp2(float64(bucket)/perOctave) }

// RetryAfter returns when to ask again about a record in state s, in whole
// seconds: spread, from 0 to 1, is the client's own, so that clients which came
// together do not return together. The pause is 1 second or more and, the spread
// left out, at most 5 minutes. p may be nil.
func (p *Pace) RetryAfter(s State, now time.Time, spread float64) time.Duration {
	i, at := 0, 0.0
	if !s.Began.IsZero() && s.Rank > 0 {
		at = max(now.Sub(s.Began).Seconds(), 0)
	}
	if p != nil && s.Rank > 0 {
		i = p.index(s.CustomStatus)
	}
	if p == nil || i < 0 || len(p.Stages) == 0 { // only what the record says is known
		i, p = 0, &Pace{Stages: []StagePace{{Expected: max(s.Due.Sub(s.Began).Seconds(), 0)}}}
		if s.Due.IsZero() || s.Began.IsZero() {
			p.Stages[0].Expected = 0
		}
	}
	// Later, never earlier: a pause is chosen to reach beyond an end.
	const most = 1.0 / 16
	pause := min(max(p.pause(i, at), minRetry.Seconds()), maxRetry.Seconds()/(1+most))
	pause += min(max(spread, 0), 1) * max(pause*most, 0.5)
	return min(max(time.Duration(math.Round(pause))*time.Second, minRetry), maxRetry)
}

// pause is the pause in seconds when stage i has been at work for at seconds.
func (p *Pace) pause(i int, at float64) float64 {
	key := [2]int{i, bucket(at)}
	if target, ok := p.targets[key]; ok && target-at >= minRetry.Seconds() {
		return target - at
	}
	cost := max(leastCost, lookCost*p.begun(0).median(), lateCost*at)
	pause := p.remaining(i, at).next(cost)
	if p.targets == nil {
		p.targets = map[[2]int]float64{}
	}
	p.targets[key] = at + pause
	return pause
}

// begun is remaining for a stage that begins.
func (p *Pace) begun(i int) *points {
	d, ok := p.fresh[i]
	if !ok {
		d = p.remaining(i, 0)
		if p.fresh == nil {
			p.fresh = map[int]*points{}
		}
		p.fresh[i] = d
	}
	return d
}

// remaining is the distribution of the time to the submission's end when stage i
// has been at work for at seconds and still is.
func (p *Pace) remaining(i int, at float64) *points {
	st, out := &p.Stages[i], &points{}
	ends, rest := 1.0, (*points)(nil)
	took, total := st.smooth()
	if i < len(p.Stages)-1 {
		// Until something has ended, one in three stages ends the submission.
		ends, rest = (st.Ended+1)/(total+3), p.begun(i+1)
	}
	add := func(t, weight float64) {
		if t += margin; t <= at || weight == 0 {
			return
		}
		out.add(t-at, weight*ends)
		if rest != nil {
			rest.each(func(more, share float64) { out.add(t-at+more, weight*(1-ends)*share) })
		}
	}
	if e := st.Expected; e > 0 {
		middle := bucket(e)
		for j, share := range prior {
			if b := middle + (j-len(prior)/2)*perOctave/4; b >= 0 && b <= lastBucket {
				took[b] += priorWeight * share / (1 + total/halfPrior)
			}
		}
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
func (st *StagePace) smooth() (out [lastBucket + 1]float64, total float64) {
	var own [lastBucket + 1]float64   // by bucket, so that sums do not depend on the map's order
	var below [lastBucket + 2]float64 // the weight of all lower buckets
	for b, weight := range st.Took {
		if b >= 0 && b <= lastBucket && weight > 0 {
			own[b] = weight
		}
	}
	for b, weight := range own {
		below[b+1] = below[b] + weight
	}
	total = below[lastBucket+1]
	for b, weight := range own {
		if weight == 0 {
			continue
		}
		low, high := b, b
		for below[high+1]-below[low] < total*neighbors && (low > 0 || high < lastBucket) {
			low, high = max(low-1, 0), min(high+1, lastBucket)
		}
		for i := low; i <= high; i++ {
			out[i] += weight / float64(high-low+1)
		}
	}
	return out, total
}

// prior spreads what is expected over quarters of an octave around it: most of it
// near, and three tenths from an eighth up to eightfold. An expectation is often
// wrong, and one early look costs less than an hour of silence where it is.
var prior = [...]float64{
	0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.062, 0.162, 0.312,
	0.162, 0.062, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012, 0.012,
}

// points is a distribution of times in seconds. Each point stands for the times
// that are nearer than a second, or than a twenty-fourth of them, and lies at the
// latest.
type points struct {
	weight, at [fineSeconds * 15]float64 // the last one is for 8 months and more
	n          int                       // how many from the first may be in use
}

const fineSeconds = 24

func (d *points) add(t, weight float64) {
	i := int(t)
	if t >= fineSeconds {
		i = fineSeconds + int(fineSeconds*math.Log(t/fineSeconds))
	}
	i = min(max(i, 0), len(d.at)-1)
	d.weight[i] += weight
	d.at[i] = max(d.at[i], t)
	d.n = max(d.n, i+1)
}

func (d *points) each(f func(t, weight float64)) {
	for i := range d.n {
		if d.weight[i] > 0 {
			f(d.at[i], d.weight[i])
		}
	}
}

// normalize makes the weights add up to 1 and moves the points together.
func (d *points) normalize() {
	total, n := 0.0, 0
	d.each(func(_, weight float64) { total += weight })
	for i := range d.n {
		if d.weight[i] > 0 {
			d.at[n], d.weight[n] = d.at[i], d.weight[i]/total
			n++
		}
	}
	d.n = n
}

// median is that of the distribution.
func (d *points) median() float64 {
	sum := 0.0
	for i := range d.n {
		if sum += d.weight[i]; sum >= 0.5 {
			return d.at[i]
		}
	}
	return 0
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
		left := sum[d.n] - sum[i]
		best := math.Inf(1)
		for j := i; j < d.n; j++ { // the next one is at point j
			if i == 0 && d.at[j] < minRetry.Seconds() && j < d.n-1 {
				continue
			}
			late := d.at[j]*(sum[j+1]-sum[i]) - (moment[j+1] - moment[i])
			if total := cost*left + late + least[j+1]; total < best {
				best = total
				if i == 0 {
					first = j
				}
			}
			if late > best {
				break
			}
		}
		least[i] = best
	}
	return d.at[first]
}
