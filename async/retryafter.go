package async

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Retry-After follows what stages really take. Each stage has a small summary of
// its recent durations, which is learned from ends: a Pace.
//
// When to ask next is the inspection problem of Keller (1974, "Optimum checking
// schedules for systems subject to random failure", Management Science 21(3),
// doi 10.1287/mnsc.21.3.256): an unknown time has to be noticed, a look costs
// something, and so does each second that it goes unnoticed. Where ends are
// likely one looks often, where they are not seldom: the density of looks follows
// the square root of the hazard rate. For a histogram the optimum is computed
// outright, by dynamic programming over its buckets. An exponential stage is then
// asked about at constant pauses, one that always takes 20 seconds once, when they
// are over, and one that takes 2 seconds or an hour soon, and then not for long.
// How long the stage has been at work is known, so that every answer is for what
// remains.
const (
	// paceMemory is how many ends a stage remembers: the weight of an end fades to
	// a third behind as many later ones. A busy stage that has become ten times
	// slower or faster is learned with the next minute's ends, and a quiet one with
	// its next dozen, for an end that is far from all others is a peak of its own.
	paceMemory = 100
	// neighbors is the part of what a stage remembers that smooths each duration.
	neighbors = 1.0 / 12
	// doubt is what is held possible however much has been seen, in ends: that the
	// stage takes what the job expects, or any multiple or part of that, each
	// doubling about as likely as it is near. While nothing has ended it is all that
	// is known. Behind what has been seen the pauses grow with what has passed, as
	// with a hazard rate of 1/t.
	doubt, nearness = 0.1, 0.03
	// A look costs as much as noticing the end later by lookCost of the time that a
	// submission takes in the median, or by lateCost of what its stage has taken
	// already, and at least by leastCost seconds. The median delay is then about a
	// twentieth of the whole, and what takes very long is not asked about every few
	// seconds because its like are quick.
	lookCost, lateCost, leastCost = 1.0 / 50, 1.0 / 400, 0.25
	// margin is added to every duration, in seconds: a look that comes just before
	// the end finds nothing and costs a whole pause.
	margin = 0.25
	// Bounds of Retry-After: azcore and azure-core take 0 for 30 seconds; beyond 5
	// minutes an early end would show late.
	minRetry, maxRetry = time.Second, 5 * time.Minute
	// coldRetry is the longest pause while no end of a stage has been seen, until
	// four times that have passed: what the job expects may be far too much.
	coldRetry = time.Minute
)

// grid divides time into the buckets of a distribution: grid[b] is the upper edge
// of bucket b, in seconds. They are half seconds, and 2 to 3 % from half a minute
// on. Up to five hours: the pauses are the longest ones well before.
var grid = func() (g [280]float64) {
	for b := 1; b < len(g); b++ {
		g[b] = g[b-1] + max(math.Floor(g[b-1]/16), 1)/2
	}
	return g
}()

// weights are a distribution of times over the buckets of grid. Each stands for
// its upper edge, so that what is aimed at it does not come just before an end.
type weights [len(grid)]float64

func bucket(seconds float64) int {
	b, _ := slices.BinarySearch(grid[:], seconds)
	return min(b, len(grid)-1)
}

// Pace is what is known of how long the stages of a job take. Nothing in it is of
// a single submission.
type Pace struct {
	Stages []StagePace `json:"stages"`
	// looks are when to look, by stage and elapsed bucket, in seconds since the
	// stage began, as computed since the last end.
	looks map[[2]int]float64
	// whole are when the submission ends, counted from the begin of a stage, as
	// computed since the last end.
	whole map[int]*weights
}

// StagePace is the summary of one stage, in the order of the job.
type StagePace struct {
	Name string `json:"name"`
	// Expected is the job's own expectation, in seconds; 0 where it has none.
	Expected float64 `json:"expected,omitempty"`
	// Took are the weights of recent durations by bucket, Ended the weight of
	// those that ended the submission.
	Took  map[int]float64 `json:"buckets,omitempty"`
	Ended float64         `json:"ends,omitempty"`
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
	// In thousandths: short where it is stored. None is more than all ends that are
	// remembered, but where what was stored is damaged.
	fade := func(weight float64) float64 {
		return math.Round(min(weight, paceMemory)*(1-1.0/paceMemory)*1000) / 1000
	}
	st, all := &p.Stages[i], map[int]float64{}
	for b, weight := range st.Took {
		if weight = fade(weight); weight >= 0.3 {
			all[b] = weight
		}
	}
	all[bucket(took.Seconds()+margin)]++
	st.Took, st.Ended, p.looks, p.whole = all, fade(st.Ended), nil, nil
	if ended {
		st.Ended++
	}
}

// RetryAfter returns when to ask again about a record in state s, in whole
// seconds: spread, from 0 to 1, is the client's own, so that clients which came
// together do not return together. The pause is 1 second or more and, the spread
// left out, at most 5 minutes. p may be nil.
func (p *Pace) RetryAfter(s State, now time.Time, spread float64) time.Duration {
	i, at := 0, 0.0
	if s.Rank > 0 && !s.Began.IsZero() { // the last buckets are for what takes longer than all
		at = min(max(now.Sub(s.Began).Seconds(), 0), grid[len(grid)-3])
	}
	if p != nil && s.Rank > 0 {
		i = p.index(s.CustomStatus)
	}
	if p == nil || i < 0 || len(p.Stages) == 0 { // only what the record says is known
		i, p = 0, &Pace{Stages: make([]StagePace, 1)}
		if !s.Began.IsZero() {
			p.Stages[0].Expected = s.Due.Sub(s.Began).Seconds()
		}
	}
	key := [2]int{i, bucket(at + margin)}
	look, known := p.looks[key]
	if !known {
		if p.looks == nil {
			p.looks = map[[2]int]float64{}
		}
		look = p.look(key[0], key[1])
		p.looks[key] = look
	}
	// Later, never earlier: a pause is chosen to reach beyond an end.
	const most = 1.0 / 16
	longest := maxRetry.Seconds()
	if len(p.Stages[key[0]].Took) == 0 {
		longest = min(max(coldRetry.Seconds(), at/4), longest)
	}
	pause := min(max(look-at, minRetry.Seconds()), longest/(1+most))
	pause += min(max(spread, 0), 1) * max(pause*most, 0.5)
	return min(max(time.Duration(math.Round(pause))*time.Second, minRetry), maxRetry)
}

// look returns the first look of the schedule that costs least when stage i has
// not ended before a bucket.
func (p *Pace) look(i, from int) float64 {
	left, whole, median := p.remaining(i, from), p.fromBegin(0), 0
	for sum := 0.0; sum < 0.5 && median < len(grid)-1; sum += whole[median] {
		median++
	}
	cost := max(leastCost, lookCost*grid[median], lateCost*grid[from])
	// least[b] is the least cost of what is to come after a look before bucket b that
	// has found nothing, times the probability of that.
	var least [len(grid) + 1]float64
	first, later := len(grid)-1, 0.0
	for b := len(grid) - 1; b >= from; b-- {
		later += left[b]
		least[b] = math.Inf(1)
		for next, late, over := b, 0.0, 0.0; next < len(grid) && late < least[b]; next++ {
			if next > b {
				late += over * (grid[next] - grid[next-1])
			}
			over += left[next]
			if total := cost*later + late + least[next+1]; total < least[b] {
				least[b], first = total, next
			}
		}
	}
	return grid[first]
}

// fromBegin is remaining from the begin of stage i.
func (p *Pace) fromBegin(i int) *weights {
	out := p.whole[i]
	if out == nil {
		left := p.remaining(i, 0)
		if out = &left; p.whole == nil {
			p.whole = map[int]*weights{}
		}
		p.whole[i] = out
	}
	return out
}

// remaining is when the submission ends, in the time of stage i, which has not
// ended before a bucket. The weights add up to 1.
func (p *Pace) remaining(i, from int) (out weights) {
	took, seen := p.Stages[i].likely()
	total := 0.0
	for _, weight := range took[from:] {
		total += weight
	}
	ends, rest := 1.0, &weights{}
	if i < len(p.Stages)-1 {
		// Until something has ended, about one in three stages ends the submission.
		ends, rest = min(max((p.Stages[i].Ended+1)/(seen+2.8), 0), 1), p.fromBegin(i+1)
	}
	for b := from; b < len(grid); b++ {
		weight := took[b] / total
		out[b] += weight * ends
		for j, sum := 0, b; j < len(grid) && ends < 1; j++ {
			for sum < len(grid)-1 && grid[sum] < grid[b]+grid[j] {
				sum++
			}
			out[sum] += weight * (1 - ends) * rest[j]
		}
	}
	return out
}

// likely is how long the stage takes, and how many ends that is known from. Each
// remembered duration is spread over the stretch around it that has its nearest
// neighbors, so that a stage that always takes the same is a peak, one of two peaks
// has a gap, and what a hundred ends of another happen to have between them is none.
func (st *StagePace) likely() (out weights, seen float64) {
	var below [len(grid) + 1]float64 // the weight of all lower buckets; the first one has no time in it
	for b := 1; b < len(grid); b++ {
		below[b+1] = below[b] + max(st.Took[b], 0)
	}
	seen = below[len(grid)]
	expected := grid[bucket(cmp.Or(max(st.Expected, 0), 2)+margin)]
	for b := 1; b < len(grid); b++ {
		out[b] += doubt / math.Ln2 * (1 - grid[b-1]/grid[b]) / (nearness + math.Abs(math.Log2(grid[b]/expected)))
		low, high := b, b
		for st.Took[b] > 0 && below[high+1]-below[low] < seen*neighbors {
			low, high = max(low-1, 1), min(high+1, len(grid)-1)
		}
		for j := low; j <= high && st.Took[b] > 0; j++ {
			out[j] += st.Took[b] / float64(high-low+1)
		}
	}
	return out, seen
}
