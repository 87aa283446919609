package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/apidocs"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/files"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/sqlite"
	"example.org/asynchttpapi/internal/progress"
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
	maxBody = 2 * lambdahttp.DefaultMaxBody
	// maxInFlight is how many requests are at work at the same time, as in a new
	// AWS account. Of those a quarter may wait for ends, so that any number of
	// waiting readers leaves the rest to submits and to reads that are answered at
	// once.
	maxInFlight = 1000
	maxWaits    = maxInFlight / 4
	// closeGrace is how long an orderly end lets running stages finish. What
	// is not finished by then goes on after the next start.
	closeGrace = time.Second
	// resultsFolder is where large results are in the data folder.
	resultsFolder = "results"
	// domainName is what the gateway calls itself. URLs begin with Options.BaseURL.
	domainName = "localhost"
)

// Options are what New needs. Fields without a word about their zero value must
// be set.
type Options struct {
	// Data is the folder that keeps everything. One process at a time has it.
	Data string
	// BaseURL is what every URL begins with, such as http://127.0.0.1:3000.
	BaseURL string
	// HostNames are the names, beside this machine's addresses, that requests
	// may be addressed to.
	HostNames []string
	// Page puts a page in front of the API: see WithPage. There is none if nil.
	Page func(next http.Handler) (http.Handler, error)
	// OpenAPI is the description of the API: see WithOpenAPI. There is none if nil.
	OpenAPI []byte
	// FailureStatus is the status code of a failed submission where the client
	// has chosen none: 200 or 409; 200 if 0.
	FailureStatus int
	// Retention is how long a submission can be read; 90 days, or a day more
	// than the job's Lifetime if that is longer, if 0.
	Retention time.Duration
	// APIKeyHashes are the SHA-256, in hexadecimal digits, of up to two keys with
	// which a client lists the ends of its submissions; OperatorKeyHashes those of
	// keys that list all. Where there are any, ends are listed.
	APIKeyHashes, OperatorKeyHashes string
	// LogErrors logs the texts of stages' errors.
	LogErrors bool
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Observer is called for every event after it is logged; nothing is if nil.
	Observer async.Observer
}

// Server is a job's whole service: an http.Handler, with everything that AWS's
// services do behind it.
type Server struct {
	Options
	job           async.Definition
	log           *slog.Logger
	db            *database.DB
	store         *sqlite.Store
	results       *files.Results
	workflows     *workflows
	handlers      map[string]lambda.Handler
	gateway       *apigateway.Gateway
	front         http.Handler
	stepFunctions http.Handler
	background    sync.WaitGroup
	stop          context.CancelFunc
}

// New opens the data folder, takes up the executions that were open when it was
// last closed, and returns a Server that is ready. ctx bounds the start. The
// caller closes it.
func New(ctx context.Context, job async.Definition, o Options) (_ *Server, err error) {
	s := &Server{Options: o, job: job, log: o.Log}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.db, err = openData(o.Data, s.log); err != nil {
		return nil, err
	}
	s.db.OnFailure(func(err error) { s.log.Error("data folder failed", "error", err.Error()) })
	// Only who holds the data folder may open what is in it.
	s.results, err = files.Open(filepath.Join(o.Data, resultsFolder))
	if err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	if err = s.wire(); err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.results.Close(), s.db.Close())
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.background.Go(func() { s.sweep(background) })
	return s, nil
}

// openData opens the database of a data folder, for submissions and executions.
func openData(dir string, log *slog.Logger) (*database.DB, error) {
	report := progress.Log(log, time.Now, "checking the data folder")
	return database.OpenReporting(dir, report, stepfunctions.JournalSchema, sqlite.Schema)
}

// backup copies a data folder that may be in use.
func backup(ctx context.Context, dir, to string) error {
	return database.Backup(ctx, dir, to, stepfunctions.JournalSchema, sqlite.Schema)
}

// wire makes the parts. Nothing runs yet.
func (s *Server) wire() (err error) {
	s.store, s.workflows = sqlite.NewStore(s.db), &workflows{}
	own, err := s.config()
	if err != nil {
		return err
	}
	config, service, err := own.Shared()
	if err != nil {
		return err
	}
	if s.handlers, err = functions.All(config); err != nil {
		return err
	}
	s.workflows.engine = stepfunctions.New(stepfunctions.Config{
		Journal:        stepfunctions.OpenJournal(s.db),
		Progress:       s.db.Progress(),
		Invoker:        invoker(s.handlers),
		Log:            s.log,
		MaxInvocations: maxInvocations,
		Ended:          s.workflows.notify(s.handlers[functions.Reconcile]),
		EndedOf:        []stepfunctions.Status{stepfunctions.Failed, stepfunctions.TimedOut, stepfunctions.Aborted},
	})
	operator := operate.Handler(operate.Direct{Store: s.store, Service: service, Results: s.results}, s.log)
	s.stepFunctions = stepfunctions.Guard(withOperator(operator, stepfunctions.Handler(s.workflows.engine, s.log)), s.HostNames, s.log)
	routes := map[string]lambda.Handler{}
	for key, function := range lambdahttp.Routes() {
		routes[key] = s.handlers[function]
	}
	s.gateway, err = apigateway.New(apigateway.Config{Routes: routes, DomainName: domainName, MaxBody: maxBody, MaxInFlight: maxInFlight, Files: served{s.results}, Log: s.log})
	if err != nil {
		return err
	}
	front, err := s.newFront()
	s.front = apigateway.Guard(front, s.HostNames, s.log)
	return err
}

// withOperator serves what operators do on the port of the engine, which clients
// do not reach, and to this machine alone: it shows and deletes what was submitted,
// where the engine knows only ids.
func withOperator(operator, engine http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, operate.Path):
			engine.ServeHTTP(w, r)
		case !fromThisMachine(r):
			http.Error(w, `{"error":"operators are served on this machine alone"}`, http.StatusForbidden)
		default:
			operator.ServeHTTP(w, r)
		}
	})
}

// fromThisMachine reports whether the request's connection comes from a loopback
// address.
func fromThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// config is what the functions are given here.
func (s *Server) config() (functions.Config, error) {
	submitter, err := lambdahttp.ParseKeyHashes(s.APIKeyHashes)
	operator, badOperator := lambdahttp.ParseKeyHashes(s.OperatorKeyHashes)
	return functions.Config{
		Job:       s.job,
		Store:     s.store,
		Workflows: s.workflows,
		Results:   s.results,
		Settings: functions.Settings{
			BaseURL:       s.BaseURL,
			Origins:       []string{"*"},
			MaxWait:       functions.MaxMaxWait, // waiting costs nothing here
			MaxWaits:      maxWaits,
			WaitInterval:  50 * time.Millisecond,
			Retention:     cmp.Or(s.Retention, max(retention, s.job.Describe().Lifetime()+24*time.Hour)),
			Cancelable:    true,
			Completions:   len(submitter)+len(operator) > 0,
			Keys:          lambdahttp.Keys{Submitter: submitter, Operator: operator},
			FailureStatus: s.FailureStatus,
			LogErrors:     s.LogErrors,
		},
		SendFile: apigateway.SendFileHeader,
		Log:      s.log,
		Observer: s.Observer,
	}, errors.Join(err, badOperator)
}

// served are large results as files.
type served struct{ *files.Results }

// Open implements apigateway.Files.
func (s served) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	file, err := s.Results.Open(ctx, key)
	if errors.Is(err, async.ErrNotFound) {
		err = fs.ErrNotExist
	}
	return file, err
}

// newFront is the API with what people see of it in front: the page, and the
// documentation.
func (s *Server) newFront() (front http.Handler, err error) {
	front = s.gateway
	if s.OpenAPI != nil {
		front, err = apidocs.New(front, s.OpenAPI)
	}
	if err == nil && s.Page != nil {
		front, err = s.Page(front)
	}
	return front, err
}

// start takes up the executions that were open, and makes sure of the state
// machine.
func (s *Server) start(ctx context.Context) error {
	err := s.store.EndLeases(ctx)
	if err == nil {
		err = s.workflows.engine.Start(ctx)
	}
	if err != nil {
		return fmt.Errorf("data folder %s: %w", s.Data, err)
	}
	err = s.workflows.prepare(ctx, s.job, s.handlers)
	if err != nil {
		s.closeEngine()
	}
	return err
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.front.ServeHTTP(w, r) }

// StepFunctions serves AWS Step Functions' API for the executions, and what
// operators do to submissions (cmd/ops). Clients must not reach it.
func (s *Server) StepFunctions() http.Handler { return s.stepFunctions }

// Close stops everything in a way that the next start can go on from.
func (s *Server) Close() error {
	s.stop()
	s.background.Wait()
	s.closeEngine()
	s.gateway.Close()
	return errors.Join(s.results.Close(), s.db.Close())
}

func (s *Server) closeEngine() {
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if err := s.workflows.engine.Close(ctx); err != nil {
		s.log.Info("stages that were not finished go on after the next start")
	}
}
