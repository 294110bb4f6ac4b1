package traces

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
)

var start = time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC)

// fromText reads one trace as `--demand jobs.csv` would.
func fromText(spec, text string) (*Set, error) {
	s, err := ParseSpec(spec)
	if err != nil {
		return nil, err
	}
	return FromFiles([]Spec{s}, Env{From: start, Open: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}})
}

func all(t *testing.T, s *Set) (jobs []Job) {
	t.Helper()
	for {
		j, ok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return jobs
		}
		jobs = append(jobs, j)
	}
}

const elastic = "job_id,submission_time,duration,num_gpu\n"

func TestATraceIsReadByItsHeader(t *testing.T) {
	want := []Job{{ID: "a", At: 5, Seconds: 60, Accelerators: 8, Deadline: Never}, {ID: "b", At: 7, Seconds: 90, Accelerators: 1, Deadline: Never}}
	for name, text := range map[string]string{
		"elasticflow":               elastic + "a,5,60,8\nb,7,90,1\n",
		"no final newline":          elastic + "a,5,60,8\nb,7,90,1",
		"CRLF":                      "job_id,submission_time,duration,num_gpu\r\na,5,60,8\r\nb,7,90,1\r\n",
		"a byte order mark":         "\xef\xbb\xbf" + elastic + "a,5,60,8\nb,7,90,1\n",
		"other order, more columns": "model,num_gpu,duration,job_id,submission_time\nx,8,60,a,5\n\"y, z\",1,90,b,7\n",
		"the format of its own":     "id,submitted,duration,accelerators\na,5,60,8\nb,2025-01-21T08:00:07Z,90,1\n",
		"out of order":              elastic + "b,7,90,1\na,5,60,8\n",
		"philly": `[{"jobid":"a","submitted_time":"2017-10-07 01:00:00","attempts":[]},
 {"jobid":"a","submitted_time":"2017-10-07 01:11:30","attempts":[{"start_time":"2017-10-07 01:12:00","end_time":"2017-10-07 01:13:00","detail":[{"ip":"m1","gpus":["g0","g1","g2","g3"]},{"ip":"m2","gpus":["g0","g1","g2","g3"]}]}]},
 {"jobid":"b","submitted_time":"2017-10-07 01:11:32","attempts":[{"start_time":"2017-10-07 01:12:00","end_time":"2017-10-07 01:13:00","detail":[{"ip":"m1","gpus":["g0"]}]},{"start_time":"2017-10-07 01:14:00","end_time":"2017-10-07 01:14:30","detail":[{"gpus":["g0"]}]},{"start_time":"2017-10-07 01:15:00","end_time":null,"detail":[]}]}]`,
	} {
		s, err := fromText("jobs.csv", text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := all(t, s)
		off := int64(0)
		if name == "philly" {
			off = 5 // its first job is second 0
		}
		if len(got) != 2 || got[0].At+off != 5 || got[1].At+off != 7 {
			t.Errorf("%s: got %v", name, got)
			continue
		}
		for i := range got {
			got[i].At += off
			if got[i] != want[i] {
				t.Errorf("%s: job %d is %+v, want %+v", name, i, got[i], want[i])
			}
		}
	}
}

func TestRowsOfOneMomentKeepTheirOrder(t *testing.T) {
	s, err := fromText("jobs.csv", elastic+"c,9,1,1\nb,7,1,1\na,7,1,1\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, s); got[0].ID != "b" || got[1].ID != "a" || got[2].ID != "c" {
		t.Errorf("got %v, want b, a, c", got)
	}
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "were sorted") {
		t.Errorf("notes are %q, want one that says the jobs were sorted", s.Notes)
	}
}

func TestAWrongTraceIsRefusedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `jobs.csv:1: is empty; a trace begins with the header job_id`},
		{"when,what\n1,2\n", `jobs.csv:1: header "when,what" is not that of a trace`},
		{"job_id,submission_time,num_gpu\na,1,1\n", `jobs.csv:1: column "duration" is missing from the header "job_id,submission_time,num_gpu"; expected the header job_id,submission_time,duration,num_gpu`},
		{"job_id,job_id,submission_time,duration,num_gpu\na,a,1,1,1\n", `jobs.csv:1: column "job_id" is there twice`},
		{elastic + "a,1,-5,1\n", `jobs.csv:2: duration "-5" is not a whole number of seconds above zero`},
		{elastic + "a,1,0,1\n", `jobs.csv:2: duration "0" is not`},
		{elastic + "a,1,1.5,1\n", `jobs.csv:2: duration "1.5" is not`},
		{elastic + "a,1,NaN,1\n", `jobs.csv:2: duration "NaN" is not`},
		{elastic + "a,-1,5,1\n", `jobs.csv:2: submission_time "-1" is before the start`},
		{elastic + "a,x,5,1\n", `jobs.csv:2: submission_time "x" is not a whole number of seconds`},
		{elastic + "a,1,5,0\n", `jobs.csv:2: num_gpu "0" is not a whole number of accelerators above zero`},
		{elastic + "a,1,5,99999999999999999999\n", `jobs.csv:2: num_gpu "99999999999999999999" is more than 10000000 accelerators`},
		{elastic + "a,1,99999999999,1\n", `jobs.csv:2: duration "99999999999" is more than`},
		{elastic + "a,99999999999,5,1\n", `jobs.csv:2: submission_time "99999999999" is more than a hundred years`},
		{elastic + "a,1,5,1\nb,2,5,1\na,3,5,1\n", `jobs.csv:4: job id "a" is there twice; it was job 1 of jobs.csv`},
		{elastic + "a,1,5,1\nb,2,5", `jobs.csv:3: has another number of columns than the header; the line may be cut off`},
		{elastic + "a,1,5,\"1\n", `jobs.csv:2: column 9: a quote is not closed on its line`},
		{elastic + "a\"b,0,10,1\n", `jobs.csv:2: column 2: a quote stands inside a field without quotes`},
		{elastic + "a,0,10,1\n\"b\"x,5,10,1\n", `jobs.csv:3: column 3: a quote is not closed on its line, or text follows it`},
		{elastic + "\"b,5,10,1\nc,6,10,1\n", `jobs.csv:2: column`},
		{"id,submitted,duration,accelerators,purpose\na,5,10,1,ap\"i\n", `jobs.csv:2: column 12: a quote`},
		{"\"job_id,submission_time,duration,num_gpu\n", `jobs.csv:1: column`},
		{elastic + ",1,5,1\n", `jobs.csv:2: job_id "" is not a name`},
		{elastic + "a\x00b,1,5,1\n", `job`},
		{"\x00\x01\x02", `jobs.csv:1: holds a zero byte`},
		{elastic + strings.Repeat("x", 1<<20), `jobs.csv:2: has a line of more than 65536 bytes`},
		{"id,submitted,duration,accelerators\na,2025-01-20T00:00:00Z,5,1\n", `is before the start`},
		{"id,submitted,duration,accelerators\na,2025-01-22Tnoon,5,1\n", `is not a number of seconds or an instant`},
		{"[", `jobs.csv:1: element 1: the file ends inside the list`},
		{"[1]", `jobs.csv:1: element 1 is not a job`},
		{"\n[\nnull,\n {}]", "jobs.csv:3: element 1 is not a job\njobs.csv:4: element 2: submitted_time"},
		{`[{"jobid":5}]`, `jobs.csv:1: element 1: jobid is a number, which it is in no Philly trace`},
		{"[\n{},\n\n  {x}]", `jobs.csv:4: element 2: not JSON: invalid character 'x'`},
		{"[]\n[]", `jobs.csv:2: element 1: the list has ended before it`},
		{`[{"jobid":"a","submitted_time":"yesterday"}]`, `jobs.csv:1: element 1: submitted_time "yesterday" is not written as`},
		{`[{"jobid":"a","submitted_time":"2017-10-07 01:00:00","attempts":[{"start_time":"2017-10-07 01:12:00","end_time":"2017-10-07 01:11:00"}]}]`, `is before start_time`},
	} {
		_, err := fromText("jobs.csv", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: got %v, want %s", c.text, err, c.want)
		}
		if err != nil && offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("%.60q: kind %s, want invalid", c.text, offtake.KindOf(err))
		}
	}
}

func TestAJobIsInOneTraceOnly(t *testing.T) {
	texts := map[string]string{"one.csv": elastic + "a,1,5,1\nb,2,5,1\n", "two.csv": elastic + "c,1,5,1\nb,2,5,1\n"}
	_, err := FromFiles([]Spec{{File: "one.csv"}, {File: "two.csv"}}, Env{From: start, Open: func(n string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(texts[n])), nil
	}})
	if want := `two.csv:3: job id "b" is there twice; it was job 2 of one.csv`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestADemandOptionFollowsTheLastColon(t *testing.T) {
	for _, c := range []struct{ in, file, purpose, accelerator, scale string }{
		{"jobs.csv", "jobs.csv", "training", "h100", "1"},
		{"jobs.csv:scale=2.5", "jobs.csv", "training", "h100", "2.5"},
		{"jobs.csv:purpose=api,accelerator=gb200,scale=3", "jobs.csv", "api", "gb200", "3"},
		{"c:jobs,2.csv", "c:jobs,2.csv", "training", "h100", "1"},
		{"a:b=c/jobs.csv", "a:b=c/jobs.csv", "training", "h100", "1"},
		{"odd:name=1.csv:scale=2", "odd:name=1.csv", "training", "h100", "2"},
	} {
		got, err := ParseSpec(c.in)
		if err != nil || got.File != c.file || string(got.Purpose) != c.purpose || string(got.Accelerator) != c.accelerator || got.Scale.String() != c.scale {
			t.Errorf("ParseSpec(%q) = %+v, %v", c.in, got, err)
		}
	}
	for in, want := range map[string]string{
		"":                         "names no file",
		":scale=2":                 "names no file",
		"jobs.csv:scale=0":         `demand scale "0" is not a positive number`,
		"jobs.csv:scale=-1":        `demand scale "-1"`,
		"jobs.csv:speed=2":         `demand option "speed" is not purpose, accelerator or scale`,
		"jobs.csv:scale=1,scale=2": `demand option "scale" is there twice`,
		"jobs.csv:scale=1,h100":    `demand option "h100" is not a key and a value`,
	} {
		if _, err := ParseSpec(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseSpec(%q): got %v, want %s", in, err, want)
		}
	}
}

func TestScaleRoundsHalfUpAndNeverToNothing(t *testing.T) {
	for _, c := range []struct {
		n    int64
		by   string
		want int64
	}{{8, "1", 8}, {8, "3", 24}, {1, "0.1", 1}, {3, "0.5", 2}, {5, "0.5", 3}, {7, "1.5", 11}, {1, "2.499999", 2}} {
		by, err := offtake.ParseFactor(c.by)
		if got, ok := scaled(c.n, by); err != nil || !ok || got != c.want {
			t.Errorf("%d scaled by %s is %d, want %d", c.n, c.by, got, c.want)
		}
	}
	if _, ok := scaled(MaxAccelerators, offtake.One*offtake.One-1); ok {
		t.Error("ten million scaled by a million is taken, want refused")
	}
}

// The six clusters hold what their files hold, counted here by nothing but
// cutting lines at commas.
func TestTheRealTracesAddUp(t *testing.T) {
	dir := sharedJobs(t)
	var specs []Spec
	var wantJobs int
	var wantSeconds int64
	for _, n := range []string{"01", "02", "03", "04", "05", "06"} {
		name := filepath.Join(dir, "cluster"+n+".csv")
		jobs, sec := sumOf(t, name)
		if n == "04" && jobs != 15802 {
			t.Errorf("cluster04 has %d jobs, want 15802", jobs)
		}
		for _, file := range []string{name, filepath.Join(dir, "deadlines", "cluster"+n+".csv")} {
			s, err := FromFiles([]Spec{{File: file}}, Env{From: start, Open: OpenFile})
			if err != nil {
				t.Fatal(err)
			}
			if gotJobs, gotSec := sum(all(t, s)); gotJobs != jobs || gotSec != sec {
				t.Errorf("%s: %d jobs of %d GPU-seconds, want %d of %d", file, gotJobs, gotSec, jobs, sec)
			}
		}
		specs = append(specs, Spec{File: name})
		wantJobs, wantSeconds = wantJobs+jobs, wantSeconds+sec
	}
	s, err := FromFiles(specs, Env{From: start, Open: OpenFile})
	if err != nil {
		t.Fatal(err)
	}
	jobs := all(t, s)
	if n, sec := sum(jobs); n != wantJobs || n != 32211 || sec != wantSeconds {
		t.Errorf("all six: %d jobs of %d GPU-seconds, want 32211 of %d", n, sec, wantSeconds)
	}
	for i := 1; i < len(jobs); i++ {
		if jobs[i].At < jobs[i-1].At {
			t.Fatalf("job %d arrives before the one before it", i)
		}
	}
}

func sum(jobs []Job) (n int, sec int64) {
	for _, j := range jobs {
		sec += j.GPUSeconds()
	}
	return len(jobs), sec
}

func sumOf(t *testing.T, name string) (n int, sec int64) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	number := func(b []byte) (v int64) {
		for _, d := range bytes.TrimSpace(b) {
			v = v*10 + int64(d-'0')
		}
		return v
	}
	for _, line := range bytes.Split(text, []byte("\n"))[1:] {
		if cols := bytes.Split(line, []byte(",")); len(cols) == 4 {
			n, sec = n+1, sec+number(cols[2])*number(cols[3])
		}
	}
	return n, sec
}

// sharedJobs gives the folder of real traces, or skips where it is not there.
func sharedJobs(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "jobs")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real traces are not at %s, and CI must have them", dir)
		}
		t.Skipf("real traces are not at %s", dir)
	}
	return dir
}

func TestAMissingTraceAndAFolderAreNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "jobs.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"jobs.csv": "trace %q is a folder, not a file", ".": "trace %q is a folder, not a file", "none.csv": "trace %q does not exist",
		"file/jobs.csv": "trace %q cannot be read: not a directory",
	} {
		if _, err := OpenBelow(dir)(name); err == nil || err.Error() != fmt.Sprintf(want, name) {
			t.Errorf("OpenBelow(%q): got %v, want %s", name, err, want)
		}
		name = dir + "/" + name
		if _, err := OpenFile(name); err == nil || err.Error() != fmt.Sprintf(want, name) {
			t.Errorf("OpenFile(%q): got %v, want %s", name, err, want)
		}
	}
	below := OpenBelow(dir)
	for _, name := range []string{"../x.csv", "/etc/passwd"} {
		if _, err := below(name); err == nil || !strings.Contains(err.Error(), "is not below the book's folder") {
			t.Errorf("OpenBelow(%q): got %v", name, err)
		}
	}
}

func FuzzTraces(f *testing.F) {
	f.Add(elastic+"a,5,60,8\nb,7,90,1", "")
	f.Add("id,submitted,duration,accelerators,purpose,deadline\na,2025-01-21T08:00:07Z,90,1,api,99\n", "2.5")
	f.Add(`[{"jobid":"a","submitted_time":"2017-10-07 01:00:00","attempts":[{"start_time":"2017-10-07 01:12:00","end_time":"2017-10-07 01:13:00","detail":[{"gpus":["g"]}]}]}]`, "")
	f.Add("\xff\xfe\x00a", "1")
	f.Add(elastic+"a\"b,0,10,1\n", "")
	f.Add(elastic+"\"b\"x,5,10,1\nc,6,10,1\n", "")
	f.Add(elastic+"a,5,60,8\n\"b,7,90,1\nc,8,90,1", "")
	f.Add("id,submitted,duration,accelerators,purpose\n\"a\",5,10,1,\"ap\"i\n\"", "")
	f.Add("\"job_id\",submission_time,duration,num_gpu\n\"a\"\"b\",5,10,1\n", "")
	f.Fuzz(func(t *testing.T, text, scale string) {
		spec := "jobs.csv"
		if scale != "" {
			spec += ":scale=" + scale
		}
		if parsed, err := ParseSpec(spec); err == nil && parsed.File != "jobs.csv" {
			t.Skip("a scale that holds a slash is part of the file's name")
		}
		s, err := fromText(spec, text)
		if err != nil {
			if offtake.KindOf(err) != offtake.Invalid || !placed(err) && !strings.HasPrefix(err.Error(), "demand ") {
				t.Fatalf("%v is not a refusal with its place", err)
			}
			return
		}
		last := int64(0)
		for {
			j, ok, err := s.Next()
			if err != nil || !ok {
				return
			}
			if j.At < last || j.Seconds < 1 || j.Accelerators < 1 || j.ID == "" || j.GPUSeconds() < 1 {
				t.Fatalf("job %+v after second %d", j, last)
			}
			last = j.At
		}
	})
}

func TestATraceOfTheBookIsWorkOfItsDemand(t *testing.T) {
	b := &offtake.Book{Demands: []offtake.Demand{{
		Name: "nightly", Purpose: "training", Product: "chat", Regions: []offtake.Region{"us-*"},
		Trace: &offtake.Trace{File: "jobs.csv", Format: ElasticFlow, Purpose: "research", Accelerator: "gb200", Scale: 3 * offtake.One},
	}}}
	open := func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(elastic + "a,5,60,8\n")), nil
	}
	s, err := FromBook(b, Env{From: start, Open: open})
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, s); len(got) != 1 || got[0].ID != "nightly/a" || got[0].Accelerators != 24 {
		t.Errorf("jobs are %+v, want nightly/a of 24", got)
	}
	w := s.Works[0]
	if w.Demand != "nightly" || w.Purpose != "research" || w.Product != "chat" || w.Accelerators[0].Accelerator != "gb200" || w.Regions[0] != "us-*" {
		t.Errorf("its work is %+v", w)
	}
}

func TestRowsOfTheOwnFormatSayWhatTheyAreFor(t *testing.T) {
	s, err := fromText("jobs.csv", "id,submitted,duration,accelerators,purpose,product,accelerator,deadline\na,0,1,1,,,,\nb,0,1,1,api,chat,gb200,2025-01-21T08:01:00Z\nc,0,1,1,api,chat,gb200,90\n")
	if err != nil {
		t.Fatal(err)
	}
	got := all(t, s)
	if len(s.Works) != 2 || got[0].Work != 0 || got[1].Work != 1 || got[2].Work != 1 {
		t.Errorf("jobs %+v of works %+v, want two works", got, s.Works)
	}
	if got[0].Deadline != Never || got[1].Deadline != 60 || got[2].Deadline != 90 {
		t.Errorf("deadlines are %d, %d and %d, want none, 60 and 90", got[0].Deadline, got[1].Deadline, got[2].Deadline)
	}
	if w := s.Works[1]; w.Purpose != "api" || w.Product != "chat" || w.Accelerators[0].Accelerator != "gb200" {
		t.Errorf("the second work is %+v", w)
	}
}

// A job's name is written into every record of the job: what is no text is
// refused at its line, with whatever else is wrong.
func TestAJobsNameIsText(t *testing.T) {
	_, err := fromText("t.csv", elastic+"a\xff,1,2,1\nb\x1b,1,2,1\nc,1,-2,1\n")
	for _, want := range []string{"t.csv:2: job_id", "t.csv:3: job_id", "t.csv:4: duration"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s among it", err, want)
		}
	}
}
