package lambdahost

import (
	"fmt"
	"time"
)

// MeasureStart starts a fresh instance and returns the time from the start of
// its process to its first request for work: what Lambda bills as INIT, less
// what the service adds.
func MeasureStart(f Function) (time.Duration, error) {
	in, err := startInstance(f)
	if err != nil {
		return 0, err
	}
	defer in.end()
	select {
	case <-in.ready:
		return in.readyAt.Sub(in.started), nil
	case <-in.exited:
		return 0, fmt.Errorf("%s ended before it asked for work: %s", f.Name, in.cmd.ProcessState)
	}
}
