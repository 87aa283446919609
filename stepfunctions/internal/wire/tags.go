package wire

import (
	"context"
	"maps"
	"slices"
)

func tagMap(tags []tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[optional(t.Key)] = optional(t.Value)
	}
	return m
}

func (s *service) tagResource(ctx context.Context, in *tagResourceInput) (*empty, error) {
	if f := checkArn(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	err := s.engine.Tag(ctx, *in.ResourceARN, tagMap(in.Tags))
	return &empty{}, refusedAbout(err, noResource(*in.ResourceARN))
}

func (s *service) untagResource(ctx context.Context, in *untagResourceInput) (*empty, error) {
	if f := checkArn(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	err := s.engine.Untag(ctx, *in.ResourceARN, in.TagKeys)
	return &empty{}, refusedAbout(err, noResource(*in.ResourceARN))
}

type listTagsForResourceOutput struct {
	Tags []tag `json:"tags"`
}

func (s *service) listTagsForResource(_ context.Context, in *resourceInput) (*listTagsForResourceOutput, error) {
	if f := checkArn(*in.ResourceARN, "stateMachine", "activity"); f != nil {
		return nil, f
	}
	tags, err := s.engine.Tags(*in.ResourceARN)
	if err != nil {
		return nil, refusedAbout(err, noResource(*in.ResourceARN))
	}
	out := &listTagsForResourceOutput{Tags: []tag{}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		text := tags[key]
		out.Tags = append(out.Tags, tag{&key, &text})
	}
	return out, nil
}
