# make run and make test are the two commands; the rest are their parts.
SHELL := /bin/sh
TOOLS := $(CURDIR)/.tools
STACK ?= asynchttpapi
LOGS := $(CURDIR)/.logs
export SAM_CLI_TELEMETRY := 0
export EXAMPLES SEED SCREENSHOTS ROUNDS

# A fresh machine with nothing but Go is enough for these.
flag = $(if $($(1)),-$(2) '$($(1))')
RUN_FLAGS = $(call flag,ADDR,addr) $(call flag,DATA,data) $(call flag,SPEED,speed) $(call flag,REVIEW,review) \
	$(call flag,BASE_URL,base-url) $(call flag,ALLOW_HOST,allow-host) $(call flag,LOG,log) $(call flag,STEPFUNCTIONS_ADDR,stepfunctions-addr)

# What the real service was recorded to do, where the recordings are at hand.
export ASL_CASES ?= $(wildcard $(CURDIR)/../shared/asl-cases)

# Definitions of public repositories, where they are at hand.
export ASL_CORPUS ?= $(wildcard $(CURDIR)/../shared/asl-corpus)

.PHONY: run
run: ## the whole system on this machine: make run [ADDR= DATA= SPEED= REVIEW=]
	@go build -trimpath -o bin/local ./cmd/local && exec bin/local $(RUN_FLAGS)

# Its newest release at the time; it knows the newest Go.
STATICCHECK := $(TOOLS)/staticcheck-v0.8.2

# The race detector needs a C compiler.
RACE := $(if $(shell command -v gcc 2>/dev/null),-race)

.PHONY: lint
lint: $(STATICCHECK) ## gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "run gofmt: $$unformatted"; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...

# lint has all that go vet finds.
.PHONY: test-unit
test-unit: ## what go test runs, with the race detector where there is a C compiler
	@rm -rf $(LOGS)/lines/unit && mkdir -p $(LOGS)/lines/unit
	PERSONAL_LOGS=$(LOGS)/lines/unit go test -vet=off $(RACE) ./...
	go test -vet=off ./internal/retryafter

.PHONY: test-race
test-race:
	@echo "the race detector runs with test-unit"

# Tests that wait for processes of their own more than they compute run as many
# at a time, whatever the number of processors.
WAITING := -parallel 8

# Runs a command with the pollers for JavaScript, Python and Java at hand.
POLLERS := $(CURDIR)/.ci/pollers/run $(TOOLS)/pollers/bin/python

# What several suites use: internal/suites makes these one at a time.
.PHONY: share-dynalite share-pollers share-sam
share-dynalite:
	.ci/dynalite/run true
share-pollers: $(TOOLS)/pollers/ok
	$(POLLERS) true
share-sam: $(TOOLS)/sam/ok

.PHONY: test-dynamodb
test-dynamodb: ## the DynamoDB store, and the operators' tool on it, against dynalite
	.ci/dynalite/run go test -race -count=1 ./async/internal/dynamo ./async/internal/operate ./async/ops
	.ci/dynalite/run go test -count=1 -run TestCount ./internal/bill

.PHONY: test-otel
test-otel: ## spans for OpenTelemetry, a module of its own
	cd async/asyncotel && go vet ./... && $(if $(shell command -v node),$(CURDIR)/.ci/dynalite/run) go test $(RACE) -count=1 ./...

.PHONY: test-s3
test-s3: $(TOOLS)/ministack/ok ## the results on S3 against MiniStack
	.ci/ministack/run $(TOOLS)/ministack/bin/ministack go test $(RACE) -count=1 ./async/internal/s3
	.ci/dynalite/run .ci/ministack/run $(TOOLS)/ministack/bin/ministack go test -count=1 -run TestLargeResultInS3 ./async/internal/awsharness

.PHONY: test-aws
test-aws: $(TOOLS)/pollers/ok ## the deployed binaries, each behind a Runtime API, over every wire
	@rm -rf $(LOGS)/lines/aws && mkdir -p $(LOGS)/lines/aws
	PERSONAL_LOGS=$(LOGS)/lines/aws .ci/dynalite/run $(POLLERS) go test -count=1 $(WAITING) ./async/internal/awsharness ./async/internal/coldstart

.PHONY: test-logs
test-logs: ## every line that test-unit and test-aws have logged: nothing personal
	PERSONAL_LOGS_GATHERED=$(LOGS)/lines go test -count=1 -v -run TestNoSuite ./internal/personal

.PHONY: test-pollers
test-pollers: $(TOOLS)/pollers/ok ## other people's pollers against the running system: [UPDATE=1], for docs/pollers.md
	cd internal/e2e/pollers && go vet ./... && $(POLLERS) go test -count=1 $(WAITING) ./...
	$(if $(UPDATE),cd internal/e2e/pollers && $(POLLERS) go test -count=1 -run TestTable . -update)

.PHONY: test-pollers-all
test-pollers-all: $(TOOLS)/pollers-all/ok ## pollers that take long to install: Rust, Node-RED, n8n, Airflow, Ansible, resilience4j: [UPDATE=1]
	cd internal/e2e/pollers && $(CURDIR)/.ci/pollers-all/run $(TOOLS)/pollers-all go test -count=1 -timeout 20m -run TestHeavyTable . $(if $(UPDATE),-update)

.PHONY: test-clients
test-clients: ## the clients of examples/clients, and clients generated from the API's description
	cd internal/e2e/clients && go vet . && $(CURDIR)/.ci/clients/run go test -count=1 $(WAITING) ./...

.PHONY: test-awscli
test-awscli: $(TOOLS)/awscli/ok ## the AWS CLI against the engine alone
	AWSCLI=$(TOOLS)/awscli/bin/aws go test -count=1 ./internal/e2e/awscli

.PHONY: test-terminal
test-terminal: ## the command line in a real terminal
	CFS_TEST_TERMINAL=1 go test ./cmd/cfs -run TestTerminal -count=1

.PHONY: test-readme
test-readme: ## every block of README.md, in a fresh clone
	README_TEST=1 go test -count=1 -timeout 20m ./internal/e2e/readme

.PHONY: test-openapi
test-openapi: $(TOOLS)/schemathesis/ok ## the API's description: linted, and tried out: make test-openapi [EXAMPLES=50] [SEED=1]
	.ci/openapi/run $(TOOLS)/schemathesis/bin/st
	cd internal/openapitest/check && go vet ./... && go test -count=1 ./...

.PHONY: test-browser
test-browser: ## the page in a real browser: make test-browser [SCREENSHOTS=FOLDER]
	internal/e2e/browser/run || { echo 'AGAIN: a test above has failed; on a machine this busy it may be the browser'; internal/e2e/browser/run; }

.PHONY: test-corpus
test-corpus: ## how many real definitions the engine takes, and why not the others: make test-corpus [ASL_CORPUS=FOLDER]
	go test -count=1 -v -run TestCorpus ./stepfunctions/internal/asl

.PHONY: torture
torture: ## kill -9 again and again, damaged copies, full disks: make torture [CYCLES=60] [SUBMISSIONS=300]
	TORTURE_CYCLES=$(or $(CYCLES),60) TORTURE_SUBMISSIONS=$(or $(SUBMISSIONS),300) \
		go test -count=1 -timeout 60m -v ./async/internal/torture

.PHONY: load
load: ## more submissions at once than functions may run, in real time: make load [SUBMISSIONS=2000] [LIMIT=10] [WORK=1] [SPEED=1]
	LOAD_SUBMISSIONS=$(or $(SUBMISSIONS),2000) LOAD_LIMIT=$(or $(LIMIT),10) LOAD_WORK=$(or $(WORK),1) LOAD_SPEED=$(or $(SPEED),1) \
		go test -count=1 -timeout 3h -v ./async/internal/load

.PHONY: load-aws
load-aws: ## the same with the deployed binaries, and a DynamoDB that throttles: [SUBMISSIONS=2000] [LIMIT=10] [THROTTLED=120]
	LOAD_SUBMISSIONS=$(or $(SUBMISSIONS),2000) LOAD_LIMIT=$(or $(LIMIT),10) LOAD_THROTTLED=$(or $(THROTTLED),120) LOAD_POLLS=100 \
		.ci/dynalite/run go test -count=1 -timeout 3h -v -run 'TestDynamoDBThrottles|TestOneReader' ./async/internal/awsharness

.PHONY: torture-engine
torture-engine: ## the engine alone, killed with everything in flight, damaged, and without room: [CYCLES=100]
	TORTURE_CYCLES=$(or $(CYCLES),100) go test -count=1 -timeout 60m -v -run TestTorture ./stepfunctions/internal/engine

.PHONY: first-minute
first-minute: ## from make run to a decided talk in a browser, as README.md says: make first-minute [ROUNDS=3]
	@internal/e2e/browser/run node first-minute.js

.PHONY: bench
bench: ## accepted, completed and polled a second, memory, start time
	@go build -trimpath -o bin/local ./cmd/local && go run ./internal/bench $(ARGS)

.PHONY: bill
bill: ## what a million submissions cost, counted here and multiplied by list prices: make bill [ARGS=-write]
	.ci/dynalite/run go run ./internal/bill $(ARGS)

.PHONY: bench-all
bench-all: ## the whole system, the engine, go-workflows and the machine's limits in one table: make bench-all [ARGS=-quick]
	@go build -trimpath -o bin/local ./cmd/local && go run ./internal/benchall $(ARGS)

.PHONY: bench-retry-after
bench-retry-after: ## rules for Retry-After, compared: make bench-retry-after [ARGS="-file TRACE"]
	go run ./internal/retryafter $(ARGS)

.PHONY: bench-engine
bench-engine: ## the engine beside this machine's own limits
	go run ./stepfunctions/internal/bench $(ARGS)

.PHONY: bench-pollers
bench-pollers: $(TOOLS)/pollers/ok ## the Go client beside other people's pollers: polls made, and how late the end is known
	@go build -trimpath -o bin/local ./cmd/local
	@cd internal/e2e/pollers && $(POLLERS) go run ./bench $(ARGS)

.PHONY: bench-lambda
bench-lambda: ## start, invocations, size and memory of the deployed binaries beside an empty one
	.ci/dynalite/run go run ./async/internal/coldstart $(ARGS)

.PHONY: test-sam
test-sam: $(TOOLS)/sam/ok $(TOOLS)/checkov/ok ## the template and its build, with the real SAM CLI
	TOOLS=$(TOOLS) go test -count=1 -timeout 30m ./internal/e2e/samcli ./stepfunctions/internal/template
	TOOLS=$(TOOLS) go test -count=1 -timeout 30m -run TestSAM ./cmd/new

.PHONY: new-project
new-project: ## a project of cmd/new, timed up to its first submission; one that uses a published version; and docs/adapting.md, followed
	NEW_PROJECT=1 go test -count=1 -timeout 30m -v -run 'TestFirstSubmission|TestFromAProxy|TestTheTutorial' ./cmd/new

.PHONY: test-sam-local
test-sam-local: $(TOOLS)/sam/ok ## sam local invoke, start-lambda and start-api, where a Docker engine is or can be started
	@go build -o bin/stepfunctions ./cmd/stepfunctions
	.ci/sam-local/engine .ci/sam-local/test

.PHONY: sam-local-services
sam-local-services: ## what sam local needs beside it: docs/sam-local.md
	@go build -o bin/stepfunctions ./cmd/stepfunctions
	@.ci/sam-local/services

.PHONY: test-deployed
test-deployed: $(TOOLS)/sam/ok $(TOOLS)/ministack/ok $(TOOLS)/pollers/ok ## the stack, deployed by SAM to an emulator of AWS
	TOOLS=$(TOOLS) $(POLLERS) go test -count=1 -timeout 20m ./internal/e2e/emulated

# Functions are built for the processors that the stack then names. CloudFormation
# would keep what an earlier deployment said, and sam build would not: so it is
# always said, and what PARAMETERS says after it counts.
OVERRIDES = --parameter-overrides Architecture=arm64 $(PARAMETERS)

.PHONY: build
build: $(TOOLS)/sam/ok ## the functions, as they are deployed: make build [PARAMETERS=Architecture=x86_64]
	.ci/sam/run build $(OVERRIDES)

.PHONY: deploy
deploy: build ## the stack, to the account of the credentials: make deploy [STACK= PARAMETERS="Environment=prod ..."]
	@case '$(PARAMETERS)' in *Authorization=*) ;; *) echo 'OPEN TO THE WORLD unless the stack has an Authorization already: docs/deploy.md' ;; esac
	.ci/sam/run deploy --stack-name $(STACK) $(OVERRIDES)

.PHONY: deploy-monitoring
deploy-monitoring: $(TOOLS)/sam/ok ## alarms and a dashboard for the stack: make deploy-monitoring [STACK= PARAMETERS="AlarmEmail=..."]
	.ci/sam/run deploy --template-file monitoring.yaml --stack-name $(STACK)-monitoring --parameter-overrides Stack=$(STACK) $(PARAMETERS)

.PHONY: deploy-edge
deploy-edge: $(TOOLS)/sam/ok ## a domain, CloudFront and the page: make deploy-edge [STACK= PARAMETERS="DomainName=..."]
	.ci/sam/run deploy --template-file edge.yaml --stack-name $(STACK)-edge --parameter-overrides Stack=$(STACK) $(PARAMETERS)

.PHONY: prune
prune: $(TOOLS)/sam/ok ## deletes versions of the workflow that no alias refers to, but the newest five: make prune [STACK=]
	$(TOOLS)/sam/bin/python .ci/sam/prune.py $(STACK)

.PHONY: zip
zip: ## every function as .zip/NAME.zip, for other tools than SAM; arm64 [GOARCH=amd64]
	@rm -rf .zip && mkdir -p .zip
	@for main in functions/*/main.go functions/activities/*/main.go; do \
		dir=$${main%/main.go}; name=$${dir##*/}; \
		CGO_ENABLED=0 GOOS=linux GOARCH=$(or $(GOARCH),arm64) go build -trimpath -tags=lambda.norpc -ldflags=-s -o .zip/bootstrap ./$$dir && \
		(cd .zip && python3 -m zipfile -c $$name.zip bootstrap) && rm .zip/bootstrap || exit 1; done; ls .zip

.PHONY: rehearse
rehearse: $(TOOLS)/sam/ok $(TOOLS)/ministack/ok $(TOOLS)/awscli/ok ## the life of a deployment on an emulator: upgrade under load, restore, the end
	REHEARSE=1 TOOLS=$(TOOLS) go test -count=1 -timeout 20m -v -run TestRehearsal ./internal/e2e/emulated
	LINT_ALL=1 TOOLS=$(TOOLS) go test -count=1 -timeout 30m -run TestEveryCombinationOfParameters ./internal/e2e/samcli

.PHONY: smoke
smoke: ## the contract, against a live stack: make smoke URL=https://... [HEADER= SUBMIT=1]
	@test -n '$(URL)' || { echo 'make smoke URL=https://...: the output ApiUrl of the stack, or the public address'; exit 2; }
	@go run ./internal/smoke -url '$(URL)' $(if $(HEADER),-header '$(HEADER)') $(if $(SUBMIT),-submit)

.PHONY: destroy
destroy: $(TOOLS)/sam/ok ## the stack is deleted, and its table stays: make destroy [STACK=]
	.ci/sam/run delete --stack-name $(STACK)

$(TOOLS)/staticcheck-%:
	GOBIN=$(TOOLS) go install honnef.co/go/tools/cmd/staticcheck@$*
	@mv $(TOOLS)/staticcheck $@

# Python tools live in folders of their own, pinned.
$(TOOLS)/%/ok: .ci/requirements-%.txt
	python3 -m venv $(TOOLS)/$*
	$(TOOLS)/$*/bin/pip -q --disable-pip-version-check install --require-hashes --only-binary=:all: -r $<
	@touch $@

.PHONY: test
test: ## every test that this machine can run, and a table of what it cannot: make test [SUITES=unit,browser]
	@go run ./internal/suites $(if $(SUITES),-only "$(SUITES)")

.PHONY: test-all
test-all: ## the heavy suites too
	@go run ./internal/suites -all

# Those of the programs that people download, and the platforms that they have.
PROGRAMS := local stepfunctions cfs
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

.PHONY: release
release: ## dist: the programs for five platforms, and SHA256SUMS
	@rm -rf dist && mkdir dist
	@for platform in $(PLATFORMS); do for program in $(PROGRAMS); do \
		export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		file=$${program}_$${GOOS}_$${GOARCH}; test $$GOOS != windows || file=$$file.exe; \
		go build -buildvcs=auto -trimpath -ldflags '-s -w' -o dist/$$file ./cmd/$$program || exit; \
	done; done
	@cd dist && { command -v sha256sum >/dev/null && sha256sum * || shasum -a 256 *; } >../SHA256SUMS.new && mv ../SHA256SUMS.new SHA256SUMS
	@cat dist/SHA256SUMS

.PHONY: vulncheck
vulncheck: ## known vulnerabilities in what is called, by the database of vuln.go.dev
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: clean
clean:
	rm -rf bin dist .tools .aws-sam .zip
