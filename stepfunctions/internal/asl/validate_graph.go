package asl

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// target is a transition: to which state, and where it is written.
type target struct{ name, at string }

// graph checks that the transitions of one machine lead to states of that
// machine, that every state can be reached, and that the whole definition can
// come to an end.
func (c *checker) graph(at string, o *value.Object) {
	start, _ := get(o, "StartAt").(string)
	states, _ := get(o, "States").(*value.Object)
	if states.Len() == 0 {
		return
	}
	next := transitions(at, states)
	begin := target{start, member(at, "StartAt")}
	c.dangling(states, begin)
	for _, m := range states.Members() {
		c.dangling(states, next[m.Name]...)
	}
	if at == "/" && !ends(states) {
		c.add(MissingEndCode, "", "Workflow has no terminal state")
		return
	}
	seen := reach(begin.name, next)
	for _, m := range states.Members() {
		if !seen[m.Name] {
			c.add(MissingTargetCode, member(member(at, "States"), m.Name), `State "`+m.Name+`" is not reachable.`)
		}
	}
}

// dangling reports the targets that are no states. AWS calls each of them
// 'Next', whatever the field.
func (c *checker) dangling(states *value.Object, targets ...target) {
	for _, t := range targets {
		if !has(states, t.name) {
			c.add(MissingTargetCode, t.at, "Missing 'Next' target: "+t.name)
		}
	}
}

// transitions gives the targets of each state.
func transitions(at string, states *value.Object) map[string][]target {
	next := map[string][]target{}
	for _, m := range states.Members() {
		if o, ok := m.Value.(*value.Object); ok {
			next[m.Name] = targets(member(member(at, "States"), m.Name), o)
		}
	}
	return next
}

func targets(at string, o *value.Object) []target {
	var all []target
	for _, name := range []string{"Next", "Default"} {
		if to, ok := get(o, name).(string); ok {
			all = append(all, target{to, member(at, name)})
		}
	}
	for _, name := range []string{"Choices", "Catch"} {
		entries, _ := get(o, name).([]any)
		for i, entry := range entries {
			e, _ := entry.(*value.Object)
			if to, ok := get(e, "Next").(string); ok {
				all = append(all, target{to, member(element(member(at, name), i), "Next")})
			}
		}
	}
	return all
}

// ends tells whether any state is terminal. A state without a type or a
// transition is reported elsewhere, and counts as terminal here.
func ends(states *value.Object) bool {
	for _, m := range states.Members() {
		o, _ := m.Value.(*value.Object)
		kind := get(o, "Type")
		if get(o, "End") == true || kind == string(Succeed) || kind == string(Fail) || len(targets("", o)) == 0 {
			return true
		}
	}
	return false
}

// reach gives the states that can be reached from start.
func reach(start string, next map[string][]target) map[string]bool {
	seen := map[string]bool{start: true}
	for todo := []string{start}; len(todo) > 0; todo = todo[1:] {
		for _, t := range next[todo[0]] {
			if !seen[t.name] {
				seen[t.name] = true
				todo = append(todo, t.name)
			}
		}
	}
	return seen
}
