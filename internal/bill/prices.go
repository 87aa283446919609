package main

// pricesOf is when the prices were read.
const pricesOf = "2026-11-28"

// price is what one unit costs in us-east-1, without the free tier and in the
// first tier where prices fall with the quantity.
type price struct {
	usd    float64
	per    string
	source string
	// seen is where the figure was found, and of when that is.
	seen string
}

// What shows the prices: AWS's own pages show most of them only with a script.
const (
	advisor    = "<https://github.com/aws/agent-toolkit-for-aws>, AWS's guide for startups, 2026"
	whitepaper = "<https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html>"
	transcript = "<https://github.com/api-evangelist/aws-lambda>, a transcript of the page, 2026-09-20"
	notes      = "others' notes, 2026-05"
	afterCut   = "others' notes, 2025-07, after AWS had halved it in 2024-11"
	pageCopy   = "the page itself, in a stored copy without a date"
	unseen     = "**not verified**"
)

// The list prices.
var prices = struct {
	transition, expressRequest, expressGBSecond                price
	httpRequest, restRequest, lambdaRequest, lambdaGBSecond    price
	writeUnit, readUnit, logGB, dataOutGB                      price
	durableOperation, durableWrittenGB, durableRetainedGBMonth price
	storedGBMonth                                              price
}{
	transition:      price{25e-6, "state transition, retries included", "https://aws.amazon.com/step-functions/pricing/", advisor},
	expressRequest:  price{1e-6, "request", "https://aws.amazon.com/step-functions/pricing/", advisor},
	expressGBSecond: price{0.00001667, "GB-second, in chunks of 64 MB and 100 ms", "https://aws.amazon.com/step-functions/pricing/", notes},
	httpRequest:     price{1e-6, "request to an HTTP API, up to 512 KB", "https://aws.amazon.com/api-gateway/pricing/", whitepaper},
	restRequest:     price{3.5e-6, "request to a REST API", "https://aws.amazon.com/api-gateway/pricing/", whitepaper},
	lambdaRequest:   price{0.2e-6, "invocation", "https://aws.amazon.com/lambda/pricing/", transcript},
	lambdaGBSecond:  price{0.0000133334, "GB-second on arm64", "https://aws.amazon.com/lambda/pricing/", notes},
	writeUnit:       price{0.625e-6, "write request unit, on demand", "https://aws.amazon.com/dynamodb/pricing/on-demand/", afterCut},
	readUnit:        price{0.125e-6, "read request unit, on demand", "https://aws.amazon.com/dynamodb/pricing/on-demand/", afterCut},
	storedGBMonth:   price{0.25, "GB stored for a month, standard class", "https://aws.amazon.com/dynamodb/pricing/", pageCopy},
	logGB:           price{0.5, "GB of logs taken in, standard class", "https://aws.amazon.com/cloudwatch/pricing/", notes},
	dataOutGB:       price{0.09, "GB to the internet", "https://aws.amazon.com/ec2/pricing/on-demand/", notes},

	durableOperation:       price{8e-6, "durable operation", "https://aws.amazon.com/lambda/pricing/", transcript},
	durableWrittenGB:       price{0.25, "GB of state written", "https://aws.amazon.com/lambda/pricing/", unseen},
	durableRetainedGBMonth: price{0.15, "GB of state retained for a month", "https://aws.amazon.com/lambda/pricing/", unseen},
}

// What cannot be counted on one machine, and is assumed.
const (
	// memoryMB is the functions' size in template.yaml.
	memoryMB = 256
	memoryGB = memoryMB / 1024.0
	// cpuShare is the part of a processor that these have: 1,769 MB have one.
	// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
	cpuShare = memoryMB / 1769.0
	// dynamoWait and startWait are how long a function waits for a call, in
	// seconds: DynamoDB answers in milliseconds of one digit, StartExecution in a
	// few tens.
	dynamoWait, startWait = 0.005, 0.03
	// systemLogBytes are Lambda's own two lines for an invocation, platform.start
	// and platform.report in JSON, by the examples in
	// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
	systemLogBytes, systemLogLines = 400, 2
	// accessLogBytes is the gateway's line for a request in template.yaml's format.
	accessLogBytes = 330
	// lineBytes come on top of each line.
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
	lineBytes = 26
	// storedBytes bounds a record and its input, each below one write unit here,
	// which template.yaml keeps for 90 days.
	storedBytes, storedMonths = 2048, 3
	// polls are how often a client asks for the status of one submission.
	polls = 10
)
