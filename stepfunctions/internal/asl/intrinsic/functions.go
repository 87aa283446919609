package intrinsic

import "math"

// function is one of the language.
type function struct {
	name     string
	min, max int // number of arguments
	// template tells that the first argument is a template of States.Format.
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

// functions are those of states-language.net, Appendix B.
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
