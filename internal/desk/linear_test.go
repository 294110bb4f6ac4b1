package desk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/desk"
)

// What one opportunity may have come to, as far as these acts go.
const (
	unknown = iota
	open
	withdrawn
	taken
)

// A call is an act on an opportunity; a result is whether it was taken, and its place in
// the log.
type call struct{ opportunity, does string }

// model says what each act may come to, one after the other.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		by := map[string][]porcupine.Operation{}
		for _, op := range history {
			o := op.Input.(call).opportunity
			by[o] = append(by[o], op)
		}
		var all [][]porcupine.Operation
		for _, ops := range by {
			all = append(all, ops)
		}
		return all
	},
	Init: func() any { return unknown },
	Step: func(state, input, output any) (bool, any) {
		was, ok := state.(int), output.(bool)
		next := was
		switch input.(call).does {
		case "offer":
			if was == unknown {
				next = open
			}
		case "withdraw":
			if was == open {
				next = withdrawn
			}
		case "award":
			if was == open {
				next = taken
			}
		}
		return ok == (next != was), next
	},
}

// Acts of many at once on few opportunities come out as if they had come one after the
// other, each between when it was sent and when it was answered.
func TestActsAreLinearizable(t *testing.T) {
	came := map[string]int{}
	for round := range 20 {
		st := staged(t, new(store), "2025-06-03T17:00:00Z")
		var mu sync.Mutex
		var history []porcupine.Operation
		start := time.Now()
		var all sync.WaitGroup
		for client := range 8 {
			all.Go(func() {
				for i := range 12 {
					c := call{fmt.Sprint("o", rand.IntN(4)), []string{"offer", "withdraw", "award"}[rand.IntN(3)]}
					a := free(c.opportunity)
					switch c.does {
					case "withdraw":
						a.Deed = offtake.OfferWithdraw{}
					case "award":
						a.Deed = offtake.Award{}
					}
					a.ID = offtake.ActID(fmt.Sprint(client, "-", i))
					called := time.Since(start)
					_, err := st.Take(context.Background(), desk.Asked{Act: a})
					returned := time.Since(start)
					mu.Lock()
					came[fmt.Sprint(c.does, err == nil)]++
					history = append(history, porcupine.Operation{ClientId: client, Input: c, Output: err == nil, Call: int64(called), Return: int64(returned)})
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if !porcupine.CheckOperations(model, history) {
			t.Fatalf("round %d: no order explains what the acts came to: %+v", round, history)
		}
	}
	if len(came) != 6 {
		t.Errorf("not every act was both taken and refused: %v", came)
	}
}

// free is an offer over which nobody has a right.
func free(opportunity string) offtake.Act {
	a := offer(opportunity, 72)
	d := a.Deed.(offtake.OfferReceive)
	d.Terms.Provider, d.Terms.Region = "azure", "us-east"
	a.Deed = d
	a.Opportunity = offtake.OpportunityID(opportunity)
	return a
}
