package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/chronology"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/report"
	"github.com/offtake-dev/offtake/internal/rights"
)

// told gives the cases of the chronology, told.
func told(t *testing.T) map[string]*chronology.Chronology {
	t.Helper()
	files, _ := filepath.Glob("../chronology/testdata/*.txtar")
	b, _ := book.ReadDir("../chronology/testdata/book")
	l, _ := rights.Compile(b)
	out := map[string]*chronology.Chronology{}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := play.Run(b, l, bytes.NewReader(a.Files[0].Data), play.Options{Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = chronology.Of(c, terms.New(b, l, time.Time{}))
	}
	if len(out) == 0 {
		t.Fatal("no cases")
	}
	return out
}

func caseOf(t *testing.T, c *chronology.Chronology) string {
	t.Helper()
	var page bytes.Buffer
	if err := report.WriteCase(&page, c); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// The page of a case stands alone, says all that is told, and is well-formed;
// ids are unique and links lead somewhere; words of the log are never obeyed.
func TestCasePages(t *testing.T) {
	for name, c := range told(t) {
		page := caseOf(t, c)
		if page != caseOf(t, c) {
			t.Errorf("%s: the same case gives two different pages", name)
		}
		for _, bad := range []string{"http:", "https:", "<script", "<link", "<img", "@import", "ZgotmplZ", "NaN", "Infinity", "<b>&", "alert(1)<"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page holds %q", name, bad)
			}
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: id %q stands twice", name, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby="|url\(#)([^")]+)`).FindAllStringSubmatch(page, -1) {
			for _, id := range strings.Fields(m[1]) {
				if !ids[id] {
					t.Errorf("%s: %q leads to no id", name, id)
				}
			}
		}
		if n := strings.Count(page, `role="img"`); n != len(c.Processes) || strings.Count(page, "<summary>Table of the parts") != n {
			t.Errorf("%s: %d drawings of %d processes", name, n, len(c.Processes))
		}
		wellFormed(t, name, page)
		said := strings.Count(page, `<p class="said">`)
		if said < len(c.Entries) {
			t.Errorf("%s: %d of %d entries are told", name, said, len(c.Entries))
		}
	}
}

// wellFormed holds every drawing to be XML whose coordinates lie inside it.
func wellFormed(t *testing.T, name, page string) {
	t.Helper()
	for _, svg := range regexp.MustCompile(`(?s)<svg [^>]*viewBox.*?</svg>`).FindAllString(page, -1) {
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v in %.200s", name, err, svg)
			}
		}
		var width, height float64
		if _, err := fmt.Sscanf(regexp.MustCompile(`viewBox="0 0 \d+ \d+"`).FindString(svg), `viewBox="0 0 %g %g"`, &width, &height); err != nil {
			continue // the mark of a legend
		}
		for _, m := range regexp.MustCompile(` ([xy])[12]?="([^"]+)"`).FindAllStringSubmatch(svg, -1) {
			at, err := strconv.ParseFloat(m[2], 64)
			if most := map[string]float64{"x": width, "y": height}[m[1]]; err != nil || at < 0 || at > most {
				t.Errorf("%s: the coordinate%s is outside of %.120s", name, m[0], svg)
			}
		}
	}
}

// A case of nothing is a page all the same.
func TestPageOfNothing(t *testing.T) {
	page := caseOf(t, &chronology.Chronology{Book: "empty"})
	if !strings.Contains(page, "No process was opened.") || strings.Contains(page, "NaN") {
		t.Errorf("the page of nothing:\n%s", page)
	}
	if *keep != "" {
		if err := os.WriteFile(*keep+".case.html", []byte(caseOf(t, told(t)["ranks.txtar"])), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
