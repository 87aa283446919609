package wire_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func to(version string, weight int32) types.RoutingConfigurationListItem {
	return types.RoutingConfigurationListItem{StateMachineVersionArn: aws.String(machine + version), Weight: weight}
}

// published makes the machine m with the versions 1 and 2.
func (a *api) published() {
	a.Helper()
	m := a.create("m", pass, "")
	_, err := a.PublishStateMachineVersion(a.Context(), &sfn.PublishStateMachineVersionInput{StateMachineArn: m})
	must(a, err)
	_, err = a.UpdateStateMachine(a.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: m, Definition: aws.String(forever), Publish: true})
	must(a, err)
}

func TestAliases(t *testing.T) {
	a := newAPI(t)
	a.published()
	in := &sfn.CreateStateMachineAliasInput{Name: aws.String("live"), Description: aws.String("d"), RoutingConfiguration: []types.RoutingConfigurationListItem{to("m:1", 100)}}
	created, err := a.CreateStateMachineAlias(t.Context(), in)
	must(t, err)
	again, err := a.CreateStateMachineAlias(t.Context(), in)
	must(t, err)
	if *created.StateMachineAliasArn != machine+"m:live" || !again.CreationDate.Equal(*created.CreationDate) {
		t.Errorf("%v then %v", created, again)
	}
	alias := created.StateMachineAliasArn
	x := a.ended(a.start(alias, "x", "{}"))
	if *x.StateMachineAliasArn != *alias || *x.StateMachineVersionArn != machine+"m:1" {
		t.Errorf("%+v", x)
	}
	history, err := a.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: x.ExecutionArn})
	must(t, err)
	if began := history.Events[0].ExecutionStartedEventDetails; *began.StateMachineAliasArn != *alias || *began.StateMachineVersionArn != machine+"m:1" {
		t.Errorf("%+v", began)
	}
	listed, err := a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: alias})
	must(t, err)
	if len(listed.Executions) != 1 || *listed.Executions[0].StateMachineAliasArn != *alias {
		t.Errorf("%+v", listed.Executions)
	}
	_, err = a.DeleteStateMachineVersion(t.Context(), &sfn.DeleteStateMachineVersionInput{StateMachineVersionArn: aws.String(machine + "m:1")})
	a.wantError(err, "ConflictException", "")
	_, err = a.UpdateStateMachineAlias(t.Context(), &sfn.UpdateStateMachineAliasInput{StateMachineAliasArn: alias, RoutingConfiguration: []types.RoutingConfigurationListItem{to("m:1", 0), to("m:2", 100)}})
	must(t, err)
	d, err := a.DescribeStateMachineAlias(t.Context(), &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: alias})
	must(t, err)
	if *d.Description != "d" || len(d.RoutingConfiguration) != 2 || d.RoutingConfiguration[1].Weight != 100 {
		t.Errorf("%+v", d)
	}
	running := a.start(alias, "y", "{}")
	now, err := a.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: running})
	must(t, err)
	if *now.StateMachineVersionArn != machine+"m:2" {
		t.Errorf("%+v", now)
	}
	all, err := a.ListStateMachineAliases(t.Context(), &sfn.ListStateMachineAliasesInput{StateMachineArn: aws.String(machine + "m")})
	must(t, err)
	if len(all.StateMachineAliases) != 1 {
		t.Errorf("%+v", all)
	}
	_, err = a.DeleteStateMachineAlias(t.Context(), &sfn.DeleteStateMachineAliasInput{StateMachineAliasArn: alias})
	must(t, err)
	_, err = a.DescribeStateMachineAlias(t.Context(), &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: alias})
	a.wantError(err, "ResourceNotFound", "Resource not found: '"+*alias+"'")
}

func TestAliasRefused(t *testing.T) {
	a := newAPI(t)
	a.published()
	a.create("other", pass, "")
	for _, c := range []struct {
		title string
		to    []types.RoutingConfigurationListItem
		kind  string
	}{
		{"weights", []types.RoutingConfigurationListItem{to("m:1", 99)}, "ValidationException"},
		{"twice", []types.RoutingConfigurationListItem{to("m:1", 50), to("m:1", 50)}, "ValidationException"},
		{"two machines", []types.RoutingConfigurationListItem{to("m:1", 50), to("other:1", 50)}, "ValidationException"},
		{"no version", []types.RoutingConfigurationListItem{to("m:3", 100)}, "ResourceNotFound"},
		{"no machine", []types.RoutingConfigurationListItem{to("none:1", 100)}, "ResourceNotFound"},
		{"no ARN", []types.RoutingConfigurationListItem{{StateMachineVersionArn: aws.String("v"), Weight: 100}}, "InvalidArn"},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, err := a.CreateStateMachineAlias(t.Context(), &sfn.CreateStateMachineAliasInput{Name: aws.String("live"), RoutingConfiguration: c.to})
			a.wantError(err, c.kind, "")
		})
	}
}
