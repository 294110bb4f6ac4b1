package traces

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
)

// headerNames gives the set of columns a header line names.
func headerNames(line string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Split(strings.TrimSpace(line), ",") {
		out[strings.Trim(strings.TrimSpace(name), `"`)] = true
	}
	return out
}

// columns are the places of what is read in a row; -1 where a trace leaves an
// optional one out.
type columns struct {
	id, submitted, duration, accelerators   int
	purpose, product, accelerator, deadline int
	names                                   [8]string
}

var (
	elasticflowNames = [8]string{"job_id", "submission_time", "duration", "num_gpu"}
	offtakeNames     = [8]string{"id", "submitted", "duration", "accelerators", "purpose", "product", "accelerator", "deadline"}
)

// rows reads a CSV trace: columns by the names in its header, in any order.
func (rd *reading) rows(in io.Reader, format string) error {
	ls := newLines(in)
	header, err := ls.next()
	if err != nil {
		return rd.lineError(err, ls.n)
	}
	cols, err := rd.columns(header, format)
	if err != nil {
		return err
	}
	if name, ok := cols.ignoredDeadline(header); ok {
		rd.notes = append(rd.notes, fmt.Sprintf("%s: column %q is ignored; only a column deadline of the %s format is one", rd.name, clip(name), Offtake))
	}
	works := map[said]int{}
	for {
		rec, err := ls.next()
		if err == io.EOF {
			return rd.wrong.err()
		}
		readOn := err == nil || ls.readOn(err)
		if err != nil {
			err = rd.lineError(err, ls.n)
		} else {
			err = rd.row(rec, cols, ls.n, works)
		}
		if err != nil {
			rd.table.leaveOut()
			readOn = rd.wrong.add(err) && readOn
		}
		if !readOn {
			return rd.wrong.err()
		}
	}
}

// said is the part of Work that a row of the offtake format may say.
type said struct {
	purpose     offtake.Purpose
	product     offtake.Product
	accelerator offtake.Accelerator
}

// clone keeps the words without the line they were read from.
func (s said) clone() said {
	return said{
		offtake.Purpose(strings.Clone(string(s.purpose))),
		offtake.Product(strings.Clone(string(s.product))),
		offtake.Accelerator(strings.Clone(string(s.accelerator))),
	}
}

func (rd *reading) columns(header []string, format string) (columns, error) {
	c := columns{names: elasticflowNames}
	if format == Offtake {
		c.names = offtakeNames
	}
	for i, to := range []*int{&c.id, &c.submitted, &c.duration, &c.accelerators, &c.purpose, &c.product, &c.accelerator, &c.deadline} {
		*to = -1
		for at, name := range header {
			if c.names[i] == "" || strings.TrimSpace(name) != c.names[i] {
				continue
			}
			if *to >= 0 {
				return c, rd.at(1, "column %q is there twice", c.names[i])
			}
			*to = at
		}
		if *to < 0 && i < 4 {
			return c, rd.at(1, "column %q is missing from the header %q; expected %s", c.names[i], clip(strings.Join(header, ",")), headerWanted(format))
		}
	}
	return c, nil
}

// ignoredDeadline finds a column that a reader would take for a deadline and
// that is none here: work would then be late without anything saying so.
func (c columns) ignoredDeadline(header []string) (string, bool) {
	for at, name := range header {
		if name = strings.TrimSpace(name); strings.EqualFold(name, "deadline") && at != c.deadline {
			return name, true
		}
	}
	return "", false
}

func (rd *reading) row(rec []string, c columns, line int, works map[said]int) error {
	id := rec[c.id]
	if !isName(id) {
		return rd.at(line, "%s %q is not a name of 1 to 256 characters", c.names[0], clip(id))
	}
	at, err := rd.when(rec[c.submitted], line, c.names[1])
	if err != nil {
		return err
	}
	seconds, err := rd.count(rec[c.duration], line, c.names[2], "seconds", MaxSeconds)
	if err != nil {
		return err
	}
	accelerators, err := rd.count(rec[c.accelerators], line, c.names[3], "accelerators", MaxAccelerators)
	if err != nil {
		return err
	}
	j := Job{At: at, Seconds: seconds, Accelerators: accelerators, Deadline: Never}
	if d := field(rec, c.deadline); d != "" {
		if j.Deadline, err = rd.when(d, line, c.names[7]); err != nil {
			return err
		}
	}
	says := said{offtake.Purpose(field(rec, c.purpose)), offtake.Product(field(rec, c.product)), offtake.Accelerator(field(rec, c.accelerator))}
	work, ok := works[says]
	if !ok {
		if work, err = rd.intern(says, line); err != nil {
			return err
		}
		works[says.clone()] = work
	}
	j.Work = work
	if err := rd.add(id, j); err != nil {
		return rd.at(line, "%w", err)
	}
	return nil
}

// add scales the job and puts it into the table.
func (rd *reading) add(id string, j Job) error {
	n, ok := scaled(j.Accelerators, rd.scale)
	if !ok {
		return offtake.Refuse(offtake.Invalid, "accelerators %d times %s are more than %d", j.Accelerators, rd.scale, MaxAccelerators)
	}
	j.Accelerators = n
	return rd.table.add(id, j)
}

func (rd *reading) intern(says said, line int) (int, error) {
	w, says := rd.base, says.clone()
	if says.purpose != "" {
		w.Purpose = says.purpose
	}
	if says.product != "" {
		w.Product = says.product
	}
	if says.accelerator != "" {
		w.Accelerators = []offtake.Speed{{Accelerator: says.accelerator, Factor: offtake.One}}
	}
	if rd.known != nil && says != (said{}) {
		if err := rd.known(w); err != nil {
			return 0, rd.at(line, "%w", err)
		}
	}
	i := rd.work(w)
	if i < 0 {
		return 0, rd.at(line, "%w", errWorks)
	}
	return i, nil
}

// when reads a number of seconds from the start, or an instant.
func (rd *reading) when(s string, line int, name string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && strings.Contains(s, "T") {
		t, bad := offtake.ParseInstant(s)
		if bad != nil {
			return 0, rd.at(line, "%s %q is not a number of seconds or an instant", name, clip(s))
		}
		// Beyond what a time.Duration can hold, Sub saturates, and so is refused below.
		n, err = int64(t.Sub(rd.from).Seconds()), nil
	}
	switch {
	case err != nil:
		return 0, rd.at(line, "%s %q is not a whole number of seconds", name, clip(s))
	case n < 0:
		return 0, rd.at(line, "%s %q is before the start of the replay, second 0", name, clip(s))
	case n > MaxSubmitted:
		return 0, rd.at(line, "%s %q is more than a hundred years after the start", name, clip(s))
	}
	return n, nil
}

// count reads a positive whole number.
func (rd *reading) count(s string, line int, name, of string, most int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && n > most:
		return 0, rd.at(line, "%s %q is more than %d %s", name, clip(s), most, of)
	case err != nil || n < 1:
		return 0, rd.at(line, "%s %q is not a whole number of %s above zero", name, clip(s), of)
	}
	return n, nil
}

func field(rec []string, at int) string {
	if at < 0 {
		return ""
	}
	return rec[at]
}

// lineError says why a line is not a row.
func (rd *reading) lineError(err error, line int) error {
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		return rd.at(max(1, line), "holds blank lines only; a trace begins with a header")
	case errors.Is(err, errLongLine):
		return rd.at(line, "has a line of more than %d bytes", maxLine)
	case errors.Is(err, errColumns):
		return rd.at(line, "has another number of columns than the header; the line may be cut off")
	case errors.As(err, &bad) && errors.Is(bad.Err, csv.ErrBareQuote):
		return rd.at(line, "column %d: a quote stands inside a field without quotes", bad.Column)
	case errors.As(err, &bad):
		return rd.at(line, "column %d: a quote is not closed on its line, or text follows it", bad.Column)
	}
	return rd.at(line, "cannot be read: %w", err)
}

// isName reports whether a job may be called so: text without control
// characters, since it is written into every record of the job.
func isName(id string) bool {
	return id != "" && len(id) <= 256 && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}
