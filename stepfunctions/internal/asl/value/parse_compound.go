package value

import (
	"strconv"
	"strings"
)

func (r *reader) array(depth int) ([]any, error) {
	r.at++
	items := []any{}
	if r.peek() == ']' {
		r.at++
		return items, nil
	}
	for {
		r.enter(strconv.Itoa(len(items)))
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		r.leave()
		items = append(items, v)
		if done, err := r.next(']'); done || err != nil {
			return items, err
		}
	}
}

func (r *reader) object(depth int) (*Object, error) {
	r.at++
	o := &Object{}
	if r.peek() == '}' {
		r.at++
		return o, nil
	}
	for {
		if err := r.member(o, depth); err != nil {
			return nil, err
		}
		if done, err := r.next('}'); done || err != nil {
			return o, err
		}
	}
}

func (r *reader) member(o *Object, depth int) error {
	if r.peek() != '"' {
		return r.fail("a member's name was expected")
	}
	name, err := r.string()
	if err != nil {
		return err
	}
	if r.peek() != ':' {
		return r.fail("a colon was expected")
	}
	r.at++
	r.enter(name)
	if r.duplicate != nil && o.find(name) >= 0 {
		r.duplicate("/" + strings.Join(r.path, "/"))
	}
	v, err := r.value(depth + 1)
	if err != nil {
		return err
	}
	r.leave()
	o.put(name, v)
	return nil
}

// next reads what follows an item: a comma, or the end of the compound.
func (r *reader) next(end byte) (done bool, err error) {
	switch r.peek() {
	case ',':
		r.at++
		return false, nil
	case end:
		r.at++
		return true, nil
	}
	return false, r.fail("a comma or the end of the array or object was expected")
}

func (r *reader) enter(step string) {
	if r.duplicate != nil {
		r.path = append(r.path, PointerStep(step))
	}
}

func (r *reader) leave() {
	if r.duplicate != nil {
		r.path = r.path[:len(r.path)-1]
	}
}

// PointerStep escapes a member's name for a JSON pointer (RFC 6901).
func PointerStep(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
