package rights

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/offtake-dev/offtake"
)

// codes gives the rules that a book breaks, each once.
func codes(fs []offtake.Finding) (out []string) {
	for _, f := range fs {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return out
}

func refusal(scope offtake.Scope) offtake.FirstRefusal {
	return offtake.FirstRefusal{
		Grantor: "openai", Scope: scope, Window: duration("P15BD"), Partial: offtake.NoPartial,
		Holders: []offtake.Holder{{Party: "microsoft", Provider: "azure", Rank: 1, Weight: 1}},
		Notice:  offtake.NoticeRules{Contents: []offtake.Content{"provider", "price"}},
	}
}

func in(region offtake.Region) offtake.Scope { return offtake.Scope{Regions: []offtake.Region{region}} }

func commitment(by offtake.ProviderName, eligible offtake.Scope) offtake.Commitment {
	return offtake.Commitment{Provider: by, Measure: offtake.Spend, Eligible: eligible, Period: offtake.Period{From: on("2025-02-01"), Until: on("2026-02-01")}}
}

// bodies gives a book of one agreement with these clauses, named c0, c1 and so on.
func bodies(bs ...offtake.Body) *offtake.Book {
	b := caseBook()
	a := &b.Agreements[0]
	a.Amendments, a.Clauses = nil, nil
	for i, body := range bs {
		a.Clauses = append(a.Clauses, offtake.Clause{Name: named(i).Clause, Body: body, Pos: offtake.Pos{File: "a.yaml", Line: i + 1, Col: 1}})
	}
	return b
}

func during(b *offtake.Book, from, until string) *offtake.Book {
	b.Agreements[0].Clauses[0].From, b.Agreements[0].Clauses[0].Until.At = on(from), on(until)
	return b
}

func supplied(b *offtake.Book, o offtake.SupplyOffer) *offtake.Book {
	o.Accelerator = "h100"
	b.Supplies = []offtake.Supply{{Name: "list", Provider: "oci", Offers: []offtake.SupplyOffer{o}}}
	return b
}

func stating(b *offtake.Book, s offtake.Statement) *offtake.Book {
	s.Name, s.Of = "it-is", ref("c0")
	b.Statements = []offtake.Statement{s}
	return b
}

func amendedBy(b *offtake.Book, m offtake.Amendment) *offtake.Book {
	m.Name, m.Effective = "second", on("2026-01-01")
	b.Agreements[0].Amendments = append(b.Agreements[0].Amendments, m)
	return b
}

func TestFindings(t *testing.T) {
	azure, oci := offtake.Exclusivity{Provider: "azure"}, offtake.Exclusivity{Provider: "oci"}
	training, api := offtake.Scope{Purposes: []offtake.Purpose{"training"}}, offtake.Scope{Purposes: []offtake.Purpose{"api"}}
	waiting := refusal(in("us-east"))
	waiting.SubjectTo = ref("c0")
	other := refusal(in("us-*"))
	other.Grantor = "oracle"
	lots := refusal(offtake.Scope{})
	lots.Partial = offtake.InLots
	hours := refusal(offtake.Scope{})
	hours.NotifyWithin = duration("PT48H")
	signing := refusal(offtake.Scope{})
	signing.Window, signing.Definitive = duration("PT48H"), duration("P20BD")
	early := refusal(offtake.Scope{})
	early.Time.Cutoff = offtake.TimeOfDay{Minutes: 8 * 60, Set: true}
	onAzure := offtake.Scope{Providers: []offtake.ProviderName{"azure"}}
	placement := offtake.FirstPlacement{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api"}},
		Unless: offtake.Declared{By: "microsoft", Statements: []offtake.Says{offtake.CannotSupport}}}
	first, second := commitment("azure", training), commitment("azure", training)
	first.HasOrder, first.Order, second.HasOrder, second.Order = true, 1, true, 2
	later := commitment("azure", training)
	later.Period = offtake.Period{From: on("2026-02-01"), Until: on("2027-02-01")}
	ramp := func(day string) offtake.Reservation {
		return offtake.Reservation{Provider: "azure", Accelerator: "h100", Ramp: []offtake.RampStep{{On: on(day), Quantity: 8}}, Delivery: offtake.Delivery{LongStop: on("2026-01-01")}}
	}
	licence := func(to offtake.PartyName, exclusive bool) offtake.Licence {
		return offtake.Licence{Licensor: "openai", Licensee: to, Assets: []offtake.Asset{"gpt-4o"}, Exclusive: exclusive}
	}
	agi := offtake.Determination{Question: "is it?", DecidedBy: "panel", Meanwhile: "hold"}
	both := []offtake.PartyName{"openai", "microsoft"}
	lift := offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: training}
	one, two := refusal(in("us-*")), refusal(in("us-*"))
	one.SubjectTo, two.SubjectTo = ref("c1"), ref("c0")
	circle := bodies(one, two)
	tooEarly := amendedBy(bodies(azure), offtake.Amendment{SignedBy: both})
	tooEarly.Agreements[0].Amendments[0].Effective = on("2019-01-01")
	silent := stating(bodies(placement, offtake.Exclusivity{Provider: "oci", Scope: offtake.Scope{Sites: []offtake.Site{"abilene"}}}),
		offtake.Statement{By: "microsoft", At: on("2026-01-01"), Says: offtake.CannotSupport})
	silent.Agreements[0].Clauses[1].Until.At = on("2026-06-01")

	for _, c := range []struct {
		is   string
		book *offtake.Book
		want string // codes, separated by spaces
	}{
		{"the case itself is clean", caseBook(), ""},
		{"two providers cannot both be the only one", bodies(azure, oci), "exclusivities-contradict"},
		{"each can for its own purpose", bodies(offtake.Exclusivity{Provider: "azure", Scope: training}, offtake.Exclusivity{Provider: "oci", Scope: api}), ""},
		{"not even for a day", during(bodies(azure, oci), "2019-07-22", "2019-07-23"), "exclusivities-contradict"},
		{"but one for what starts after the other's", bodies(
			offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Start: offtake.Period{Until: on("2025-01-01")}}},
			offtake.Exclusivity{Provider: "oci", Scope: offtake.Scope{Start: offtake.Period{From: on("2025-01-01")}}}), ""},
		{"one provider may be the only one twice", bodies(azure, azure), ""},
		{"a consent does not excuse a contradiction", bodies(azure, oci, offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0"), ref("c1")}}), "exclusivities-contradict"},

		{"two first refusals can meet", bodies(refusal(in("us-east")), refusal(in("us-*"))), "refusals-meet"},
		{"in different regions they cannot", bodies(refusal(in("us-east")), refusal(in("eu-*"))), ""},
		{"one may wait for the other", bodies(refusal(in("us-*")), waiting), ""},
		{"each waits for the other", circle, "waits-in-a-circle"},
		{"of two grantors they may meet", bodies(refusal(in("us-east")), other), ""},

		{"an offer that expires within the window", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{From: on("2025-06-03"), Expires: on("2025-06-20")}), "offer-expires-early"},
		{"an offer that outlasts the window", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{From: on("2025-06-03"), Expires: on("2025-06-27")}), ""},
		{"an offer that expires before its capacity is there", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{From: on("2025-08-01"), Expires: on("2025-07-01")}), "offer-expires-early"},
		{"an offer that expires soon after the right began", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{Expires: on("2019-08-01")}), "offer-expires-early"},
		{"an offer that expires long after the right began", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{Expires: on("2025-06-20")}), ""},
		{"an offer that expired before the right began", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{Expires: on("2019-07-01")}), ""},
		{"an offer outside the right may expire", supplied(bodies(refusal(in("eu-west"))), offtake.SupplyOffer{Region: "us-east", From: on("2025-06-03"), Expires: on("2025-06-20")}), ""},
		{"taking a part of what is all or nothing", supplied(bodies(lots), offtake.SupplyOffer{AllOrNone: true}), "partial-against-whole"},
		{"taking all of it", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{AllOrNone: true}), ""},
		{"a notice must say what the supplier keeps secret", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{Confidential: []offtake.Content{"price"}}), "notice-confidential"},
		{"a secret that no notice asks for", supplied(bodies(refusal(offtake.Scope{})), offtake.SupplyOffer{Confidential: []offtake.Content{"site"}}), ""},

		{"hours and days in one clause", bodies(hours), "windows-mixed"},
		{"hours to answer and days to sign", bodies(signing), "windows-mixed"},
		{"hours to offer and days to close", bodies(offtake.FirstOffer{Holder: "microsoft", Window: duration("PT48H"), Tail: offtake.Tail{SignBy: duration("P30D"), CloseBy: duration("P30D")}}), "windows-mixed"},
		{"days to offer and days to close", bodies(offtake.FirstOffer{Holder: "microsoft", Window: duration("P5BD"), Tail: offtake.Tail{SignBy: duration("P30D"), CloseBy: duration("P30D")}}), ""},
		{"a cut-off before the office opens", bodies(early), "calendar-hours"},
		{"a step after the long-stop", bodies(ramp("2026-01-02")), "ramp-after-long-stop"},
		{"a step on the long-stop", bodies(ramp("2026-01-01")), ""},

		{"two commitments for one charge need an order", bodies(commitment("azure", training), commitment("azure", offtake.Scope{})), "order-required"},
		{"with an order they are fine", bodies(first, second), ""},
		{"with the same order they are not", bodies(first, first), "order-required"},
		{"of two providers they need none", bodies(commitment("azure", training), commitment("oci", training)), ""},
		{"nor one after the other", bodies(commitment("azure", training), later), ""},
		{"a commitment to a provider that may not supply", bodies(azure, commitment("oci", training)), "commitment-emptied"},
		{"one of whose purposes it may supply", bodies(offtake.Exclusivity{Provider: "azure", Scope: training}, commitment("oci", offtake.Scope{})), ""},
		{"emptied by two exclusivities together", bodies(offtake.Exclusivity{Provider: "azure", Scope: training}, offtake.Exclusivity{Provider: "azure", Scope: api},
			commitment("oci", offtake.Scope{Purposes: []offtake.Purpose{"api", "training"}})), "commitment-emptied"},

		{"emptied, and a consent that helps somebody else", bodies(offtake.Exclusivity{Provider: "azure", Scope: api}, commitment("oci", api),
			offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: offtake.Scope{Providers: []offtake.ProviderName{"stargate"}}}), "commitment-emptied"},
		{"emptied but for a consent", bodies(offtake.Exclusivity{Provider: "azure", Scope: api}, commitment("oci", api),
			offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: offtake.Scope{Providers: []offtake.ProviderName{"oci"}}}), ""},
		{"a price where only another may supply", bodies(azure, offtake.Rate{Provider: "oci"}), "clause-shadowed"},
		{"a price where others may too", bodies(offtake.Exclusivity{Provider: "azure", Scope: api}, offtake.Rate{Provider: "oci"}), ""},
		{"a first offer on what is the holder's own", bodies(offtake.FirstOffer{Holder: "microsoft", Scope: onAzure}), "clause-unreachable"},

		{"a region no pattern matches", bodies(refusal(in("ap-*"))), "clause-unreachable"},
		{"a placement that touches only its own provider", bodies(offtake.FirstPlacement{Provider: "azure", Scope: onAzure}), "clause-unreachable"},
		{"an exclusivity that touches only its own provider", bodies(offtake.Exclusivity{Provider: "azure", Scope: onAzure}), "clause-unreachable"},
		{"a placement that touches another", bodies(offtake.FirstPlacement{Provider: "oci", Scope: onAzure}), ""},
		{"a route that leaves no provider", bodies(offtake.Rate{Provider: "oci", Scope: offtake.Scope{Route: offtake.Build}}), "clause-unreachable"},
		{"bounds the wrong way round", bodies(offtake.Rate{Provider: "oci", Scope: offtake.Scope{Quantity: offtake.Bounds{AtLeast: 9, AtMost: 8}}}), "clause-unreachable"},
		{"a right below an exclusivity", bodies(azure, refusal(training)), "clause-shadowed"},
		{"a right below one for a time", during(bodies(azure, refusal(training)), "2025-01-01", "2025-06-01"), "clause-shadowed-for-a-time"},
		{"a right an exclusivity covers in part", bodies(offtake.Exclusivity{Provider: "azure", Scope: api}, refusal(offtake.Scope{})), ""},
		{"a right an exclusivity covers for every product there is", bodies(offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api", "chatgpt", "copilot"}}}, refusal(offtake.Scope{})), ""},
		{"a right below one that a consent lifts", bodies(azure, lift, refusal(training)), ""},
		{"a clause that ends before it begins", during(bodies(azure), "2025-06-01", "2025-01-01"), "clause-never-in-force"},

		{"a consent to what is no restriction", bodies(ramp("2025-01-01"), lift), "consent-lifts-nothing"},
		{"a consent beside the clause it lifts", bodies(offtake.Exclusivity{Provider: "azure", Scope: api}, lift), "consent-lifts-nothing"},
		{"a consent inside it", bodies(azure, lift), ""},
		{"a consent to buy less than it covers", bodies(refusal(offtake.Scope{}), offtake.Consent{Lifts: lift.Lifts, Scope: atLeast(8), Limit: offtake.ConsentLimit{Quantity: 1}}), "consent-lifts-nothing"},
		{"a licence that another shuts out", bodies(licence("microsoft", true), licence("oracle", false)), "licence-shut-out"},
		{"two licences that share", bodies(licence("microsoft", false), licence("oracle", false)), ""},

		{"the panel speaks", stating(bodies(agi), offtake.Statement{By: "panel", At: on("2026-01-01"), Says: offtake.SaysYes}), ""},
		{"somebody else speaks", stating(bodies(agi), offtake.Statement{By: "openai", At: on("2026-01-01"), Says: offtake.SaysYes}), "statement-not-counted"},
		{"the panel speaks after the end", stating(bodies(agi), offtake.Statement{By: "panel", At: on("2032-01-01"), Says: offtake.SaysYes}), "statement-not-counted"},

		{"an excuse for a product the clause covers", stating(bodies(placement), offtake.Statement{By: "microsoft", At: on("2026-01-01"), Says: offtake.CannotSupport, Products: []offtake.Product{"api"}}), ""},
		{"an excuse is no shadow of an exclusivity that ends later", silent, ""},
		{"an excuse for another product", stating(bodies(placement), offtake.Statement{By: "microsoft", At: on("2026-01-01"), Says: offtake.CannotSupport, Products: []offtake.Product{"chatgpt"}}), "statement-not-counted"},
		{"an excuse for one it covers and one it does not", stating(bodies(placement), offtake.Statement{By: "microsoft", At: on("2026-01-01"), Says: offtake.CannotSupport, Products: []offtake.Product{"api", "chatgpt"}}), "statement-not-counted"},

		{"removing a right its holder has not signed away", amendedBy(bodies(refusal(offtake.Scope{})), offtake.Amendment{Remove: []offtake.ClauseName{"c0"}, SignedBy: both[:1]}), "amendment-unsigned"},
		{"removing one it has", amendedBy(bodies(refusal(offtake.Scope{})), offtake.Amendment{Remove: []offtake.ClauseName{"c0"}, SignedBy: both[1:]}), ""},
		{"removing one that has run out", amendedBy(during(bodies(refusal(offtake.Scope{})), "2025-01-01", "2025-06-01"), offtake.Amendment{Remove: []offtake.ClauseName{"c0"}}), ""},
		{"consenting past a right without its holder", amendedBy(bodies(azure), offtake.Amendment{Clauses: []offtake.Clause{{Name: "x", Body: lift}}, SignedBy: both[:1]}), "amendment-unsigned"},
		{"binding the buyer without it", amendedBy(bodies(), offtake.Amendment{Clauses: []offtake.Clause{{Name: "x", Body: azure}}, SignedBy: both[1:]}), "amendment-unsigned"},
		{"licensing without the licensor", amendedBy(bodies(), offtake.Amendment{Clauses: []offtake.Clause{{Name: "x", Body: licence("microsoft", false)}}, SignedBy: both[1:]}), "amendment-unsigned"},
		{"an amendment from before its agreement", tooEarly, "amendment-too-early"},
		{"letting the panel decide needs no panel", amendedBy(bodies(), offtake.Amendment{Clauses: []offtake.Clause{{Name: "x", Body: agi}}, SignedBy: both}), ""},
	} {
		t.Run(c.is, func(t *testing.T) {
			_, found := Compile(c.book)
			if got := strings.Join(codes(found), " "); got != c.want {
				t.Errorf("findings %q, want %q:\n%v", got, c.want, found)
			}
		})
	}
}

func TestRenewalIsAssumedAndSaid(t *testing.T) {
	b := caseBook()
	b.Agreements[0].Renewal = offtake.Renewal{For: duration("P1Y"), UnlessNotice: duration("P90D")}
	l, found := Compile(b)
	if got := strings.Join(codes(found), " "); got != "renewal-assumed" {
		t.Errorf("findings %q, want a note on the renewal", got)
	}
	q := question(t, l, offtake.Procure, offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{"training"}})
	if got := l.At(instant(t, l, "2040-01-01")).Ask(q).Verdict; got != offtake.Conditional {
		t.Errorf("long after its end the renewed agreement says %s, want conditional", got)
	}
}

func TestAContradictionShowsOneRequestThatBothCover(t *testing.T) {
	_, found := Compile(bodies(
		offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Purposes: []offtake.Purpose{"training", "api"}, Quantity: offtake.Bounds{AtMost: 100}}},
		offtake.Exclusivity{Provider: "oci", Scope: offtake.Scope{Purposes: []offtake.Purpose{"api"}, Quantity: offtake.Bounds{AtLeast: 64}}}))
	want := "--purpose api --quantity 64 --at 2019-07-22T07:00:00Z"
	if len(found) != 1 || found[0].Witness != want || found[0].Pos.Line != 2 || found[0].Severity != offtake.Mistake {
		t.Errorf("found %+v, want one mistake at line 2 with the witness %s", found, want)
	}
}

func TestCommitmentsThatOverlapShowAnInstantOfBothPeriods(t *testing.T) {
	one, other := commitment("azure", offtake.Scope{}), commitment("azure", offtake.Scope{})
	other.Period.From = on("2025-06-01")
	_, found := Compile(bodies(one, other))
	want := "--provider azure --at 2025-06-01T07:00:00Z"
	if len(found) != 1 || found[0].Witness != want {
		t.Errorf("found %+v, want one mistake with the witness %s", found, want)
	}
}

// A hostile book ends in an error, not in a long wait.
func TestABookTooLargeToCompareIsRefused(t *testing.T) {
	var many []offtake.Body
	for range 2_000 {
		many = append(many, offtake.Exclusivity{Provider: "azure"}, offtake.Exclusivity{Provider: "oci"})
	}
	_, found := Compile(bodies(many...))
	if got := strings.Join(codes(found), " "); got != "exclusivities-contradict too-many-to-compare" || len(found) != clashesListed+1 {
		t.Errorf("%d findings %q, want %d contradictions and one line on the rest", len(found), got, clashesListed)
	}
	b := bodies(many...)
	for i := range 1 << 17 {
		b.Customers = append(b.Customers, offtake.Customer(strconv.Itoa(i)))
	}
	_, found = Compile(b)
	if got := strings.Join(codes(found), " "); got != "law-too-large" {
		t.Errorf("findings %q, want one that the book is too large", got)
	}
}

func TestAWitnessIsCoveredByBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		b.Agreements[0].Amendments = nil
		l, _ := Compile(b)
		all := claims[offtake.Body](l, nil)
		found, _ := clashes(all, func(a, b *claim[offtake.Body]) bool { return true })
		for _, c := range found {
			both := c.one.space.and(&c.other.space)
			f, at := l.example(&both)
			tw := twin{b, at}
			for _, one := range []*claim[offtake.Body]{c.one, c.other} {
				if !tw.covers(scopeOf(one.clause.Body), f, false) || !one.life.holds(at) {
					t.Fatalf("%+v at %s is no witness for %s: %+v", f, offtake.Stamp(at), one.ref, scopeOf(one.clause.Body))
				}
			}
		}
	})
}

func TestWithoutAWitnessNoRequestIsCoveredByBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		b.Agreements[0].Amendments = nil
		l, _ := Compile(b)
		all := claims[offtake.Body](l, nil)
		f, at := drawFacts(t), utc(on(one(t, "at", someDays)))
		f.Purposes = f.Purposes[:min(1, len(f.Purposes))]
		var covering []claim[offtake.Body]
		for _, c := range all {
			if (twin{b, at}).covers(scopeOf(c.clause.Body), f, false) && c.life.holds(at) {
				covering = append(covering, c)
			}
		}
		for i := range covering {
			for j := range i {
				if !covering[i].space.meets(&covering[j].space) {
					t.Fatalf("%s and %s both cover %+v at %s, and do not meet", covering[i].ref, covering[j].ref, f, offtake.Stamp(at))
				}
			}
		}
	})
}

func TestABookOfMissingDeclarationsCompiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		forget := []func(){
			func() { b.Parties = b.Parties[:0] },
			func() { b.Providers = nil },
			func() { b.Purposes = nil },
			func() { b.Products = nil },
			func() { b.Accelerators = nil },
			func() { b.Regions = []offtake.RegionDecl{} },
			func() { b.Calendars = nil },
			func() { b.Agreements[0].Clauses[0].Body = nil },
		}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(forget)-1), 0, 4).Draw(t, "forgotten") {
			forget[i]()
		}
		l, _ := Compile(b)
		for _, ask := range asks {
			if q, err := l.Question(ask, offtake.Facts{Asset: "m1"}); err == nil {
				l.At(utc(on("2025-07-01"))).Explain(q)
			}
		}
	})
}
