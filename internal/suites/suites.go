package main

// suites are all suites in the order in which they run: the quick ones first.
// Those that run beside the others are in a lane of their own: containers that
// start and stop change the network, at which a browser drops what it is loading.
func suites() []suite {
	return []suite{
		{name: "race", about: "whether the race detector can run with unit", needs: race},
		{name: "lint", about: "gofmt, go vet and staticcheck"},
		{name: "unit", about: "what go test runs, with the race detector where there is a C compiler"},
		{name: "dynamodb", about: "the DynamoDB store against dynalite", needs: node, shares: dynalite},
		{name: "otel", about: "spans for OpenTelemetry, a module of its own", shares: dynalite},
		{name: "s3", about: "results on S3, against MiniStack, by the deployed binaries too", needs: join(node, python, race), shares: dynalite},
		{name: "aws", about: "the deployed binaries, each behind a Runtime API, over every wire", needs: join(node, python, java), shares: append(dynalite, pollers...), beside: true},
		{name: "logs", about: "every line that unit and aws have logged: nothing personal", needs: join(race, node, python, java), after: []string{"unit", "aws"}},
		{name: "pollers", about: "other people's pollers against the running service", needs: join(node, python, java, nginx), shares: pollers, beside: true},
		{name: "clients", about: "clients in other languages, and generated ones", needs: join(node, python[:1], java[1:], race[2:])},
		{name: "awscli", about: "the AWS CLI against the engine alone", needs: python},
		{name: "corpus", about: "how many real definitions the local Step Functions takes"},
		{name: "new-project", about: "a project of cmd/new, from a checkout and from a module proxy, and the tutorial"},
		{name: "readme", about: "every block of README.md, in a fresh clone", needs: clone},
		{name: "terminal", about: "the command line client in a real terminal", needs: terminal},
		{name: "openapi", about: "the API's description, linted and tried out", needs: join(node, python)},
		{name: "browser", about: "the page in a real browser", needs: join(node, browser), beside: true},
		{name: "sam", about: "the template and its build, with the real SAM CLI", needs: join(python, race), shares: samCLI},
		{name: "sam-local", about: "sam local invoke, start-lambda and start-api, in Docker", needs: join(node, python, docker), shares: append(samCLI, dynalite...), beside: true},
		{name: "pollers-all", about: "other people's pollers that take long to install", needs: join(node, python, java, nginx, rust, native), shares: pollers, heavy: true},
		{name: "deployed", about: "the stack, deployed by SAM to an emulator of AWS", needs: join(node, python, java), shares: append(samCLI, pollers...), heavy: true},
		{name: "rehearse", about: "a deployment's life on an emulator: an upgrade under load, a restored table", needs: python, shares: samCLI, heavy: true},
		{name: "release", about: "the programs for five platforms", heavy: true},
		{name: "torture", about: "kill -9 of the service again and again", heavy: true},
		{name: "torture-engine", about: "kill -9 of the engine with everything in flight", heavy: true},
	}
}

// Make targets of what suites share.
var (
	dynalite = []string{"share-dynalite"}
	pollers  = []string{"share-pollers"}
	samCLI   = []string{"share-sam"}
)
