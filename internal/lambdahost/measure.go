package lambdahost

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Measurement is what one fresh instance cost.
type Measurement struct {
	// Start is the time from the start of the process to its first request for
	// work: what Lambda bills as INIT, less what the service adds.
	Start time.Duration
	// StartCPU is the processor time spent in it, on Linux; a small function
	// has a fraction of a processor, so that it says more than Start.
	StartCPU time.Duration
	// Invocations are the times from payload to answer, in order.
	Invocations []time.Duration
	// WarmCPU is the processor time of one invocation after the first, on Linux; 0
	// where there are none.
	WarmCPU time.Duration
	// Memory is the most that was resident, in bytes, on Linux.
	Memory int64
}

// MeasureStart starts a fresh instance and returns its Start.
func MeasureStart(f Function) (time.Duration, error) {
	m, err := Measure(f)
	return m.Start, err
}

// Measure starts a fresh instance, sends it the payloads one after the other,
// and ends it. An invocation that fails is an error.
func Measure(f Function, payloads ...[]byte) (Measurement, error) {
	in, err := startInstance(f)
	if err != nil {
		return Measurement{}, err
	}
	defer in.end()
	select {
	case <-in.ready:
	case <-in.exited:
		return Measurement{}, fmt.Errorf("%s ended before it asked for work: %s", f.Name, in.cmd.ProcessState)
	}
	m := Measurement{Start: in.readyAt.Sub(in.started), StartCPU: cpuTime(in.cmd.Process.Pid)}
	var afterFirst time.Duration
	for i, payload := range payloads {
		if i == 1 {
			afterFirst = cpuTime(in.cmd.Process.Pid)
		}
		began := time.Now()
		result, _ := in.invoke(context.Background(), payload)
		if result.FunctionError != "" {
			return m, fmt.Errorf("%s: %s", f.Name, result.Payload)
		}
		m.Invocations = append(m.Invocations, time.Since(began))
	}
	if n := len(payloads) - 1; n > 0 {
		m.WarmCPU = (cpuTime(in.cmd.Process.Pid) - afterFirst) / time.Duration(n)
	}
	m.Memory = peakMemory(in.cmd.Process.Pid)
	return m, nil
}

// cpuTime returns what all threads of a process have run for, 0 where the system
// does not say. Go ends hardly any thread, so none are missed.
// https://docs.kernel.org/scheduler/sched-stats.html
func cpuTime(pid int) (total time.Duration) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, task.Name()))
		ran, _, _ := strings.Cut(string(stat), " ")
		ns, _ := strconv.ParseInt(ran, 10, 64)
		total += time.Duration(ns)
	}
	return total
}

// peakMemory returns VmHWM in bytes, 0 where the system does not say.
func peakMemory(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "kB")
	kilobytes, _ := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return kilobytes << 10
}

// CPU returns the processor time that the living instances of each function have
// spent so far, on Linux.
func (h *Host) CPU() map[string]time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	total := map[string]time.Duration{}
	for in := range h.running {
		total[in.function.Name] += cpuTime(in.cmd.Process.Pid)
	}
	return total
}
