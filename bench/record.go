package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// A Record is what was measured, where and when.
type Record struct {
	Machine Machine `json:"machine"`
	Date    string  `json:"date"`
	Rows    []Row   `json:"rows"`
}

// A Machine is what the figures depend on.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory"`
	System string `json:"system"`
	Go     string `json:"go"`
}

// NewRecord keeps rows measured just now on this machine.
func NewRecord(rows []Row) Record {
	return Record{Machine: thisMachine(), Date: time.Now().UTC().Format(time.DateOnly), Rows: rows}
}

// thisMachine reads what Linux says of it. What is not there stays unknown.
func thisMachine() Machine {
	m := Machine{
		CPU: entry("/proc/cpuinfo", "model name", ":"), Cores: runtime.NumCPU(), Memory: "unknown",
		System: entry("/etc/os-release", "PRETTY_NAME", "=") + ", " + runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	var kilobytes float64
	if _, err := fmt.Sscanf(entry("/proc/meminfo", "MemTotal", ":"), "%f kB", &kilobytes); err == nil {
		m.Memory = figure(rounded(kilobytes/(1<<20))) + " GiB"
	}
	return m
}

// entry gives the first value of a key in a file of keys and values.
func entry(file, key, sign string) string {
	f, err := os.Open(file)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), sign); ok && strings.TrimSpace(k) == key {
			return strings.Trim(v, " \t\"")
		}
	}
	return "unknown"
}

// JSON writes the record.
func (r Record) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // "<" is a bound here, not a tag
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Fill gives a page with its tables measured anew. A table stands between
// "<!-- measured: NAME -->" and "<!-- end -->", where NAME is that of a suite or
// "machine". A suite that has no place on the page is an error.
func (r Record) Fill(page string) (string, error) {
	tables := map[string]string{"machine": r.machine()}
	names := []string{"machine"}
	for _, row := range r.Rows {
		if _, ok := tables[row.Suite]; !ok {
			names = append(names, row.Suite)
			tables[row.Suite] = "| name | value | unit | bound | holds | reference | of | ratio |\n|---|---:|---|---:|---|---:|---|---:|\n"
		}
		tables[row.Suite] += row.markdown()
	}
	for _, name := range names {
		start := "<!-- measured: " + name + " -->\n"
		before, rest, ok := strings.Cut(page, start)
		_, after, ended := strings.Cut(rest, "<!-- end -->")
		if !ok || !ended {
			return "", fmt.Errorf("page has no place %q with an end", strings.TrimSpace(start))
		}
		page = before + start + tables[name] + "<!-- end -->" + after
	}
	return page, nil
}

func (r Record) machine() string {
	m := r.Machine
	return fmt.Sprintf("| | |\n|---|---|\n| processor | %s |\n| cores | %d |\n| memory | %s |\n| system | %s |\n| Go | %s |\n| date | %s |\n",
		m.CPU, m.Cores, m.Memory, m.System, m.Go, r.Date)
}

func (r Row) markdown() string {
	holds := ""
	if r.Bound != "" {
		holds = map[bool]string{true: "yes", false: "**no**"}[r.Holds]
	}
	reference, ratio := "", ""
	if r.Of != "" {
		reference, ratio = figure(r.Reference), figure(r.Ratio)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Name, figure(r.Value), r.Unit, r.Bound, holds, reference, r.Of, ratio)
}
