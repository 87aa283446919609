package main

import (
	"fmt"
	"io"
	"math"

	"example.org/asynchttpapi/internal/lambdahost"
)

// fullProcessor is the memory in MB at which a function has one processor; the
// share goes with the memory.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const fullProcessor = 1769

// price is of a GB-second on arm64, us-east-1, in dollars.
// https://aws.amazon.com/lambda/pricing/
const price = 0.0000133334

// waiting is how long an invocation is taken to wait for AWS's services, in
// milliseconds, whatever its memory.
const waiting = 6.0

// memorySizes are in MB.
var memorySizes = []float64{128, 256, 512}

// printMemory shows what the processor time that was measured comes to with the
// share of each memory size: a warm invocation, and the start, which Lambda runs
// at that share too at worst. It is arithmetic, not a measurement.
func printMemory(out io.Writer, subjects []*subject) {
	fmt.Fprintf(out, "\n%-10s %8s", "", "CPU ms")
	for _, size := range memorySizes {
		fmt.Fprintf(out, " %26s", fmt.Sprintf("%.0f MB: ms, cold ms, $/M", size))
	}
	fmt.Fprintln(out)
	for _, s := range subjects {
		warm := s.median(func(m lambdahost.Measurement) float64 { return milliseconds(m.WarmCPU) })
		start := s.median(func(m lambdahost.Measurement) float64 { return milliseconds(m.StartCPU) })
		fmt.Fprintf(out, "%-10s %8.2f", s.name, warm)
		for _, size := range memorySizes {
			billed := billedMilliseconds(warm, size)
			fmt.Fprintf(out, " %10.0f %8.0f %6.2f", billed, billed+start*fullProcessor/size, cost(billed, size))
		}
		fmt.Fprintln(out)
	}
}

// billedMilliseconds is the time of an invocation with the share of a processor
// that a memory size has, in whole milliseconds as Lambda bills it.
func billedMilliseconds(cpu, size float64) float64 {
	return math.Ceil(waiting + cpu*fullProcessor/size)
}

// cost is of a million invocations, in dollars, their time alone.
func cost(milliseconds, size float64) float64 { return milliseconds / 1000 * size / 1024 * price * 1e6 }
