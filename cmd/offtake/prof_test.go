package main

import (
	"io"
	"os"
	"testing"
)

func TestProf(t *testing.T) {
	if os.Getenv("PROF") == "" {
		t.Skip()
	}
	run(world{out: io.Discard, err: io.Discard}, []string{"statement", "microsoft-openai/azure-commitment", "--book", "../../examples/openai", "--usage", os.Getenv("PROF"), "--at", "2026-03-01"})
}
