package speakers

import "example.org/asynchttpapi/api"

// Progress is how far a submission has come, in the words a client sees.
type Progress struct {
	Status api.Status
	// Custom is the stage or the outcome in one word.
	Custom string
	// Message is one sentence for a person; it holds nothing personal.
	Message string
	// Rank grows from one progress to the next. All ends share the highest.
	Rank int
}

// endRank is above every stage's.
const endRank = int(Selection) + 1

// Received is the progress before the first stage begins.
func Received() Progress {
	return Progress{api.NotStarted, "Received",
		"Thank you: your proposal has arrived and is waiting for its moderation.", 0}
}

// Begun is the progress while a stage is at work.
func Begun(s Stage) Progress {
	p := Progress{Status: api.Running, Rank: int(s)}
	switch s {
	case Moderation:
		p.Custom, p.Message = "Moderation", "Your proposal is being moderated."
	case Shortlisting:
		p.Custom, p.Message = "Shortlisting", "Your proposal has passed moderation and is being considered for the shortlist."
	default:
		p.Custom, p.Message = "Selection", "Your proposal is on the shortlist, and the committee is making its selection."
	}
	return p
}

// Failed is the progress when the process broke off during the stage whose
// custom word is given: why is for the record's error, not for this.
func Failed(custom string) Progress {
	return Progress{api.Failed, custom,
		"We are sorry: something went wrong on our side, and your proposal could not be processed.", endRank}
}

// Cancelled is the progress when an operator gave up the process during the
// stage whose custom word is given.
func Cancelled(custom string) Progress {
	return Progress{api.Canceled, custom, "The review of your proposal was cancelled.", endRank}
}

// Reopened is the progress when an operator has the process go on after it
// broke off during the stage whose custom word is given.
func Reopened(custom string) Progress {
	return Progress{api.Running, custom, "Your proposal is being reviewed again.", 0}
}

// Decided is the progress that a decision brings, and whether it brings any:
// acceptance by a stage that is not the last one shows when the next begins.
func Decided(s Stage, d Decision) (Progress, bool) {
	switch {
	case d == Rejected:
		return Progress{api.Succeeded, "Rejected",
			"We are sorry: your proposal was not selected this time. We hope to hear from you again.", endRank}, true
	case s.Last():
		return Progress{api.Succeeded, "Approved",
			"Congratulations! Your proposal has been selected, and we look forward to your talk.", endRank}, true
	}
	return Progress{}, false
}
