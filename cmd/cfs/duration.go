package main

import (
	"fmt"
	"time"
)

// stopwatch writes a duration as 0:07, 12:34 or 1:02:03.
func stopwatch(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// seconds rounds up, so that a countdown ends with 1 and not with 0.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d s", max(0, (d+time.Second-1)/time.Second))
}
