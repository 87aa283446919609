package wire

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// TestOperationsOfTheSDK: an operation that AWS adds is noticed when the SDK is
// updated.
func TestOperationsOfTheSDK(t *testing.T) {
	activities := []string{"CreateActivity", "DeleteActivity", "DescribeActivity", "GetActivityTask", "ListActivities"}
	client := reflect.TypeFor[*sfn.Client]()
	served := 0
	for i := range client.NumMethod() {
		name := client.Method(i).Name
		_, ok := operations[name]
		switch {
		case name == "Options":
		case ok == slices.Contains(activities, name):
			t.Errorf("%s is served: %v", name, ok)
		case ok:
			served++
		}
	}
	if served != len(operations) {
		t.Errorf("%d of %d operations are the SDK's", served, len(operations))
	}
}
