package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market/deal"
	"github.com/offtake-dev/offtake/internal/market/terms"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/wire"
)

const (
	// The length of the log that is played.
	playedActs = 1_000_000
	// The garbage collector's percentage, as a program that keeps its processes
	// sets it.
	collected = 400
)

// Play measures first-refusal processes: acts decided and folded in memory on one
// core, with the deadlines between them, and `offtake play` on a log of a million
// acts from start to exit. The references do only the least of it: keep the acts
// of each opportunity, and parse the lines as JSON.
func Play() ([]Row, error) {
	dir, err := os.MkdirTemp("", "offtake-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	inMemory, err := decidedActs(dir)
	if err != nil {
		return nil, err
	}
	whole, err := playedLog(dir)
	return append(inMemory, whole...), err
}

// decidedActs measures acts that were read already: with some hundred offers open
// at a time, which is more than a buyer has, and with as many as a log of a
// million acts has here.
func decidedActs(dir string) ([]Row, error) {
	b, law, err := playBook(dir)
	if err != nil {
		return nil, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(collected))
	few, keptFew, err := actsPerSecond(b, law, Log(200_000, 6*time.Hour))
	if err != nil {
		return nil, err
	}
	many, keptMany, err := actsPerSecond(b, law, Log(200_000, time.Minute))
	const bare = "keeping the acts by opportunity"
	return []Row{
		AtLeast("first refusal, acts in memory, an offer every six hours", few, "acts/s", 300_000).Beside(bare, keptFew),
		Measured("first refusal, acts in memory, an offer every minute", many, "acts/s").Beside(bare, keptMany),
	}, err
}

func actsPerSecond(b *offtake.Book, law *rights.Law, acts []offtake.Act) (ours, bare float64, err error) {
	var taken, kept []float64
	for range 5 {
		runtime.GC() // what was left behind is not this run's
		start := time.Now()
		if n := decide(deal.New(terms.New(b, law, time.Time{})), acts); n != len(acts) {
			return 0, 0, fmt.Errorf("%d of %d acts were taken", n, len(acts))
		}
		taken = append(taken, float64(len(acts))/time.Since(start).Seconds())
		start = time.Now()
		by := map[offtake.OpportunityID][]offtake.Act{}
		for _, a := range acts {
			by[a.Opportunity] = append(by[a.Opportunity], a)
		}
		kept = append(kept, float64(len(acts))/time.Since(start).Seconds())
	}
	slices.Sort(taken)
	slices.Sort(kept)
	return taken[2], kept[2], nil
}

// decide sends acts with the deadlines between them, and counts those taken.
func decide(deals *deal.Deals, acts []offtake.Act) (taken int) {
	step := func(a offtake.Act) bool {
		events, err := deals.Decide(a)
		deals.Fold(a.At, events)
		return err == nil
	}
	for _, a := range acts {
		for at, due, ok := deals.Due(); ok && deal.Comes(at, due, a.At); at, due, ok = deals.Due() {
			step(due)
		}
		if step(a) {
			taken++
		}
	}
	return taken
}

// playedLog measures the program on a log of a million acts.
func playedLog(dir string) ([]Row, error) {
	if err := build(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "acts.jsonl")
	if err := writeLog(file, Log(playedActs, time.Minute)); err != nil {
		return nil, err
	}
	ours, err := measured(dir, 3, "offtake", "play", dir, file, "--as-of", "2025-01-02", "--output", "json")
	if err != nil {
		return nil, err
	}
	parse, err := parsedLines(file)
	if err != nil {
		return nil, err
	}
	return []Row{
		Below("offtake play, a million acts, start to exit", ours.Milliseconds/1000, "s", 10).Beside("parsing the lines with encoding/json", parse),
		Below("offtake play, a million acts, memory at its peak", ours.Megabytes, "MB", 1_000),
	}, nil
}

func parsedLines(file string) (seconds float64, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	for line := range bytes.Lines(text) {
		var m map[string]any
		if err := json.Unmarshal(line, &m); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Seconds(), nil
}

func writeLog(file string, acts []offtake.Act) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	var line []byte
	for i := range acts {
		if line, err = wire.AppendAct(line[:0], &acts[i]); err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

func playBook(dir string) (*offtake.Book, *rights.Law, error) {
	if err := os.WriteFile(filepath.Join(dir, "book.yaml"), []byte(twoRanks), 0o644); err != nil {
		return nil, nil, err
	}
	b, found := book.ReadDir(dir)
	for _, f := range found {
		if f.Severity == offtake.Mistake {
			return nil, nil, fmt.Errorf("%v", f)
		}
	}
	law, _ := rights.Compile(b)
	return b, law, nil
}

// twoRanks is a book with a senior and a junior holder. Everything in it is
// invented.
const twoRanks = `kind: Book
name: bench
buyer: lumen
currency: USD
calendar: business
parties: {lumen: {title: Lumen}, northern: {title: Northern}, delta: {title: Delta}, quarry: {title: Quarry}}
providers: {northern: {party: northern}, delta: {party: delta}, quarry: {party: quarry}}
purposes: [training]
accelerators: {gb200: {per_node: 4, lot: 72}}
calendars: {business: {timezone: America/New_York, holidays: us-federal, cutoff: "17:00", opens: "09:00"}}
---
kind: Agreement
name: master
parties: [lumen, northern, delta]
calendar: business
effective: 2020-01-01
clauses:
  match:
    text: Northern and then Delta may match.
    first_refusal:
      direction: supply_side
      grantor: lumen
      holders:
        - {party: northern, provider: northern, rank: 1, weight: 1, assignable: affiliates}
        - {party: delta, provider: delta, rank: 2, weight: 1, assignable: personal}
      scope: {capacity: new}
      notify_within: P5D
      notice: {contents: [provider, quantity, accelerator, price, term, delivery], deficiency: strict}
      window: {1: P10BD, 2: P5BD}
      ranks: {mode: sequential, next_starts: on_response}
      partial: lots
      all_or_none: false
      match: exact
      non_cash: same
      package: whole
      offer_revocable: until_acceptance
      nonconforming: ignored
      definitive_within: P20BD
      tail: {sign_by: P60D, close_by: P30D}
      tolerance: {price: 2%}
      survival: continuing
      tolling: [force_majeure]
`

// Log gives a log of so many acts: an offer every so often, each of eight acts
// over some weeks. Every fourth is left to its deadlines.
func Log(acts int, every time.Duration) []offtake.Act {
	price, _ := offtake.ParseMoney("USD 7.50")
	term, _ := offtake.ParseDuration("P3Y")
	delivery, _ := offtake.ParseWhen("2028-01-05")
	offer := offtake.OfferTerms{
		Provider: "quarry", Accelerator: "gb200", Quantity: 1008, Price: price, Term: term, Delivery: delivery,
		Purposes: []offtake.Purpose{"training"},
	}
	contents := []offtake.Content{"provider", "quantity", "accelerator", "price", "term", "delivery"}
	begin := time.Date(2025, 1, 2, 15, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	var log []offtake.Act
	for n := 0; len(log) < acts+acts/20; n++ {
		id, from := offtake.OpportunityID("o"+strconv.Itoa(n)), begin.Add(time.Duration(n)*every)
		act := func(after time.Duration, by offtake.PartyName, d offtake.Deed) {
			log = append(log, offtake.Act{ID: offtake.ActID("a" + strconv.Itoa(len(log))), At: from.Add(after), By: by, Opportunity: id, Deed: d})
		}
		act(0, "lumen", offtake.OfferReceive{Terms: offer})
		act(time.Hour, "lumen", offtake.NoticeServe{To: []offtake.PartyName{"northern"}, Contents: contents})
		if n%4 == 0 {
			act(40*day, "lumen", offtake.ThirdPartySign{})
			act(50*day, "lumen", offtake.ThirdPartyClose{})
			continue
		}
		act(3*day, "northern", offtake.Accept{Quantity: 432})
		act(5*day, "delta", offtake.Accept{Quantity: 288})
		act(8*day, "lumen", offtake.DefinitiveSign{Party: "northern"})
		act(9*day, "lumen", offtake.DefinitiveSign{Party: "delta"})
		act(20*day, "lumen", offtake.ThirdPartySign{})
		act(30*day, "lumen", offtake.ThirdPartyClose{})
	}
	slices.SortStableFunc(log, func(a, b offtake.Act) int { return a.At.Compare(b.At) })
	return log[:acts]
}
