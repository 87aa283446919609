package samtemplate

import "fmt"

// Statement is an IAM statement, its actions and resources as lists.
type Statement struct {
	Sid, Effect string
	Actions     []string
	// Resources are as they stand in the template, such as "!Ref Topic"; one that
	// depends on a condition is what holds by default.
	Resources []string
}

// statementsOf returns the statements of a role's policies, those that depend on
// a condition included.
func statementsOf(role map[string]any) (all []Statement) {
	for _, p := range list(role["Policies"]) {
		for _, s := range list(mapping(mapping(chosen(p))["PolicyDocument"])["Statement"]) {
			statement := mapping(s)
			all = append(all, Statement{
				Sid: fmt.Sprint(statement["Sid"]), Effect: fmt.Sprint(statement["Effect"]),
				Actions: written(statement["Action"]), Resources: written(statement["Resource"]),
			})
		}
	}
	return all
}

// chosen is the first of the two values of an Fn::If.
func chosen(v any) any {
	if branches, ok := mapping(v)["Fn::If"].([]any); ok && len(branches) == 3 {
		return branches[1]
	}
	return v
}

// written are the items of a list, an intrinsic function in its short form.
func written(v any) (all []string) {
	for _, item := range list(chosen(v)) {
		if m := mapping(item); len(m) == 1 {
			for name, argument := range m {
				item = short(name, argument)
			}
		}
		all = append(all, fmt.Sprint(item))
	}
	return all
}

func short(name string, argument any) string {
	if parts, ok := argument.([]any); ok && name == "Fn::GetAtt" {
		return fmt.Sprintf("!GetAtt %v.%v", parts[0], parts[1])
	}
	if name == "Ref" {
		return fmt.Sprint("!Ref ", argument)
	}
	return fmt.Sprint("!", name[len("Fn::"):], " ", argument)
}
