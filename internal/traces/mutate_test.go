package traces

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A valid trace with any bytes put in, taken out or changed is read or refused
// with its line.
func TestAMutatedTraceIsReadOrRefusedWithItsLine(t *testing.T) {
	placed := regexp.MustCompile(`^jobs\.csv:[0-9]+: `)
	valid := []string{
		elastic + "a,5,60,8\n\"b\",7,90,1\n",
		"id,submitted,duration,accelerators,purpose,deadline\na,2025-01-21T08:00:07Z,90,1,api,99\n\"b\",8,9,2,,\n",
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
		if _, err := fromText("jobs.csv", string(text)); err != nil && !placed.MatchString(err.Error()) {
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
