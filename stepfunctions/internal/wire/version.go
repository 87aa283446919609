package wire

import (
	"context"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type publishStateMachineVersionOutput struct {
	CreationDate           timestamp `json:"creationDate"`
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
}

func (s *service) publishStateMachineVersion(ctx context.Context, in *publishStateMachineVersionInput) (*publishStateMachineVersionOutput, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	v, err := s.engine.PublishStateMachineVersion(ctx, *in.StateMachineARN, optional(in.RevisionID), optional(in.Description))
	if err != nil {
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	return &publishStateMachineVersionOutput{stamp(v.Created), v.ARN}, nil
}

func (s *service) deleteStateMachineVersion(ctx context.Context, in *deleteStateMachineVersionInput) (*empty, error) {
	if f := checkARN(*in.StateMachineVersionARN, "stateMachine"); f != nil {
		return nil, f
	}
	return &empty{}, serviceError(s.engine.DeleteStateMachineVersion(ctx, *in.StateMachineVersionARN))
}

type versionListItem struct {
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
	CreationDate           timestamp `json:"creationDate"`
}

type listStateMachineVersionsOutput struct {
	StateMachineVersions []versionListItem `json:"stateMachineVersions"`
	NextToken            *string           `json:"nextToken,omitempty"`
}

// listStateMachineVersions returns the newest first; a token names the version
// that the page begins at.
func (s *service) listStateMachineVersions(_ context.Context, in *stateMachinePageInput) (*listStateMachineVersionsOutput, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	from, f := pageStart(in.NextToken, *in.StateMachineARN)
	if f != nil {
		return nil, f
	}
	versions, err := s.engine.StateMachineVersions(*in.StateMachineARN)
	if err != nil {
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	out := &listStateMachineVersionsOutput{StateMachineVersions: []versionListItem{}}
	for _, v := range versions {
		if later(v, from) {
			continue
		}
		if len(out.StateMachineVersions) == pageSize(in.MaxResults) {
			out.NextToken = nextToken(*in.StateMachineARN, strconv.Itoa(v.Number))
			break
		}
		out.StateMachineVersions = append(out.StateMachineVersions, versionListItem{v.ARN, stamp(v.Created)})
	}
	return out, nil
}

// later reports whether a version was on an earlier page.
func later(v engine.Version, from string) bool {
	n, err := strconv.Atoi(from)
	return err == nil && v.Number > n
}

type createStateMachineAliasOutput struct {
	StateMachineAliasARN string    `json:"stateMachineAliasArn"`
	CreationDate         timestamp `json:"creationDate"`
}

func (s *service) createStateMachineAlias(ctx context.Context, in *createStateMachineAliasInput) (*createStateMachineAliasOutput, error) {
	routes, f := routesOf(in.RoutingConfiguration)
	if f != nil {
		return nil, f
	}
	a, err := s.engine.CreateStateMachineAlias(ctx, *in.Name, optional(in.Description), routes)
	if err != nil {
		return nil, resourceError(err, noResource(routes[0].VersionARN))
	}
	return &createStateMachineAliasOutput{a.ARN, stamp(a.Created)}, nil
}

// routesOf reads a routing configuration; nil stays nil.
func routesOf(in []route) ([]engine.Route, *Error) {
	var routes []engine.Route
	for _, r := range in {
		if f := checkARN(*r.StateMachineVersionARN, "stateMachine"); f != nil {
			return nil, f
		}
		routes = append(routes, engine.Route{VersionARN: *r.StateMachineVersionARN, Weight: int(*r.Weight)})
	}
	return routes, nil
}

type updateStateMachineAliasOutput struct {
	UpdateDate timestamp `json:"updateDate"`
}

func (s *service) updateStateMachineAlias(ctx context.Context, in *updateStateMachineAliasInput) (*updateStateMachineAliasOutput, error) {
	if f := checkARN(*in.StateMachineAliasARN, "stateMachine"); f != nil {
		return nil, f
	}
	if in.Description == nil && in.RoutingConfiguration == nil {
		return nil, invalidReason("MISSING_REQUIRED_PARAMETER", "Must specify at least one of the following: description, routingConfiguration")
	}
	routes, f := routesOf(in.RoutingConfiguration)
	if f != nil {
		return nil, f
	}
	a, err := s.engine.UpdateStateMachineAlias(ctx, *in.StateMachineAliasARN, in.Description, routes)
	if err != nil {
		return nil, resourceError(err, noResource(*in.StateMachineAliasARN))
	}
	return &updateStateMachineAliasOutput{stamp(a.Updated)}, nil
}

func (s *service) deleteStateMachineAlias(ctx context.Context, in *aliasInput) (*empty, error) {
	if f := checkARN(*in.StateMachineAliasARN, "stateMachine"); f != nil {
		return nil, f
	}
	err := s.engine.DeleteStateMachineAlias(ctx, *in.StateMachineAliasARN)
	return &empty{}, resourceError(err, noResource(*in.StateMachineAliasARN))
}

type routeOutput struct {
	StateMachineVersionARN string `json:"stateMachineVersionArn"`
	Weight                 int    `json:"weight"`
}

type describeStateMachineAliasOutput struct {
	StateMachineAliasARN string        `json:"stateMachineAliasArn"`
	Name                 string        `json:"name"`
	Description          *string       `json:"description,omitempty"`
	RoutingConfiguration []routeOutput `json:"routingConfiguration"`
	CreationDate         timestamp     `json:"creationDate"`
	UpdateDate           timestamp     `json:"updateDate"`
}

func (s *service) describeStateMachineAlias(_ context.Context, in *aliasInput) (*describeStateMachineAliasOutput, error) {
	if f := checkARN(*in.StateMachineAliasARN, "stateMachine"); f != nil {
		return nil, f
	}
	a, err := s.engine.DescribeStateMachineAlias(*in.StateMachineAliasARN)
	if err != nil {
		return nil, resourceError(err, noResource(*in.StateMachineAliasARN))
	}
	out := &describeStateMachineAliasOutput{
		StateMachineAliasARN: a.ARN, Name: a.Name, Description: present(a.Description),
		CreationDate: stamp(a.Created), UpdateDate: stamp(a.Updated),
	}
	for _, r := range a.Routes {
		out.RoutingConfiguration = append(out.RoutingConfiguration, routeOutput{r.VersionARN, r.Weight})
	}
	return out, nil
}

type aliasListItem struct {
	StateMachineAliasARN string    `json:"stateMachineAliasArn"`
	CreationDate         timestamp `json:"creationDate"`
}

type listStateMachineAliasesOutput struct {
	StateMachineAliases []aliasListItem `json:"stateMachineAliases"`
	NextToken           *string         `json:"nextToken,omitempty"`
}

// listStateMachineAliases returns the aliases in the order of their creation; a
// token says how many come before the page.
func (s *service) listStateMachineAliases(_ context.Context, in *stateMachinePageInput) (*listStateMachineAliasesOutput, error) {
	if f := checkARN(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	from, f := pageStart(in.NextToken, *in.StateMachineARN)
	if f != nil {
		return nil, f
	}
	aliases, err := s.engine.StateMachineAliases(*in.StateMachineARN)
	if err != nil {
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	start, _ := strconv.Atoi(from) // empty for the first page, which 0 is
	start = min(start, len(aliases))
	end := min(start+pageSize(in.MaxResults), len(aliases))
	out := &listStateMachineAliasesOutput{StateMachineAliases: make([]aliasListItem, 0, end-start)}
	for _, a := range aliases[start:end] {
		out.StateMachineAliases = append(out.StateMachineAliases, aliasListItem{a.ARN, stamp(a.Created)})
	}
	if end < len(aliases) {
		out.NextToken = nextToken(*in.StateMachineARN, strconv.Itoa(end))
	}
	return out, nil
}
