package replay_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// twinJob is a job of the twin.
type twinJob struct {
	name          string
	at, length, n int64
	start         int64 // -1: not yet
}

// twin schedules one pool second by second and foresees by simply waiting: it
// keeps no queue, no heap and no shadow, and works everything out anew each
// time it looks.
func twin(jobs []twinJob, capacity int64) map[string]string {
	for i := range jobs {
		jobs[i].start = -1
	}
	free := func(at int64) int64 {
		n := capacity
		for _, j := range jobs {
			if j.start >= 0 && j.start <= at && at < j.start+j.length {
				n -= j.n
			}
		}
		return n
	}
	next := func(now int64, upTo int) int {
		head := -1
		var shadow, extra int64
		for i := range jobs[:upTo] {
			j := &jobs[i]
			if j.at > now || j.start >= 0 {
				continue
			}
			if head < 0 {
				if free(now) >= j.n {
					return i
				}
				head = i
				for shadow = now; free(shadow) < j.n; shadow++ {
				}
				extra = free(shadow) - j.n
				continue
			}
			if free(now) >= j.n && (now+j.length <= shadow || j.n <= extra) {
				return i
			}
		}
		return -1
	}
	left := len(jobs)
	for now := int64(0); left > 0; now++ {
		// Those of before this second go first, then its own, one by one.
		for upTo := 0; upTo <= len(jobs); upTo++ {
			if upTo < len(jobs) && jobs[upTo].at < now {
				continue
			}
			for i := next(now, upTo); i >= 0; i = next(now, upTo) {
				jobs[i].start = now
				left--
			}
			if upTo < len(jobs) && jobs[upTo].at > now {
				break
			}
		}
	}
	out := map[string]string{}
	for _, j := range jobs {
		out[j.name] = fmt.Sprintf("%d north", j.start)
	}
	return out
}

func TestTheSchedulerAgreesWithItsTwin(t *testing.T) {
	b := read(t, base+held("cluster", "north", "h100", 8, "2026-01-01"))
	rapid.Check(t, func(rt *rapid.T) {
		var list []twinJob
		var rows []string
		at := int64(0)
		for i := range rapid.IntRange(1, 14).Draw(rt, "jobs") {
			at += rapid.Int64Range(0, 6).Draw(rt, "gap")
			j := twinJob{name: fmt.Sprintf("j%d", i), at: at, length: rapid.Int64Range(1, 25).Draw(rt, "length"), n: rapid.Int64Range(1, 8).Draw(rt, "size")}
			list = append(list, j)
			rows = append(rows, fmt.Sprintf("%s %d %d %d", j.name, j.at, j.length, j.n))
		}
		got := tell(rt, b, jobs(rows...), nil).started(rt)
		if d := cmp.Diff(twin(list, 8), got); d != "" {
			rt.Errorf("the twin (-) starts jobs at other seconds:\n%s\n%v", d, rows)
		}
	})
}
