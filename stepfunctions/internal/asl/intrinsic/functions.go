package intrinsic

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// function is one of the language.
type function struct {
	name     string
	min, max int // number of arguments
	// template reports whether the first argument is a template of States.Format.
	template bool
	compute  func(input) (any, error)
}

func lookup(name string) (function, bool) {
	for _, f := range functions() {
		if f.name == name {
			return f, true
		}
	}
	return function{}, false
}

// functions returns the functions of states-language.net, Appendix B.
func functions() []function {
	return []function{
		{name: "States.Format", min: 1, max: math.MaxInt, template: true, compute: format},
		{name: "States.StringToJson", min: 1, max: 1, compute: stringToJSON},
		{name: "States.JsonToString", min: 1, max: 1, compute: jsonToString},
		{name: "States.JsonMerge", min: 3, max: 3, compute: jsonMerge},
		{name: "States.Array", max: math.MaxInt, compute: array},
		{name: "States.ArrayPartition", min: 2, max: 2, compute: arrayPartition},
		{name: "States.ArrayContains", min: 2, max: 2, compute: arrayContains},
		{name: "States.ArrayRange", min: 3, max: 3, compute: arrayRange},
		{name: "States.ArrayGetItem", min: 2, max: 2, compute: arrayGetItem},
		{name: "States.ArrayLength", min: 1, max: 1, compute: arrayLength},
		{name: "States.ArrayUnique", min: 1, max: 1, compute: arrayUnique},
		{name: "States.Base64Encode", min: 1, max: 1, compute: base64Encode},
		{name: "States.Base64Decode", min: 1, max: 1, compute: base64Decode},
		{name: "States.Hash", min: 2, max: 2, compute: hash},
		{name: "States.MathRandom", min: 2, max: 3, compute: mathRandom},
		{name: "States.MathAdd", min: 2, max: 2, compute: mathAdd},
		{name: "States.StringSplit", min: 2, max: 2, compute: stringSplit},
		{name: "States.UUID", compute: uuid},
	}
}

// maxRange is how many elements States.ArrayRange may give.
const maxRange = 1000

func array(in input) (any, error) { return in.values, nil }

func arrayPartition(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	size, err := in.whole(1)
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, in.fail("the chunk size is not positive")
	}
	chunks := []any{}
	for chunk := range slices.Chunk(array, int(size)) {
		chunks = append(chunks, chunk)
	}
	return chunks, nil
}

// arrayContains compares texts, as AWS does: true is found in ["true"], and an
// object only where its members come in the same order.
func arrayContains(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	if err := in.writable(in.values, 0); err != nil {
		return nil, err
	}
	wanted := value.Java(in.values[1])
	return slices.ContainsFunc(array, func(element any) bool { return value.Java(element) == wanted }), nil
}

func arrayRange(in input) (any, error) {
	var bounds [3]int64
	for i := range bounds {
		var err error
		if bounds[i], err = in.whole(i); err != nil {
			return nil, err
		}
	}
	first, last, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return nil, in.fail("the step is zero")
	}
	if (last-first)/step >= maxRange {
		return nil, in.fail("the range has more than %d elements", maxRange)
	}
	elements := []any{}
	for n := first; (step > 0 && n <= last) || (step < 0 && n >= last); n += step {
		elements = append(elements, value.FromInt(n))
	}
	return elements, nil
}

// arrayGetItem returns null for any index into an empty array, as AWS does.
func arrayGetItem(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	i, err := in.whole(1)
	switch {
	case err != nil:
		return nil, err
	case len(array) == 0:
		return nil, nil
	case i < 0 || i >= int64(len(array)):
		return nil, in.fail("the index %d is out of bounds for an array of length %d", i, len(array))
	}
	return array[i], nil
}

func arrayLength(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	return value.FromInt(int64(len(array))), nil
}

// arrayUnique keeps the first of equal elements, in the order in which Java's
// HashSet lists them: AWS makes [false,true] of [true,false].
func arrayUnique(in input) (any, error) {
	array, err := in.array(0)
	if err != nil {
		return nil, err
	}
	// Comparing all with all takes minutes for what fits into 256 KiB.
	unique, seed, met := []any{}, maphash.MakeSeed(), map[uint64][]any{}
	for _, element := range array {
		hash := value.Hash(seed, element)
		if !contains(met[hash], element) {
			met[hash] = append(met[hash], element)
			unique = append(unique, element)
		}
	}
	slices.SortStableFunc(unique, func(a, b any) int {
		return cmp.Compare(bucket(a, unique), bucket(b, unique))
	})
	return unique, nil
}

func bucket(element any, unique []any) int {
	return value.JavaBucket(value.JavaHash(element), len(unique))
}

func contains(array []any, v any) bool {
	return slices.ContainsFunc(array, func(element any) bool { return value.Equal(element, v) })
}

// string reads a literal in single quotes. A backslash may stand before
// ' { } and itself, and nowhere else (states-language.net, "Intrinsic
// Functions"); AWS rejects a definition that has it elsewhere.
func (p *parser) string() (argument, error) {
	var plain, template strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\'':
			p.at = i + 1
			return argument{value: plain.String(), template: template.String()}, nil
		case c != '\\':
			plain.WriteByte(c)
			template.WriteByte(c)
		case i+1 < len(p.text) && strings.IndexByte(`'{}\`, p.text[i+1]) >= 0:
			i++
			plain.WriteByte(p.text[i])
			if p.text[i] != '\'' {
				template.WriteByte('\\')
			}
			template.WriteByte(p.text[i])
		default:
			p.at = i
			return argument{}, p.fail(`a backslash may only stand before ', {, } or \`)
		}
	}
	return argument{}, p.fail("a string is not closed")
}

// stringSplit splits at each of the second argument's characters and drops
// empty parts, as AWS does.
func stringSplit(in input) (any, error) {
	text, err := in.string(0)
	if err != nil {
		return nil, err
	}
	splitters, err := in.string(1)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(splitters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}

// format puts the arguments after the first into its placeholders {}.
func format(in input) (any, error) {
	template, err := in.string(0)
	if err != nil {
		return nil, err
	}
	if in.template != "" {
		template = in.template
	}
	var b strings.Builder
	next, err := in.fill(&b, template)
	if err != nil {
		return nil, err
	}
	if next != len(in.values) {
		return nil, in.fail("number of arguments do not match the occurrences of {}")
	}
	return b.String(), nil
}

// badTemplate returns the failure of a template, whatever the arguments are.
func (in input) badTemplate(reason string) error {
	return &ArgumentsError{Function: in.name, Reason: reason, Template: true}
}

// fill writes the template and gives the number of the first argument, counted
// from 0, that found no placeholder.
func (in input) fill(b *strings.Builder, template string) (int, error) {
	next := 1
	for i := 0; i < len(template); i++ {
		switch rest := template[i:]; {
		case len(rest) > 1 && rest[0] == '\\' && strings.IndexByte(`{}\`, rest[1]) >= 0:
			i++
			b.WriteByte(rest[1])
		case strings.HasPrefix(rest, "{}"):
			i++
			if next < len(in.values) {
				if err := in.writable(in.values[next], b.Len()); err != nil {
					return 0, err
				}
				b.WriteString(value.Java(in.values[next]))
			}
			next++
		case rest[0] == '{':
			return 0, in.badTemplate("matching '}' not found for '{'")
		case rest[0] == '}':
			return 0, in.badTemplate("matching '{' not found for '}'")
		default:
			b.WriteByte(rest[0])
		}
	}
	return next, nil
}

func mathAdd(in input) (any, error) {
	a, err := in.rounded(0)
	if err != nil {
		return nil, err
	}
	b, err := in.rounded(1)
	if err != nil {
		return nil, err
	}
	sum := a + b
	if sum < math.MinInt32 || sum > math.MaxInt32 {
		return nil, in.fail("the sum is out of the range of 32 bits")
	}
	return value.FromInt(sum), nil
}

// mathRandom returns a whole number from the first bound on and below the
// second. A seed makes it the same each time; which number a seed gives is not
// specified.
func mathRandom(in input) (any, error) {
	first, err := in.whole(0)
	if err != nil {
		return nil, err
	}
	end, err := in.whole(1)
	if err != nil {
		return nil, err
	}
	if first >= end {
		return nil, in.fail("the start is not below the end")
	}
	bits := in.env.Random
	if len(in.values) > 2 {
		seed, err := in.whole(2)
		if err != nil {
			return nil, err
		}
		bits = func() uint64 { return scramble(uint64(seed)) }
	}
	return value.FromInt(first + int64(bits()%uint64(end-first))), nil
}

// scramble returns the SplitMix64 generator's output for a seed (Steele, Lea and
// Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
func scramble(seed uint64) uint64 {
	z := seed + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uuid returns a random UUID (RFC 9562, version 4).
func uuid(in input) (any, error) {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], in.env.Random())
	binary.BigEndian.PutUint64(b[8:], in.env.Random())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
