package actors_test

import (
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/actors"
)

func on(day int) offtake.When {
	return offtake.When{Instant: time.Date(2025, 1, day, 0, 0, 0, 0, time.UTC)}
}

var today = on(1).Instant

func stage(answers ...offtake.Actor) *actors.Stage {
	b := &offtake.Book{Supplies: []offtake.Supply{
		{Name: "n", Provider: "north", Offers: []offtake.SupplyOffer{{Accelerator: "h100", Quantity: 10}, {Accelerator: "gb200", Quantity: 4}, {Accelerator: "h100", Quantity: 5}, {Accelerator: "h100"}, {Accelerator: "h100", Quantity: 50, From: on(2)}, {Accelerator: "h100", Quantity: 50, Until: on(1)}}},
		{Name: "s", Provider: "south", Offers: []offtake.SupplyOffer{{Accelerator: "h100", Quantity: 100}}},
	}}
	return actors.New(b, offtake.Scenario{Actors: answers}, func(w offtake.When) time.Time { return w.Instant })
}

func TestAHolderAnswersAsTheScenarioSays(t *testing.T) {
	north := offtake.Holder{Party: "north-inc", Provider: "north"}
	wait := offtake.Duration{Unit: offtake.BusinessDays, Count: 2}
	for _, c := range []struct {
		answers  offtake.Behaviour
		quantity int64
		want     actors.Answer
	}{
		{offtake.Matches, 1000, actors.Answer{Yes: true, After: wait}},
		{offtake.Passes, 1, actors.Answer{Reason: "unwilling", After: wait}},
		{offtake.Silent, 1, actors.Answer{Silent: true, After: wait}},
		{offtake.MatchesWhileCapacity, 15, actors.Answer{Yes: true, After: wait}}, // 10 and 5 are on sale; one offer begins tomorrow, one ended today
		{offtake.MatchesWhileCapacity, 16, actors.Answer{Reason: "unable", After: wait}},
	} {
		got := stage(offtake.Actor{Party: "north-inc", Answers: c.answers, After: wait}).Holder(today, north, "h100", c.quantity)
		if got != c.want {
			t.Errorf("%s, asked for %d: %+v, want %+v", c.answers, c.quantity, got, c.want)
		}
	}
}

func TestWhoIsNotInTheScenario(t *testing.T) {
	s := stage()
	if got := s.Holder(today, offtake.Holder{Party: "north-inc", Provider: "north"}, "h100", 1); !got.Silent {
		t.Errorf("a holder answers %+v, want silence", got)
	}
	if got := s.Seller("north", "h100"); !got.Yes || !got.After.IsZero() {
		t.Errorf("a seller answers %+v, want yes at once", got)
	}
}

func TestSupplyIsSoldOnceAndComesBack(t *testing.T) {
	s := stage()
	first := actors.OfferKey{Supply: "n"}
	if got := s.Sell(first, 7); got != 7 || s.Left(first) != 3 {
		t.Errorf("sold %d of 10, %d are left, want 7 and 3", got, s.Left(first))
	}
	parts := s.Draw(today, "north", "h100", 6) // 3 of the first offer, 3 of the third
	if len(parts) != 2 || parts[0].Quantity != 3 || parts[1].Quantity != 3 || parts[1].Offer.Index != 2 {
		t.Errorf("drawn are %+v, want 3 and 3", parts)
	}
	if got := s.Sell(first, 1); got != 0 {
		t.Errorf("sold %d of an offer that is sold out", got)
	}
	s.Return(first, 7)
	if s.Left(first) != 7 {
		t.Errorf("%d are left after 7 came back, want 7", s.Left(first))
	}
}
