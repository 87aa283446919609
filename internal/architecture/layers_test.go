// Package architecture has no code, only tests: of the rules on which package may
// import which, of the sources and of the documents.
package architecture

import "strings"

// layer is a row of the table: a folder, with the folders below it that have no
// row of their own. The compiler enforces the rest: what is internal to a
// product is imported by that product alone.
type layer struct {
	folder string
	// may are the packages of this module that it imports.
	may string
	// never are packages that it does not reach, not even through others.
	never string
}

const (
	module = "example.org/asynchttpapi"
	sdk    = "github.com/aws/aws-sdk-go-v2"
	smithy = "github.com/aws/smithy-go"
	lambda = "github.com/aws/aws-lambda-go"
	// onAWS and onOneMachine are the two places that a job runs at.
	onAWS        = "async/lambdamain async/internal/dynamo async/internal/sfn async/internal/awsenv async/internal/s3 async/internal/s3url " + sdk + " " + smithy
	onOneMachine = "async/local " + generator + " async/internal/sqlite async/internal/files async/internal/apigateway internal/sqlite stepfunctions"
	// generator makes schemas of Go types: it is for development, and no program
	// that serves links it.
	generator = "async/asyncgen github.com/invopop/jsonschema"
	// example is the example service, which the library does not know.
	example = "speakers functions"
)

// layers are the products: the arrows point downwards.
var layers = []layer{
	// The example service.
	{"functions", "async/lambdamain speakers", onOneMachine},
	// The two functions that clients call: every megabyte of theirs is paid for in
	// each cold start. URLs of results need no client of S3.
	{"functions/submit", "async/lambdamain speakers", onOneMachine + " async/internal/s3 " + sdk + "/service/s3"},
	{"functions/status", "async/lambdamain speakers", onOneMachine + " async/internal/s3 " + sdk + "/service/s3"},
	{"cmd/local", "api async async/local internal/page speakers", onAWS + " " + generator},
	{"cmd/ops", "async/ops", onOneMachine + " " + example},
	{"speakers", "api async", "stepfunctions net/http " + lambda + " " + sdk},
	{"internal/generate", "async/asyncgen speakers", onAWS},

	// Examples of other jobs, and what starts a project of one's own.
	{"examples", "api async examples", onAWS + " " + example},
	{"cmd/new", "api async async/asyncgen", "async/local " + onAWS + " " + example},

	// The library.
	{"async/lambdamain", "async async/internal async/lambdamain", onOneMachine + " " + example},
	{"async/local", "*", onAWS + " " + generator},
	// The operators' tool reaches a service on one machine by HTTP alone.
	{"async/ops", "api async async/internal", onOneMachine + " " + example},
	// It is for development: nothing that serves reaches it (generator).
	{"async/asyncgen", "api async stepfunctions", "async/local " + onAWS + " " + example},
	{"async/asynctest", "api async", example + " net/http " + lambda + " " + onAWS + " " + onOneMachine},
	{"async/internal", "*", "async/lambdamain stepfunctions"},
	{"async/internal/functions", "*", onAWS + " " + onOneMachine},
	{"async/internal/lambdahttp", "api async", example + " " + onAWS + " " + onOneMachine},
	{"async/internal/statemachine", "async async/internal/orderedjson", example + " net/http " + lambda + " " + onAWS + " " + onOneMachine},
	{"async/internal/orderedjson", "", "net/http"},
	{"async/internal/telemetry", "api async", example + " net/http " + lambda + " " + onAWS + " " + onOneMachine},
	{"async/internal/apidocs", "api internal/static", "async " + example + " " + onAWS + " stepfunctions"},
	{"async/internal/trace", "", "net/http"},
	// Adapters do not know each other.
	{"async/internal/apigateway", "api internal/hostguard internal/workers", "async " + example + " internal/sqlite " + sdk},
	{"async/internal/dynamo", "api async async/internal/awsenv", "async/internal/sfn " + example + " " + onOneMachine},
	{"async/internal/dynamo/dynamotest", "async/internal/awsenv async/internal/dynamo", example + " " + onOneMachine},
	{"async/internal/sfn", "api async async/internal/awsenv", "async/internal/dynamo " + example + " " + onOneMachine},
	{"async/internal/s3", "api async async/internal/awsenv async/internal/s3url", "async/internal/dynamo async/internal/sfn " + example + " " + onOneMachine},
	{"async/internal/s3url", "api async async/internal/awsenv", "async/internal/dynamo async/internal/sfn " + sdk + "/service " + example + " " + onOneMachine},
	{"async/internal/awsenv", "", "async"},
	{"async/internal/files", "api async", example + " net/http stepfunctions " + onAWS},
	{"async/internal/sqlite", "api async internal/sqlite", example + " stepfunctions " + onAWS},
	{"async", "api async/internal/trace", example + " net/http " + lambda + " " + onAWS + " " + onOneMachine},
	{"cmd/cfs", "api client", "internal async stepfunctions " + sdk + " " + lambda},
	{"client", "api", "internal " + sdk + " " + lambda},
	{"api", "", "internal"},

	// The local Step Functions.
	{"cmd/stepfunctions", "stepfunctions", "async"},
	{"stepfunctions", "stepfunctions internal/sqlite internal/hostguard internal/starting internal/progress internal/workers", "api async client " + example + " " + sdk + " " + lambda},
	{"stepfunctions/internal/template", "stepfunctions/internal/asl stepfunctions/internal/nearest stepfunctions/internal/textfile", "net/http zombiezen.com/go/sqlite"},
	{"stepfunctions/internal/console", "stepfunctions/internal/engine stepfunctions/internal/interp stepfunctions/internal/asl", "internal/sqlite"},
	{"stepfunctions/internal/wire", "stepfunctions/internal/engine stepfunctions/internal/interp stepfunctions/internal/integration stepfunctions/internal/asl internal/hostguard", "internal/sqlite"},
	{"stepfunctions/internal/nearest", "", "api async net/http internal/sqlite"},
	{"stepfunctions/internal/textfile", "", "api async net/http internal/sqlite"},
	{"stepfunctions/internal/engine", "stepfunctions/internal/interp stepfunctions/internal/mock stepfunctions/internal/integration stepfunctions/internal/asl internal/progress internal/workers", "net/http internal/sqlite"},
	{"stepfunctions/internal/interp", "stepfunctions/internal/interp stepfunctions/internal/integration stepfunctions/internal/asl", "net/http internal/sqlite"},
	{"stepfunctions/internal/mock", "stepfunctions/internal/integration stepfunctions/internal/asl stepfunctions/internal/nearest stepfunctions/internal/textfile", "net/http internal/sqlite"},
	{"stepfunctions/internal/asl", "stepfunctions/internal/asl stepfunctions/internal/integration", "net/http internal/sqlite"},
	{"stepfunctions/internal/integration", "stepfunctions/internal/asl/value", "net/http internal/sqlite"},

	// What library and engine share.
	{"internal/hostguard", "", "api async stepfunctions " + example},
	{"internal/starting", "", "api async stepfunctions " + example},
	{"internal/progress", "", "api async stepfunctions net/http " + example},
	{"internal/workers", "", "api async stepfunctions net/http " + example},
	{"internal/sqlite", "", "api async stepfunctions " + example + " " + sdk},
	// Test support, measurements and suites.
	{"internal", "api client internal", onAWS},
	{"internal/bill", "internal", "async stepfunctions"},
	{"internal/retryafter", "api async", onAWS + " " + onOneMachine},
	{"internal/e2e/samlocal", "*", onOneMachine},
}

// pure are the layers that neither read the clock nor do I/O.
var pure = []string{"stepfunctions/internal/asl", "stepfunctions/internal/interp"}

// layerOf is the row with the longest folder that holds the package, nil for none.
func layerOf(pkg string) *layer {
	var found *layer
	for i, r := range layers {
		if within(pkg, r.folder) && (found == nil || len(r.folder) > len(found.folder)) {
			found = &layers[i]
		}
	}
	return found
}

// listed reports whether pkg is one of the space-separated packages or below one.
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
