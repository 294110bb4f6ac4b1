package chronology

import (
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// The sentences of first offers and first placements, which run on the parts of
// a first refusal: what is theirs alone, and what they share and say otherwise.

// firsts puts the events of the two into sentences; "" for one that is told as
// it is of a first refusal.
func (s step) firsts(ev offtake.Event) string {
	switch e := ev.(type) {
	case offtake.OfferInvited:
		return "what " + Shown(e.By) + " needs is recorded as the opportunity " + Shown(e.Opportunity) + s.meets(e.By)
	case offtake.ProductAnnounced:
		return "the launch " + Shown(e.Opportunity) + " of " + Shown(e.Product) + " is recorded" + s.meets(e.By)
	}
	switch {
	case s.is == nil || s.is.Contract == nil:
	case s.is.Contract.First != nil:
		return s.firstOffer(ev)
	case s.is.Contract.Placement != nil:
		return s.firstPlacement(ev)
	}
	return ""
}

// meets says which rights an opportunity meets, by their kinds.
func (s step) meets(by offtake.PartyName) string {
	var kinds []string
	count := map[string]int64{}
	for _, ev := range s.events {
		e, ok := ev.(offtake.ProcessOpened)
		if !ok {
			continue
		}
		kind := s.kindOf(e)
		if count[kind]++; count[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	for i, kind := range kinds {
		kinds[i] = kind + " that " + binds(kind, by)
		if n := count[kind]; n > 1 {
			kinds[i] = number(n) + " " + kind + "s that " + binds(kind, by)
		} else {
			kinds[i] = "the " + kinds[i]
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	return ", and meets " + strings.Join(kinds, " and ")
}

// binds says whose a right of a kind is to observe: a first refusal has a
// grantor, the others bind the buyer.
func binds(kind string, by offtake.PartyName) string {
	if kind == "first refusal" {
		return Shown(by) + " gave"
	}
	return "binds " + Shown(by)
}

// kindOf gives the kind of the clause that a process opens under, in words.
func (s step) kindOf(e offtake.ProcessOpened) string {
	c, err := s.law.Contract(e.Clause, e.Version)
	if err != nil {
		return "right"
	}
	return strings.ReplaceAll(c.Kind(), "_", " ")
}

// firstOffer puts an event of a first offer into a sentence.
func (s step) firstOffer(ev offtake.Event) string {
	holder, grantor := Shown(s.is.Seats[0].Party), Shown(s.is.Contract.Right.Grantor)
	switch e := ev.(type) {
	case offtake.NoticeServed:
		return holder + " is asked for its offer, before the market is"
	case offtake.RankOpened:
		return holder + " may offer up to " + number(left(s.is.Parts[e.Part-1]))
	case offtake.OfferMade:
		words := Shown(e.By) + " offers "
		if s.was.State() == offtake.IsOffered {
			words = Shown(e.By) + " betters its offer, which is now "
		}
		return words + offered(e.Terms)
	case offtake.OfferStood:
		return "the time to make an offer is over; that of " + holder + " stands until " + grantor + " takes it or turns it down"
	case offtake.OfferTurnedDown:
		return "the offer of " + holder + " is not taken: " + Shown(e.Why)
	case offtake.TermsReplaced:
		return s.needReplaced(e)
	case offtake.NoticeCorrected:
		return "less is needed than was asked for, so " + holder + " may offer up to " + number(e.Terms.Quantity) + "; the deadline stays"
	case offtake.Bound:
		return holder + " is bound to " + number(e.Takings[0].Quantity) + ", on the terms of its offer"
	case offtake.Released:
		return joined(number(e.Quantity)+" "+are(e.Quantity)+" released to the market, "+s.releasedOn(), ": ", e.Why)
	case offtake.ThirdPartySigned:
		return s.signedWith(Shown(s.is.SellerOf(e.Terms)), e)
	}
	return ""
}

// releasedOn says on which terms a third party may be signed after a release.
func (s step) releasedOn() string {
	floor := ""
	if least := s.is.Contract.First.Floor; least.Currency() != "" {
		floor = " not below " + least.String()
	}
	if termsFor(s.is) == "" {
		return "at any price" + floor + ", but for just what was asked for, since no offer was made"
	}
	terms := strings.Trim(termsFor(s.is), ", ")
	if floor != "" {
		terms += ", and at a price" + floor
	}
	return terms
}

// needReplaced says what a change means for what is needed.
func (s step) needReplaced(e offtake.TermsReplaced) string {
	serves := slices.ContainsFunc(s.events, func(ev offtake.Event) bool {
		n, ok := ev.(offtake.NoticeServed)
		return ok && n.Process == e.Process
	})
	switch {
	case serves:
		return "what is asked for is what is needed: nothing is told of who offered it, or at what price"
	case e.State == offtake.InTail:
		return "less is needed than was released: " + number(e.Terms.Quantity)
	case e.State == offtake.NotifyDue && !s.was.Triggered.IsZero():
		return "what is needed is replaced before it was asked for"
	}
	return ""
}

// firstPlacement puts an event of a first placement into a sentence.
func (s step) firstPlacement(ev offtake.Event) string {
	c := s.is.Contract.Placement
	product, first := Shown(s.is.Product), Shown(c.Provider)
	switch e := ev.(type) {
	case offtake.ProcessOpened:
		return s.placed(e)
	case offtake.ProductShipped:
		if e.Until.Equal(s.act.At) {
			return product + " ships on " + first + " first, and the clause asks for no more"
		}
		return product + " ships on " + first + " first, and stays there alone for " + c.HeadStart.Words()
	case offtake.HeadStartOver:
		return "the head start of " + first + " is over: " + product + " may ship anywhere, and the right is fulfilled"
	case offtake.StatementMade:
		words := "the declaration " + Shown(e.Says) + " of " + Shown(e.By) + " is recorded"
		if lacks := lacking(s.is); len(lacks) > 0 {
			return words + "; alone it excuses nothing, and " + list(lacks) + " " + are(int64(len(lacks))) + " needed too"
		}
		return words + ", and with it all that the clause asks for"
	case offtake.Withdrawn:
		return "the launch of " + product + " is given up: " + Shown(e.Why)
	case offtake.ThirdPartyNoted:
		return "where " + product + " ships has no effect on this process, which is " + states[s.is.State()]
	}
	return ""
}

// placed says how a launch meets a first placement.
func (s step) placed(e offtake.ProcessOpened) string {
	words := "a process opens under " + Shown(e.Clause.String()) + ", in the version of " + s.zone.moment(e.Version)
	by := Shown(s.is.Contract.Placement.Unless.By)
	switch {
	case e.State == offtake.NotTriggered:
		return words + "; the right is not triggered: " + Shown(e.Why)
	case len(e.Stated) > 0:
		words += "; " + by + " had declared " + list(e.Stated) + ", and " + list(lacking(s.is)) + " is needed too"
	}
	return words + "; it must ship first on " + Shown(s.is.Contract.Placement.Provider) + ": " + Shown(e.Why)
}

// lacking gives the statements that a launch still needs to be excused.
func lacking(p *refusal.Process) (says []offtake.Says) {
	for _, asked := range p.Contract.Placement.Unless.Statements {
		if !slices.Contains(p.Stated, asked) {
			says = append(says, asked)
		}
	}
	return says
}

// firstTask says who is to do what until a deadline that is a first offer's or a
// first placement's own; till is "" for one that is told as it is of a first refusal.
func firstTask(p *refusal.Process, of offtake.DeadlineName, parts []int) (who []offtake.PartyName, does, till string) {
	grantor := p.Contract.Right.Grantor
	if p.Contract.Placement != nil && of == offtake.DueHeadStart {
		return []offtake.PartyName{grantor}, Shown(grantor) + " keeps " + Shown(p.Product) + " on " + Shown(p.Contract.Placement.Provider) + " alone", "until"
	}
	if p.Contract.First == nil {
		return nil, "", ""
	}
	holder := p.Seats[0].Party
	switch of {
	case offtake.DueAnswer:
		q := p.Parts[parts[0]]
		if q.State == offtake.IsOffered {
			return []offtake.PartyName{holder, grantor}, Shown(holder) + " may better its offer and " + Shown(grantor) + " may take it or turn it down", "until"
		}
		return []offtake.PartyName{holder}, Shown(holder) + " may make its offer for up to " + number(left(q)), "until"
	case offtake.DueSignBy:
		return []offtake.PartyName{grantor}, Shown(grantor) + " may sign a third party" + termsFor(p) + " for " + number(sum(p, parts)), "until"
	case offtake.DueCloseBy:
		return []offtake.PartyName{grantor}, Shown(grantor) + "'s agreement with " + signedParty(p, parts[0]) + " for " + number(sum(p, parts)) + " must take effect", "by"
	case offtake.DueExpires:
		if p.State() == offtake.IsOffered {
			return nil, "the offer of " + Shown(holder) + " expires", "at"
		}
	}
	return nil, "", ""
}

// termsFor says in short on which terms a third party may be signed.
func termsFor(p *refusal.Process) string {
	if holder := p.Seats[0].Party; p.Baseline.Party == holder {
		return ", on terms no better for it than " + Shown(holder) + " offered" + ","
	}
	return ""
}

// signedParty gives the third party that has signed for a part.
func signedParty(p *refusal.Process, part int) string {
	if signed := p.Parts[part].Signed; signed != nil {
		return Shown(p.SellerOf(*signed.Terms))
	}
	return Shown(p.SellerOf(*p.Terms))
}

// firstWaits says the same of a part that waits without a deadline; "" for one
// that is told as it is of a first refusal.
func firstWaits(p *refusal.Process, i int) (who []offtake.PartyName, text string) {
	q, grantor := p.Parts[i], p.Contract.Right.Grantor
	mine := []offtake.PartyName{grantor}
	switch q.State {
	case offtake.IsAnnounced:
		c := p.Contract.Placement
		text = Shown(grantor) + " ships " + Shown(p.Product) + " on " + Shown(c.Provider) + " first; no deadline is set"
		if lacks := lacking(p); len(lacks) > 0 {
			text += ", and it is excused once " + Shown(c.Unless.By) + " has declared " + list(lacks)
		}
		return mine, text
	case offtake.InHeadStart:
		return mine, Shown(grantor) + " keeps " + Shown(p.Product) + " on " + Shown(p.Contract.Placement.Provider) + " alone, with no end that can be written"
	}
	if p.Contract.First == nil {
		return nil, ""
	}
	holder := Shown(p.Seats[0].Party)
	switch {
	case q.State == offtake.NotifyDue || q.State == offtake.Deficient:
		return mine, Shown(grantor) + " must ask " + holder + " for its offer; no deadline is set"
	case q.State == offtake.IsOffered:
		return mine, Shown(grantor) + " must take the offer of " + holder + " or turn it down; no deadline is set"
	case q.State == offtake.Open:
		return []offtake.PartyName{p.Seats[0].Party}, holder + " may make its offer for up to " + number(left(q)) + ", with no deadline that can be written"
	case q.State != offtake.InTail:
	case q.Signed == nil:
		return mine, Shown(grantor) + " may sign a third party" + termsFor(p) + " for " + number(q.Quantity) + ", with no deadline that can be written"
	case !q.Signed.Overdue:
		return mine, Shown(grantor) + "'s agreement with " + signedParty(p, i) + " for " + number(q.Quantity) + " must take effect, with no deadline that can be written"
	}
	return nil, ""
}
