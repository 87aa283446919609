package engine

import (
	"context"
	"maps"
)

const maxTags = 50

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return refuse(TooManyTags, "Too many tags: %d, at most %d are allowed", len(tags), maxTags)
	}
	return nil
}

// Tags gives the tags of a state machine; ResourceNotFound.
func (e *Engine) Tags(arn string) (map[string]string, error) {
	m, err := e.tagged(arn)
	if err != nil {
		return nil, err
	}
	e.registry.mu.Lock()
	defer e.registry.mu.Unlock()
	return maps.Clone(m.machineDocument.Tags), nil
}

// Tag sets tags of a state machine, Untag removes them; ResourceNotFound, TooManyTags.
func (e *Engine) Tag(ctx context.Context, arn string, tags map[string]string) error {
	return e.retag(ctx, arn, func(all map[string]string) { maps.Copy(all, tags) })
}

// Untag removes tags of a state machine; one that is not there is no error.
func (e *Engine) Untag(ctx context.Context, arn string, keys []string) error {
	return e.retag(ctx, arn, func(all map[string]string) {
		for _, key := range keys {
			delete(all, key)
		}
	})
}

func (e *Engine) retag(ctx context.Context, arn string, change func(map[string]string)) error {
	e.registry.change.Lock()
	defer e.registry.change.Unlock()
	m, err := e.tagged(arn)
	if err != nil {
		return err
	}
	doc := m.machineDocument
	doc.Tags = maps.Clone(doc.Tags)
	if doc.Tags == nil {
		doc.Tags = map[string]string{}
	}
	change(doc.Tags)
	if err := checkTags(doc.Tags); err != nil {
		return err
	}
	return e.registry.save(ctx, m, doc, nil)
}

func (e *Engine) tagged(arn string) (*machine, error) {
	own, qualifier, err := e.arns.parseMachine(arn)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(own)
	if err != nil || qualifier != "" {
		return nil, refuse(ResourceNotFound, "Resource not found: '%s'", arn)
	}
	return m, nil
}
