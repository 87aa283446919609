package sfnapi

import "strings"

// arn is a parsed Amazon Resource Name of the states service:
// arn:PARTITION:states:REGION:ACCOUNT:TYPE:ID.
type arn struct {
	Partition, Region, Account string
	// Type is stateMachine, execution, express, activity or mapRun.
	Type string
	// ID is what follows the type, colons included.
	ID string
}

// parseArn answers the service's InvalidArn for text that is no ARN, and for
// one whose type is not among those that the operation works on.
func parseArn(text string, types ...string) (arn, *Fault) {
	if !strings.HasPrefix(text, "arn:") {
		return arn{}, invalidArn("Invalid ARN prefix", text)
	}
	part := strings.SplitN(text, ":", 7)
	if len(part) < 7 || part[6] == "" || part[2] != "states" {
		return arn{}, invalidArn("Invalid ARN", text)
	}
	a := arn{Partition: part[1], Region: part[3], Account: part[4], Type: part[5], ID: part[6]}
	for _, t := range types {
		if a.Type == t {
			return a, nil
		}
	}
	return arn{}, invalidArn("Resource type not valid in this context", a.Type)
}

func (a arn) String() string {
	return "arn:" + a.Partition + ":states:" + a.Region + ":" + a.Account + ":" + a.Type + ":" + a.ID
}

// of is the ARN of another resource in the same place.
func (a arn) of(kind, id string) arn {
	a.Type, a.ID = kind, id
	return a
}

// qualified splits a stateMachine ARN NAME:QUALIFIER, the qualifier being a
// version number or an alias, and empty where there is none.
func (a arn) qualified() (machine arn, qualifier string) {
	name, qualifier, _ := strings.Cut(a.ID, ":")
	return a.of(a.Type, name), qualifier
}
