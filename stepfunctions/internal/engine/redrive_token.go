package engine

import (
	"slices"
	"time"
)

// How many client tokens of redrives are remembered for an execution, and for how long.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
const (
	keptTokens  = 10
	keptTokenAt = 15 * time.Minute
)

// redriveToken is a redrive that may be asked for again: the caller has lost
// the answer. Engine.redriving guards them.
type redriveToken struct {
	token string
	at    time.Time
}

// redriveTokens are the recent ones of each execution, by its id.
type redriveTokens map[int64][]redriveToken

// find gives the time of the redrive with that token.
func (k redriveTokens) find(id int64, token string, now time.Time) (time.Time, bool) {
	k.forget(now)
	i := slices.IndexFunc(k[id], func(t redriveToken) bool { return token != "" && t.token == token })
	if i < 0 {
		return time.Time{}, false
	}
	return k[id][i].at, true
}

func (k redriveTokens) keep(id int64, token string, at time.Time) {
	if token != "" {
		k[id] = append(k[id], redriveToken{token, at})
		k[id] = k[id][max(0, len(k[id])-keptTokens):]
	}
}

// forget drops what is too old.
func (k redriveTokens) forget(now time.Time) {
	for id, tokens := range k {
		tokens = slices.DeleteFunc(tokens, func(t redriveToken) bool { return now.Sub(t.at) > keptTokenAt })
		if k[id] = tokens; len(tokens) == 0 {
			delete(k, id)
		}
	}
}
