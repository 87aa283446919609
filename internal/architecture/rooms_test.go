// Package architecture has no code, only the tests that hold the walls between
// the packages of this module.
package architecture

import "strings"

// room is a row of the table: a folder, with the folders below it that have no
// row of their own.
type room struct {
	folder string
	// may are the packages that it imports besides the standard library.
	may string
	// never are packages that it does not reach, not even through others.
	never string
}

const (
	module = "example.org/asynchttpapi"
	sdk    = "github.com/aws/aws-sdk-go-v2"
	smithy = "github.com/aws/smithy-go"
	lambda = "github.com/aws/aws-lambda-go"
	// adapters and local are the two worlds.
	adapters = "async/internal/dynamo async/internal/sfn async/internal/awsenv " + sdk
	local    = "internal/sqlite stepfunctions/internal/engine stepfunctions/internal/wire async/internal/apigateway"
	domain   = "speakers async/internal/activity"
)

// rooms is the house: arrows run from its top to its bottom only.
var rooms = []room{
	{"functions", "async/lambdamain async/internal/dynamo async/internal/sfn", local},
	{"async/local", "*", adapters},
	{"stepfunctions", "*", "async/lambdamain async/asynctest " + domain + " " + adapters},
	{"cmd/cfs", "*", "internal " + sdk + " " + lambda},
	{"async/lambdamain", "api statemachine async/internal/activity async async/internal/lambdahttp speakers async/internal/telemetry " + lambda, adapters + " " + local},
	{"async/internal/activity", "api async speakers " + lambda, adapters + " " + local},
	{"async/internal/lambdahttp", "api async " + lambda + " github.com/dunglas/httpsfv", adapters + " " + local + " " + domain},
	{"async/internal/telemetry", "api async", "net/http " + lambda + " " + adapters + " " + local + " " + domain},
	{"async/internal/apigateway", "api " + lambda, adapters + " async/lambdamain " + domain},
	{"internal/page", "internal/static", "async/lambdamain async " + domain + " " + adapters + " " + local},
	{"async/internal/apidocs", "api internal/static github.com/swaggest/swgui", "async/lambdamain async " + domain + " " + adapters + " " + local},
	{"internal/openapitest", "", "async/lambdamain async " + domain + " " + adapters + " " + local},
	{"internal/static", "", "internal/page"},
	{"async/internal/dynamo", "api async async/internal/awsenv " + sdk, "async/lambdamain async/internal/sfn " + domain + " " + local},
	{"async/internal/sfn", "api async async/internal/awsenv " + sdk, "async/lambdamain async/internal/dynamo " + domain + " " + local},
	{"async/internal/awsenv", sdk + " " + smithy, "async/lambdamain async"},
	{"stepfunctions/internal/wire", "stepfunctions/internal/engine stepfunctions/internal/asl", "async/lambdamain async " + domain + " " + adapters},
	{"internal/sqlite", "api async stepfunctions/internal/engine stepfunctions/internal/asl zombiezen.com/go/sqlite", "async/lambdamain " + domain + " " + adapters},
	{"stepfunctions/internal/engine", "stepfunctions/internal/asl stepfunctions/internal/engine", "async/lambdamain async net/http " + domain + " " + adapters},
	{"stepfunctions/internal/template", "go.yaml.in/yaml/v3", "async/lambdamain stepfunctions/internal/asl net/http " + domain + " " + adapters + " " + local},
	{"stepfunctions/internal/asltest", "stepfunctions/internal/asl pgregory.net/rapid", "net/http " + adapters + " " + local + " " + domain},
	{"stepfunctions/internal/asl", "stepfunctions/internal/asl", "stepfunctions/internal/engine internal/sqlite net/http " + domain + " " + adapters},
	{"stepfunctions/internal/journaltest", "stepfunctions/internal/engine", "async/lambdamain async internal/sqlite net/http " + domain + " " + adapters},
	{"async/internal/conformance", "api async", "async/lambdamain " + domain + " " + adapters + " " + local},
	{"async", "api async", domain + " async/internal/lambdahttp net/http " + lambda + " " + adapters + " " + local},
	{"speakers", "api", "async async/internal/activity net/http " + lambda + " " + adapters + " " + local},
	{"client", "api", "internal " + sdk + " " + lambda},
	{"statemachine", "", "internal"},
	{"api", "", "internal"},
	{"async/internal/coldstart", "async/internal/awsenv async/internal/dynamo internal/lambdahost " + lambda + " " + sdk, "async/lambdamain stepfunctions/internal/asl " + local},
	{"internal/e2e/samlocal", "client async/internal/awsenv async/internal/dynamo internal/e2e/program " + sdk, "async/lambdamain " + local},
	// What has no row of its own: programs and tools for the tests.
	{"internal", "*", adapters},
}

// pure are the rooms that neither see the time nor touch the world.
var pure = []string{"stepfunctions/internal/asl", "speakers"}

// roomOf is the row with the longest folder that holds the package, nil for none.
func roomOf(pkg string) *room {
	var found *room
	for i, r := range rooms {
		if within(pkg, r.folder) && (found == nil || len(r.folder) > len(found.folder)) {
			found = &rooms[i]
		}
	}
	return found
}

// listed tells whether pkg is one of the space-separated packages or below one.
func listed(pkg, packages string) bool {
	for _, p := range strings.Fields(packages) {
		if p == "*" || within(pkg, p) {
			return true
		}
	}
	return false
}

func within(pkg, folder string) bool {
	return pkg == folder || strings.HasPrefix(pkg, folder+"/")
}
