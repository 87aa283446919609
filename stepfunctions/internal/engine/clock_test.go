package engine

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{-time.Second, 0, time.Second, alarmStep, alarmStep + 1, 1000 * time.Hour} {
			rang := make(chan time.Time, 1)
			began := time.Now()
			SystemClock{}.AfterFunc(d, func() { rang <- time.Now() })
			if after := (<-rang).Sub(began); after != max(d, 0) {
				t.Errorf("asked for %s, rang after %s", d, after)
			}
		}
	})
}

func TestSystemClockStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{time.Second, time.Hour} {
			stop := SystemClock{}.AfterFunc(d, func() { t.Errorf("rang after %s although it was stopped", d) })
			time.Sleep(d / 2)
			stop()
			stop()
			time.Sleep(d)
		}
	})
}
