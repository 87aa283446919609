package asl

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// check looks at the value of a field at a location.
type check func(c *checker, at string, v any)

// field is a field that an object may have.
type field struct {
	name  string
	check check
}

// object checks that v is an object of these fields and gives it.
func (c *checker) object(at string, v any, fields []field) *value.Object {
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return nil
	}
	for _, m := range o.Members() {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == m.Name })
		if i < 0 {
			c.schema(at, "Field '%s' is not supported", m.Name)
			continue
		}
		fields[i].check(c, member(at, m.Name), m.Value)
	}
	return o
}

// required reports which of the names o lacks.
func (c *checker) required(at string, o *value.Object, names ...string) bool {
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return has(o, name) })
	if len(missing) > 0 {
		c.schema(at, "These fields are required: %s", listed(missing))
	}
	return len(missing) == 0
}

// exactlyOne reports an object with none or several of the names.
func (c *checker) exactlyOne(at string, o *value.Object, names ...string) {
	if !slices.ContainsFunc(names, func(name string) bool { return has(o, name) }) {
		c.schema(at, "This object should have only one of the following fields: %s", listed(names))
		return
	}
	c.atMostOne(at, o, names...)
}

// atMostOne reports an object with several of the names.
func (c *checker) atMostOne(at string, o *value.Object, names ...string) {
	present := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !has(o, name) })
	if len(present) > 1 {
		c.schema(at, "There should only be one of the following fields: %s", listed(names))
	}
}

// listed writes names in the order of a set of Java's, which AWS's answers show:
// [States, StartAt], [SecondsPath, Seconds, TimestampPath, Timestamp].
func listed(names []string) string {
	ordered := slices.Clone(names)
	slices.SortStableFunc(ordered, func(a, b string) int {
		return value.JavaBucket(value.JavaHash(a), len(names)) - value.JavaBucket(value.JavaHash(b), len(names))
	})
	return "[" + strings.Join(ordered, ", ") + "]"
}

func has(o *value.Object, name string) bool {
	_, ok := o.Get(name)
	return ok
}
