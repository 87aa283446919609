package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

const (
	attrStatus       = "status"
	attrCustomStatus = "customStatus"
	attrMessage      = "message"
	attrErrorCode    = "errorCode"
	attrErrorMessage = "errorMessage"
	attrRedrive      = "redrive"
	attrRank         = "rank"
	attrPayload      = "payload"
	attrDecisions    = "decisions"
	attrCreated      = "created"
	attrUpdated      = "updated"
	attrDeadline     = "deadline"
)

// stateAttributes are written together, whatever State holds.
var stateAttributes = []string{
	attrStatus, attrCustomStatus, attrMessage, attrErrorCode, attrErrorMessage, attrRedrive, attrRank,
}

func submissionKey(id string) string { return "submission#" + id }

func putState(it item, s async.State) {
	putText(it, attrStatus, string(s.Status))
	putText(it, attrCustomStatus, s.CustomStatus)
	putText(it, attrMessage, s.Message)
	if s.Error != nil {
		// Written even when empty: the attribute says that there is an error.
		it[attrErrorCode] = &types.AttributeValueMemberS{Value: s.Error.Code}
		putText(it, attrErrorMessage, s.Error.Message)
	}
	putNumber(it, attrRedrive, int64(s.Redrive))
	putNumber(it, attrRank, int64(s.Rank))
}

func recordItem(r async.Record) item {
	it := keyOf(submissionKey(r.ID))
	putState(it, r.State)
	if len(r.Payload) > 0 {
		it[attrPayload] = &types.AttributeValueMemberB{Value: r.Payload}
	}
	decisions := item{}
	for stage, decision := range r.Decisions {
		decisions[stage] = &types.AttributeValueMemberS{Value: decision}
	}
	it[attrDecisions] = &types.AttributeValueMemberM{Value: decisions}
	putTime(it, attrCreated, r.Created)
	putTime(it, attrUpdated, r.Updated)
	putTime(it, attrDeadline, r.Deadline)
	putExpiry(it, r.Expires)
	return it
}

func recordOf(id string, it item) (async.Record, error) {
	r := reader{item: it}
	record := async.Record{
		ID: id,
		State: async.State{
			Status:       api.Status(r.text(attrStatus)),
			CustomStatus: r.text(attrCustomStatus),
			Message:      r.text(attrMessage),
			Redrive:      int(r.number(attrRedrive)),
			Rank:         int(r.number(attrRank)),
		},
		Payload:   r.bytes(attrPayload),
		Decisions: r.texts(attrDecisions),
		Created:   r.time(attrCreated),
		Updated:   r.time(attrUpdated),
		Deadline:  r.time(attrDeadline),
		Expires:   r.expiry(),
	}
	if _, failed := it[attrErrorCode]; failed {
		record.Error = &api.Error{Code: r.text(attrErrorCode), Message: r.text(attrErrorMessage)}
	}
	return record, r.err
}
