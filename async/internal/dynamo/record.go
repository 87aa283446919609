package dynamo

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

const (
	attrJob          = "job"
	attrStatus       = "status"
	attrCustomStatus = "customStatus"
	attrMessage      = "message"
	attrErrorCode    = "errorCode"
	attrErrorMessage = "errorMessage"
	attrRedrive      = "redrive"
	attrRank         = "rank"
	attrPercent      = "percent"
	attrBegan        = "began"
	attrDue          = "due"
	attrResult       = "result"
	attrLarge        = "large" // JSON
	attrWaitStage    = "waitStage"
	attrWaitToken    = "waitToken"
	attrWaitAnswer   = "waitAnswer"
	attrWaitAttempt  = "waitAttempt"
	attrCreated      = "created"
	attrUpdated      = "updated"
	attrDeadline     = "deadline"

	// Each outcome and each value is an attribute of its own. In a map they
	// could only be written where the map is there already.
	prefixOutcome = "outcome#"
	prefixValue   = "value#"

	// Items of the first version have the input in the record's item, and in
	// place of outcomes a map of decisions: see oldStage and oldOutcome.
	attrPayload   = "payload"
	attrDecisions = "decisions"
)

// stateAttributes are written together, whatever State holds. A percent of 0 in
// it leaves the stored one alone.
var stateAttributes = []string{
	attrStatus, attrCustomStatus, attrMessage, attrErrorCode, attrErrorMessage, attrRedrive, attrRank,
	attrBegan, attrDue, EndedSort,
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
	putPercent(it, s.Percent)
	putTime(it, attrBegan, s.Began)
	putTime(it, attrDue, s.Due)
}

func putPercent(it item, percent int) {
	if percent > 0 {
		putNumber(it, attrPercent, int64(percent))
	}
}

// putOutcome keeps Continue, which is empty, as NULL.
func putOutcome(it item, stage string, o async.Outcome) {
	if o == async.Continue {
		it[prefixOutcome+stage] = &types.AttributeValueMemberNULL{Value: true}
		return
	}
	putText(it, prefixOutcome+stage, string(o))
}

func putBytes(it item, attribute string, value []byte) {
	if len(value) > 0 {
		it[attribute] = &types.AttributeValueMemberB{Value: value}
	}
}

func putLarge(it item, large *async.ResultInfo) error {
	if large == nil {
		return nil
	}
	text, err := json.Marshal(large)
	putText(it, attrLarge, string(text))
	return err
}

func putWaiting(it item, w async.Waiting) {
	putText(it, attrWaitStage, w.Stage)
	putText(it, attrWaitToken, w.Token)
	putText(it, attrWaitAnswer, w.Answer)
	if w.Attempt > 0 {
		putNumber(it, attrWaitAttempt, w.Attempt)
	}
}

func (r *reader) waiting() async.Waiting {
	return async.Waiting{
		Stage: r.text(attrWaitStage), Token: r.text(attrWaitToken), Answer: r.text(attrWaitAnswer), Attempt: r.number(attrWaitAttempt),
	}
}

func recordItem(r async.Record) (item, error) {
	it := keyOf(submissionKey(r.ID))
	putText(it, attrJob, r.Job)
	putScope(it, r)
	putState(it, r.State)
	for stage, outcome := range r.Outcomes {
		putOutcome(it, stage, outcome)
	}
	for name, value := range r.Values {
		putBytes(it, prefixValue+name, value)
	}
	putBytes(it, attrResult, r.Result)
	putWaiting(it, r.Waiting)
	putTime(it, attrCreated, r.Created)
	putTime(it, attrUpdated, r.Updated)
	putTime(it, attrDeadline, r.Deadline)
	putExpiry(it, r.Expires)
	return it, putLarge(it, r.Large)
}

func recordOf(id string, it item) (async.Record, error) {
	r := reader{item: it}
	record := async.Record{
		ID:    id,
		Job:   r.text(attrJob),
		Scope: r.text(EndedScope),
		State: async.State{
			Status:       api.Status(r.text(attrStatus)),
			CustomStatus: r.text(attrCustomStatus),
			Message:      r.text(attrMessage),
			Redrive:      int(r.number(attrRedrive)),
			Rank:         int(r.number(attrRank)),
			Percent:      int(r.number(attrPercent)),
			Began:        r.time(attrBegan),
			Due:          r.time(attrDue),
		},
		Outcomes: map[string]async.Outcome{},
		Values:   map[string]json.RawMessage{},
		Result:   r.bytes(attrResult),
		Large:    r.large(),
		Waiting:  r.waiting(),
		Created:  r.time(attrCreated),
		Updated:  r.time(attrUpdated),
		Deadline: r.time(attrDeadline),
		Expires:  r.expiry(),
	}
	if _, failed := it[attrErrorCode]; failed {
		record.Error = &api.Error{Code: r.text(attrErrorCode), Message: r.text(attrErrorMessage)}
	}
	for stage, decision := range r.texts(attrDecisions) {
		record.Outcomes[capital(stage)] = oldOutcome(decision)
	}
	for attribute := range it {
		if stage, ok := strings.CutPrefix(attribute, prefixOutcome); ok {
			record.Outcomes[stage] = r.outcome(attribute)
		}
		if name, ok := strings.CutPrefix(attribute, prefixValue); ok {
			record.Values[name] = r.bytes(attribute)
		}
	}
	return record, r.err
}

// oldStage returns the name under which the first version kept the decision of
// a stage: in lower case.
func oldStage(stage string) string { return strings.ToLower(stage) }

// oldOutcome returns the outcome that a decision of the first version was:
// accepted let the next stage begin, any other word was the end.
func oldOutcome(decision string) async.Outcome {
	if decision == "accepted" {
		return async.Continue
	}
	return async.Outcome(capital(decision))
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
