package speakers

// Decision is what the committee says about a talk at one stage.
type Decision string

// The decisions, as they are recorded and as the state machine reads them.
const (
	Accepted Decision = "accepted"
	Rejected Decision = "rejected"
)
