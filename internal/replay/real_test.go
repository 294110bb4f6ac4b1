package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/replay"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/traces"
)

func TestTry(t *testing.T) {
	if os.Getenv("TRY") == "" {
		t.Skip()
	}
	b, fs := book.ReadDir("../../examples/openai")
	if b == nil {
		t.Fatal(fs)
	}
	l, _ := rights.Compile(b)
	o := replay.Options{Setup: market.Setup{Book: b, Law: l}, Open: traces.OpenBelow("../../examples/openai")}
	if at := os.Getenv("TERMS"); at != "" {
		o.Setup.TermsAt, _ = time.Parse(time.DateOnly, at)
	}
	if os.Getenv("TRY") == "book" {
		o.From = time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC)
		o.To = time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	} else {
		s, _ := traces.ParseSpec(filepath.Join("../../../shared/data/jobs", os.Getenv("TRY")))
		o.Demand, o.Open = []traces.Spec{s}, traces.OpenFile
	}
	var dec bytes.Buffer
	if os.Getenv("DEC") != "" {
		o.Decisions = &dec
	}
	begin := time.Now()
	res, err := replay.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begin))
	if os.Getenv("DEC") != "" {
		os.WriteFile(os.Getenv("DEC"), dec.Bytes(), 0o644)
	}
	res.Days = res.Days[len(res.Days)-1:]
	if len(res.Purchases) > 30 {
		t.Log(len(res.Purchases), "purchases")
		res.Purchases = res.Purchases[:5]
	}
	out, _ := json.MarshalIndent(res, "", " ")
	t.Log(string(out))
}
