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

// An element is where a job stands in the list.
type element struct{ n, line int }

// philly reads the log. The first submission in it is second 0. The log's times
// are local without a zone and are taken as they stand. A job asks for the most
// GPUs that any of its attempts had, for as long as its attempts took together;
// one without a whole attempt of at least a second demanded nothing that the log
// knows, and is left out with a note.
func (rd *reading) philly(in io.Reader) error {
	list, err := rd.list(in)
	if err != nil {
		return err
	}
	var jobs []Job
	var places []element
	var first int64 = Never
	left := 0
	for {
		raw, e, err := list.next()
		if err == io.EOF {
			break
		}
		if err != nil { // what is no JSON cannot be read on
			rd.wrong.add(rd.element(e, err))
			return rd.wrong.err()
		}
		j, whole, err := phillyJobOf(raw)
		switch {
		case err != nil:
			rd.wrong.add(rd.element(e, err))
		case whole:
			jobs, places = append(jobs, j), append(places, e)
			first = min(first, j.At)
		default:
			left++
		}
	}
	rd.phillyJobs(jobs, places, first)
	if left > 0 {
		rd.notes = append(rd.notes, fmt.Sprintf("%s: %d jobs without a whole attempt were left out", rd.name, left))
	}
	return rd.wrong.err()
}

// phillyJobs puts the jobs into the table, now that second 0 is known.
func (rd *reading) phillyJobs(jobs []Job, places []element, first int64) {
	if len(jobs) == 0 {
		return
	}
	work := rd.work(rd.base)
	if work < 0 {
		rd.wrong.add(rd.element(places[0], errWorks))
		return
	}
	n := 1 // the element whose turn it is
	for i, j := range jobs {
		for ; n < places[i].n; n++ {
			rd.table.leaveOut()
		}
		j.At -= first
		j.Work = work
		err := errHundredYears
		if j.At <= MaxSubmitted {
			err = rd.add(string(j.ID), j)
		}
		if err == nil {
			n++
		} else if !rd.wrong.add(rd.element(places[i], err)) {
			return
		}
	}
}

var errHundredYears = errors.New("submitted_time is more than a hundred years after the first")

// element gives an error of an element with its place.
func (rd *reading) element(e element, err error) error {
	if errors.Is(err, errNoJob) {
		return rd.at(e.line, "element %d %w", e.n, err)
	}
	return rd.at(e.line, "element %d: %w", e.n, err)
}

var errNoJob = errors.New("is not a job")

// phillyJobOf reads one element, and reports whether it has a whole attempt.
func phillyJobOf(raw json.RawMessage) (Job, bool, error) {
	var p phillyJob
	if raw[0] != '{' {
		return Job{}, false, errNoJob
	}
	err := json.Unmarshal(raw, &p)
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return Job{}, false, fmt.Errorf("%s is a %s, which it is in no Philly trace", bad.Field, bad.Value)
	}
	if err != nil {
		return Job{}, false, err
	}
	return p.job()
}

// job sums up the attempts, and reports whether there is a whole one.
func (p phillyJob) job() (Job, bool, error) {
	at, err := time.Parse(phillyTime, p.Submitted)
	if err != nil {
		return Job{}, false, fmt.Errorf("submitted_time %q is not written as 2017-10-07 01:11:39", clip(p.Submitted))
	}
	if !isName(p.ID) {
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
		if j.Seconds > MaxSeconds || j.Accelerators > MaxAccelerators {
			return Job{}, false, errors.New("attempts are longer or larger than a job may be")
		}
	}
	return j, j.Seconds > 0 && j.Accelerators > 0, nil
}
