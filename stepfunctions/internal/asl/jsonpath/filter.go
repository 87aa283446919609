package jsonpath

// condition is the inside of a filter.
type condition interface {
	// holds tells whether current (@) fits in the evaluation that meets it.
	holds(current any, e *evaluation) bool
}

type allOf []condition

func (c allOf) holds(current any, e *evaluation) bool {
	for _, each := range c {
		if !each.holds(current, e) {
			return false
		}
	}
	return true
}

type anyOf []condition

func (c anyOf) holds(current any, e *evaluation) bool {
	for _, each := range c {
		if each.holds(current, e) {
			return true
		}
	}
	return false
}

type not struct{ condition }

func (c not) holds(current any, e *evaluation) bool { return !c.condition.holds(current, e) }

// exists is a path alone: something, even null, is there.
type exists struct{ operand operand }

func (c exists) holds(current any, e *evaluation) bool {
	_, err := c.operand.path.evaluate(e.root, c.operand.start(current, e.root), true, e.steps)
	return err == nil
}

// comparison is left operator right.
type comparison struct {
	left, right operand
	compare     func(left, right operandValue) bool
}

func (c comparison) holds(current any, e *evaluation) bool {
	return c.compare(c.left.get(current, e), c.right.get(current, e))
}

// operand is a path, a literal or a regular expression.
type operand struct {
	path     *Path
	absolute bool // the path starts at $, not at @
	value    any
	pattern  *pattern
}

// operandValue is what an operand stands for; defined is false for a path that
// leads nowhere.
type operandValue struct {
	value   any
	defined bool
	pattern *pattern
}

func (o operand) start(current, root any) any {
	if o.absolute {
		return root
	}
	return current
}

func (o operand) get(current any, e *evaluation) operandValue {
	if o.path == nil {
		return operandValue{value: o.value, defined: true, pattern: o.pattern}
	}
	v, err := o.path.evaluate(e.root, o.start(current, e.root), false, e.steps)
	return operandValue{value: v, defined: err == nil}
}
