package local

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async/internal/apidocs"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/sqlite"
	"example.org/asynchttpapi/internal/page"
	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions"
)

const (
	// retention is template.yaml's default.
	retention = 90 * 24 * time.Hour
	// maxInvocations is well above Lambda's 1,000: a stage that waits costs a
	// goroutine here, and one that stands in line would time out.
	maxInvocations = 100_000
	// maxBody is more than the functions take, so that they say what is too
	// much, and less than API Gateway's 10 MB: every connection can hold so much.
	maxBody = 128 << 10
	// closeGrace is how long an orderly end lets running stages finish. What
	// is not finished by then goes on after the next start.
	closeGrace = time.Second
)

// world is everything behind the doors: the functions, and in the place of
// AWS's services a database, an engine and a gateway.
type world struct {
	data          string
	store         *sqlite.Store
	engine        *stepfunctions.Engine
	workflows     *workflows
	api           *apigateway.Gateway
	front         http.Handler
	stepFunctions http.Handler
	handlers      map[string]lambda.Handler
	log           *slog.Logger
}

// newWorld wires the world up. Nothing runs yet.
func newWorld(s Settings, db *database.DB, d *doors, log *slog.Logger) (*world, error) {
	w := &world{data: s.Data, store: sqlite.NewStore(db), workflows: &workflows{}, log: log}
	handlers, err := functions.Handlers(w.config(s, d))
	if err != nil {
		return nil, err
	}
	w.handlers = handlers
	w.engine = stepfunctions.New(stepfunctions.Config{
		Journal:        stepfunctions.OpenJournal(db),
		Progress:       db.Progress(),
		Invoker:        invoker(handlers),
		Log:            log,
		MaxInvocations: maxInvocations,
		Ended:          w.workflows.tell(handlers[functions.Reconcile]),
	})
	w.workflows.engine = w.engine
	w.stepFunctions = stepfunctions.Guard(stepfunctions.Handler(w.engine, log), s.hostNames(), log)
	if w.api, err = newGateway(handlers, d, log); err != nil {
		return nil, err
	}
	front, err := newFront(w.api)
	w.front = apigateway.Guard(front, s.hostNames(), log)
	return w, err
}

// config is what the functions see of this world.
func (w *world) config(s Settings, d *doors) functions.Config {
	return functions.Config{
		Store:     w.store,
		Workflows: w.workflows,
		Settings: functions.Settings{
			BaseURL:      cmp.Or(s.BaseURL, d.apiURL()),
			Origins:      []string{"*"},
			MaxWait:      functions.MaxMaxWait, // waiting costs nothing here
			WaitInterval: 50 * time.Millisecond,
			Retention:    retention,
			Review:       s.Review,
			Speed:        s.Speed,
		},
		Log: w.log,
	}
}

func newGateway(handlers map[string]lambda.Handler, d *doors, log *slog.Logger) (*apigateway.Gateway, error) {
	return apigateway.New(apigateway.Config{
		Routes:     functions.Routes(handlers),
		DomainName: d.api.Addr().String(),
		MaxBody:    maxBody,
		Log:        log,
	})
}

// newFront is the API with what people see of it in front: the page, and the
// documentation.
func newFront(api http.Handler) (http.Handler, error) {
	docs, err := apidocs.New(api)
	if err != nil {
		return nil, err
	}
	return page.New(docs)
}

// start takes up the executions that were open, and makes sure of the state
// machine.
func (w *world) start(ctx context.Context) error {
	err := w.store.EndLeases(ctx)
	if err == nil {
		err = w.engine.Start(ctx)
	}
	if err != nil {
		return fmt.Errorf("data folder %s: %w", w.data, err)
	}
	return w.workflows.prepare(ctx, w.handlers)
}

// close stops the engine in a way that the next start can go on from.
func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if err := w.engine.Close(ctx); err != nil {
		w.log.Info("stages that were not finished go on after the next start")
	}
}
