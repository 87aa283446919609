package local

import (
	"context"
	"log/slog"
	"time"

	"example.org/asynchttpapi/async/internal/sqlite"
)

// sweepEvery is how often submissions past their retention are removed, as
// DynamoDB does on AWS. Readers look at the time themselves.
const sweepEvery = time.Hour

// addSweeper removes what has expired, now and then, until the group ends.
func (g *group) addSweeper(store *sqlite.Store, log *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	g.Add(func() error {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			if _, err := store.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
				log.Warn("expired submissions are not removed", "error", err.Error())
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return nil
			}
		}
	}, func(error) { cancel() })
}
