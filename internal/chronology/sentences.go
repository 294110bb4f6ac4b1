package chronology

import (
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/refusal"
)

// states says in words where a part stands.
var states = map[offtake.ProcessState]string{
	offtake.Assessing:        "being assessed",
	offtake.NotifyDue:        "waiting for a notice",
	offtake.Deficient:        "waiting for a complete notice",
	offtake.Open:             "open to the holders",
	offtake.IsTolled:         "standing still",
	offtake.Allocating:       "open to the holders that took their full share",
	offtake.Contracting:      "bound to a holder",
	offtake.InTail:           "released to the third party",
	offtake.IsOffered:        "offered by the holder",
	offtake.IsAnnounced:      "announced",
	offtake.InHeadStart:      "in its head start",
	offtake.IsUndetermined:   "waiting for an answer to a question",
	offtake.IsDisputed:       "in dispute",
	offtake.NotTriggered:     "not triggered",
	offtake.IsSuperseded:     "superseded",
	offtake.IsWithdrawn:      "withdrawn",
	offtake.IsFulfilled:      "fulfilled",
	offtake.ClosedThirdParty: "closed with the third party",
	offtake.IsTailExpired:    "expired",
	offtake.IsWaived:         "waived",
	offtake.IsBreached:       "breached",
}

// States gives in words where a part or a process stands.
func States(s offtake.ProcessState) string { return states[s] }

// words puts an event into a sentence. It is "" for one that is none of a
// process.
func (s step) words(ev offtake.Event) string {
	if words := s.firsts(ev); words != "" {
		return words
	}
	switch e := ev.(type) {
	case offtake.OfferReceived:
		return s.offerReceived(e)
	case offtake.OfferRevised:
		if s.unoffered(e.Opportunity) {
			return "what is needed as " + Shown(e.Opportunity) + " is now " + offered(e.Terms)
		}
		return "the offer " + Shown(e.Opportunity) + " is now " + offered(e.Terms)
	case offtake.OfferWithdrawn:
		if s.unoffered(e.Opportunity) {
			return "the opportunity " + Shown(e.Opportunity) + " is gone"
		}
		return "the offer " + Shown(e.Opportunity) + " is gone"
	case offtake.AmendmentAwaited:
		return "the amendment " + Shown(e.Amendment) + " of " + Shown(e.Agreement) + " holds only from " + s.zone.moment(e.From) + ", and takes hold then"
	case offtake.AmendmentHeld:
		return "the amendment " + Shown(e.Amendment) + " of " + Shown(e.Agreement) + ", which was awaited, has taken hold"
	case offtake.Restored:
		return number(e.Quantity) + " are there again: " + e.Why
	case offtake.Reinstated:
		return "the offer stands, since an acceptance of the same instant comes first"
	case offtake.ShareMeasured:
		if e.Broken {
			return "the share that " + e.Consent.String() + " demands was broken in the window that ended " + s.zone.moment(e.WindowEnd) + "; until it is kept again the consent lifts nothing that is received"
		}
		return "the share that " + e.Consent.String() + " demands was kept in the window that ended " + s.zone.moment(e.WindowEnd)
	case offtake.ProcessOpened:
		return s.opened(e)
	case offtake.TermsReplaced:
		return s.replaced(e)
	case offtake.NotifyMissed:
		return "no complete notice came in time; it is still owed, and is late"
	case offtake.NoticeFoundDeficient:
		return s.deficient(e)
	case offtake.NoticeServed:
		return s.served(e)
	case offtake.NoticeCorrected:
		return "the change is inside what is tolerated of the terms noticed first, so the notice is corrected and the deadline stays"
	case offtake.RankOpened:
		return s.rankOpened(e)
	case offtake.RankClosed:
		return s.rankClosed(e)
	case offtake.Accepted:
		return s.accepted(e)
	case offtake.AnsweredOffTerms:
		words := "the answer of " + Shown(e.By) + " does not conform: " + Shown(e.Why)
		if e.Passed {
			return words + "; under this clause that ends its right to answer"
		}
		return words + "; under this clause it is no answer, and " + Shown(e.By) + " may answer again"
	case offtake.Declined:
		return Shown(e.By) + " passes" + reason(e.Reason) + ", and will not answer for this again"
	}
	return s.bound(ev)
}

// bound puts the events after a rank has ended into sentences.
func (s step) bound(ev offtake.Event) string {
	switch e := ev.(type) {
	case offtake.Bound:
		var got []string
		for _, t := range e.Takings {
			got = append(got, Shown(t.Party)+" is bound to "+number(t.Quantity))
		}
		return strings.Join(got, " and ") + ", on the noticed terms"
	case offtake.DefinitiveSigned:
		return "the agreement of " + Shown(e.Party) + " is signed; under this clause what counts is its delivery"
	case offtake.Lapsed:
		return Shown(e.Why) + ", so " + s.quantityOf(e.Part) + " of " + Shown(e.Party) + " lapse"
	case offtake.Released:
		return joined(number(e.Quantity)+" "+are(e.Quantity)+" released to the third party", ": ", e.Why)
	case offtake.Fulfilled:
		return "the agreement of " + Shown(e.Party) + " is effective, and its " + number(e.Quantity) + " " + are(e.Quantity) + " fulfilled"
	case offtake.Superseded:
		return "the process is superseded by " + Shown(e.Successor) + ": " + Shown(e.Why)
	case offtake.Withdrawn:
		return s.withdrawn(e)
	case offtake.ThirdPartySigned:
		return s.thirdPartySigned(e)
	case offtake.ThirdPartyClosed:
		return "the third party's agreement is effective, inside the tail and on terms that are permitted: its part is closed"
	case offtake.ThirdPartyNoted:
		return s.noted(e)
	case offtake.CloseOverdue:
		return "the third party's agreement did not take effect in time, and is overdue"
	case offtake.TailExpired:
		if s.is.Contract.Right.Survival == offtake.OneShot {
			return "nobody signed in time, so the release expires; the right was given once, and is spent"
		}
		return "nobody signed in time, so the release expires; the right lives on for the next opportunity"
	}
	return s.interrupted(ev)
}

// interrupted puts what stops, moves or upsets a process into sentences.
func (s step) interrupted(ev offtake.Event) string {
	switch e := ev.(type) {
	case offtake.Tolled:
		return "time stands still for " + Shown(e.Cause) + ", and keeps what is left"
	case offtake.Resumed:
		return s.resumed(e)
	case offtake.Extended:
		return "the deadline " + Shown(e.Deadline) + " is extended" + s.extendedFrom(e)
	case offtake.Assigned:
		return "the seat of " + Shown(e.From) + " goes over to " + Shown(e.To) + ", with the deadlines it had"
	case offtake.QuestionRaised:
		return "the question of " + Shown(e.Question) + " is open: " + Shown(e.Why) + "; time stands still until it is answered"
	case offtake.Determined:
		if e.Answer == offtake.ForHolder {
			return "the question of " + Shown(e.Question) + " is answered for the holder"
		}
		return "the question of " + Shown(e.Question) + " is answered for the grantor: everything goes on, and what stood still runs again"
	case offtake.DisputeRaised:
		return "the outcome is in dispute: " + Shown(e.Why) + "; nothing flips by itself, and no deadline falls"
	case offtake.Waived:
		return "the right is waived here: " + Shown(e.Why)
	case offtake.ClauseReplaced:
		return "the process goes on under the clause as amended from " + s.zone.moment(e.Version) + "; no deadline is earlier than it was"
	case offtake.Breached:
		return "the right is breached: " + Shown(e.Why)
	}
	return ""
}

func (s step) offerReceived(e offtake.OfferReceived) string {
	words := "the opportunity " + Shown(e.Opportunity) + " is recorded"
	if o, ok := s.deals.Opportunity(e.Opportunity); ok && o.Invited {
		words = "an offer of what was asked for as " + Shown(e.Opportunity) + " is recorded"
	}
	if meets := s.meets(e.By); meets != "" {
		return words + meets
	}
	return words + "; no first refusal that " + Shown(e.By) + " gave is in force"
}

// unoffered reports whether an opportunity is what is needed, which nobody has
// offered yet.
func (s step) unoffered(id offtake.OpportunityID) bool {
	o, ok := s.deals.Opportunity(id)
	return ok && o.Invited && !o.Offered
}

func (s step) opened(e offtake.ProcessOpened) string {
	words := "a process opens under " + Shown(e.Clause.String()) + ", in the version of " + s.zone.moment(e.Version)
	if e.After != "" {
		words = "a process succeeds " + Shown(e.After) + " under " + Shown(e.Clause.String()) + ", for " + number(e.Terms.Quantity)
		if !e.Left.IsZero() && s.is.Contract.First == nil {
			words += "; the window of rank " + number(e.LeftRank) + " had " + e.Left.Words() + " left"
		}
	}
	switch e.State {
	case offtake.NotTriggered:
		return words + "; the right is not triggered: " + Shown(e.Why)
	case offtake.Assessing:
		return words + "; whether the right is triggered is not known yet: " + Shown(e.Why)
	}
	return words + "; the right is triggered: " + Shown(e.Why)
}

func (s step) replaced(e offtake.TermsReplaced) string {
	released := func(p *refusal.Process) bool {
		for _, q := range p.Parts {
			if under(q) == offtake.InTail {
				return true
			}
		}
		return false
	}
	if released(s.was) {
		return "the changed offer is no better for the third party than what was noticed first, beyond what is tolerated, so what was released stays released"
	}
	switch e.State {
	case offtake.NotTriggered:
		return "on these terms the right is not triggered: " + Shown(e.Why)
	case offtake.Assessing:
		return "whether the right is triggered is not known yet: " + Shown(e.Why)
	}
	if s.was.Triggered.IsZero() {
		return "the right is triggered: " + Shown(e.Why)
	}
	return "the terms are replaced before a complete notice was served; the time to serve one stays"
}

func (s step) deficient(e offtake.NoticeFoundDeficient) string {
	words := "the notice counts as deficient"
	if len(e.Missing) > 0 {
		words = "the notice lacks " + list(e.Missing)
	}
	if e.Why != "" {
		words += ": " + Shown(e.Why)
	}
	if !s.was.Served.IsZero() {
		return words + ", so what was answered and the time that has passed do not count, and a new one is owed"
	}
	return words + ", so it starts no window, and a complete one is owed"
}

func (s step) served(e offtake.NoticeServed) string {
	if len(e.Missing) == 0 {
		return "the notice is complete"
	}
	return "the notice lacks " + list(e.Missing) + "; it starts a window all the same, unless a holder objects in time"
}

func (s step) rankOpened(e offtake.RankOpened) string {
	quantity := s.quantityOf(e.Part)
	if i := int(e.Part - 1); i < len(s.is.Parts) {
		quantity = number(left(s.is.Parts[i]))
	}
	switch {
	case e.Round == 2:
		return "a further round is open to " + list(e.Asked) + ", which took " + fullShare(e.Asked) + ", for the " + quantity + " that are left"
	case s.is.Contract.Right.Ranks.Mode == "concurrent":
		return "all ranks are asked at once: " + list(e.Asked) + " may take up to " + quantity
	case len(s.is.Contract.Right.Holders) == 1:
		return list(e.Asked) + " may take up to " + quantity
	}
	return "rank " + number(e.Rank) + " is asked: " + list(e.Asked) + " may take up to " + quantity
}

func fullShare(who []offtake.PartyName) string {
	if len(who) == 1 {
		return "its full share"
	}
	return "their full shares"
}

func (s step) rankClosed(e offtake.RankClosed) string {
	words := "the window ends"
	if i := int(e.Part - 1); i < len(s.was.Parts) && s.was.Parts[i].Offer != nil {
		switch r := s.was.Parts[i].Offer; {
		case r.N == 2:
			words = "the further round ends"
		case len(s.is.Contract.Right.Holders) > 1:
			words = "rank " + number(r.Rank) + " ends"
		}
	}
	if len(e.Takings) == 0 {
		return words + ", and nobody takes anything"
	}
	var got []string
	for _, t := range e.Takings {
		got = append(got, Shown(t.Party)+" gets "+number(t.Quantity))
	}
	return words + ": " + strings.Join(got, " and ")
}

func (s step) accepted(e offtake.Accepted) string {
	words := Shown(e.By) + " takes " + number(e.Quantity) + " on the noticed terms"
	if len(e.Extras) > 0 {
		words += ", without " + list(e.Extras)
	}
	for _, q := range s.was.Parts {
		if q.State == offtake.IsWithdrawn {
			return words + "; an acceptance comes before a withdrawal of the same instant, which is undone"
		}
	}
	return words
}

func reason(r string) string {
	if r == "" {
		return ""
	}
	return ", being " + Shown(r)
}

func (s step) withdrawn(e offtake.Withdrawn) string {
	switch {
	case e.Quantity > 0:
		return number(e.Quantity) + " " + are(e.Quantity) + " withdrawn from this process: " + Shown(e.Why)
	case s.is.State() == offtake.IsTailExpired:
		return "the agreement that was overdue is given up, and the release expires: " + Shown(e.Why)
	}
	return "what nobody has taken is withdrawn: " + Shown(e.Why)
}

func (s step) thirdPartySigned(e offtake.ThirdPartySigned) string {
	return s.signedWith(Shown(s.is.ThirdParty()), e)
}

func (s step) signedWith(third string, e offtake.ThirdPartySigned) string {
	switch {
	case e.Conditional && e.Quantity == 0:
		return "the signature of " + third + " for all that will be released is recorded, and waits until it may take effect"
	case e.Conditional:
		return "the signature of " + third + " for " + number(e.Quantity) + " is recorded, and waits until it may take effect"
	case e.Waited || e.Asked:
		return "the signature of " + third + " for " + number(e.Quantity) + ", which waited, takes effect"
	}
	return third + " is signed for " + number(e.Quantity) + ", on terms that are permitted"
}

func (s step) noted(e offtake.ThirdPartyNoted) string {
	if _, ok := s.act.Deed.(offtake.PurposeReading); ok {
		return "the share that the consent demands is kept, or what was bought is closed and stays lawful"
	}
	words := "the third party's signature"
	if e.Closed {
		words = "the third party's agreement"
	}
	return words + " has no effect on this process, which is " + states[s.is.State()]
}

func (s step) resumed(e offtake.Resumed) string {
	if len(s.is.Causes) > 0 {
		return Shown(e.Cause) + " is over; time still stands still for " + list(s.is.Causes)
	}
	if s.is.Doubt != "" {
		return Shown(e.Cause) + " is over; time still stands still until the question of " + Shown(s.is.Doubt) + " is answered"
	}
	return Shown(e.Cause) + " is over, and time runs again"
}

// extendedFrom says where a deadline was before it was extended.
func (s step) extendedFrom(e offtake.Extended) string {
	if e.Deadline == offtake.DueNotify {
		return " from " + s.zone.moment(s.was.Notify.By) + " to " + s.zone.moment(e.NotifyBy)
	}
	if len(e.Deadlines) == 0 || int(e.Deadlines[0].Part) > len(s.was.Parts) {
		return ""
	}
	d := e.Deadlines[0]
	return " from " + s.zone.moment(s.was.Parts[d.Part-1].Clock.By) + " to " + s.zone.moment(d.By)
}

// quantityOf gives the quantity of a part before the event.
func (s step) quantityOf(part int64) string {
	if i := int(part - 1); i < len(s.was.Parts) {
		return number(s.was.Parts[i].Quantity)
	}
	return "the part"
}
