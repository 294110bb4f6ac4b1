package chronology_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

const drawnOffer = `"terms":{"provider":"quarry","accelerator":"gb200","quantity":1008,"price":"USD 7.50","term":"P3Y","delivery":"2025-09-01","purpose":["training"],"bona_fide":["written"],"expires":"2025-10-01"}`

// drawnActs are what is done in random logs, by whom, as a log writes it.
var drawnActs = []struct{ by, does string }{
	{"grantor", `"act":"notice.serve","contents":["provider","quantity","accelerator","price"]`},
	{"grantor", `"act":"notice.serve","contents":["provider","quantity","accelerator","price"]`},
	{"grantor", `"act":"notice.serve","contents":["provider","quantity","accelerator"]`},
	{"grantor", `"act":"offer.revise","terms":{"price":"USD 9.00"}`},
	{"grantor", `"act":"offer.revise","terms":{"price":"USD 7.60"}`},
	{"grantor", `"act":"offer.revise","terms":{"expires":"2025-08-01"}`},
	{"grantor", `"act":"offer.withdraw"`},
	{"northern", `"act":"accept"`},
	{"northern", `"act":"accept","quantity":432`},
	{"northern", `"act":"accept","conditions":["free power"]`},
	{"northern", `"act":"refuse"`},
	{"northern", `"act":"notice.object","missing":["price"]`},
	{"northern", `"act":"notice.object","question":"good_faith"`},
	{"northern", `"act":"assign","to":"northern-leasing"`},
	{"delta", `"act":"accept","quantity":288`},
	{"delta", `"act":"refuse"`},
	{"grantor", `"act":"definitive.sign","party":"northern"`},
	{"grantor", `"act":"definitive.sign","party":"delta"`},
	{"northern", `"act":"deliver"`},
	{"grantor", `"act":"holder.default","party":"northern"`},
	{"grantor", `"act":"third_party.sign","terms":{"quantity":72}`},
	{"grantor", `"act":"third_party.sign","conditional":true`},
	{"grantor", `"act":"third_party.close"`},
	{"grantor", `"act":"toll","cause":"force_majeure"`},
	{"grantor", `"act":"resume"`},
	{"grantor", `"act":"extend","deadline":"answer","until":"2025-08-15","signed_by":["lumen","orbit","basalt"]`},
	{"grantor", `"act":"extend","deadline":"notify","until":"2025-08-20","signed_by":["northern","delta"]`},
	{"grantor", `"act":"extend","deadline":"definitive","until":"2025-09-20","signed_by":["northern","delta","northern-leasing"]`},
	{"grantor", `"act":"extend","deadline":"sign_by","until":"2025-12-20","signed_by":["northern","delta","northern-leasing"]`},
	{"referee", `"act":"determine","answer":"for_grantor"`},
	{"referee", `"act":"determine","answer":"for_holder"`},
	{"northern", `"act":"evidence","of":"a2","received":"2025-06-03T14:00:00Z"`},
	{"northern", `"act":"evidence","of":"a3","received":"2025-06-04T14:00:00Z"`},
}

// drawn gives a log of random acts under one of the rights.
func drawn(t *rapid.T) (acts []string) {
	grantor := rapid.SampledFrom([]string{"lumen", "lumen", "orbit", "prism", "basalt"}).Draw(t, "grantor")
	at := time.Date(2025, 6, 2, 14, 0, 0, 0, time.UTC)
	line := func(by, does string) {
		acts = append(acts, fmt.Sprintf(`{"id":"a%d","at":"%s","by":"%s",%s,"opportunity":"q"}`, len(acts)+1, offtake.Stamp(at), by, does))
	}
	line(grantor, `"act":"offer.receive",`+drawnOffer)
	for range rapid.IntRange(2, 14).Draw(t, "acts") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 5, 24, 30, 100, 500}).Draw(t, "hours")) * time.Hour)
		act := rapid.SampledFrom(drawnActs).Draw(t, "act")
		if len(acts) < 3 && rapid.Bool().Draw(t, "notice") {
			act = drawnActs[0]
		}
		if act.by == "grantor" {
			act.by = grantor
		}
		line(act.by, act.does)
	}
	return acts
}

const drawnNeed = `"terms":{"accelerator":"gb200","quantity":1008,"term":"P3Y","delivery":"2027-09-01"`

// drawnNeeds are the acts of random logs of first offers, and drawnLaunches those
// of first placements, by whom and as a log writes them. The first is where most
// of them begin.
var drawnNeeds = []struct{ by, does string }{
	{"lumen", `"act":"offer.invite",` + drawnNeed + `}`},
	{"lumen", `"act":"offer.receive",` + drawnNeed + `,"provider":"quarry","price":"USD 7.50","bona_fide":["written"],"expires":"2027-05-01"}`},
	{"lumen", `"act":"offer.invite","terms":{}`},
	{"delta", `"act":"offer.make","terms":{"price":"USD 7.00"}`},
	{"delta", `"act":"offer.make","terms":{"price":"USD 7.00","expires":"2027-04-01"}`},
	{"delta", `"act":"offer.make","terms":{"price":"USD 6.50","quantity":720}`},
	{"delta", `"act":"refuse"`},
	{"lumen", `"act":"refuse"`},
	{"lumen", `"act":"accept"`},
	{"lumen", `"act":"offer.revise","terms":{"quantity":864}`},
	{"lumen", `"act":"offer.revise","terms":{"delivery":"2027-08-01"}`},
	{"lumen", `"act":"offer.withdraw"`},
	{"lumen", `"act":"definitive.sign"`},
	{"lumen", `"act":"holder.default"`},
	{"lumen", `"act":"extend","deadline":"answer","until":"2027-04-20","signed_by":["lumen"]`},
	{"lumen", `"act":"third_party.sign","terms":{"provider":"quarry","price":"USD 6.40","quantity":144}`},
	{"lumen", `"act":"third_party.sign","conditional":true,"terms":{"provider":"quarry","price":"USD 6.40"}`},
	{"lumen", `"act":"third_party.sign","terms":{"provider":"quarry","price":"USD 6.40","escrow":"1"}`},
	{"lumen", `"act":"third_party.close"`},
	{"lumen", `"act":"determine","answer":"for_grantor","signed_by":["lumen","delta"]`},
	{"delta", `"act":"determine","answer":"for_holder","signed_by":["lumen","delta"]`},
	{"delta", `"act":"evidence","of":"a2","received":"2027-03-02T14:00:00Z"`},
	{"delta", `"act":"evidence","of":"a3","received":"2027-03-04T14:00:00Z"`},
}

var drawnLaunches = []struct{ by, does string }{
	{"lumen", `"act":"product.announce","product":"chat"`},
	{"lumen", `"act":"product.announce","product":"search"`},
	{"lumen", `"act":"product.ship","provider":"delta"`},
	{"lumen", `"act":"product.ship","provider":"quarry"`},
	{"lumen", `"act":"product.drop"`},
	{"delta", `"act":"declare","says":"cannot_support"`},
	{"delta", `"act":"declare","says":"chooses_not_to"`},
	{"lumen", `"act":"extend","deadline":"head_start","until":"2027-06-20","signed_by":["lumen"]`},
	{"delta", `"act":"evidence","of":"a2","received":"2027-03-02T14:00:00Z"`},
	{"delta", `"act":"evidence","of":"a3","received":"2027-03-04T14:00:00Z"`},
}

// drawnFrom gives a log of random acts.
func drawnFrom(t *rapid.T, from []struct{ by, does string }) (acts []string) {
	at := time.Date(2027, 3, 1, 14, 0, 0, 0, time.UTC)
	for n := range rapid.IntRange(2, 14).Draw(t, "acts") {
		act := rapid.SampledFrom(from).Draw(t, "act")
		if n == 0 && rapid.Bool().Draw(t, "begins") {
			act = from[0]
		}
		acts = append(acts, fmt.Sprintf(`{"id":"a%d","at":"%s","by":"%s",%s,"opportunity":"q"}`, n+1, offtake.Stamp(at), act.by, act.does))
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 5, 24, 30, 100, 500}).Draw(t, "hours")) * time.Hour)
	}
	return acts
}
