// Package openai_test holds the example book to what it promises: that every
// number in it names its source or says that it is invented, and that the
// figures it calls measured are those of the traces.
package openai_test

import (
	"os"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/provenance"
)

// sources are the ways a number of this book may be marked. Anything else is
// a slip of the pen.
var sources = []string{
	"invented",
	"announcement of 2025-01-21, as quoted in press",
	"as reported",
	"Epoch AI",
	"Azure list price", "Oracle list price", "CoreWeave list price", "AWS list price",
	"measured", // the head of the file says from what
}

func numbers(t *testing.T) []provenance.Number {
	t.Helper()
	all, err := provenance.Read(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 200 {
		t.Fatalf("%d numbers found in the book, want a few hundred", len(all))
	}
	return all
}

func TestEveryNumberIsMarked(t *testing.T) {
	for _, n := range numbers(t) {
		if !marked(n) {
			t.Errorf("%s:%d: %s in %q is marked %q, which names no source and does not say invented", n.File, n.Line, n.Text, n.Shown, n.Mark)
		}
	}
}

func marked(n provenance.Number) bool {
	for _, s := range sources {
		if strings.Contains(n.Mark, s) {
			return true
		}
	}
	return false
}

// A mark such as "measured" is short for a source that the head of its file spells out.
func TestMeasuredFilesNameTheTraces(t *testing.T) {
	for _, n := range numbers(t) {
		if !strings.HasPrefix(n.Mark, "measured") {
			continue
		}
		text, err := os.ReadFile(n.File)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "microsoft/elasticflow-traces (MIT), six clusters, Mar–May 2021") {
			t.Fatalf("%s calls numbers measured and does not say from what", n.File)
		}
	}
}

// Words that hold numbers, such as the text of a clause, have a source beside them.
func TestProseWithNumbersHasASource(t *testing.T) {
	for _, file := range []string{"agreements/microsoft-openai.yaml", "agreements/stargate.yaml", "agreements/other-clouds.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "text:") && !strings.HasPrefix(strings.TrimSpace(lines[i+1]), "source:") {
				t.Errorf("%s:%d: a clause's text without a source below it: %q", file, i+1, line)
			}
		}
	}
}

// No public fact is called invented by mistake, and none is missing.
func TestPublicFigures(t *testing.T) {
	want := map[string]string{ // where: figure
		"Agreement microsoft-openai incremental-commitment amount": "250B",
		"Agreement stargate capital.up_to":                         "500B",
		"Agreement stargate capital.initial":                       "100B",
	}
	for _, n := range numbers(t) {
		for where, text := range want {
			words := strings.Fields(where)
			if n.Document == words[0]+" "+words[1] && contains(n.Path, words[2:]) && n.Text == text && !n.Invented() {
				delete(want, where)
			}
		}
	}
	for where, text := range want {
		t.Errorf("%s: %s is not in the book with its source", where, text)
	}
}

func contains(path string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(path, w) {
			return false
		}
	}
	return true
}
