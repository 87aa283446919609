package pollers

// outcome is what a poller has to come to.
type outcome struct {
	name   string
	policy string
	query  string
	// failed says that the poller must report a failure, success otherwise.
	failed       bool
	customStatus string
}

var outcomes = []outcome{
	{name: "approved", policy: "approve", customStatus: "Approved"},
	{name: "rejected", policy: "reject@moderation", customStatus: "Rejected"},
	{name: "failed", policy: "fail@selection", failed: true},
	{name: "failed as 409", policy: "fail@selection", query: "?failureStatus=409", failed: true},
}

// status is the part of the body that the tests look at.
type status struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	CustomStatus string `json:"customStatus"`
}

// unknownID has the form of an id that the server never gave.
const unknownID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
