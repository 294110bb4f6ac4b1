package traces

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake"
)

func TestATraceReportsAllItsMistakesAtOnce(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"rows", elastic + "a,1,0,1\nb,1,5,1\n\"c,1,5,1\nd,1\n\nb,1,5,1\ne,1,5,1\n", `jobs.csv:2: duration "0" is not a whole number of seconds above zero
jobs.csv:4: column 9: a quote is not closed on its line, or text follows it
jobs.csv:5: has another number of columns than the header; the line may be cut off
jobs.csv:7: job id "b" is there twice; it was job 2 of jobs.csv`},
		{"philly", "[1,\n" + strings.TrimPrefix(phillyText, "[")[:strings.LastIndex(phillyText, "]")-1] + ",\n" + strings.TrimPrefix(phillyText, "["), `jobs.csv:1: element 1 is not a job
jobs.csv:7: element 4: job id "a" is there twice; it was job 2 of jobs.csv`},
		{"a line without an end", elastic + "a,1,0,1\n" + strings.Repeat("x", 1<<17) + "\nb,1,0,1\n", `jobs.csv:2: duration "0" is not a whole number of seconds above zero
jobs.csv:3: has a line of more than 65536 bytes`},
	} {
		s, err := fromText("jobs.csv", c.text)
		if s != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, %v; want nothing of it and\n%s", c.name, s, err, c.want)
		}
	}
}

func TestMistakesBeyondTwentyAreCounted(t *testing.T) {
	for n, want := range map[int]string{20: `jobs.csv:21: `, 21: "and 1 more", 1000: "and 980 more"} {
		_, err := fromText("jobs.csv", elastic+strings.Repeat("a,1,0,1\n", n))
		if err == nil {
			t.Fatalf("%d mistakes are taken", n)
		}
		lines := strings.Split(err.Error(), "\n")
		if got := lines[len(lines)-1]; len(lines) != min(n, 21) || !strings.HasPrefix(got, want) {
			t.Errorf("%d mistakes are %d lines that end in %q, want %q", n, len(lines), got, want)
		}
	}
}

// Past the sum of all jobs every further row is past it too.
func TestMoreWorkThanCanBeCountedIsSaidOnce(t *testing.T) {
	var text strings.Builder
	text.WriteString(elastic)
	for n := range 200 {
		fmt.Fprintf(&text, "a%d,0,%d,%d\n", n, int64(MaxSeconds), int64(MaxAccelerators))
	}
	_, err := fromText("jobs.csv", text.String())
	if want := "jobs.csv:74: GPU-seconds of all jobs are more than 2305843009213693951"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAWordThatIsNotDeclaredIsNamedWithItsLine(t *testing.T) {
	known := func(w Work) error {
		if w.Purpose == "nope" {
			return offtake.Refuse(offtake.NotFound, "purpose %q is not declared", w.Purpose)
		}
		return nil
	}
	text := "id,submitted,duration,accelerators,purpose\na,0,1,1,api\nb,0,1,1,nope\nc,0,1,1,\nd,0,1,1,nope\n"
	_, err := FromFiles([]Spec{{File: "jobs.csv"}}, Env{From: start, Known: known, Open: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}})
	want := `jobs.csv:3: purpose "nope" is not declared
jobs.csv:5: purpose "nope" is not declared`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestADeadlineThatIsIgnoredIsNoted(t *testing.T) {
	for _, c := range []struct{ header, want string }{
		{"job_id,submission_time,duration,num_gpu,deadline", `jobs.csv: column "deadline" is ignored; only a column deadline of the offtake format is one`},
		{"id,submitted,duration,accelerators,Deadline", `jobs.csv: column "Deadline" is ignored; only a column deadline of the offtake format is one`},
		{"id,submitted,duration,accelerators,deadline", ""},
		{"job_id,submission_time,duration,num_gpu,model", ""},
	} {
		s, err := fromText("jobs.csv", c.header+"\na,0,5,1,9\nb,0,5,1,9\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Notes, "\n"); got != c.want {
			t.Errorf("%s: notes are %q, want %q", c.header, got, c.want)
		}
	}
}
