package samcli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// namespace is the namespace of the functions' metrics; a test of
// async/internal/telemetry holds it to be this one.
const namespace = "AsyncHttpApi"

// text returns a part of the expanded template as JSON, to look for names in.
func text(t *testing.T, part any) string {
	t.Helper()
	out, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// standing are resource types that cost while nothing happens, or serve those.
var standing = []string{
	"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic", "AWS::SNS::Subscription", "AWS::KMS::Key",
	"AWS::EC2::NatGateway", "AWS::WAFv2::WebACL",
}

func TestTheDefaultStackHasNoStandingCost(t *testing.T) {
	_, e := expand(t, nil)
	off := map[string]bool{"HasAlarms": true, "HasOwnTopic": true, "HasSubscriber": true, "HasDashboard": true}
	for id, r := range e.Resources {
		if slices.Contains(standing, r.Type) && !off[r.Condition] {
			t.Errorf("%s is there by default", id)
		}
	}
	for _, parameter := range []string{"Alarms", "Dashboard", "PointInTimeRecovery", "Tracing"} {
		if got := readTemplate(t).Parameters[parameter]; got != "false" {
			t.Errorf("%s is %q by default", parameter, got)
		}
	}
	if pins := text(t, e.Resources); strings.Contains(pins, "ProvisionedConcurrency") {
		t.Error("there is provisioned concurrency")
	}
}

// An alarm for the errors, and one for the throttles, of every function; each
// notifies the topic when it goes off and when it is over.
func TestEveryFunctionIsWatched(t *testing.T) {
	_, e := expand(t, nil)
	watched := map[string]string{}
	for id, r := range e.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if topics := text(t, r.Properties[actions]); !strings.Contains(topics, `"AlarmTopic"`) || !strings.Contains(topics, `"AlarmTopicArn"`) {
				t.Errorf("%s: %s are %s", id, actions, topics)
			}
		}
		for _, metric := range []string{"Errors", "Throttles"} {
			if found := text(t, r.Properties["Metrics"]); strings.Contains(found, `"MetricName":"`+metric+`"`) {
				watched[metric] += found
			}
		}
	}
	for id := range readTemplate(t).Functions {
		for metric, found := range watched {
			if !strings.Contains(found, `{"Ref":"`+id+`"}`) {
				t.Errorf("no alarm counts the %s of %s", metric, id)
			}
		}
	}
	if len(watched) != 2 {
		t.Errorf("only %d metrics of functions have alarms", len(watched))
	}
}

// freeMetrics is how many a dashboard may show that is one of an account's
// three free ones. https://aws.amazon.com/cloudwatch/pricing/
const freeMetrics = 50

// metricRow reports whether the documentation has a row for one of our metrics.
func metricRow(t *testing.T, name any) bool {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(root, "docs", "observability.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(doc), fmt.Sprintf("\n| `%v` | ", name))
}

func TestTheDashboardShowsEveryFunction(t *testing.T) {
	_, e := expand(t, nil)
	body, ok := e.Resources["Overview"].Properties["DashboardBody"].(map[string]any)["Fn::Sub"].(string)
	if !ok {
		t.Fatal("the dashboard's body is not one text")
	}
	var dashboard struct {
		Widgets []struct {
			Type       string
			Properties struct {
				Title, Region string
				Metrics       [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, w := range dashboard.Widgets {
		if w.Type != "metric" || w.Properties.Title == "" || w.Properties.Region == "" || len(w.Properties.Metrics) == 0 {
			t.Errorf("widget %+v", w)
		}
	}
	shown := 0
	for _, w := range dashboard.Widgets {
		shown += len(w.Properties.Metrics)
		for _, m := range w.Properties.Metrics {
			if m[0] == namespace && !metricRow(t, m[1]) {
				t.Errorf("the dashboard shows %v, which docs/observability.md does not know", m)
			}
		}
	}
	if shown > freeMetrics {
		t.Errorf("the dashboard shows %d metrics: it is not free any more", shown)
	}
	for id := range readTemplate(t).Functions {
		if !strings.Contains(body, "${"+id+"}") {
			t.Errorf("the dashboard does not show %s", id)
		}
	}
}

// logged are the variables that a line of the gateway may have. Paths are not
// among them, for a status URL opens a status; nor are addresses and agents.
var logged = []string{
	"requestTime", "requestId", "routeKey", "status", "responseLatency", "responseLength", "integrationLatency",
	"integration.requestId", "error.responseType", "authorizer.error",
}

func TestAccessLogsHaveNothingOfTheCaller(t *testing.T) {
	_, e := expand(t, nil)
	settings := text(t, e.Resources["ApiApiGatewayDefaultStage"].Properties["AccessLogSettings"])
	found := regexp.MustCompile(`\$context\.([\w.]+)`).FindAllStringSubmatch(settings, -1)
	if len(found) < 5 {
		t.Fatalf("the format is %s", settings)
	}
	for _, variable := range found {
		if !slices.Contains(logged, variable[1]) {
			t.Errorf("$context.%s is logged", variable[1])
		}
	}
}

// Executions are logged without what they carry.
func TestExecutionLogsHaveNoData(t *testing.T) {
	_, e := expand(t, nil)
	if got := text(t, e.Resources["ProcessSubmission"].Properties["LoggingConfiguration"]); !strings.Contains(got, `"IncludeExecutionData":false`) {
		t.Error(got)
	}
}
