package local

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	oklog "github.com/oklog/run"
)

// finishTime is how long requests in hand may take to finish: a little more
// than the longest wait that a client can ask for.
const finishTime = 30 * time.Second

// group runs the parts that serve. When one of them returns, for whatever
// reason, all are interrupted. errgroup would do that for errors only, and
// would leave it to each part to watch a context: http.Server does not.
type group struct{ oklog.Group }

// addContext ends the group, without an error, when ctx ends.
func (g *group) addContext(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	g.Add(func() error {
		<-ctx.Done()
		return nil
	}, func(error) { cancel() })
}

// addServer serves at l. Interrupted, it accepts nothing new and finishes
// the requests in hand.
func (g *group) addServer(server *http.Server, l net.Listener) {
	finished := make(chan struct{})
	g.Add(func() error {
		err := server.Serve(l)
		if errors.Is(err, http.ErrServerClosed) {
			<-finished // Serve returns when Shutdown begins
			return nil
		}
		return err
	}, func(error) {
		go func() {
			defer close(finished)
			ctx, cancel := context.WithTimeout(context.Background(), finishTime)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				server.Close()
			}
		}()
	})
}

// run returns when all parts have ended, with the first one's error.
func (g *group) run() error { return g.Run() }
