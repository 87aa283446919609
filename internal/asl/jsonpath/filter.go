package jsonpath

// condition is the inside of a filter.
type condition interface {
	// holds tells whether current (@) fits; root is what $ means.
	holds(current, root any) bool
}

type allOf []condition

func (c allOf) holds(current, root any) bool {
	for _, each := range c {
		if !each.holds(current, root) {
			return false
		}
	}
	return true
}

type anyOf []condition

func (c anyOf) holds(current, root any) bool {
	for _, each := range c {
		if each.holds(current, root) {
			return true
		}
	}
	return false
}

type not struct{ condition }

func (c not) holds(current, root any) bool { return !c.condition.holds(current, root) }

// exists is a path alone: something, even null, is there.
type exists struct{ operand operand }

func (c exists) holds(current, root any) bool {
	_, err := c.operand.path.evaluate(root, c.operand.start(current, root), true)
	return err == nil
}

// comparison is left operator right.
type comparison struct {
	left, right operand
	compare     func(left, right operandValue) bool
}

func (c comparison) holds(current, root any) bool {
	return c.compare(c.left.get(current, root), c.right.get(current, root))
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

func (o operand) get(current, root any) operandValue {
	if o.path == nil {
		return operandValue{value: o.value, defined: true, pattern: o.pattern}
	}
	v, err := o.path.evaluate(root, o.start(current, root), false)
	return operandValue{value: v, defined: err == nil}
}
