package dynamo

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression gathers the update and condition of one write. Every name goes
// through a placeholder: DynamoDB reserves over 500 words, status among them.
type expression struct {
	names      map[string]string
	values     item
	sets       []string
	removes    []string
	conditions []string
}

func newExpression() *expression {
	return &expression{names: map[string]string{}, values: item{}}
}

// name gives the placeholder of an attribute's name.
func (e *expression) name(attribute string) string {
	for placeholder, known := range e.names {
		if known == attribute {
			return placeholder
		}
	}
	placeholder := fmt.Sprintf("#n%d", len(e.names))
	e.names[placeholder] = attribute
	return placeholder
}

// value gives the placeholder of a value.
func (e *expression) value(v types.AttributeValue) string {
	placeholder := fmt.Sprintf(":v%d", len(e.values))
	e.values[placeholder] = v
	return placeholder
}

// set writes attributes from it; one that it lacks is removed.
func (e *expression) set(it item, attributes ...string) {
	for _, attribute := range attributes {
		if v, ok := it[attribute]; ok {
			e.sets = append(e.sets, e.name(attribute)+" = "+e.value(v))
		} else {
			e.removes = append(e.removes, e.name(attribute))
		}
	}
}

// setPresent writes those of the attributes that it has.
func (e *expression) setPresent(it item, attributes ...string) {
	for _, attribute := range attributes {
		if _, ok := it[attribute]; ok {
			e.set(it, attribute)
		}
	}
}

// require adds a condition; all have to hold.
func (e *expression) require(format string, placeholders ...any) {
	e.conditions = append(e.conditions, "("+fmt.Sprintf(format, placeholders...)+")")
}

// condition is nil for none: DynamoDB refuses an empty one.
func (e *expression) condition() *string {
	if len(e.conditions) == 0 {
		return nil
	}
	return aws.String(strings.Join(e.conditions, " AND "))
}

func (e *expression) update() *string {
	var clauses []string
	if len(e.sets) > 0 {
		clauses = append(clauses, "SET "+strings.Join(e.sets, ", "))
	}
	if len(e.removes) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(e.removes, ", "))
	}
	return aws.String(strings.Join(clauses, " "))
}

// namesOrNil and valuesOrNil are nil for none: DynamoDB refuses an empty map.
func (e *expression) namesOrNil() map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	return e.names
}

func (e *expression) valuesOrNil() item {
	if len(e.values) == 0 {
		return nil
	}
	return e.values
}
