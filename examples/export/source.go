package export

import (
	"context"
	"time"

	"example.org/asynchttpapi/async"
)

// Datasets and Regions are those of Generated.
var (
	Datasets = []string{"orders", "readings"}
	Regions  = []string{"north", "east", "south", "west"}
)

// Generated is a Source that makes its rows up, always the same ones: an order
// every thirty seconds and a reading every second.
type Generated struct {
	// Pause is how long each thousand rows take, as if they came from far away.
	Pause time.Duration
}

// Rows implements Source.
func (g Generated) Rows(ctx context.Context, q Query, row func(Row, float64) error) error {
	interval, names := 30*time.Second, []string{"wheel", "lever", "spring", "gear", "shaft"}
	if q.Dataset == "readings" {
		interval, names = time.Second, []string{"boiler", "turbine", "valve"}
	}
	from, to := q.days()
	first, last := from.Unix()/int64(interval.Seconds()), to.Unix()/int64(interval.Seconds())
	for id := first; id < last; id++ {
		if id%1000 == 0 && g.Pause > 0 {
			if err := async.Sleep(ctx, g.Pause); err != nil {
				return err
			}
		}
		n := mix(uint64(id))
		region := Regions[n%uint64(len(Regions))]
		if q.Region != "" && region != q.Region {
			continue
		}
		r := Row{
			ID: id, Time: time.Unix(id*int64(interval.Seconds()), 0).UTC(), Region: region,
			Name: names[(n>>8)%uint64(len(names))], Value: float64((n>>16)%100_000) / 100,
		}
		if err := row(r, float64(id-first)/float64(last-first)); err != nil {
			return err
		}
	}
	return nil
}

// mix is a step of SplitMix64: a number that is as good as random.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
