package samtemplate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/internal/samtemplate"
	"example.org/asynchttpapi/speakers"
)

// What stands here no linter minds, and an account alone would show.

// resolve evaluates a template without the transform: edge and monitoring have none.
func resolve(t *testing.T, template string, parameters map[string]string) samtemplate.Stack {
	t.Helper()
	imports := map[string]string{"talks-FunctionNames": "submit,status,result,cancel,moderate,shortlist,select,fail,reconcile,completions"}
	for _, name := range []string{"ApiId", "StateMachineArn", "Table", "DeadLettersName"} {
		imports["talks-"+name] = name
	}
	parameters["Stack"] = "talks"
	s, err := samtemplate.Resolve(readFile(t, template).Source, parameters, imports)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readText(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The template is small enough to read.
func TestSize(t *testing.T) {
	if n := strings.Count(readText(t, "template.yaml"), "\n"); n > 400 {
		t.Errorf("template.yaml has %d lines", n)
	}
	if n := len(read(t).Parameters); n > 16 {
		t.Errorf("template.yaml has %d parameters", n)
	}
}

// What the templates came to is counted, over all of them.
func TestCounts(t *testing.T) {
	docs, all := deployDocs(t), [4]int{}
	for _, template := range []string{"template.yaml", "monitoring.yaml", "edge.yaml"} {
		source := readFile(t, template).Source
		counts := [4]int{strings.Count(readText(t, template), "\n")}
		for i, section := range []string{"Parameters", "Conditions", "Resources"} {
			counts[i+1] = len(source[section].(map[string]any))
		}
		if row := countRow("`"+template+"`", counts); !strings.Contains(docs, row) {
			t.Errorf("docs/deploy.md does not say %s", row)
		}
		for i, n := range counts {
			all[i] += n
		}
	}
	if row := countRow("all three", all); !strings.Contains(docs, row) {
		t.Errorf("docs/deploy.md does not say %s", row)
	}
}

func countRow(name string, n [4]int) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d |\n", name, n[0], n[1], n[2], n[3])
}

// polls are how many docs/cost.md counts with a submission.
const polls = 10

// prices reads docs/cost.md, which make bill writes: what a million submissions of
// the dearest outcome cost without their polls, and a million polls.
func prices(t *testing.T) (submission, poll float64) {
	t.Helper()
	price := func(pattern string) (dearest float64) {
		for _, m := range regexp.MustCompile(`(?m)^\| `+pattern+` \|.* ([0-9.]+) \|$`).FindAllStringSubmatch(readText(t, "docs", "cost.md"), -1) {
			cost, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			dearest = max(dearest, cost)
		}
		if dearest == 0 {
			t.Fatalf("docs/cost.md has no row for %s", pattern)
		}
		return dearest
	}
	poll = price("one poll")
	return price(`[a-z ]+, now`) - polls*poll, poll
}

// The most that a day can cost stands beside the parameters, and in the docs.
func TestDailyMaxima(t *testing.T) {
	docs, readme := deployDocs(t), readText(t, "README.md")
	submission, poll := prices(t)
	for name, price := range map[string]float64{"SubmitRate": submission, "StatusRate": poll} {
		rate, err := strconv.Atoi(read(t).Parameters[name])
		if err != nil {
			t.Fatal(err)
		}
		requests := rate * 24 * 60 * 60
		cost := float64(requests) * price / 1e6
		if cost > 50 {
			t.Errorf("%s lets $%.0f a day through by default", name, cost)
		}
		number := thousands(requests)
		_, row, _ := strings.Cut(readText(t, "template.yaml"), "\n  "+name+": ")
		row, _, _ = strings.Cut(row, "\n")
		for where, text := range map[string]string{"template.yaml": row, "docs/deploy.md": docs, "README.md": readme} {
			if where != "README.md" && !strings.Contains(text, number) || !strings.Contains(text, fmt.Sprintf("$%.0f", cost)) {
				t.Errorf("%s: %s does not say %s a day for $%.0f", name, where, number, cost)
			}
		}
	}
	if got := read(t).Parameters["Authorization"]; got == "none" && !strings.Contains(readText(t, "Makefile"), "OPEN TO THE WORLD") {
		t.Error("make deploy does not say that the default is open to the world")
	}
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// CloudFront keeps an error for 10 seconds whatever the cache policy says, unless
// each status is named.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func TestErrorsAreNotCached(t *testing.T) {
	config := resolve(t, "edge.yaml", map[string]string{}).Resources["Distribution"].Properties["DistributionConfig"].(map[string]any)
	kept := map[string]bool{}
	for _, code := range []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504} {
		kept[strconv.Itoa(code)] = true
	}
	for _, r := range config["CustomErrorResponses"].([]any) {
		response := r.(map[string]any)
		if response["ErrorCachingMinTTL"] != "0" {
			t.Errorf("%v is kept for %v s", response["ErrorCode"], response["ErrorCachingMinTTL"])
		}
		delete(kept, fmt.Sprint(response["ErrorCode"]))
	}
	if len(kept) > 0 {
		t.Errorf("%v are kept for 10 seconds", kept)
	}
}

// These names are unique in an account, whatever the region: two regions could not
// have the stack else.
func TestNamesOfTheAccountHaveTheRegion(t *testing.T) {
	named := 0
	for _, template := range []string{"edge.yaml", "monitoring.yaml"} {
		for id, r := range resolve(t, template, map[string]string{}).Resources {
			for _, name := range accountNames(r) {
				if named++; !strings.Contains(name, "eu-west-1") {
					t.Errorf("%s: the name %q collides in a second region", id, name)
				}
			}
		}
	}
	if named != 3 {
		t.Errorf("%d names were looked at", named)
	}
	for id, r := range read(t).Source["Resources"].(map[string]any) {
		if r := r.(map[string]any); r["Type"] == "AWS::IAM::Role" && r["Properties"].(map[string]any)["RoleName"] != nil {
			t.Errorf("%s has a name", id)
		}
	}
}

func accountNames(r samtemplate.Resource) (names []string) {
	for _, part := range []any{r.Properties, r.Properties["OriginAccessControlConfig"], r.Properties["ResponseHeadersPolicyConfig"]} {
		m, _ := part.(map[string]any)
		for _, property := range []string{"Name", "DashboardName"} {
			if name, ok := m[property].(string); ok && !strings.HasPrefix(r.Type, "AWS::Route53::") {
				names = append(names, name)
			}
		}
	}
	return names
}

// With everything given, the API has another host, a domain and a firewall.
func TestEdge(t *testing.T) {
	s := resolve(t, "edge.yaml", map[string]string{
		"DomainName": "talks.example.org", "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a",
		"HostedZoneId": "Z1", "OriginDomainName": "origin.example.org", "WebAclArn": "arn:acl",
	})
	config := fmt.Sprint(s.Resources["Distribution"].Properties)
	for _, want := range []string{"origin.example.org", "Aliases:[talks.example.org]", "WebACLId:arn:acl"} {
		if !strings.Contains(config, want) {
			t.Errorf("the distribution lacks %s", want)
		}
	}
	if strings.Contains(config, "execute-api") || s.Resources["OriginMapping"].Type == "" {
		t.Error("CloudFront goes to the host that is to be closed")
	}
	if s.Outputs["PublicBaseUrl"] != "https://talks.example.org" {
		t.Errorf("the public address is %s", s.Outputs["PublicBaseUrl"])
	}
}

// The table survives its stack, and can be replaced by another.
func TestTheTableStays(t *testing.T) {
	source := read(t).Source
	table := source["Resources"].(map[string]any)["Submissions"].(map[string]any)
	if table["DeletionPolicy"] != "RetainExceptOnCreate" || table["UpdateReplacePolicy"] != "Retain" {
		t.Errorf("the table goes with its stack: %v", table["DeletionPolicy"])
	}
	tpl := read(t)
	env, err := tpl.Environment(tpl.Functions["StatusFunction"], map[string]string{
		"TableName": "restored", "AWS::StackName": "talks", "ProcessSubmissionAliaslive": "arn",
	})
	if err != nil || env["TABLE_NAME"] != "restored" {
		t.Errorf("the table is %q, %v", env["TABLE_NAME"], err)
	}
}

// callTimeout is the default of async.Config.CallTimeout.
const callTimeout = 5 * time.Second

// calls is how many calls of a port one invocation makes one after the other, at
// most: those of submit are reserve, create, start, settle and read.
var calls = map[string]int{
	"SubmitFunction": 5, "StatusFunction": 3, "ResultFunction": 2, "CancelFunction": 3, "CompletionsFunction": 5, "FailFunction": 3, "ReconcileFunction": 3,
}

// A function has the time that its calls may take, and the gateway's patience.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
func TestFunctionsOutlastTheirCalls(t *testing.T) {
	job, err := speakers.FromEnv()
	if err != nil {
		t.Fatal(err)
	}
	for id, f := range read(t).Functions {
		least := time.Duration(calls[id]) * callTimeout
		for _, stage := range job.Describe().Stages {
			if strings.HasSuffix(f.CodeURI, "/"+stage.Activity+"/") {
				least = stage.Timeout + 2*callTimeout - time.Second
			}
		}
		if least == 0 || f.Timeout < least {
			t.Errorf("%s ends after %v, its calls may take %v", id, f.Timeout, least)
		}
		if len(f.Routes) > 0 && f.Timeout > 29*time.Second {
			t.Errorf("%s may answer when the gateway has given up", id)
		}
	}
	if f := read(t).Functions["FailFunction"]; f.Timeout > async.FailTimeout {
		t.Errorf("the workflow gives up on FailFunction before it ends: %v", f.Timeout)
	}
}

// What a browser may send and read is what the functions say, whoever answers.
func TestCORS(t *testing.T) {
	api := read(t).Source["Resources"].(map[string]any)["Api"].(map[string]any)["Properties"].(map[string]any)
	cors := api["DefinitionBody"].(map[string]any)["x-amazon-apigateway-cors"].(map[string]any)
	source := readText(t, "async", "internal", "lambdahttp", "cors.go")
	for constant, member := range map[string]string{"corsAllowHeaders": "allowHeaders", "corsExposeHeaders": "exposeHeaders"} {
		m := regexp.MustCompile(constant + `\s+= "([^"]+)"`).FindStringSubmatch(source)
		if m == nil {
			t.Fatalf("%s is not found", constant)
		}
		var given []string
		for _, name := range cors[member].([]any) {
			given = append(given, strings.ToLower(fmt.Sprint(name)))
		}
		for name := range strings.SplitSeq(strings.ToLower(m[1]), ", ") {
			if !slices.Contains(given, name) {
				t.Errorf("%s lacks %s", member, name)
			}
		}
	}
}

// An alarm needs a number of occurrences, not one failed request on a quiet night.
func TestAlarmsHaveMinimumCounts(t *testing.T) {
	atOnce := []string{"ExecutionsTimedOut", "DeadLetters"} // each is lost work
	for id, r := range resolve(t, "monitoring.yaml", map[string]string{}).Resources {
		if r.Type != "AWS::CloudWatch::Alarm" || slices.Contains(atOnce, id) {
			continue
		}
		threshold, err := strconv.ParseFloat(fmt.Sprint(r.Properties["Threshold"]), 64)
		share := strings.Contains(fmt.Sprint(r.Properties["Metrics"]), "errors >= 5")
		if err != nil || threshold < 3 && !share {
			t.Errorf("%s goes off at %v", id, r.Properties["Threshold"])
		}
	}
}

// What an alarm may read: CloudWatch refuses more.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
const maxAlarmMetrics = 10

func TestAlarmsReadFewEnoughMetrics(t *testing.T) {
	alarms := 0
	for _, template := range []string{"template.yaml", "monitoring.yaml"} {
		for id, r := range readFile(t, template).Source["Resources"].(map[string]any) {
			resource := r.(map[string]any)
			if resource["Type"] != "AWS::CloudWatch::Alarm" {
				continue
			}
			metrics, _ := resource["Properties"].(map[string]any)["Metrics"].([]any)
			read := 0
			for _, m := range metrics {
				if m.(map[string]any)["MetricStat"] != nil {
					read++
				}
			}
			if read > maxAlarmMetrics {
				t.Errorf("%s reads %d metrics", id, read)
			}
			if read > 0 {
				alarms++
			}
		}
	}
	if alarms < 5 {
		t.Errorf("only %d alarms read metrics by expression", alarms)
	}
}

// The runbooks are for the alarms that there are, and each says the same three
// things.
func TestEveryAlarmHasARunbook(t *testing.T) {
	_, docs, _ := strings.Cut(readText(t, "docs", "runbooks.md"), "\n## Runbooks\n")
	docs, _, _ = strings.Cut(docs, "\n## ")
	var given, want []string
	for section := range strings.SplitSeq(docs, "\n### ") {
		name, text, _ := strings.Cut(section, "\n")
		if name == "" {
			continue // what stands before the first
		}
		given = append(given, name)
		act := strings.Contains(text, "\n- Act: ") && strings.Contains(text, "\n- Look: ") || strings.Contains(text, "\n- Look and act: ")
		if !strings.HasPrefix(text, "\nGoes off when ") || !act {
			t.Errorf("the runbook for %s does not say when it goes off, where to look and what to do", name)
		}
	}
	for _, template := range []string{"template.yaml", "monitoring.yaml"} {
		for id, r := range readFile(t, template).Source["Resources"].(map[string]any) {
			if r.(map[string]any)["Type"] == "AWS::CloudWatch::Alarm" {
				want = append(want, id)
			}
		}
	}
	slices.Sort(given)
	slices.Sort(want)
	if !slices.Equal(given, want) {
		t.Errorf("docs/runbooks.md has\n%v\nand the alarms are\n%v", given, want)
	}
	if !strings.Contains(readText(t, "docs", "operations.md"), "(runbooks.md#runbooks)") {
		t.Error("docs/operations.md does not lead to the runbooks")
	}
}

// A job of one's own replaces the stages: no anchor that others refer to is at one.
func TestNoOtherResourceNeedsAStage(t *testing.T) {
	text := readText(t, "template.yaml")
	for _, stage := range speakers.Job(speakers.Simulated{}).Describe().Stages {
		state := strings.ToUpper(stage.Activity[:1]) + stage.Activity[1:]
		for _, id := range []string{state + "Function", state + "Role"} {
			resource := regexp.MustCompile(`(?m)^  ` + id + `:.*(\n {4}.*)*`).FindString(text)
			if resource == "" || regexp.MustCompile(`[\s\[]&[A-Za-z]`).MatchString(resource) {
				t.Errorf("%s is not there, or has an anchor:\n%s", id, resource)
			}
		}
	}
}
