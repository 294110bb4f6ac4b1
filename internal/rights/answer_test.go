package rights

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/offtake-dev/offtake"
)

func training() []offtake.Purpose { return []offtake.Purpose{"training"} }

func TestAnAnswerNamesItsClausesDutiesAndWhatWouldPermit(t *testing.T) {
	l := compile(t, caseBook())
	at := instant(t, l, "2025-03-01")
	got := l.At(at).Explain(question(t, l, offtake.Procure, offtake.Facts{Provider: "oci", Purposes: training()}))
	want := offtake.Answer{
		Question: offtake.Procure, At: offtake.When{Instant: at}, Verdict: offtake.Conditional,
		Duties: []offtake.Duty{{Do: offtake.OfferFirst, Owes: "openai", To: "microsoft", Clause: ref("new-capacity")}},
		Because: []offtake.Reason{{Clause: ref("new-capacity"), Pos: offtake.Pos{File: "a.yaml", Line: 31, Col: 7},
			Says: "openai must offer a third party's terms first to microsoft for new capacity, from 2025-01-21 until 2031-01-01"}},
		WouldPermit: []offtake.Change{
			{What: "provider", Value: "azure"}, {What: "provider", Value: "in"},
			{What: "at", Value: "2031-01-01T08:00:00Z"}, {What: "consent", Value: "microsoft-openai/new-capacity"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Explain (-want +got):\n%s", diff)
	}
}

// reasons gives the clauses of an answer's reasons, in order.
func reasons(a offtake.Answer) string {
	var out []string
	for _, r := range a.Because {
		out = append(out, string(r.Clause.Clause))
	}
	return strings.Join(out, " ")
}

func TestReasonsComeStrongestFirst(t *testing.T) {
	for _, c := range []struct {
		is   string
		ask  offtake.Ask
		f    offtake.Facts
		want string
	}{
		{"no clause speaks", offtake.Place, offtake.Facts{Provider: "oci", Purposes: training()}, ""},
		{"a consent lifts the right", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training(), Quantity: 8}, "build"},
		{"below an exclusivity rights do not speak", offtake.Procure, offtake.Facts{Provider: "oci", Purposes: []offtake.Purpose{"api"}}, "api"},
		{"what either case hangs on", offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training()}, "build new-capacity"},
		{"the licence", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "copilot"}, "ip"},
		{"whose licence is missing, whatever the product", offtake.Use, offtake.Facts{Asset: "gpt-4o", Licensee: "oracle"}, "ip"},
		{"whose licence is missing", offtake.Use, offtake.Facts{Asset: "gpt-4o", Product: "chatgpt", Licensee: "oracle"}, "ip"},
	} {
		t.Run(c.is, func(t *testing.T) {
			l := compile(t, caseBook())
			got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, c.ask, c.f))
			if reasons(got) != c.want {
				t.Errorf("reasons %q, want %q: %+v", reasons(got), c.want, got)
			}
		})
	}
}

func TestServingWithoutAProviderListsWhoMay(t *testing.T) {
	azureEverywhere := []offtake.Allowed{{Provider: "azure", Region: "us-east"}, {Provider: "azure", Region: "eu-west"}}
	for _, c := range []struct {
		is      string
		f       offtake.Facts
		verdict offtake.Verdict
		want    []offtake.Allowed
	}{
		{"the API, on Azure alone", offtake.Facts{Product: "api"}, offtake.Undetermined, azureEverywhere},
		{"in one region", offtake.Facts{Product: "api", Region: "eu-west"}, offtake.Undetermined, azureEverywhere[1:]},
		{"another product, wherever a provider has a region", offtake.Facts{Product: "chatgpt", Region: "us-east"}, offtake.Permitted,
			[]offtake.Allowed{{Provider: "azure", Region: "us-east"}, {Provider: "oci", Region: "us-east"}}},
		{"only where the buyer built", offtake.Facts{Product: "chatgpt", Route: offtake.Build}, offtake.Permitted, []offtake.Allowed{}},
	} {
		t.Run(c.is, func(t *testing.T) {
			l := compile(t, caseBook())
			got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, offtake.Serve, c.f))
			if got.Verdict != c.verdict {
				t.Errorf("verdict %s, want %s", got.Verdict, c.verdict)
			}
			if diff := cmp.Diff(c.want, got.Allowed); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuestionsThatCannotBeRight(t *testing.T) {
	for _, c := range []struct {
		is   string
		ask  offtake.Ask
		f    offtake.Facts
		want string
	}{
		{"a word of no vocabulary", offtake.Procure, offtake.Facts{Provider: "azur"}, `provider "azur" is not declared in the book, did you mean "azure"?`},
		{"a region of another book", offtake.Serve, offtake.Facts{Region: "ap-south"}, `region "ap-south" is not declared in the book`},
		{"a licensee nobody knows", offtake.Use, offtake.Facts{Licensee: "google"}, `licensee "google" is not declared in the book`},
		{"a route that is not the provider's", offtake.Procure, offtake.Facts{Provider: "oci", Route: offtake.Build}, `route "build" contradicts provider "oci", whose route is "cloud"`},
		{"a product stated and absent", offtake.Place, offtake.Facts{Product: "api", Absent: []offtake.Dimension{offtake.DimProduct}}, `fact "product" is stated and said to have no value, and it can be only one of them`},
		{"a fifth question", "lease", offtake.Facts{}, `question "lease" is not procure, place, serve or use`},
		{"fewer than no accelerators", offtake.Procure, offtake.Facts{Quantity: -8}, `quantity -8 is negative, and accelerators are counted from 1`},
	} {
		t.Run(c.is, func(t *testing.T) {
			_, err := compile(t, caseBook()).Question(c.ask, c.f)
			if err == nil || err.Error() != c.want {
				t.Errorf("Question = %v, want %s", err, c.want)
			}
		})
	}
}

func TestSomebodyHasToSupply(t *testing.T) {
	l := compile(t, bodies(offtake.Exclusivity{Provider: "azure"}))
	for _, ask := range []offtake.Ask{offtake.Procure, offtake.Place, offtake.Serve} {
		q := question(t, l, ask, offtake.Facts{Absent: []offtake.Dimension{offtake.DimProvider}})
		if got := l.At(instant(t, l, "2025-03-01")).Explain(q); got.Verdict != offtake.Undetermined || !slices.Equal(got.Missing, []string{"provider"}) {
			t.Errorf("%s without a provider: got %s, missing %v, want undetermined for want of the provider", ask, got.Verdict, got.Missing)
		}
	}
}

func atLeast(n int64) offtake.Scope { return offtake.Scope{Quantity: offtake.Bounds{AtLeast: n}} }

// A limit counts where capacity is bought. Of what is held the consent speaks
// for as much as its scope covers, whatever could be bought under it.
func TestAConsentToBuyLessThanItCoversStillSpeaksOfWhatIsHeld(t *testing.T) {
	l := compile(t, bodies(offtake.Exclusivity{Provider: "azure"},
		offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: atLeast(8), Limit: offtake.ConsentLimit{Quantity: 1}}))
	for ask, want := range map[offtake.Ask]offtake.Verdict{offtake.Place: offtake.Undetermined, offtake.Procure: offtake.Prohibited} {
		got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, ask, offtake.Facts{Provider: "oci"}))
		if got.Verdict != want {
			t.Errorf("%s of an unstated quantity is %s, want %s", ask, got.Verdict, want)
		}
	}
}

// Most requests are no named customer's: an exception for the only one that is
// named does not decide for the others.
func TestAnUnstatedCustomerMayBeNobodyInParticular(t *testing.T) {
	b := bodies(offtake.Exclusivity{Provider: "azure"},
		offtake.Consent{Lifts: []offtake.ClauseRef{ref("c0")}, Scope: offtake.Scope{Customers: []offtake.Customer{"state"}}})
	b.Customers = []offtake.Customer{"state"}
	l := compile(t, b)
	for customer, want := range map[offtake.Customer]offtake.Verdict{"": offtake.Undetermined, "state": offtake.Permitted} {
		got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, offtake.Serve, offtake.Facts{Provider: "oci", Customer: customer}))
		if got.Verdict != want {
			t.Errorf("serving customer %q is %s, want %s", customer, got.Verdict, want)
		}
	}
}

// What is permitted because somebody excused it says so.
func TestAnExcuseIsAReason(t *testing.T) {
	b := stating(bodies(offtake.FirstPlacement{Provider: "azure", Unless: offtake.Declared{By: "microsoft", Statements: []offtake.Says{offtake.CannotSupport}}}),
		offtake.Statement{By: "microsoft", At: on("2026-01-01"), Says: offtake.CannotSupport, Products: []offtake.Product{"chatgpt"}})
	l := compile(t, b)
	for at, want := range map[string]string{"2025-12-31": "conditional c0", "2026-01-01": "permitted c0"} {
		got := l.At(instant(t, l, at)).Explain(question(t, l, offtake.Place, offtake.Facts{Provider: "oci", Product: "chatgpt"}))
		if is := string(got.Verdict) + " " + reasons(got); is != want {
			t.Errorf("on %s: %s, want %s", at, is, want)
		}
	}
}

// Where the book has deployments, they are the places that may serve.
func TestDeploymentsAreThePlacesThatServe(t *testing.T) {
	b := bodies(offtake.Exclusivity{Provider: "azure", Scope: offtake.Scope{Products: []offtake.Product{"api"}}})
	b.Servings = []offtake.Serving{{Name: "s", Deployments: []offtake.Deployment{
		{Name: "a", Asset: "gpt-4o", Provider: "azure", Region: "eu-west"},
		{Name: "b", Asset: "gpt-4o", Provider: "oci", Region: "us-east"},
		{Name: "c", Asset: "infrastructure", Provider: "oci", Region: "us-east"},
	}}}
	l := compile(t, b)
	for product, want := range map[offtake.Product][]offtake.Allowed{
		"api":     {{Provider: "azure", Region: "eu-west"}},
		"chatgpt": {{Provider: "azure", Region: "eu-west"}, {Provider: "oci", Region: "us-east"}},
	} {
		got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, offtake.Serve, offtake.Facts{Product: product, Asset: "gpt-4o"}))
		if diff := cmp.Diff(want, got.Allowed); diff != "" {
			t.Errorf("%s is allowed (-want +got):\n%s", product, diff)
		}
	}
}

func TestNoRouteLeadsPastAnExclusivity(t *testing.T) {
	b := bodies(offtake.Exclusivity{Provider: "azure"})
	b.Providers = b.Providers[:2] // none that the buyer built
	_, err := compile(t, b).Question(offtake.Procure, offtake.Facts{Route: offtake.Build})
	if want := `route "build" is no provider's of the book, and somebody has to supply`; err == nil || err.Error() != want {
		t.Errorf("Question = %v, want %s", err, want)
	}
}

func TestAProductMayTrainForAnotherPurposeThanItsOwn(t *testing.T) {
	l := compile(t, caseBook())
	q := question(t, l, offtake.Place, offtake.Facts{Provider: "oci", Product: "api", Purposes: training()})
	if got := l.At(instant(t, l, "2025-03-01")).Ask(q); got.Verdict != offtake.Permitted {
		t.Errorf("training for the API on Oracle is %+v, want permitted: the exclusivity is of the purpose", got)
	}
}

func TestAConsentCountsAsLongAsSomethingIsLeft(t *testing.T) {
	build := ref("build")
	for _, c := range []struct {
		is   string
		left Measured
		want offtake.Verdict
	}{
		{"nothing measured", nil, offtake.Permitted},
		{"as much left as asked for", Measured{build: {Limited: true, Quantity: 1000}}, offtake.Permitted},
		{"one less", Measured{build: {Limited: true, Quantity: 999}}, offtake.Conditional},
		{"the share not met", Measured{build: {Broken: true}}, offtake.Conditional},
		{"another consent's share", Measured{ref("other"): {Broken: true}}, offtake.Permitted},
	} {
		t.Run(c.is, func(t *testing.T) {
			l := compile(t, caseBook())
			q := question(t, l, offtake.Procure, offtake.Facts{Provider: "stargate", Purposes: training(), Quantity: 1000}).Given(c.left)
			if got := l.At(instant(t, l, "2025-03-01")).Ask(q).Verdict; got != c.want {
				t.Errorf("Ask = %s, want %s", got, c.want)
			}
		})
	}
}

func TestEffectsSayWhichConsentLiftsWhat(t *testing.T) {
	l := compile(t, caseBook())
	terms := l.At(instant(t, l, "2025-03-01"))
	effects := func(p offtake.ProviderName) []Effect {
		return terms.Effects(question(t, l, offtake.Procure, offtake.Facts{Provider: p, Purposes: training(), Quantity: 8}), nil)
	}
	stands := []Effect{{Clause: ref("new-capacity"), Kind: "first_refusal"}}
	if diff := cmp.Diff(stands, effects("oci")); diff != "" {
		t.Errorf("buying from Oracle (-want +got):\n%s", diff)
	}
	lifted := []Effect{{Clause: ref("new-capacity"), Kind: "first_refusal", Consent: ref("build")}}
	if diff := cmp.Diff(lifted, effects("stargate")); diff != "" {
		t.Errorf("building (-want +got):\n%s", diff)
	}
	if got := effects("azure"); got != nil {
		t.Errorf("buying from Azure has effects %v, want none", got)
	}
}

func TestAnOpenQuestionHoldsOrContinues(t *testing.T) {
	for _, c := range []struct {
		is, meanwhile string
		says          offtake.Says
		want          offtake.Verdict
		missing       string
	}{
		{"things hold", "hold", "", offtake.Undetermined, "microsoft-openai/c0"},
		{"things continue", "continue", "", offtake.Prohibited, ""},
		{"answered no", "hold", offtake.SaysNo, offtake.Prohibited, ""},
		{"answered yes", "hold", offtake.SaysYes, offtake.Permitted, ""},
	} {
		t.Run(c.is, func(t *testing.T) {
			b := bodies(offtake.Determination{Question: "is it?", DecidedBy: "panel", Meanwhile: c.meanwhile}, offtake.Exclusivity{Provider: "azure"})
			b.Agreements[0].Clauses[1].Until.Determined = ref("c0")
			if c.says != "" {
				stating(b, offtake.Statement{By: "panel", At: on("2025-02-01"), Says: c.says})
			}
			l := compile(t, b)
			got := l.At(instant(t, l, "2025-03-01")).Explain(question(t, l, offtake.Serve, offtake.Facts{Provider: "oci"}))
			if got.Verdict != c.want || strings.Join(got.Missing, " ") != c.missing {
				t.Errorf("got %s, missing %v; want %s, missing %q", got.Verdict, got.Missing, c.want, c.missing)
			}
			if c.says == "" && c.meanwhile == "hold" && !strings.Contains(got.Because[0].Says, "panel") {
				t.Errorf("the reason %q does not say who decides", got.Because[0].Says)
			}
		})
	}
}

// An answer given in March does not know what the panel says in May: neither
// the end of the clause nor the day from which it would be permitted.
func TestAnAnswerDoesNotKnowWhatIsStatedLater(t *testing.T) {
	b := bodies(offtake.Determination{Question: "is it?", DecidedBy: "panel", Meanwhile: "continue"}, offtake.Exclusivity{Provider: "azure"})
	b.Agreements[0].Clauses[1].Until.Determined = ref("c0")
	b = stating(b, offtake.Statement{By: "panel", At: on("2025-05-01"), Says: offtake.SaysYes})
	l := compile(t, b)
	q := question(t, l, offtake.Procure, offtake.Facts{Provider: "oci"})
	got := l.At(instant(t, l, "2025-03-01")).Explain(q)
	says := "only azure may supply everything, from 2019-07-22 until 2031-01-01, until microsoft-openai/c0 is answered yes"
	if len(got.Because) != 1 || got.Because[0].Says != says {
		t.Errorf("in March: because %+v, want %q", got.Because, says)
	}
	want := []offtake.Change{{What: "provider", Value: "azure"}, {What: "at", Value: "2031-01-01T08:00:00Z"}, {What: "consent", Value: "microsoft-openai/c1"}}
	if diff := cmp.Diff(want, got.WouldPermit); diff != "" {
		t.Errorf("in March it would be permitted by (-want +got):\n%s", diff)
	}
	if got := l.At(instant(t, l, "2025-05-01")).Ask(q).Verdict; got != offtake.Permitted {
		t.Errorf("once the panel has spoken: %s, want permitted", got)
	}
}

// What runs out with a licence is the leave to use, not whose the asset is.
func TestAnotherLicensorsAssetIsNotFreeOutsideTheLicence(t *testing.T) {
	b := during(bodies(offtake.Licence{Licensor: "oracle", Licensee: "openai", Assets: []offtake.Asset{"infrastructure"}}), "2024-01-01", "2026-01-01")
	l := compile(t, b)
	q := question(t, l, offtake.Use, offtake.Facts{Asset: "infrastructure", Product: "chatgpt"})
	for _, c := range []struct {
		at    string
		want  offtake.Verdict
		says  string
		would []offtake.Change
	}{
		{"2023-06-01", offtake.Prohibited, "oracle licenses infrastructure to openai for everything, from 2024-01-01 until 2026-01-01: it has not begun", []offtake.Change{{What: "at", Value: "2024-01-01T08:00:00Z"}}},
		{"2024-01-01", offtake.Permitted, "oracle licenses infrastructure to openai for everything, from 2024-01-01 until 2026-01-01", nil},
		{"2026-01-01", offtake.Prohibited, "oracle licenses infrastructure to openai for everything, from 2024-01-01 until 2026-01-01: it has ended", nil},
	} {
		got := l.At(instant(t, l, c.at)).Explain(q)
		if got.Verdict != c.want || len(got.Because) != 1 || got.Because[0].Says != c.says {
			t.Errorf("at %s: %s because %+v, want %s because %q", c.at, got.Verdict, got.Because, c.want, c.says)
		}
		if diff := cmp.Diff(c.would, got.WouldPermit); diff != "" {
			t.Errorf("at %s it would be permitted (-want +got):\n%s", c.at, diff)
		}
	}
}

func TestAFirstPlacementIsExcusedOnceEverythingIsSaid(t *testing.T) {
	b := bodies(offtake.FirstPlacement{Provider: "azure", HeadStart: duration("P30D"),
		Unless: offtake.Declared{By: "microsoft", Statements: []offtake.Says{offtake.CannotSupport, offtake.ChoosesNotTo}}})
	for i, says := range []offtake.Says{offtake.CannotSupport, offtake.ChoosesNotTo} {
		b.Statements = append(b.Statements, offtake.Statement{Name: string(says), Of: ref("c0"), By: "microsoft", Says: says,
			At: on([]string{"2025-02-01", "2025-03-01"}[i]), Products: []offtake.Product{"chatgpt"}})
	}
	l := compile(t, b)
	for _, c := range []struct {
		is, at string
		f      offtake.Facts
		want   offtake.Verdict
	}{
		{"one of two statements", "2025-02-01", offtake.Facts{Provider: "oci", Product: "chatgpt"}, offtake.Conditional},
		{"both", "2025-03-01", offtake.Facts{Provider: "oci", Product: "chatgpt"}, offtake.Permitted},
		{"of another product", "2025-03-01", offtake.Facts{Provider: "oci", Product: "api"}, offtake.Conditional},
		{"on Azure", "2025-03-01", offtake.Facts{Provider: "azure", Product: "api"}, offtake.Permitted},
		{"for no product", "2025-03-01", offtake.Facts{Provider: "oci", Absent: []offtake.Dimension{offtake.DimProduct}}, offtake.Permitted},
		{"for any product", "2025-03-01", offtake.Facts{Provider: "oci"}, offtake.Undetermined},
	} {
		t.Run(c.is, func(t *testing.T) {
			if got := l.At(instant(t, l, c.at)).Ask(question(t, l, offtake.Place, c.f)).Verdict; got != c.want {
				t.Errorf("Ask = %s, want %s", got, c.want)
			}
		})
	}
}

func TestAnUnsignedAmendmentChangesNothing(t *testing.T) {
	b := caseBook()
	b.Agreements[0].Amendments[0].SignedBy = []offtake.PartyName{"openai"}
	l := compile(t, b)
	at, signed, missing := l.Effective("microsoft-openai", "january-2025")
	if signed || len(missing) != 1 || missing[0] != "microsoft" || !at.Equal(instant(t, l, "2025-01-21")) {
		t.Errorf("Effective = %s, %t, %v; want 2025-01-21, unsigned, without microsoft", at, signed, missing)
	}
	if got := l.Clauses("microsoft-openai", instant(t, l, "2025-03-01")); len(got) != 1 || got[0].Name != "all-compute" {
		t.Errorf("clauses after it: %v, want all-compute alone", got)
	}
	if !l.LastAmendment().IsZero() {
		t.Errorf("LastAmendment = %s, want none", l.LastAmendment())
	}
}

func TestTheTermsChangeWhereTheBookSaysSo(t *testing.T) {
	l := compile(t, caseBook())
	var got []string
	for _, at := range l.Changes() {
		got = append(got, offtake.Stamp(at))
	}
	want := []string{"2019-07-22T07:00:00Z", "2025-01-21T08:00:00Z", "2031-01-01T08:00:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Changes (-want +got):\n%s", diff)
	}
	for i, at := range l.Changes() {
		if before, then := l.Version(at.Add(-1)), l.Version(at); before != i || then != i+1 {
			t.Errorf("around %s the version goes from %d to %d, want %d to %d", offtake.Stamp(at), before, then, i, i+1)
		}
	}
	if want := instant(t, l, "2025-01-21"); !l.LastAmendment().Equal(want) {
		t.Errorf("LastAmendment = %s, want %s", l.LastAmendment(), want)
	}
}

func TestALawMayBeAskedByMany(t *testing.T) {
	l := compile(t, caseBook())
	q := question(t, l, offtake.Procure, offtake.Facts{Provider: "oci"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, at := range l.Changes() {
				if asked, explained := l.At(at).Ask(q).Verdict, l.At(at).Explain(q).Verdict; asked != explained {
					t.Errorf("Ask says %s, Explain %s", asked, explained)
				}
			}
		})
	}
	wg.Wait()
}

func TestAskingAllocatesNothing(t *testing.T) {
	l := compile(t, caseBook())
	terms := l.At(instant(t, l, "2025-03-01"))
	for _, ask := range asks {
		q := question(t, l, ask, offtake.Facts{Provider: "oci", Purposes: training(), Product: "copilot", Asset: "gpt-4o", Quantity: 8})
		if n := testing.AllocsPerRun(100, func() { terms.Ask(q) }); n != 0 {
			t.Errorf("%s allocates %v times, want none", ask, n)
		}
	}
}

func TestAStatedRouteIsKeptByWhatWouldPermit(t *testing.T) {
	l := compile(t, caseBook())
	got := l.At(instant(t, l, "2024-03-01")).Explain(question(t, l, offtake.Procure, offtake.Facts{Provider: "stargate", Route: offtake.Build}))
	for _, c := range got.WouldPermit {
		if c.What == "provider" {
			t.Errorf("to build is said to be permitted with %+v, which is not built", c)
		}
	}
}

func TestAnAmendmentHoldsBeforeTheStatementsOfItsInstant(t *testing.T) {
	b := bodies(offtake.Exclusivity{Provider: "azure"})
	b.Agreements[0].Clauses[0].Until.Determined = ref("agi")
	b.Agreements[0].Amendments = []offtake.Amendment{{Name: "asks", Effective: on("2025-02-01"), Clauses: []offtake.Clause{
		{Name: "agi", Body: offtake.Determination{Question: "is it?", DecidedBy: "panel", Meanwhile: "hold"}},
	}}}
	b.Statements = []offtake.Statement{{Name: "it-is", Of: ref("agi"), By: "panel", At: on("2025-02-01"), Says: offtake.SaysYes}}
	l := compile(t, b)
	if got := l.At(instant(t, l, "2025-02-01")).Ask(question(t, l, offtake.Procure, offtake.Facts{Provider: "oci"})); got.Verdict != offtake.Permitted {
		t.Errorf("at the instant of the yes Ask = %+v, want permitted", got)
	}
}
