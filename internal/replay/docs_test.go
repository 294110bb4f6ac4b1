package replay_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/replay"
)

// Every key that a result or a decision carries is explained in docs/REPLAY.md.
func TestEveryKeyIsInTheReference(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "REPLAY.md"))
	if err != nil {
		t.Fatal(err)
	}
	b := read(t, base+refusalClause+held("cluster", "north", "h100", 8, "2026-01-01")+
		"  spend: {text: Spend., commitment: {provider: south, measure: spend, amount: USD 100, period: {from: 2025-01-01, until: 2026-01-01}, eligible: {}, counts: usage, shortfall: invoice, carry: none}}\n"+
		supply("south", 64, "3")+scenario("{party: north, answers: passes, after: P1BD}")+`---
kind: Demand
name: campaign
purpose: training
product: model
accelerator: {h100: 1}
quantity: 24
hours: 10
earliest: 2025-01-06
delivers: {product: model, due: 2025-01-07}
---
kind: Demand
name: too-large
purpose: training
accelerator: {h100: 1}
quantity: 240
hours: 10
earliest: 2025-01-06
`)
	w := tell(t, b, "", func(o *replay.Options) { o.Setup.TermsAt = start })
	var result any
	if err := json.Unmarshal(w.json, &result); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	keys(result, seen)
	for _, l := range w.lines {
		keys(l, seen)
		seen[l["decision"].(string)] = true
	}
	for key := range seen {
		if !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("key %q is not in docs/REPLAY.md", key)
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d keys were looked for", len(seen))
	}
}

func keys(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			into[k] = true
			keys(x, into)
		}
	case []any:
		for _, x := range v {
			keys(x, into)
		}
	}
}
