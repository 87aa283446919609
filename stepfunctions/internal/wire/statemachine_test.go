package wire_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestStateMachineFromCreationToDeletion(t *testing.T) {
	a := newAPI(t)
	created, err := a.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("m"), Definition: aws.String(pass), RoleArn: aws.String(roleARN), Publish: true, VersionDescription: aws.String("first"),
		LoggingConfiguration: &types.LoggingConfiguration{Level: types.LogLevelOff},
		TracingConfiguration: &types.TracingConfiguration{Enabled: true},
		Tags:                 []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	must(t, err)
	if *created.StateMachineArn != machine+"m" || *created.StateMachineVersionArn != machine+"m:1" {
		t.Errorf("created %v", created)
	}
	described, err := a.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: created.StateMachineArn})
	must(t, err)
	if *described.Definition != pass || described.Type != types.StateMachineTypeStandard || described.Status != types.StateMachineStatusActive ||
		!described.TracingConfiguration.Enabled || described.RevisionId != nil || !described.CreationDate.Equal(*created.CreationDate) {
		t.Errorf("described %+v", described)
	}
	updated, err := a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: created.StateMachineArn, Definition: aws.String(forever), Publish: true})
	must(t, err)
	if *updated.StateMachineVersionArn != machine+"m:2" || *updated.RevisionId == "" {
		t.Errorf("updated %+v", updated)
	}
	version, err := a.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(machine + "m:1")})
	must(t, err)
	if *version.Definition != pass || *version.Description != "first" {
		t.Errorf("version %+v", version)
	}
	_, err = a.DeleteStateMachine(t.Context(), &sfn.DeleteStateMachineInput{StateMachineArn: created.StateMachineArn})
	must(t, err)
	_, err = a.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: created.StateMachineArn})
	a.wantError(err, "StateMachineDoesNotExist", "State Machine Does Not Exist: '"+machine+"m'")
	_, err = a.DeleteStateMachine(t.Context(), &sfn.DeleteStateMachineInput{StateMachineArn: created.StateMachineArn})
	must(t, err)
}

func TestCreationIsIdempotent(t *testing.T) {
	a := newAPI(t)
	first := a.create("m", pass, "")
	if again := a.create("m", pass, types.StateMachineTypeStandard); *again != *first {
		t.Errorf("another %s", *again)
	}
	for _, other := range []*sfn.CreateStateMachineInput{
		{Definition: aws.String(forever)},
		{Definition: aws.String(pass), Type: types.StateMachineTypeExpress},
		{Definition: aws.String(pass), TracingConfiguration: &types.TracingConfiguration{Enabled: true}},
	} {
		other.Name, other.RoleArn = aws.String("m"), aws.String(roleARN)
		_, err := a.CreateStateMachine(t.Context(), other)
		a.wantError(err, "StateMachineAlreadyExists", "State Machine Already Exists: '"+machine+"m'")
	}
}

func TestCreationRefused(t *testing.T) {
	a := newAPI(t)
	for _, c := range []struct {
		title         string
		change        func(*sfn.CreateStateMachineInput)
		kind, message string
	}{
		{"name", func(in *sfn.CreateStateMachineInput) { in.Name = aws.String("a b") }, "InvalidName", "Invalid Name: 'a b'"},
		{"empty name", func(in *sfn.CreateStateMachineInput) { in.Name = aws.String("") }, "ValidationException",
			"1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"role", func(in *sfn.CreateStateMachineInput) { in.RoleArn = aws.String("arn:aws:iam") }, "InvalidArn", "Invalid Arn: 'Invalid ARN: arn:aws:iam'"},
		{"type", func(in *sfn.CreateStateMachineInput) { in.Type = "FAST" }, "ValidationException",
			"1 validation error detected: Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"},
		{"definition", func(in *sfn.CreateStateMachineInput) { in.Definition = aws.String("{") }, "InvalidDefinition", ""},
		{"description", func(in *sfn.CreateStateMachineInput) { in.VersionDescription = aws.String("d") }, "ValidationException",
			"Version description can only be set when publish is true"},
		{"log without destination", func(in *sfn.CreateStateMachineInput) {
			in.LoggingConfiguration = &types.LoggingConfiguration{Level: types.LogLevelAll}
		}, "InvalidLoggingConfiguration", ""},
		{"key of one's own without the key", func(in *sfn.CreateStateMachineInput) {
			in.EncryptionConfiguration = &types.EncryptionConfiguration{Type: types.EncryptionTypeCustomerManagedKmsKey}
		}, "InvalidEncryptionConfiguration", ""},
		{"foreign service", func(in *sfn.CreateStateMachineInput) {
			in.Definition = aws.String(`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}}`)
		}, "InvalidDefinition", ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			in := &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(pass), RoleArn: aws.String(roleARN)}
			c.change(in)
			_, err := a.CreateStateMachine(t.Context(), in)
			a.wantError(err, c.kind, c.message)
		})
	}
}

func TestUpdateRefused(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", pass, "")
	_, err := a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: m})
	a.wantError(err, "MissingRequiredParameter", "")
	_, err = a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(machine + "none"), RoleArn: aws.String(roleARN)})
	a.wantError(err, "StateMachineDoesNotExist", "")
	elsewhere := "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
	_, err = a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &elsewhere, RoleArn: aws.String(roleARN)})
	a.wantError(err, "StateMachineDoesNotExist", "State Machine Does Not Exist: '"+elsewhere+"'")
}

func TestListsArePaged(t *testing.T) {
	a := newAPI(t)
	for i := range 5 {
		a.create(fmt.Sprint("m", i), pass, "")
	}
	for range 3 {
		_, err := a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(machine + "m0"), Definition: aws.String(pass), RoleArn: aws.String(roleARN + fmt.Sprint(t.Context())[:0])})
		must(t, err)
	}
	var names []string
	pages := sfn.NewListStateMachinesPaginator(a.Client, &sfn.ListStateMachinesInput{MaxResults: 2})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		for _, m := range page.StateMachines {
			names = append(names, *m.Name)
		}
	}
	if fmt.Sprint(names) != "[m0 m1 m2 m3 m4]" {
		t.Errorf("%v", names)
	}
	_, err := a.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{NextToken: aws.String("nonsense")})
	a.wantError(err, "InvalidToken", "")
}

func TestVersions(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", pass, "")
	var published []string
	for i := range 3 {
		_, err := a.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: m, RoleArn: aws.String(fmt.Sprint(roleARN, i))})
		must(t, err)
		v, err := a.PublishStateMachineVersion(t.Context(), &sfn.PublishStateMachineVersionInput{StateMachineArn: m})
		must(t, err)
		published = append(published, *v.StateMachineVersionArn)
	}
	_, err := a.PublishStateMachineVersion(t.Context(), &sfn.PublishStateMachineVersionInput{StateMachineArn: m, RevisionId: aws.String("another")})
	a.wantError(err, "ConflictException", "")
	_, err = a.DeleteStateMachineVersion(t.Context(), &sfn.DeleteStateMachineVersionInput{StateMachineVersionArn: &published[1]})
	must(t, err)
	first, err := a.ListStateMachineVersions(t.Context(), &sfn.ListStateMachineVersionsInput{StateMachineArn: m, MaxResults: 1})
	must(t, err)
	rest, err := a.ListStateMachineVersions(t.Context(), &sfn.ListStateMachineVersionsInput{StateMachineArn: m, NextToken: first.NextToken})
	must(t, err)
	if *first.StateMachineVersions[0].StateMachineVersionArn != machine+"m:3" || len(rest.StateMachineVersions) != 1 || *rest.StateMachineVersions[0].StateMachineVersionArn != machine+"m:1" {
		t.Errorf("%v then %v", first.StateMachineVersions, rest.StateMachineVersions)
	}
	x := a.ended(a.start(&published[0], "x", "{}"))
	if x.StateMachineVersionArn == nil || *x.StateMachineVersionArn != published[0] {
		t.Errorf("version %v", x.StateMachineVersionArn)
	}
}

func TestTags(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", pass, "")
	_, err := a.TagResource(t.Context(), &sfn.TagResourceInput{ResourceArn: m, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("a"), Value: aws.String("1")}}})
	must(t, err)
	_, err = a.UntagResource(t.Context(), &sfn.UntagResourceInput{ResourceArn: m, TagKeys: []string{"b", "none"}})
	must(t, err)
	out, err := a.ListTagsForResource(t.Context(), &sfn.ListTagsForResourceInput{ResourceArn: m})
	must(t, err)
	if len(out.Tags) != 1 || *out.Tags[0].Key != "a" || *out.Tags[0].Value != "1" {
		t.Errorf("%v", out.Tags)
	}
	none := machine + "none"
	_, err = a.ListTagsForResource(t.Context(), &sfn.ListTagsForResourceInput{ResourceArn: &none})
	a.wantError(err, "ResourceNotFound", "Resource not found: '"+none+"'")
}
