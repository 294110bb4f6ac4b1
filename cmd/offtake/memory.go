package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// What memory a verb takes that keeps all it has read.
const (
	roomy = 400       // percent of garbage to what is live, as long as there is enough
	ample = 900 << 20 // bytes that are enough for most
)

// takeMemory has the garbage collector look through memory less often: what is
// kept and never given up is looked through in vain. Where much more than most
// need is kept, it is given half as much again. Stop ends that.
func takeMemory() (stop func()) {
	percent, limit := debug.SetGCPercent(roomy), debug.SetMemoryLimit(ample)
	ticks, done := time.NewTicker(100*time.Millisecond), make(chan struct{})
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-ticks.C:
				metrics.Read(live)
				if needs := int64(live[0].Value.Uint64()) / 2 * 3; needs > ample {
					debug.SetMemoryLimit(needs)
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(done)
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
