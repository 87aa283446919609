package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func newRevision(r Revision, parsed *asl.Machine, now time.Time) *revision {
	r.RevisionID, r.Initial, r.Updated = newUUID(), false, now
	return &revision{Revision: r, parsed: parsed}
}

// publish adds a version of the revision, or gives the newest one if it
// already is of this revision.
func (d *machineDocument) publish(revisionID, description string, now time.Time) *Version {
	if n := len(d.Versions); n > 0 && d.Versions[n-1].RevisionID == revisionID {
		return &d.Versions[n-1]
	}
	d.LastVersion++
	v := Version{ARN: fmt.Sprintf("%s:%d", d.ARN, d.LastVersion), Number: d.LastVersion, RevisionID: revisionID, Description: description, Created: now}
	// A new slice: readers hold the old one.
	d.Versions = append(slices.Clone(d.Versions), v)
	return &v
}

// PublishStateMachineVersion makes a version of the current revision; where
// there is one already, that is the answer. revisionID, if not empty, has to
// be the current one, ConflictException otherwise.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html
func (e *Engine) PublishStateMachineVersion(ctx context.Context, arn, revisionID, description string) (Version, error) {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.active(arn)
	if err != nil {
		return Version{}, err
	}
	if revisionID != "" && revisionID != m.current.RevisionID && !(revisionID == "INITIAL" && m.current.Initial) {
		return Version{}, refuse(ConflictException, "Failed to publish the State Machine version for revision %s. The current State Machine revision is %s.", revisionID, m.current.RevisionID)
	}
	doc := m.machineDocument
	v := *doc.publish(m.current.RevisionID, description, e.now())
	return v, e.registry.save(ctx, m, doc, nil)
}

// DeleteStateMachineVersion removes a version; executions started through it
// go on. Deleting what is not there is no error. Refusals: InvalidArn,
// ConflictException for one that an alias leads to.
func (e *Engine) DeleteStateMachineVersion(ctx context.Context, versionARN string) error {
	own, qualifier, err := e.arns.parseMachine(versionARN)
	if err != nil {
		return err
	}
	if qualifier == "" {
		return invalidARN(versionARN)
	}
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.registry.find(own)
	if err != nil {
		return nil
	}
	if names := m.aliasesOf(versionARN); len(names) > 0 {
		return refuse(ConflictException, "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [%s]", strings.Join(names, ", "))
	}
	doc := m.machineDocument
	doc.Versions = slices.DeleteFunc(slices.Clone(doc.Versions), func(v Version) bool { return v.ARN == versionARN })
	return e.registry.save(ctx, m, doc, nil)
}

// StateMachineVersions lists the versions of a machine, the newest first.
func (e *Engine) StateMachineVersions(arn string) ([]Version, error) {
	own, _, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil {
		return nil, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	versions := slices.Clone(m.Versions)
	slices.Reverse(versions)
	return versions, nil
}

// version gives a copy of the version of that ARN, nil where there is none.
func (d *machineDocument) version(arn string) *Version {
	i := slices.IndexFunc(d.Versions, func(v Version) bool { return v.ARN == arn })
	if i < 0 {
		return nil
	}
	v := d.Versions[i]
	return &v
}
