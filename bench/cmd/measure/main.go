// Command measure runs a command, throws away what it prints, and says as JSON
// how long it took from start to exit and how much memory it held at its peak.
//
// It is a program of its own because Linux counts a child's memory from before
// the child has begun to run its own program, when it still shares the memory of
// its parent: measured from a large process, a small one seems large.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: measure COMMAND [ARGUMENT]...")
		os.Exit(2)
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	begin := time.Now()
	err := cmd.Run()
	took := time.Since(begin)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		fmt.Fprintln(os.Stderr, "memory of a child is not known here")
		os.Exit(2)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"milliseconds": took.Seconds() * 1_000,
		"megabytes":    float64(usage.Maxrss) / 1_000, // Linux counts in kilobytes
		"status":       cmd.ProcessState.ExitCode(),
	})
}
