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
	module = "asynchttpapi"
	sdk    = "github.com/aws/aws-sdk-go-v2"
	smithy = "github.com/aws/smithy-go"
	lambda = "github.com/aws/aws-lambda-go"
	// adapters and local are the two worlds.
	adapters = "internal/dynamo internal/sfn internal/awsenv " + sdk
	local    = "internal/sqlite internal/engine internal/sfnapi internal/apigateway"
	domain   = "internal/speakers internal/activity"
)

// rooms is the house: arrows run from its top to its bottom only.
var rooms = []room{
	{"functions", "internal/app internal/dynamo internal/sfn", local},
	{"cmd/local", "*", adapters},
	{"cmd/stepfunctions", "*", "internal/app internal/asyncapi/fake " + domain + " " + adapters},
	{"cmd/cfs", "*", "internal " + sdk + " " + lambda},
	{"internal/app", "api statemachine internal/activity internal/asyncapi internal/lambdahttp internal/speakers internal/telemetry " + lambda, adapters + " " + local},
	{"internal/activity", "api internal/asyncapi internal/speakers " + lambda, adapters + " " + local},
	{"internal/lambdahttp", "api internal/asyncapi " + lambda + " github.com/dunglas/httpsfv", adapters + " " + local + " " + domain},
	{"internal/telemetry", "api internal/asyncapi", "net/http " + lambda + " " + adapters + " " + local + " " + domain},
	{"internal/apigateway", "api internal/hostguard " + lambda, adapters + " internal/app " + domain},
	{"internal/page", "internal/static", "internal/app internal/asyncapi " + domain + " " + adapters + " " + local},
	{"internal/apidocs", "api internal/static github.com/swaggest/swgui", "internal/app internal/asyncapi " + domain + " " + adapters + " " + local},
	{"internal/openapitest", "", "internal/app internal/asyncapi " + domain + " " + adapters + " " + local},
	{"internal/hostguard", "", "internal/app internal/asyncapi " + domain + " " + adapters + " " + local},
	{"internal/static", "", "internal/page"},
	{"internal/dynamo", "api internal/asyncapi internal/awsenv " + sdk, "internal/app internal/sfn " + domain + " " + local},
	{"internal/sfn", "api internal/asyncapi internal/awsenv " + sdk, "internal/app internal/dynamo " + domain + " " + local},
	{"internal/awsenv", sdk + " " + smithy, "internal/app internal/asyncapi"},
	{"internal/sfnapi", "internal/engine internal/asl internal/hostguard", "internal/app internal/asyncapi " + domain + " " + adapters},
	{"internal/sqlite", "api internal/asyncapi internal/engine internal/asl zombiezen.com/go/sqlite", "internal/app " + domain + " " + adapters},
	{"internal/engine", "internal/asl internal/engine", "internal/app internal/asyncapi net/http " + domain + " " + adapters},
	{"internal/cfn", "go.yaml.in/yaml/v3", "internal/app internal/asl net/http " + domain + " " + adapters + " " + local},
	{"internal/asl/asltest", "internal/asl pgregory.net/rapid", "net/http " + adapters + " " + local + " " + domain},
	{"internal/asl", "internal/asl", "internal/engine internal/sqlite net/http " + domain + " " + adapters},
	{"internal/conformance/journal", "internal/engine", "internal/app internal/asyncapi internal/sqlite net/http " + domain + " " + adapters},
	{"internal/conformance", "api internal/asyncapi", "internal/app " + domain + " " + adapters + " " + local},
	{"internal/asyncapi", "api internal/asyncapi", domain + " internal/lambdahttp net/http " + lambda + " " + adapters + " " + local},
	{"internal/speakers", "api", "internal/asyncapi internal/activity net/http " + lambda + " " + adapters + " " + local},
	{"client", "api", "internal " + sdk + " " + lambda},
	{"statemachine", "", "internal"},
	{"api", "", "internal"},
	{"internal/bench/coldstart", "internal/awsenv internal/dynamo internal/lambdahost " + lambda + " " + sdk, "internal/app internal/asl " + local},
	{"internal/e2e/samlocal", "client internal/awsenv internal/dynamo internal/e2e/program " + sdk, "internal/app " + local},
	// What has no row of its own: programs and tools for the tests.
	{"internal", "*", adapters},
}

// pure are the rooms that neither see the time nor touch the world.
var pure = []string{"internal/asl", "internal/speakers"}

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
