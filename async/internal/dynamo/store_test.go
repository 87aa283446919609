package dynamo_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

func TestStore(t *testing.T) {
	tb := newTable(t)
	s := tb.store(t)
	if err := s.Warm(t.Context()); err != nil {
		t.Errorf("warm: %v", err)
	}
	asynctest.TestStore(t, func(*testing.T) async.Store { return s })
	t.Run("unknown members", func(t *testing.T) {
		asynctest.TestUnknownMembers(t, s, func(t *testing.T, id string) func(*testing.T) {
			return tb.plant(t, "submission#"+id)
		})
	})
}

// plant adds attributes of every kind to an item and returns the check that
// they are there.
func (tb table) plant(t *testing.T, key string) func(*testing.T) {
	planted := map[string]types.AttributeValue{
		"novel":       &types.AttributeValueMemberS{Value: "text"},
		"novelNumber": &types.AttributeValueMemberN{Value: "1.5"},
		"novelMap":    &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": &types.AttributeValueMemberNULL{Value: true}}},
	}
	item := tb.item(t, key)
	for name, value := range planted {
		item[name] = value
	}
	if _, err := tb.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(tb.name), Item: item}); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) {
		t.Helper()
		stored := tb.item(t, key)
		for name := range planted {
			if stored[name] == nil {
				t.Errorf("attribute %s is gone", name)
			}
		}
	}
}
