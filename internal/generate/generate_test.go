package main

import (
	"os"
	"testing"

	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/speakers"
)

func TestWhatFollowsFromTheJobIsUpToDate(t *testing.T) {
	asyncgen.Check(t, speakers.Job(speakers.Simulated{}), os.DirFS("../.."), project())
}
