// Package value holds JSON values as the states language sees them: objects
// keep the order their members were written in, as the service's own outputs
// do, and numbers keep their text, so that 1.0 stays apart from 1.
//
// A value is nil, bool, json.Number, string, []any or *Object. Values are
// never changed once built; every change copies what it changes.
package value

import (
	"hash/maphash"
	"slices"
)

// indexFrom is the size from which an object carries an index: below it a
// linear search is as fast and the index would be most of the memory.
const indexFrom = 12

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value any
}

// Object is a JSON object that keeps its members' order. The zero Object is
// empty and ready for use.
type Object struct {
	members []Member
	index   map[string]int
}

// NewObject returns an object of these members; of two with one name the later
// value counts, at the earlier one's place.
func NewObject(members ...Member) *Object {
	o := &Object{members: make([]Member, 0, len(members))}
	for _, m := range members {
		o.put(m.Name, m.Value)
	}
	return o
}

// Len returns the number of members; a nil object has none.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.members)
}

// Members returns the members in order; the caller must not change them.
func (o *Object) Members() []Member {
	if o == nil {
		return nil
	}
	return o.members
}

// Get returns the value of a member and whether there is one of that name.
func (o *Object) Get(name string) (any, bool) {
	if i := o.find(name); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// With returns a copy in which the named member has this value.
func (o *Object) With(name string, v any) *Object {
	c := &Object{members: make([]Member, o.Len(), o.Len()+1)}
	copy(c.members, o.Members())
	if i := o.find(name); i >= 0 {
		c.members[i].Value = v
		return c
	}
	c.members = append(c.members, Member{Name: name, Value: v})
	return c
}

func (o *Object) find(name string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Name == name {
			return i
		}
	}
	return -1
}

// put adds or replaces a member while the object is being built.
func (o *Object) put(name string, v any) {
	if i := o.find(name); i >= 0 {
		o.members[i].Value = v
		return
	}
	o.members = append(o.members, Member{Name: name, Value: v})
	switch {
	case o.index != nil:
		o.index[name] = len(o.members) - 1
	case len(o.members) == indexFrom:
		o.index = make(map[string]int, 2*indexFrom)
		for i := range o.members {
			o.index[o.members[i].Name] = i
		}
	}
}

// MarshalJSON writes the members in order.
func (o *Object) MarshalJSON() ([]byte, error) { return Append(nil, o), nil }

// Equal reports whether two values are the same JSON: numbers are compared by
// value, objects without regard to order.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case *Object:
		y, ok := b.(*Object)
		return ok && equalObjects(x, y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case nil, bool, string:
		return equalScalars(a, b)
	}
	order, ok := CompareNumbers(a, b)
	return ok && order == 0
}

func equalObjects(x, y *Object) bool {
	if x.Len() != y.Len() {
		return false
	}
	for _, m := range x.Members() {
		v, ok := y.Get(m.Name)
		if !ok || !Equal(m.Value, v) {
			return false
		}
	}
	return true
}

// equalScalars compares a, which is nil, a bool or a string, with anything.
func equalScalars(a, b any) bool {
	switch b.(type) {
	case nil, bool, string:
		return a == b
	}
	return false
}

// Hash is the same for values that are Equal, so that equal ones can be found
// without comparing all with all.
func Hash(seed maphash.Seed, v any) uint64 {
	switch v := v.(type) {
	case *Object:
		sum := uint64(1) // of the members without regard to their order
		for _, m := range v.Members() {
			sum += maphash.Comparable(seed, [2]uint64{maphash.String(seed, m.Name), Hash(seed, m.Value)})
		}
		return sum
	case []any:
		sum := uint64(len(v))
		for _, item := range v {
			sum = maphash.Comparable(seed, [2]uint64{sum, Hash(seed, item)})
		}
		return sum
	}
	if f, ok := Number(v); ok {
		return maphash.Comparable(seed, f)
	}
	return maphash.Comparable(seed, v)
}
