package chronology

import (
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// said puts an act into a sentence: what its party does, whatever becomes of it.
func (t *teller) said(p play.Played) string {
	a := p.Act
	switch d := a.Deed.(type) {
	case nil:
		return "The line is no act that can be read."
	case offtake.Deadline:
		if p.Outcome == "" {
			return "Nobody acts: " + t.passes(d) + "."
		}
	case offtake.Amend:
		if p.Outcome == "" {
			return "Nobody acts: the amendment " + Shown(d.Amendment) + " of " + Shown(d.Agreement) + ", which was awaited, takes hold."
		}
	}
	by := Shown(a.By)
	if a.By == "" {
		by = "nobody"
	}
	words := by + " " + t.does(a)
	if !a.Clause.IsZero() {
		words += ", under " + Shown(a.Clause.String()) + " alone"
	}
	return sentence(words)
}

// passes says which deadline passes.
var passes = map[offtake.DeadlineName]string{
	offtake.DueNotify:     "the time to serve a notice ends",
	offtake.DueAnswer:     "the time to answer ends",
	offtake.DueDefinitive: "the time to sign the agreement with a bound holder ends",
	offtake.DueSignBy:     "the time to sign the third party ends",
	offtake.DueCloseBy:    "the time for the third party's agreement to take effect ends",
	offtake.DueDelivery:   "the time to deliver ends",
	offtake.DueExpires:    "the third party's offer expires",
	refusal.DueObjection:  "the time to object to the notice ends",
	offtake.DueHeadStart:  "the head start ends",
}

// passes says which deadline passes; of a first offer what it is the holder has
// time for.
func (t *teller) passes(d offtake.Deadline) string {
	p, known := t.deals.Process(d.Process)
	switch {
	case !known || p.Contract.First == nil:
	case d.Of == offtake.DueAnswer:
		return "the time to make an offer ends"
	case d.Of == offtake.DueExpires && p.State() == offtake.IsOffered:
		return "the offer of " + Shown(p.Seats[0].Party) + " expires"
	}
	return passes[d.Of]
}

// does gives what a party does, without the party.
func (t *teller) does(a offtake.Act) string {
	what := Shown(a.Opportunity)
	switch d := a.Deed.(type) {
	case offtake.OfferReceive:
		return "receives the offer " + what + ": " + offered(d.Terms)
	case offtake.OfferRevise:
		if o, ok := t.deals.Opportunity(a.Opportunity); ok && o.Invited && !o.Offered {
			return joined("revises what is needed as "+what, ": ", offered(d.Terms))
		}
		return joined("revises the offer "+what, ": ", offered(d.Terms))
	case offtake.OfferWithdraw:
		return "withdraws the offer " + what
	case offtake.NoticeServe:
		to := "every holder"
		if d.To != nil {
			to = list(d.To)
		}
		discloses := "discloses nothing"
		if len(d.Contents) > 0 {
			discloses = "discloses " + list(d.Contents)
		}
		return "serves on " + to + " a notice of " + what + " that " + discloses
	case offtake.Accept:
		if t.asks(a) {
			return joined("takes the offer that was made of "+what, ", writing ", offered(d.Terms))
		}
		return acceptance(d, what)
	case offtake.Decline:
		if t.asks(a) {
			return joined("turns down the offer that was made of "+what, ": it is ", d.Reason)
		}
		return joined("passes on "+what, ": it is ", d.Reason)
	case offtake.NoticeObject:
		if d.Question != "" {
			return "asks about " + Shown(d.Question) + " of " + what
		}
		return "objects that the notice of " + what + " lacks " + list(d.Missing)
	case offtake.DefinitiveSign:
		return "signs the agreement" + ofHolder(d.Party, d.Quantity) + " over " + what
	case offtake.Deliver:
		return "reports delivery" + ofHolder(d.Party, d.Quantity) + " of " + what
	case offtake.HolderDefault:
		return "says that the bound holder" + named(d.Party) + " fails over " + what
	case offtake.RegulatorRefuse:
		return "says that a regulator refuses what the bound holder" + named(d.Party) + " needs for " + what
	}
	return t.doesMore(a)
}

func (t *teller) doesMore(a offtake.Act) string {
	what := Shown(a.Opportunity)
	switch d := a.Deed.(type) {
	case offtake.ThirdPartySign:
		words := "signs the third party of " + what
		if d.Conditional {
			words = "signs the third party of " + what + " on the condition that the right is cleared"
		}
		return joined(words, ": ", offered(d.Terms))
	case offtake.ThirdPartyClose:
		return "lets the agreement with the third party of " + what + " take effect"
	case offtake.Toll:
		return "stops the clocks of " + what + " for " + Shown(d.Cause)
	case offtake.Resume:
		if d.Cause == "" {
			return "lets the clocks of " + what + " run again"
		}
		return "lets the clocks of " + what + " run again as to " + Shown(d.Cause)
	case offtake.ExtendDeadline:
		return "extends the deadline " + Shown(d.Deadline) + " of " + what + " to " + d.Until.String() + signed(d.SignedBy)
	case offtake.Assign:
		return "assigns its seat over " + what + " to " + Shown(d.To)
	case offtake.Determine:
		question := "the open question"
		if d.Question != "" {
			question = "the question of " + Shown(d.Question)
		}
		return "answers " + question + " over " + what + " " + favours(d.Answer) + signed(d.SignedBy)
	case offtake.Evidence:
		return "brings evidence that the act " + Shown(d.Of) + " was received at " + t.zone.moment(d.Received)
	case offtake.PurposeReading:
		var shares []string
		for _, s := range d.Shares {
			shares = append(shares, Shown(s.Purpose)+" "+s.Share.String())
		}
		return joined("reports what "+what+" was used for in the window that ended "+d.WindowEnd.String(), ": ", strings.Join(shares, ", "))
	case offtake.Amend:
		return "brings the amendment " + Shown(d.Amendment) + " of " + Shown(d.Agreement) + " to bear on open processes" + over(a.Opportunity)
	}
	return doesFirst(a, what)
}

// doesFirst says the same of the acts of first offers and first placements.
func doesFirst(a offtake.Act, what string) string {
	switch d := a.Deed.(type) {
	case offtake.OfferInvite:
		return joined("asks whoever is to be asked first for an offer of "+what, ": ", offered(d.Terms))
	case offtake.OfferMake:
		return joined("makes its offer of "+what, ": ", offered(d.Terms))
	case offtake.ProductAnnounce:
		return "announces the launch " + what + " of " + Shown(d.Product)
	case offtake.ProductShip:
		return "ships the product of " + what + " on " + Shown(d.Provider)
	case offtake.ProductDrop:
		return "drops the product of " + what
	case offtake.Declare:
		return "declares " + Shown(d.Says) + " about the product of " + what
	}
	return "sends an act " + a.Deed.Name()
}

// asks reports whether an answer is that of a buyer, to what the holder of a
// first offer has offered.
func (t *teller) asks(a offtake.Act) bool {
	return slices.ContainsFunc(t.deals.Of(a.Opportunity), func(p *refusal.Process) bool {
		return p.Contract.First != nil && p.Contract.Right.Grantor == a.By
	})
}

func acceptance(d offtake.Accept, what string) string {
	words := "accepts everything offered of " + what
	if d.Quantity != 0 {
		words = "accepts " + number(d.Quantity) + " of " + what
	}
	if len(d.Conditions) > 0 {
		words += ", on the condition " + list(d.Conditions)
	}
	if d.Extras != nil {
		words += ", and of the package takes " + list(d.Extras)
	}
	return joined(words, ", writing ", offered(d.Terms))
}

func ofHolder(party offtake.PartyName, quantity int64) (words string) {
	if party != "" {
		words = " of " + Shown(party)
	}
	if quantity != 0 {
		words += " for " + number(quantity)
	}
	return words
}

func named(party offtake.PartyName) string {
	if party == "" {
		return ""
	}
	return " " + Shown(party)
}

func over(o offtake.OpportunityID) string {
	if o == "" {
		return ""
	}
	return " over " + Shown(o)
}

func signed(by []offtake.PartyName) string {
	if len(by) == 0 {
		return ""
	}
	return ", signed by " + list(by)
}

func favours(f offtake.InFavour) string {
	switch f {
	case offtake.ForHolder:
		return "for the holder"
	case offtake.ForGrantor:
		return "for the grantor"
	}
	return "as " + Shown(f)
}
