package traces

import (
	"bufio"
	"bytes"
	"io"
	"time"

	"github.com/offtake-dev/offtake"
)

// The formats of a trace.
const (
	ElasticFlow = "elasticflow" // CSV: job_id, submission_time, duration, num_gpu
	Philly      = "philly"      // JSON: the cluster_job_log of the Philly traces
	Offtake     = "offtake"     // CSV: id, submitted, duration, accelerators, and more
)

// A reading is one trace being read into a table.
type reading struct {
	name  string
	from  time.Time // second 0, for submissions written as instants
	scale offtake.Factor
	table *table
	work  func(like Work) int // interns
	known func(Work) error    // refuses undeclared words; may be nil
	base  Work                // what the file does not say
	wrong mistakes
	notes []string
}

// read takes every job of the trace. format "" is told from its first line.
func (rd *reading) read(r io.Reader, format string) error {
	in := bufio.NewReaderSize(r, 64<<10)
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	head, err := in.Peek(4096)
	if len(head) == 0 {
		if err != nil && err != io.EOF {
			return offtake.Refuse(offtake.Invalid, "trace %s cannot be read: %w", rd.name, err)
		}
		return rd.at(1, "is empty; a trace begins with %s", headerWanted(format))
	}
	if format == "" {
		if format, err = rd.detect(head); err != nil {
			return err
		}
	}
	rd.table.files = append(rd.table.files, file{name: rd.name, first: rd.table.rows})
	before, sorted := rd.table.rows, rd.table.sorted
	rd.table.sorted, rd.table.last = true, 0
	switch format {
	case ElasticFlow, Offtake:
		err = rd.rows(in, format)
	case Philly:
		err = rd.philly(in)
	default:
		err = offtake.Refuse(offtake.Invalid, "trace format %q is not elasticflow, philly or offtake", clip(format))
	}
	if err != nil {
		return err
	}
	if !rd.table.sorted {
		rd.notes = append(rd.notes, rd.name+": jobs are not in the order of their submission and were sorted")
	}
	// Several traces interleave whatever the order of each.
	rd.table.sorted = rd.table.sorted && sorted && before == 0
	return nil
}

func headerWanted(format string) string {
	switch format {
	case ElasticFlow:
		return "the header job_id,submission_time,duration,num_gpu"
	case Offtake:
		return "the header id,submitted,duration,accelerators"
	case Philly:
		return "a JSON list"
	}
	return "the header job_id,submission_time,duration,num_gpu, the header id,submitted,duration,accelerators, or a JSON list"
}

// detect tells the format from the first line.
func (rd *reading) detect(head []byte) (string, error) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if t := bytes.TrimLeft(head, " \t\r\n"); len(t) > 0 && t[0] == '[' {
		return Philly, nil
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "", rd.at(1, "holds a zero byte; a trace is text")
	}
	names := headerNames(string(line))
	switch {
	case names["job_id"] || names["num_gpu"] || names["submission_time"]:
		return ElasticFlow, nil
	case names["id"] || names["submitted"] || names["accelerators"]:
		return Offtake, nil
	}
	return "", rd.at(1, "header %q is not that of a trace; expected %s", clip(string(bytes.TrimSpace(line))), headerWanted(""))
}

// at gives an error with its place.
func (rd *reading) at(line int, format string, args ...any) error {
	return offtake.Refuse(offtake.Invalid, "%s:%d: "+format, append([]any{rd.name, line}, args...)...)
}
