package traces

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const phillyText = `[{"jobid":"a","submitted_time":"2017-10-07 01:11:30",
  "attempts":[{"start_time":"2017-10-07 01:12:00","end_time":"2017-10-07 01:13:00","detail":[{"ip":"m1","gpus":["g0","g1"]}]}]},
 {"jobid":"b","submitted_time":"2017-10-07 01:11:32",
  "attempts":[{"start_time":"2017-10-07 01:14:00","end_time":null,"detail":[]}]}
]
`

var (
	place = regexp.MustCompile(`^jobs\.csv:[1-9][0-9]*: `)
	more  = regexp.MustCompile(`^and [1-9][0-9]* more$`)
)

// placed reports whether every line of an error names a line of the trace.
func placed(err error) bool {
	first := true
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		if !place.MatchString(line) && (first || !more.MatchString(line)) {
			return false
		}
		first = false
	}
	return true
}

// A valid trace with any bytes put in, taken out or changed is read or refused
// with its line, whatever the format.
func TestAMutatedTraceIsReadOrRefusedWithItsLine(t *testing.T) {
	valid := []string{
		elastic + "a,5,60,8\n\"b\",7,90,1\n",
		"id,submitted,duration,accelerators,purpose,deadline\na,2025-01-21T08:00:07Z,90,1,api,99\n\"b\",8,9,2,,\n",
		phillyText,
	}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.SampledFrom(valid).Draw(t, "valid"))
		for range rapid.IntRange(1, 4).Draw(t, "mutations") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			until := min(len(text), at+rapid.IntRange(0, 2).Draw(t, "cut"))
			with := rapid.OneOf(rapid.SampledFrom([]string{"", `"`, `""`, ",", "\n", "\r", "-", "9", "{", "]", "null", "\x00", "\xff"}),
				rapid.StringN(0, 2, 4)).Draw(t, "with")
			text = slices.Concat(text[:at], []byte(with), text[until:])
		}
		if _, err := fromText("jobs.csv", string(text)); err != nil && !placed(err) {
			t.Fatalf("%q: %q names no line", text, err)
		}
	})
}

// The dumb twin of a line cut at its commas is encoding/csv.
func TestALineIsCutAsCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOf(rapid.RuneFrom([]rune("ab ,,\"\""))).Draw(t, "line")
		want, bad := csv.NewReader(strings.NewReader(line)).Read()
		got, err := newLines(strings.NewReader(line)).next()
		if (err == nil) != (bad == nil) || err == nil && !slices.Equal(got, want) {
			t.Fatalf("%q is cut into %q, %v; want %q, %v", line, got, err, want, bad)
		}
	})
}
