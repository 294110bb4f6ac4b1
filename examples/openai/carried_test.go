package openai_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/rights"
)

// Each of the four versions can be carried out over the whole time, and so can
// the terms as they change.
func TestEveryVersionCanBeCarriedOut(t *testing.T) {
	b, _ := book.ReadDir(".")
	if b == nil {
		t.Fatal("the book does not read")
	}
	l, _ := rights.Compile(b)
	from, until := time.Date(2025, 1, 21, 8, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	held := []time.Time{{}}
	for _, day := range storyDays {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, at)
	}
	for _, at := range held {
		if err := market.Supported(market.Setup{Book: b, Law: l, TermsAt: at}, from, until); err != nil {
			t.Errorf("terms of %v: %v", at, err)
		}
	}
}
