package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
	"github.com/offtake-dev/offtake/internal/outgoing"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
	"github.com/offtake-dev/offtake/internal/work"
	"golang.org/x/mod/sumdb/note"
	_ "modernc.org/sqlite" // the driver, for the reference
)

const (
	senders     = 64     // goroutines that send acts at once
	sentActs    = 40_000 // in all, in process
	sentByHTTP  = 20_000
	groupedRows = 64 // of the reference, in a transaction
	part        = 0.35
	brokerRuns  = 5 // of which the median counts
)

// Broker measures a running broker on an SQLite database: acts that are decided,
// written down, synced to the disk and then answered; the same over HTTP with
// tokens; and how long it takes to start. The references write the same rows, and
// decide nothing.
func Broker() ([]Row, error) {
	dir, err := os.MkdirTemp("", "offtake-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	inProcess, err := actsInProcess(dir)
	if err != nil {
		return nil, err
	}
	overHTTP, err := actsOverHTTP(dir)
	if err != nil {
		return nil, err
	}
	starts, err := starts(dir)
	return slices.Concat(inProcess, overHTTP, starts), err
}

// brokerBook is twoRanks with some capacity to put work on. Everything in it is
// invented.
func brokerBook() offtake.BookPush {
	files := []offtake.BookFile{{Path: "book.yaml", Text: twoRanks + `  hall:
    text: Northern holds a hall for Lumen.
    reservation:
      provider: northern
      accelerator: gb200
      quantity: 1000000
      region: north
      window: {from: 2025-01-01, until: 2045-01-01}
      price: USD 4.00
      unused_charge: 100%
      cancel: none
`}}
	return offtake.BookPush{Hash: versions.Hash(files), Files: files}
}

// cycle gives the acts of one course of things: an offer, its notice, both holders'
// answers and signatures, and twenty jobs, each submitted, started and finished.
func cycle(n int) []offtake.Act {
	name := strconv.Itoa(n)
	price, _ := offtake.ParseMoney("USD 7.50")
	term, _ := offtake.ParseDuration("P3Y")
	delivery, _ := offtake.ParseWhen("2035-01-05")
	offer := offtake.OfferTerms{
		Provider: "quarry", Accelerator: "gb200", Quantity: 1008, Region: "north", Price: price, Term: term, Delivery: delivery,
		Purposes: []offtake.Purpose{"training"},
	}
	contents := []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}
	var acts []offtake.Act
	add := func(by offtake.PartyName, d offtake.Deed) {
		a := offtake.Act{ID: offtake.ActID("a" + name + "-" + strconv.Itoa(len(acts))), By: by, Deed: d}
		if len(acts) < 6 {
			a.Opportunity = offtake.OpportunityID("o" + name)
		}
		acts = append(acts, a)
	}
	add("lumen", offtake.OfferReceive{Terms: offer})
	add("lumen", offtake.NoticeServe{To: []offtake.PartyName{"northern"}, Contents: contents})
	add("northern", offtake.Accept{Quantity: 432})
	add("delta", offtake.Accept{Quantity: 576})
	add("lumen", offtake.DefinitiveSign{Party: "northern"})
	add("lumen", offtake.DefinitiveSign{Party: "delta"})
	for j := range jobsPerCycle {
		job := offtake.JobID("j" + name + "-" + strconv.Itoa(j))
		add("lumen", offtake.SubmitJob{Job: job, Accelerator: "gb200", Quantity: 8, Length: offtake.Duration{Unit: offtake.Days, Count: 1}, Purpose: "training"})
		add("lumen", offtake.FinishJob{Job: job})
	}
	return acts
}

const (
	jobsPerCycle = 20
	perCycle     = 6 + 2*jobsPerCycle // that are sent; the start of a job is the broker's own
)

// a broker with its database, in a directory of its own.
type served struct {
	db   *sqlite.DB
	desk *desk.Desk
}

func openBroker(file string) (b served, err error) {
	if b.db, err = sqlite.Open(file); err != nil {
		return b, err
	}
	b.desk, err = desk.Open(b.db, desk.Options{Code: "bench", Start: work.Start, Effects: outgoing.Effects})
	return b, err
}

func newBroker(file string) (served, error) {
	b, err := openBroker(file)
	if err == nil {
		_, err = b.desk.Take(context.Background(), desk.Asked{Act: offtake.Act{ID: "book", By: "lumen", Deed: brokerBook()}})
	}
	return b, err
}

func (b served) close() {
	b.desk.Close()
	b.db.Close()
}

// sendAll has goroutines send the acts of so many cycles, each cycle in order, and
// gives how long it took and how long each act did.
func sendAll(cycles int, send func(offtake.Act) error) (took time.Duration, each []time.Duration, err error) {
	return sendFrom(0, cycles, send)
}

// sendFrom sends the cycles after the first from.
func sendFrom(from, cycles int, send func(offtake.Act) error) (took time.Duration, each []time.Duration, err error) {
	var next atomic.Int64
	var wait sync.WaitGroup
	times, errs := make([][]time.Duration, senders), make([]error, senders)
	begin := time.Now()
	for g := range senders {
		wait.Go(func() {
			for n := int(next.Add(1)); n <= cycles && errs[g] == nil; n = int(next.Add(1)) {
				for _, a := range cycle(from + n) {
					from := time.Now()
					if err := send(a); err != nil {
						errs[g] = fmt.Errorf("%s %s: %w", a.ID, a.Deed.Name(), err)
						break
					}
					times[g] = append(times[g], time.Since(from))
				}
			}
		})
	}
	wait.Wait()
	took = time.Since(begin)
	for _, err := range errs {
		if err != nil {
			return 0, nil, err
		}
	}
	each = slices.Concat(times...)
	slices.Sort(each)
	return took, each, nil
}

// actsInProcess measures a desk beside inserts of the rows that it wrote.
func actsInProcess(dir string) ([]Row, error) {
	var ours, bare, shares []float64
	for n := range brokerRuns {
		file := filepath.Join(dir, fmt.Sprintf("process-%d.db", n))
		b, err := newBroker(file)
		if err != nil {
			return nil, err
		}
		took, each, err := sendAll(sentActs/perCycle, func(a offtake.Act) error {
			_, err := b.desk.Take(context.Background(), desk.Asked{Act: a})
			return err
		})
		if err != nil {
			return nil, err
		}
		ours = append(ours, float64(len(each))/took.Seconds())
		rows, err := written(b.db)
		b.close()
		if err != nil {
			return nil, err
		}
		insert, err := bareInserts(file+".bare", rows)
		if err != nil {
			return nil, err
		}
		bare = append(bare, float64(len(each))/insert.Seconds())
		shares = append(shares, insert.Seconds()/took.Seconds())
	}
	share := median(shares)
	const of = "bare inserts of the same rows, 64 a transaction"
	return []Row{
		Measured("acts in process, 64 goroutines", median(ours), "acts/s").Beside(of, median(bare)),
		AtLeast("acts in process, as a part of the reference", share, "part", part),
	}, nil
}

func median(all []float64) float64 {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}

// written gives what a broker has written: entries and effects, as many rows as it
// wrote and as many bytes.
func written(db *sqlite.DB) (rows [][]byte, err error) {
	for r, err := range db.Rows(1) { // the first is the book
		if err != nil {
			return nil, err
		}
		rows = append(rows, slices.Concat(r.Salt[:], r.Veil[:], r.Done, r.Followed))
	}
	effects, err := db.Pending(time.Now().AddDate(10, 0, 0), 1<<30)
	for _, e := range effects {
		rows = append(rows, slices.Concat([]byte(e.Key+e.Kind+string(e.To)), e.Body))
	}
	return rows, err
}

// A bareStore is a table of rows, and nothing else.
type bareStore struct {
	db     *sql.DB
	insert *sql.Stmt
}

func openBare(file string) (s bareStore, err error) {
	if s.db, err = sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"); err != nil {
		return s, err
	}
	s.db.SetMaxOpenConns(1)
	if _, err = s.db.Exec("create table rows (n integer primary key, row blob not null)"); err == nil {
		s.insert, err = s.db.Prepare("insert into rows (row) values (?)")
	}
	return s, err
}

func (s bareStore) write(rows [][]byte) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert := tx.Stmt(s.insert)
	for _, row := range rows {
		if _, err := insert.Exec(row); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func bareInserts(file string, rows [][]byte) (time.Duration, error) {
	s, err := openBare(file)
	if err != nil {
		return 0, err
	}
	defer s.db.Close()
	begin := time.Now()
	for group := range slices.Chunk(rows, groupedRows) {
		if err := s.write(group); err != nil {
			return 0, err
		}
	}
	return time.Since(begin), nil
}

// actsOverHTTP measures the API with tokens beside a handler that reads JSON and
// inserts it, both behind net/http on the loopback.
func actsOverHTTP(dir string) ([]Row, error) {
	var ours, bare, late []float64
	for n := range brokerRuns {
		rate, times, err := overHTTP(filepath.Join(dir, fmt.Sprintf("http-%d.db", n)))
		if err != nil {
			return nil, err
		}
		ours = append(ours, rate)
		late = append(late, times[len(times)*99/100].Seconds()*1000)
		if rate, err = bareHTTP(filepath.Join(dir, fmt.Sprintf("http-%d.bare", n))); err != nil {
			return nil, err
		}
		bare = append(bare, rate)
	}
	const of = "net/http, encoding/json and grouped inserts"
	return []Row{
		Measured("acts over HTTP with tokens, 64 clients", median(ours), "acts/s").Beside(of, median(bare)),
		AtLeast("acts over HTTP, as a part of the reference", median(ours)/median(bare), "part", part),
		Below("acts over HTTP, 99 of 100 answered within", median(late), "ms", 50),
	}, nil
}

func overHTTP(file string) (rate float64, times []time.Duration, err error) {
	b, err := newBroker(file)
	if err != nil {
		return 0, nil, err
	}
	defer b.close()
	gate, err := access.Open(b.db)
	if err != nil {
		return 0, nil, err
	}
	tokens := map[offtake.PartyName]string{}
	for _, party := range []offtake.PartyName{"lumen", "northern", "delta"} {
		if tokens[party], _, err = gate.Issue(access.Token{Party: party, Person: "bench", Scopes: access.Scopes}, time.Now()); err != nil {
			return 0, nil, err
		}
	}
	key, err := benchKey()
	if err != nil {
		return 0, nil, err
	}
	a, err := api.New(api.Options{Key: key, Desk: b.desk, Store: b.db, Gate: gate, Now: time.Now, Version: "bench", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, nil, err
	}
	return posted(a, func(a offtake.Act) (string, string) { return "/v1/acts", tokens[a.By] })
}

func benchKey() (key api.Key, err error) {
	secret, public, err := note.GenerateKey(rand.Reader, "offtake/bench")
	if err != nil {
		return key, err
	}
	key.Public = public
	key.Signer, err = note.NewSigner(secret)
	return key, err
}

// bareHTTP measures a handler that decodes an act, hands it to a writer that inserts
// what has come in by then, and says so.
func bareHTTP(file string) (rate float64, err error) {
	s, err := openBare(file)
	if err != nil {
		return 0, err
	}
	defer s.db.Close()
	type ask struct {
		row  []byte
		done chan error
	}
	asks := make(chan ask, senders)
	quit := make(chan struct{})
	defer close(quit)
	go func() {
		for {
			var group []ask
			select {
			case a := <-asks:
				group = append(group, a)
			case <-quit:
				return
			}
			for len(asks) > 0 && len(group) < groupedRows {
				group = append(group, <-asks)
			}
			rows := make([][]byte, len(group))
			for i, a := range group {
				rows[i] = a.row
			}
			err := s.write(rows)
			for _, a := range group {
				a.done <- err
			}
		}
	}()
	rate, _, err = posted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var act map[string]any
		if err := json.NewDecoder(r.Body).Decode(&act); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		row, err := json.Marshal(act)
		if err == nil {
			a := ask{row, make(chan error, 1)}
			asks <- a
			err = <-a.done
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"act": act})
	}), func(offtake.Act) (string, string) { return "/", "" })
	return rate, err
}

// posted sends acts to a handler over the loopback.
func posted(h http.Handler, to func(offtake.Act) (path, token string)) (rate float64, times []time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	server := &http.Server{Handler: h}
	go server.Serve(l)
	defer server.Close()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer c.CloseIdleConnections()
	took, times, err := sendAll(sentByHTTP/perCycle, func(a offtake.Act) error {
		path, token := to(a)
		line, err := actBody(a)
		if err != nil {
			return err
		}
		r, err := http.NewRequest(http.MethodPost, "http://"+l.Addr().String()+path, bytes.NewReader(line))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := c.Do(r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode/100 != 2 {
			err = fmt.Errorf("status %d: %s", resp.StatusCode, strings.TrimSpace(string(body)))
		}
		return err
	})
	return float64(len(times)) / took.Seconds(), times, err
}

// actBody writes an act as a client sends it: without its instant.
func actBody(a offtake.Act) ([]byte, error) {
	a.At = time.Unix(0, 0)
	line, err := wire.AppendAct(nil, &a)
	if err != nil {
		return nil, err
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(line, &body); err != nil {
		return nil, err
	}
	delete(body, "at")
	return json.Marshal(body)
}

// starts measures how long the program takes from its start until it says that it is
// ready, on a record of a million events.
func starts(dir string) ([]Row, error) {
	if err := build(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "million.db")
	acts, err := record(file, 1_000_000)
	if err != nil {
		return nil, err
	}
	if err := forgetSnapshots(file); err != nil {
		return nil, err
	}
	without, err := startedIn(dir, file) // and keeps a snapshot when it ends
	if err != nil {
		return nil, err
	}
	with, err := startedIn(dir, file)
	if err != nil {
		return nil, err
	}
	return []Row{
		Measured("acts in the record, each with an event or more", float64(acts), "acts"),
		Below("start without a snapshot", without.Seconds(), "s", 15),
		Below("start with a snapshot", with.Seconds(), "s", 2),
	}, nil
}

// record makes a record of at least so many acts, each of which an event follows from,
// as a broker writes it.
func record(file string, atLeast int64) (acts int64, err error) {
	b, err := newBroker(file)
	if err != nil {
		return 0, err
	}
	defer b.close()
	const cycles = 1000
	for n := 0; int64(b.desk.Version()) < atLeast; n += cycles {
		_, _, err := sendFrom(n, cycles, func(a offtake.Act) error {
			_, err := b.desk.Take(context.Background(), desk.Asked{Act: a})
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return int64(b.desk.Version()), nil
}

// forgetSnapshots removes what spares a start from folding everything.
func forgetSnapshots(file string) error {
	snapshots, err := filepath.Glob(file + ".snapshot-*")
	if err == nil && len(snapshots) == 0 {
		err = errors.New("the broker kept no snapshot")
	}
	for _, name := range snapshots {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// startedIn starts the program on a database, waits until it is ready, and ends it.
func startedIn(dir, file string) (time.Duration, error) {
	address := filepath.Join(dir, "address")
	_ = os.Remove(address)
	cmd := exec.Command(filepath.Join(dir, "offtake"), "serve", "--db", file, "--listen", "127.0.0.1:0", "--address-file", address)
	var log bytes.Buffer
	cmd.Stderr = &log
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(os.Interrupt)
	for time.Since(begin) < time.Minute {
		if at, err := os.ReadFile(address); err == nil && len(at) > 0 {
			resp, err := http.Get(strings.TrimSpace(string(at)) + "/readyz")
			if err == nil {
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					return time.Since(begin), nil
				}
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0, fmt.Errorf("not ready within a minute: %s", log.String())
}
