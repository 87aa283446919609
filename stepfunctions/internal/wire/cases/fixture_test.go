package cases_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
	"example.org/asynchttpapi/stepfunctions/internal/lambdainvoke"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
	"example.org/asynchttpapi/stepfunctions/internal/wire"
	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// account is the one of the recordings.
const account = "111111111111"

// fixture is the whole of it: an engine with its database, its API over HTTP, a
// client of AWS, and a Lambda endpoint that plays a recording back.
type fixture struct {
	engine   *engine.Engine
	client   *sfn.Client
	playback *cases.Playback
}

func newFixture(t *testing.T, playback *cases.Playback) *fixture {
	t.Helper()
	return newMockedFixture(t, playback, nil)
}

// newMockedFixture has a mock file, too, if there is one.
func newMockedFixture(t *testing.T, playback *cases.Playback, mocks []byte) *fixture {
	t.Helper()
	var integrations engine.Integrations
	if mocks != nil {
		file, err := mock.Parse("recorded.json", mocks)
		must(t, err)
		integrations.Mocks = func() *mock.File { return file }
	}
	functions := httptest.NewServer(playback)
	t.Cleanup(functions.Close)
	lambda, err := lambdainvoke.New(functions.URL)
	must(t, err)
	t.Cleanup(lambda.Close)
	db, err := sqlite.Open(t.TempDir(), journal.Schema)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	clock := enginetest.NewClock(time.Now())
	w := &fixture{playback: playback}
	w.engine = engine.New(engine.Config{Journal: journal.New(db), Invoker: lambda, Clock: clock, Account: account, Integrations: integrations})
	must(t, w.engine.Start(t.Context()))
	go clock.Drive(t.Context(), func() bool { return w.engine.Sleeping() || playback.Hangs() })
	t.Cleanup(w.close)
	api := httptest.NewServer(wire.NewHandler(w.engine, slog.New(slog.NewTextHandler(t.Output(), nil))))
	t.Cleanup(api.Close)
	w.client = newClient(api)
	return w
}

// close does not wait for functions that a recording lets hang.
func (w *fixture) close() {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	w.engine.Close(ended)
}

// newClient returns AWS's own, configured with nothing but the endpoint; its dialer finds the
// server under every host, since the SDK puts "sync-" before some.
func newClient(api *httptest.Server) *sfn.Client {
	address := api.Listener.Addr().String()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	return sfn.New(sfn.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(api.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
		HTTPClient: &http.Client{Transport: transport},
	})
}

// caseTimeout is real time; a case that needs more hangs.
const caseTimeout = 20 * time.Second

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
