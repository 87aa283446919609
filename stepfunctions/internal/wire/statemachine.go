package wire

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const descriptionWithoutPublish = "Version description can only be set when publish is true"

type createStateMachineOutput struct {
	StateMachineARN        string    `json:"stateMachineArn"`
	CreationDate           timestamp `json:"creationDate"`
	StateMachineVersionARN *string   `json:"stateMachineVersionArn,omitempty"`
}

func (s *service) createStateMachine(ctx context.Context, in *createStateMachineInput) (*createStateMachineOutput, error) {
	kept, err := readSettings(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	if f := checkRole(*in.RoleARN); f != nil {
		return nil, f
	}
	if optional(in.VersionDescription) != "" && !optional(in.Publish) {
		return nil, invalid(descriptionWithoutPublish)
	}
	kept = kept.withDefaults()
	m, err := s.engine.CreateStateMachine(ctx, engine.NewStateMachine{
		Name: *in.Name,
		Type: engine.Type(optional(in.Type)),
		Revision: engine.Revision{
			Definition: *in.Definition, RoleARN: *in.RoleARN,
			Logging: kept.logging, Tracing: kept.tracing, Encryption: kept.encryption,
		},
		Tags: tagMap(in.Tags), Publish: optional(in.Publish), Description: optional(in.VersionDescription),
	})
	if err != nil {
		return nil, serviceError(err)
	}
	return &createStateMachineOutput{m.ARN, stamp(m.Created), present(m.VersionARN)}, nil
}

// checkRole rejects what looks like an ARN and is none. No role is assumed on
// one machine, so that any other text may stand in for it.
func checkRole(role string) *Error {
	if strings.HasPrefix(role, "arn:") && len(strings.SplitN(role, ":", 6)) < 6 {
		return invalidARN("Invalid ARN", role)
	}
	return nil
}

type describeStateMachineOutput struct {
	StateMachineARN         string          `json:"stateMachineArn"`
	Name                    string          `json:"name"`
	Status                  string          `json:"status"`
	Definition              string          `json:"definition"`
	RoleARN                 string          `json:"roleArn"`
	Type                    string          `json:"type"`
	CreationDate            timestamp       `json:"creationDate"`
	LoggingConfiguration    json.RawMessage `json:"loggingConfiguration,omitempty"`
	TracingConfiguration    json.RawMessage `json:"tracingConfiguration,omitempty"`
	EncryptionConfiguration json.RawMessage `json:"encryptionConfiguration,omitempty"`
	RevisionID              *string         `json:"revisionId,omitempty"`
	Description             *string         `json:"description,omitempty"`
}

func (s *service) describeStateMachine(ctx context.Context, in *describeStateMachineInput) (*describeStateMachineOutput, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	m, err := s.engine.DescribeStateMachine(ctx, *in.StateMachineARN)
	if err != nil {
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	out := &describeStateMachineOutput{
		StateMachineARN: *in.StateMachineARN, Name: m.Name, Status: statusOf(m),
		Definition: m.Definition, RoleARN: m.RoleARN, Type: string(m.Type), CreationDate: stamp(m.Created),
		LoggingConfiguration: m.Logging, TracingConfiguration: m.Tracing, EncryptionConfiguration: m.Encryption,
		RevisionID: shownRevision(m), Description: present(m.Description),
	}
	if optional(in.IncludedData) == "METADATA_ONLY" {
		out.Definition = ""
	}
	return out, nil
}

func statusOf(m engine.StateMachine) string {
	if m.Deleting {
		return "DELETING"
	}
	return "ACTIVE"
}

// shownRevision is absent for the revision a machine was created with.
func shownRevision(m engine.StateMachine) *string {
	if m.Initial {
		return nil
	}
	return &m.RevisionID
}

type stateMachineListItem struct {
	StateMachineARN string    `json:"stateMachineArn"`
	Name            string    `json:"name"`
	Type            string    `json:"type"`
	CreationDate    timestamp `json:"creationDate"`
}

type listStateMachinesOutput struct {
	StateMachines []stateMachineListItem `json:"stateMachines"`
	NextToken     *string                `json:"nextToken,omitempty"`
}

func (s *service) listStateMachines(_ context.Context, in *pageInput) (*listStateMachinesOutput, error) {
	const question = "ListStateMachines"
	from, f := pageStart(in.NextToken, question)
	if f != nil {
		return nil, f
	}
	out := &listStateMachinesOutput{StateMachines: []stateMachineListItem{}}
	for _, m := range s.engine.StateMachines() {
		if m.Name < from {
			continue
		}
		if len(out.StateMachines) == pageSize(in.MaxResults) {
			out.NextToken = nextToken(question, m.Name)
			break
		}
		out.StateMachines = append(out.StateMachines, stateMachineListItem{m.ARN, m.Name, string(m.Type), stamp(m.Created)})
	}
	return out, nil
}

type updateStateMachineOutput struct {
	UpdateDate             timestamp `json:"updateDate"`
	RevisionID             *string   `json:"revisionId,omitempty"`
	StateMachineVersionARN *string   `json:"stateMachineVersionArn,omitempty"`
}

func (s *service) updateStateMachine(ctx context.Context, in *updateStateMachineInput) (*updateStateMachineOutput, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	kept, err := readSettings(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	if f := checkRole(optional(in.RoleARN)); f != nil {
		return nil, f
	}
	m, err := s.engine.UpdateStateMachine(ctx, engine.UpdateStateMachine{
		ARN: *in.StateMachineARN,
		Revision: engine.Revision{
			Definition: optional(in.Definition), RoleARN: optional(in.RoleARN),
			Logging: kept.logging, Tracing: kept.tracing, Encryption: kept.encryption,
		},
		Publish: optional(in.Publish), Description: optional(in.VersionDescription),
	})
	if err != nil {
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	return &updateStateMachineOutput{stamp(m.Updated), present(m.RevisionID), present(m.VersionARN)}, nil
}

func (s *service) deleteStateMachine(ctx context.Context, in *stateMachineInput) (*empty, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	err := s.engine.DeleteStateMachine(ctx, *in.StateMachineARN)
	if errors.Is(err, &engine.Error{Code: engine.InvalidARN}) {
		// Elsewhere: deleting what is not there is no error.
		return &empty{}, nil
	}
	return &empty{}, serviceError(err)
}

func tagMap(tags []tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[optional(t.Key)] = optional(t.Value)
	}
	return m
}

func (s *service) tagResource(ctx context.Context, in *tagResourceInput) (*empty, error) {
	if f := checkARN(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	err := s.engine.Tag(ctx, *in.ResourceARN, tagMap(in.Tags))
	return &empty{}, resourceError(err, noResource(*in.ResourceARN))
}

func (s *service) untagResource(ctx context.Context, in *untagResourceInput) (*empty, error) {
	if f := checkARN(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	err := s.engine.Untag(ctx, *in.ResourceARN, in.TagKeys)
	return &empty{}, resourceError(err, noResource(*in.ResourceARN))
}

type listTagsForResourceOutput struct {
	Tags []tag `json:"tags"`
}

func (s *service) listTagsForResource(_ context.Context, in *resourceInput) (*listTagsForResourceOutput, error) {
	if f := checkARN(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	tags, err := s.engine.Tags(*in.ResourceARN)
	if err != nil {
		return nil, resourceError(err, noResource(*in.ResourceARN))
	}
	out := &listTagsForResourceOutput{Tags: []tag{}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		text := tags[key]
		out.Tags = append(out.Tags, tag{&key, &text})
	}
	return out, nil
}

// Defaults of the settings, as DescribeStateMachine returns them.
var (
	defaultLogging    = json.RawMessage(`{"level":"OFF","includeExecutionData":false}`)
	defaultTracing    = json.RawMessage(`{"enabled":false}`)
	defaultEncryption = json.RawMessage(`{"type":"AWS_OWNED_KEY"}`)
)

func (l *loggingConfiguration) check() *Error {
	if l == nil || optional(l.Level) == "" || optional(l.Level) == "OFF" {
		return nil
	}
	if len(l.Destinations) != 1 {
		return errorf("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination.")
	}
	if d := l.Destinations[0]; d.CloudWatchLogsLogGroup == nil || optional(d.CloudWatchLogsLogGroup.LogGroupARN) == "" {
		return errorf("InvalidLoggingConfiguration", "Invalid Logging Configuration: Log Destination Must Have Exactly One CloudWatch Logs Log Group.")
	}
	return nil
}

func (e *encryptionConfiguration) check() *Error {
	if e != nil && optional(e.Type) == "CUSTOMER_MANAGED_KMS_KEY" && e.KMSKeyID == nil {
		return errorf("InvalidEncryptionConfiguration", "Invalid Encryption Configuration: KmsKeyId must be provided when type is CUSTOMER_MANAGED_KMS_KEY")
	}
	return nil
}

// settings are the documents of a state machine's settings; an absent one is
// the default at creation, and stays as it is in an update.
type settings struct{ logging, tracing, encryption json.RawMessage }

func readSettings(l *loggingConfiguration, t *tracingConfiguration, e *encryptionConfiguration) (settings, error) {
	var s settings
	var err error
	for _, check := range []*Error{l.check(), e.check()} {
		if check != nil {
			return s, check
		}
	}
	if l != nil {
		s.logging, err = json.Marshal(l)
	}
	if t != nil && err == nil {
		s.tracing, err = json.Marshal(t)
	}
	if e != nil && err == nil {
		s.encryption, err = json.Marshal(e)
	}
	return s, err
}

func (s settings) withDefaults() settings {
	if s.logging == nil {
		s.logging = defaultLogging
	}
	if s.tracing == nil {
		s.tracing = defaultTracing
	}
	if s.encryption == nil {
		s.encryption = defaultEncryption
	}
	return s
}
