package bench

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing/fstest"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/focus"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/statement"
	"github.com/offtake-dev/offtake/internal/usage"
	"github.com/offtake-dev/offtake/internal/versions"
)

const (
	manyRecords = 10_000_000
	fewRecords  = 2_000_000 // for the journal, and bare inserts
	perBatch    = 10_000
	focusRows   = 1_000_000
	perHour     = manyRecords / 8760
)

// moneyBook is twoRanks with a commitment to spend. Everything in it is invented.
const moneyBook = twoRanks + `  spend:
    text: Lumen spends with Northern.
    commitment:
      provider: northern
      measure: spend
      amount: USD 3B
      period: {from: 2025-01-01, until: 2028-01-01}
      eligible: {}
      counts: usage
      shortfall: invoice
      carry: none
      cancel: none
`

// records writes hourly usage in CSV, of a year where it is all: 1% of the records twice, 1% that correct
// an earlier one.
func records(to io.Writer, n int) error {
	draw := rand.New(rand.NewPCG(seed, seed))
	out := bufio.NewWriterSize(to, 1<<20)
	fmt.Fprintln(out, "id,corrects,end,provider,accelerator,region,purpose,used,cost,label.team")
	from := time.Date(2025, 2, 1, 1, 0, 0, 0, time.UTC)
	last := ""
	for i := range n {
		if last != "" && draw.IntN(100) == 0 {
			out.WriteString(last)
			continue
		}
		corrects := ""
		if i > 1000 && draw.IntN(100) == 0 {
			corrects = fmt.Sprint("r", i-1-draw.IntN(min(i, 200_000)-1))
		}
		end := from.Add(time.Duration(i/perHour) * time.Hour)
		last = fmt.Sprintf("r%d,%s,%s,northern,gb200,north,training,%d,%d.%06d,t%d\n", i, corrects, end.Format(time.RFC3339), 1+draw.IntN(100_000), draw.IntN(100), 1+draw.IntN(999_999), draw.IntN(40))
		out.WriteString(last)
	}
	return out.Flush()
}

// Money measures usage on its way into the books, and what is read of them.
func Money() ([]Row, error) {
	dir, err := os.MkdirTemp("", "offtake-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	rows, err := fromAFile(dir)
	if err != nil {
		return nil, err
	}
	more, err := intoTheJournal(dir)
	if err != nil {
		return nil, err
	}
	last, err := asFOCUS()
	return append(append(rows, more...), last...), err
}

// fromAFile measures the command on one core: a file of ten million records to totals.
func fromAFile(dir string) ([]Row, error) {
	if err := build(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "usage.csv")
	if err := writeRecords(file, manyRecords); err != nil {
		return nil, err
	}
	defer os.Remove(file)
	folder := filepath.Join(dir, "money")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "book.yaml"), []byte(moneyBook), 0o644); err != nil {
		return nil, err
	}
	was, set := os.LookupEnv("GOMAXPROCS")
	os.Setenv("GOMAXPROCS", "1")
	ours, err := measured(dir, 1, "offtake", "statement", "master/spend", "--book", folder, "--usage", file, "--at", "2026-03-01")
	if os.Unsetenv("GOMAXPROCS"); set {
		os.Setenv("GOMAXPROCS", was)
	}
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := readAlone(file); err != nil {
		return nil, err
	}
	const of = "encoding/csv alone"
	return []Row{
		Below("ten million records of a file to a statement, on one core", ours.Milliseconds/1000, "s", 30).Beside(of, time.Since(begin).Seconds()),
		Below("the same, memory at its peak", ours.Megabytes, "MB", 1500),
	}, nil
}

func writeRecords(file string, n int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := records(f, n); err != nil {
		return err
	}
	return f.Close()
}

func readAlone(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := csv.NewReader(bufio.NewReaderSize(f, 1<<16))
	in.ReuseRecord = true
	for {
		if _, err := in.Read(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// intoTheJournal measures records through the API into a database, beside inserts of
// the same bytes, and statements of what came of them.
func intoTheJournal(dir string) ([]Row, error) {
	var text bytes.Buffer
	if err := records(&text, fewRecords); err != nil {
		return nil, err
	}
	b, err := openBroker(filepath.Join(dir, "money.db"))
	if err != nil {
		return nil, err
	}
	defer b.close()
	files := []offtake.BookFile{{Path: "book.yaml", Text: moneyBook}}
	pushed := offtake.BookPush{Hash: versions.Hash(files), Files: files}
	if _, err := b.desk.Take(context.Background(), desk.Asked{Act: offtake.Act{ID: "book", By: "lumen", Deed: pushed}}); err != nil {
		return nil, err
	}
	gate, err := access.Open(b.db)
	if err != nil {
		return nil, err
	}
	secret, _, err := gate.Issue(access.Token{Party: "lumen", Person: "meter", Scopes: access.Scopes}, time.Now())
	if err != nil {
		return nil, err
	}
	key, err := benchKey()
	if err != nil {
		return nil, err
	}
	a, err := api.New(api.Options{Desk: b.desk, Store: b.db, Gate: gate, Now: time.Now, Version: "bench", Backups: dir, Key: key})
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	parts := usage.Split(bytes.NewReader(text.Bytes()), usage.CSV, perBatch)
	for n := 0; ; n++ {
		part, _, err := parts.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		req := httptest.NewRequest("POST", fmt.Sprintf("/v1/usage?source=m&batch=%d", n), bytes.NewReader(part))
		req.Header.Set("Content-Type", "text/plain")
		req.Header.Set("Authorization", "Bearer "+secret)
		w := httptest.NewRecorder()
		if a.ServeHTTP(w, req); w.Code != 200 {
			return nil, fmt.Errorf("batch %d: %d %s", n, w.Code, w.Body)
		}
	}
	ours := time.Since(begin).Seconds()
	bare, err := bareLines(filepath.Join(dir, "bare.db"), text.Bytes())
	if err != nil {
		return nil, err
	}
	slowest, err := statements(b)
	return []Row{
		Measured("two million records by the API into the journal", ours, "s").Beside("bare inserts of the same bytes, 10,000 a transaction", bare),
		AtMost("the same, as a multiple of the reference", ours/bare, "times", 3),
		Below("a statement as of any instant, the slowest of 50", slowest*1000, "ms", 100),
	}, err
}

// bareLines inserts each line as a row.
func bareLines(file string, text []byte) (seconds float64, err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.Exec("create table rows (line text not null) strict"); err != nil {
		return 0, err
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:]
	begin := time.Now()
	for len(lines) > 0 {
		n := min(perBatch, len(lines))
		tx, err := db.Begin()
		if err != nil {
			return 0, err
		}
		insert, err := tx.Prepare("insert into rows (line) values (?)")
		if err != nil {
			return 0, err
		}
		for _, l := range lines[:n] {
			if _, err := insert.Exec(string(l)); err != nil {
				return 0, err
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
		lines = lines[n:]
	}
	return time.Since(begin).Seconds(), nil
}

func statements(b served) (slowest float64, err error) {
	draw := rand.New(rand.NewPCG(seed, 1))
	for range 50 {
		at := time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(draw.IntN(90*24)) * time.Hour)
		begin := time.Now()
		b.desk.Read(func(s *broker.State) {
			_, err = statement.Of(s.Market(), statement.Order{Name: "master/spend", At: at})
		})
		if err != nil {
			return 0, err
		}
		slowest = max(slowest, time.Since(begin).Seconds())
	}
	return slowest, nil
}

// asFOCUS measures the export of a million rows.
func asFOCUS() ([]Row, error) {
	read, found := book.Read(fstest.MapFS{"book.yaml": {Data: []byte(moneyBook)}})
	if worst, some := offtake.Worst(found); some && worst == offtake.Mistake {
		return nil, fmt.Errorf("the book of the bench does not load: %v", found)
	}
	law, _ := rights.Compile(read)
	m, buyer := market.New(market.Setup{Book: read, Law: law}), read.Buyer
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	cost, _ := offtake.ParseMoney("USD 12.34")
	for n := range focusRows / perBatch {
		report := offtake.UsageReport{Source: "m", Batch: fmt.Sprint(n)}
		for i := range perBatch {
			k := n*perBatch + i
			report.Totals = append(report.Totals, offtake.UsageTotal{
				Provider: "northern", Accelerator: "gb200", Region: "north", Purpose: "training", Used: 3600, Cost: cost,
				At:     time.Date(2025, 2, 1, 1, 0, 0, 0, time.UTC).Add(time.Duration(k/125) * time.Hour),
				Labels: []offtake.Label{{Key: "team", Value: fmt.Sprint("t", k%125)}},
			})
		}
		if _, err := m.Do(offtake.Act{ID: offtake.ActID(report.Batch), At: now, By: buyer, Deed: report}); err != nil {
			return nil, err
		}
	}
	begin := time.Now()
	w := &counting{}
	if err := focus.Costs(m, time.Time{}, time.Time{}).Write(w); err != nil {
		return nil, err
	}
	return []Row{
		Below("a million rows as FOCUS", time.Since(begin).Seconds(), "s", 20),
		Measured("the same, written", float64(w.n)/1e6, "MB"),
	}, nil
}

type counting struct{ n int64 }

func (c *counting) Write(b []byte) (int, error) { c.n += int64(len(b)); return len(b), nil }
