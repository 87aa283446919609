package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
)

const million = 1e6

// bill is dollars for a million submissions, by service.
type bill struct {
	stepFunctions, gateway, logs, dynamo, storage, lambda, out float64
	// logBytes and millis are what a submission logs, and how long its functions
	// run altogether at memoryMB.
	logBytes, millis float64
}

func (b bill) total() float64 {
	return b.stepFunctions + b.gateway + b.logs + b.dynamo + b.storage + b.lambda + b.out
}

// billOf multiplies; starts is how many executions one of c's units starts.
func billOf(c Counts, starts float64) (b bill) {
	const gb = 1 << 30
	b.logBytes = c.LogBytes + lineBytes*c.LogLines + c.Invocations*(systemLogBytes+systemLogLines*lineBytes) + c.Requests*(accessLogBytes+lineBytes)
	b.millis = c.CPUMillis/cpuShare + 1000*(c.DynamoCalls*dynamoWait+starts*startWait)
	b.stepFunctions = million * c.Transitions * prices.transition.usd
	b.gateway = million * c.Requests * prices.httpRequest.usd
	b.logs = million * b.logBytes / gb * prices.logGB.usd
	b.dynamo = million * (c.WriteUnits*prices.writeUnit.usd + c.ReadUnits*prices.readUnit.usd)
	b.storage = million * starts * storedBytes / gb * storedMonths * prices.storedGBMonth.usd
	b.lambda = million * (c.Invocations*prices.lambdaRequest.usd + b.millis/1000*memoryGB*prices.lambdaGBSecond.usd)
	b.out = million * c.ResponseSize / gb * prices.dataOutGB.usd
	return b
}

// mix is the mean submission of the example.
func mix(counts map[string]Counts) (c Counts) {
	for _, o := range outcomes {
		c = c.plus(counts[o.review], o.of36/36)
	}
	return c
}

// summary is README's table.
func summary(c Counted) string {
	before, now := mix(c.Before), mix(c.After)
	b := billOf(now, 1)
	var s strings.Builder
	fmt.Fprintf(&s, "A million submissions with %d polls each cost about **$%.0f** (us-east-1, list prices of %s, arm64, %d MB, no free tier),\n"+
		"and cost $%.0f with the first state machine, whose Choice states were transitions of their own:\n\n", polls, b.total(), pricesOf, memoryMB, billOf(before, 1).total())
	s.WriteString("| | units per submission | $ per million |\n|---|---|---|\n")
	row := func(name string, usd float64, units string, args ...any) {
		fmt.Fprintf(&s, "| %s | %s | %.0f |\n", name, fmt.Sprintf(units, args...), usd)
	}
	row("Step Functions", b.stepFunctions, "%.1f transitions, %.1f before", now.Transitions, before.Transitions)
	row("API Gateway", b.gateway, "%.0f requests", now.Requests)
	row("Logs", b.logs, "%.0f KB", b.logBytes/1024)
	row("DynamoDB", b.dynamo, "%.1f write units, %.1f read units", now.WriteUnits, now.ReadUnits)
	row("DynamoDB, stored", b.storage, "at most %d KB for %d months", storedBytes/1024, storedMonths)
	row("Lambda", b.lambda, "%.1f invocations, %.0f ms of %d MB without waiting", now.Invocations, b.millis, memoryMB)
	row("Data out", b.out, "%.1f KB", now.ResponseSize/1024)
	fmt.Fprintf(&s, "\nA transition costs $%.0f a million, a poll about $%.2f: states that only shape data, and polls that find nothing new, are what can be\n"+
		"saved. `make bill` counts and multiplies; [docs/cost.md](docs/cost.md) has every outcome, the alternatives and the prices.\n",
		million*prices.transition.usd, billOf(c.Poll, 0).total())
	return s.String()
}

// details are the tables of docs/cost.md.
func details(c Counted) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## By outcome\n\n| | transitions | requests | invocations | ms at %d MB | write units | read units | log KB | $ per million |\n|---|---|---|---|---|---|---|---|---|\n", memoryMB)
	row := func(name string, c Counts, starts float64) {
		b := billOf(c, starts)
		fmt.Fprintf(&s, "| %s | %.2f | %.0f | %.1f | %.0f | %.2f | %.2f | %.1f | %.2f |\n", name, c.Transitions, c.Requests, c.Invocations, b.millis,
			c.WriteUnits, c.ReadUnits, b.logBytes/1024, b.total())
	}
	for _, o := range outcomes {
		row(o.about+", before", c.Before[o.review], 1)
		row(o.about+", now", c.After[o.review], 1)
	}
	row("**mean, before**", mix(c.Before), 1)
	row("**mean, now**", mix(c.After), 1)
	row("one poll", c.Poll, 0)
	s.WriteString("\n## Alternatives\n\n| | $ per million | difference | |\n|---|---|---|---|\n")
	total := billOf(mix(c.After), 1).total()
	for _, a := range alternatives(c) {
		fmt.Fprintf(&s, "| %s | %.0f | %+.0f | %s |\n", a.name, total+a.difference, a.difference, a.about)
	}
	fmt.Fprintf(&s, "\n## Prices\n\nus-east-1, %s, first tier, no free tier.\n\n| $ per million, or per unit | unit | source | seen in |\n|---|---|---|---|\n", pricesOf)
	for _, p := range []price{
		prices.transition, prices.httpRequest, prices.lambdaRequest, prices.lambdaGBSecond, prices.writeUnit, prices.readUnit, prices.storedGBMonth,
		prices.logGB, prices.dataOutGB, prices.restRequest, prices.expressRequest, prices.expressGBSecond,
		prices.durableOperation, prices.durableWrittenGB, prices.durableRetainedGBMonth,
	} {
		usd, per := p.usd*million, p.per
		if p.usd >= 0.001 {
			usd, per = p.usd, p.per+" (one)"
		}
		fmt.Fprintf(&s, "| %.5g | %s | <%s> | %s |\n", usd, per, p.source, p.seen)
	}
	return s.String()
}

// alternative is another way to build it, and what it would change in the bill.
type alternative struct {
	name       string
	difference float64
	about      string
}

// alternatives are computed from the counts, not measured.
func alternatives(c Counted) []alternative {
	now := mix(c.After)
	transitions := million * now.Transitions * prices.transition.usd
	express := func(seconds float64) float64 { // 64 MB, in steps of 100 ms
		return million*(prices.expressRequest.usd+math.Ceil(seconds*10)/10*0.0625*prices.expressGBSecond.usd) - transitions
	}
	// An execution's start and its steps are operations, and each writes about a kilobyte.
	operations := now.Transitions
	durable := million*(operations*prices.durableOperation.usd+operations/(1<<20)*(prices.durableWrittenGB.usd+prices.durableRetainedGBMonth.usd)) - transitions
	return []alternative{
		{"as it is", 0, "Standard, no Choice states, an HTTP API, one record"},
		{"Express, executions of 1 s", express(1), "at most 5 minutes, so no person decides; an execution is not started once by its name, no events of its end, no redrive"},
		{"Express, executions of 45 s", express(45), "the example's stages as they are simulated; the longer the work, the dearer, while Standard charges nothing for time"},
		{"DescribeExecution at each poll", -million * polls * prices.readUnit.usd, "instead of a read of the record: its quota is 15/s a region beyond a burst of 300, which all clients would share, and it shows no stage and no message"},
		{"a REST API", million * now.Requests * (prices.restRequest.usd - prices.httpRequest.usd), "validates, caches, has usage plans and WAF; nothing here needs them"},
		{"Lambda durable functions", durable, "no Step Functions; the front, the record and the polls stay, for they have no HTTP face and their status needs SigV4; what is in flight is bound to a function's version"},
		{"one task for all stages", million * (2 - now.Transitions) * prices.transition.usd, "15 minutes for all of them together, and a stage that fails repeats those before it"},
	}
}

// Markers around what the command writes.
var begins, ends = []byte("<!-- make bill writes from here -->\n"), []byte("<!-- to here -->\n")

// fill replaces what is between the markers.
func fill(page []byte, text string) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, begins)
	_, after, ok2 := bytes.Cut(rest, ends)
	if !ok || !ok2 {
		return nil, errors.New("the markers of make bill are not there")
	}
	return bytes.Join([][]byte{before, begins, []byte(text), ends, after}, nil), nil
}
