package server

import (
	"context"
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// publish makes a version of a machine's current definition, unless there is
// one, and the alias that leads to it alone. moved tells that it led elsewhere.
func publish(ctx context.Context, e *engine.Engine, machineARN, alias string) (arn string, moved bool, err error) {
	version, err := e.PublishStateMachineVersion(ctx, machineARN, "", "")
	if err != nil {
		return "", false, err
	}
	arn, routes := machineARN+":"+alias, []engine.Route{{VersionARN: version.ARN, Weight: 100}}
	now, err := e.DescribeStateMachineAlias(arn)
	switch {
	case errors.Is(err, &engine.Error{Code: engine.ResourceNotFound}):
		_, err = e.CreateStateMachineAlias(ctx, alias, "", routes)
		return arn, true, err
	case err != nil:
		return arn, false, err
	case len(now.Routes) == 1 && now.Routes[0].VersionARN == version.ARN:
		return arn, false, nil
	}
	_, err = e.UpdateStateMachineAlias(ctx, arn, nil, routes)
	return arn, true, err
}
