package wire

import (
	"strconv"
	"time"
)

// timestamp is a time as awsJson1_0 writes it: seconds since 1970 with the
// milliseconds as a fraction.
type timestamp time.Time

// MarshalJSON writes for example 1700000000.123.
func (t timestamp) MarshalJSON() ([]byte, error) {
	seconds := float64(time.Time(t).UnixMilli()) / 1000
	return strconv.AppendFloat(nil, seconds, 'f', 3, 64), nil
}

func stamp(t time.Time) timestamp { return timestamp(t) }

// optionalStamp leaves a zero time out of the response.
func optionalStamp(t time.Time) *timestamp {
	if t.IsZero() {
		return nil
	}
	s := timestamp(t)
	return &s
}
