package traces

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/offtake-dev/offtake"
)

// A phillyJob is an entry of the cluster_job_log of the Philly traces. A job
// has an attempt for each time it was scheduled; an attempt may lack a time.
type phillyJob struct {
	ID        string `json:"jobid"`
	Submitted string `json:"submitted_time"`
	Attempts  []struct {
		Start  string `json:"start_time"`
		End    string `json:"end_time"`
		Detail []struct {
			GPUs []string `json:"gpus"`
		} `json:"detail"`
	} `json:"attempts"`
}

const phillyTime = "2006-01-02 15:04:05"

// philly reads the log. The first submission in it is second 0. The log's times
// are local without a zone and are taken as they stand. A job asks for the most
// GPUs that any of its attempts had, for as long as its attempts took together;
// one without a whole attempt of at least a second demanded nothing that the log
// knows, and is left out with a note.
func (rd *reading) philly(in io.Reader) error {
	dec := json.NewDecoder(in)
	if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
		return rd.at(1, "does not begin with [; expected %s", headerWanted(Philly))
	}
	var jobs []Job
	var nth []int // place in the list, for errors
	var first int64 = Never
	left := 0
	for n := 1; dec.More(); n++ {
		var p phillyJob
		if err := dec.Decode(&p); err != nil {
			return rd.phillyError(n, err)
		}
		j, whole, err := p.job()
		if err != nil {
			return rd.phillyError(n, err)
		}
		if !whole {
			left++
			continue
		}
		jobs, nth = append(jobs, j), append(nth, n)
		first = min(first, j.At)
	}
	if _, err := dec.Token(); err != nil {
		return rd.phillyError(len(jobs)+left+1, err)
	}
	work := rd.work(rd.base)
	for i, j := range jobs {
		j.At -= first
		j.Work = work
		if j.At > MaxSubmitted {
			return rd.phillyError(nth[i], errors.New("submitted_time is more than a hundred years after the first"))
		}
		if err := rd.add(string(j.ID), j); err != nil {
			return rd.phillyError(nth[i], err)
		}
	}
	if left > 0 {
		rd.notes = append(rd.notes, fmt.Sprintf("%s: %d jobs without a whole attempt were left out", rd.name, left))
	}
	return nil
}

func (rd *reading) phillyError(n int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return offtake.Refuse(offtake.Invalid, "%s: job %d: the file ends inside the list", rd.name, n)
	}
	return offtake.Refuse(offtake.Invalid, "%s: job %d: %w", rd.name, n, err)
}

// job sums up the attempts, and reports whether there is a whole one.
func (p phillyJob) job() (Job, bool, error) {
	at, err := time.Parse(phillyTime, p.Submitted)
	if err != nil {
		return Job{}, false, fmt.Errorf("submitted_time %q is not written as 2017-10-07 01:11:39", clip(p.Submitted))
	}
	if p.ID == "" || len(p.ID) > 256 {
		return Job{}, false, fmt.Errorf("jobid %q is not a name of 1 to 256 characters", clip(p.ID))
	}
	j := Job{ID: offtake.JobID(p.ID), At: at.Unix(), Deadline: Never}
	for _, a := range p.Attempts {
		start, bad1 := time.Parse(phillyTime, a.Start)
		end, bad2 := time.Parse(phillyTime, a.End)
		if bad1 != nil || bad2 != nil {
			continue
		}
		if end.Before(start) {
			return Job{}, false, fmt.Errorf("end_time %q is before start_time %q", a.End, a.Start)
		}
		var gpus int64
		for _, d := range a.Detail {
			gpus += int64(len(d.GPUs))
		}
		j.Seconds += end.Unix() - start.Unix()
		j.Accelerators = max(j.Accelerators, gpus)
	}
	if j.Seconds > MaxSeconds || j.Accelerators > MaxAccelerators {
		return Job{}, false, errors.New("attempts are longer or larger than a job may be")
	}
	return j, j.Seconds > 0 && j.Accelerators > 0, nil
}
