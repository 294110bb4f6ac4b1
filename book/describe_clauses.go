package book

import (
	"fmt"
	"strings"

	"github.com/offtake-dev/offtake"
)

func (t *teller) firstRefusal(b offtake.FirstRefusal) {
	holders := namesOf(b.Holders, func(h offtake.Holder) string { return t.who(h.Party) })
	t.say("Before %s takes a third party's offer of %s, %s may match it.", t.who(b.Grantor), scopeWords(b.Scope), and(holders))
	for _, h := range b.Holders {
		from := ""
		if h.Provider != "" {
			from = fmt.Sprintf(" and supply from %s", h.Provider)
		}
		t.say("%s would match in rank %d with weight %d%s; its right is %s.", t.who(h.Party), h.Rank, h.Weight, from,
			map[string]string{"personal": "personal", "affiliates": "assignable to affiliates", "free": "freely assignable"}[h.Assignable])
	}
	t.sayIf(b.Direction == offtake.SupplySide, "The third party sells: a higher price is better for it (supply_side).")
	t.sayIf(b.Direction == offtake.DemandSide, "The third party buys: a lower price is better for it (demand_side).")
	t.sayIf(b.BonaFide != nil, "Only an offer that is %s triggers the right.", and(b.BonaFide))
	t.refusalNotice(b)
	t.refusalAnswer(b)
	t.refusalAfter(b)
	t.refusalTime(b)
}

func (t *teller) refusalNotice(b offtake.FirstRefusal) {
	t.sayFor(b.NotifyWithin, "The notice is owed within %s of the offer.")
	t.say("A notice discloses %s.", and(b.Notice.Contents))
	t.sayIf(b.Notice.Deficiency == offtake.Strict, "An incomplete notice starts no window (strict).")
	t.sayIf(b.Notice.Deficiency == offtake.InquiryDuty, "An incomplete notice counts unless it is objected to within %s (inquiry_duty).", b.Notice.ObjectionWithin.Words())
	t.sayFor(b.Window, "The answer is due %s from a complete notice.")
	for _, rank := range ranksOf(b.WindowByRank) {
		t.say("The answer of rank %d is due %s from a complete notice.", rank, b.WindowByRank[rank].Words())
	}
}

func (t *teller) refusalAnswer(b offtake.FirstRefusal) {
	t.sayIf(b.Ranks.Mode != "", "Ranks answer in %s order; the next one's time starts %s.", b.Ranks.Mode,
		map[string]string{"on_deadline": "at the deadline of the one before", "on_response": "when the one before has answered"}[b.Ranks.NextStarts])
	t.sayIf(b.Partial == offtake.NoPartial, "All of it must be taken (partial: none).")
	lot := "the accelerator's own lot"
	if b.Lot > 0 {
		lot = fmt.Sprintf("%d accelerators", b.Lot)
	}
	t.sayIf(b.Partial == offtake.InLots, "A part may be taken, in lots of %s.", lot)
	t.sayIf(b.AllOrNone, "Acceptances that together fall short of the whole are all forfeited.")
	t.sayIf(!b.AllOrNone, "Acceptances that together fall short of the whole stand.")
	t.sayFor(b.Undersubscribed, "What is left goes, for %s more, to holders that took their full share.")
	t.sayIf(b.Match == offtake.ExactMatch, "The holder must match every term (match: exact).")
	t.sayIf(b.Match == offtake.MaterialMatch, "The holder must match every term that matters (match: material).")
	t.say("Consideration that is not money is %s.", nonCashWords[b.NonCash])
	t.say("An offer bundled with other things %s.", packageWords[b.Package])
	t.sayIf(b.OfferRevocable == offtake.UntilAcceptance, "The offer may be withdrawn until it is accepted.")
	t.sayIf(b.OfferRevocable == offtake.Irrevocable, "The offer may not be withdrawn in the window.")
	t.sayIf(b.Nonconforming == offtake.NonconformingIgnored, "An acceptance on other terms is ignored.")
	t.sayIf(b.Nonconforming == offtake.NonconformingTerminates, "An acceptance on other terms ends the holder's turn.")
}

var nonCashWords = map[offtake.NonCash]string{
	offtake.SameNonCash:     "matched alike (same)",
	offtake.CashEquivalent:  "matched alike or in money (cash_equivalent)",
	offtake.NonCashExcluded: "left aside (excluded)",
}

var packageWords = map[offtake.PackageRule]string{
	offtake.WholePackage:        "is matched as a whole (whole)",
	offtake.SeverablePackage:    "is split, and the part in scope is matched (severable)",
	offtake.PackageNotTriggered: "does not trigger the right (not_triggered)",
	offtake.PackageBarred:       "may not be taken (barred)",
}

func (t *teller) refusalAfter(b offtake.FirstRefusal) {
	t.say("A holder that is bound signs within %s.", b.Definitive.Words())
	t.sayIf(b.DeliveryGate, "It has performed on delivery, and lapses when undelivered for %s.", b.DeliveryGrace.Words())
	t.tail("third party", b.Tail)
	t.sayIf(b.Tolerance == nil, "Nothing may become better for the third party without a new notice.")
	for _, tol := range b.Tolerance {
		t.say("Its %s may become better by %s without a new notice.", tol.Dimension, tol.Within)
	}
	t.sayFor(b.Retrigger, "A materially changed offer opens a window of %s.")
	t.sayIf(b.Survival == offtake.OneShot, "A right passed over is spent (one_shot).")
	t.sayIf(b.Survival == offtake.Continuing, "A right passed over returns for the next offer (continuing).")
	affiliates := ""
	if b.Aggregation.Affiliates {
		affiliates = ", those with affiliates included"
	}
	t.sayIf(!b.Aggregation.Window.IsZero(), "Deals within %s count as one%s.", b.Aggregation.Window.Words(), affiliates)
	t.sayIf(!b.SubjectTo.IsZero(), "It opens only after %s is cleared.", b.SubjectTo)
}

func (t *teller) refusalTime(b offtake.FirstRefusal) {
	t.sayIf(b.Tolling != nil, "The clock stops for %s.", and(b.Tolling))
	t.sayIf(b.Determiner != "", "%s decides what no clock may decide.", t.who(b.Determiner))
	t.sayIf(b.Determiner == "", "What no clock may decide, the grantor and every holder decide by signing.")
	t.sayIf(b.Time.Calendar != "", "Time is counted in the calendar %s.", b.Time.Calendar)
	t.sayIf(b.Time.CountFirst, "The day of receipt is the first day counted.")
	t.sayIf(b.Time.Roll == offtake.RollFollowing, "A deadline that falls on no business day moves to the next one.")
	t.sayIf(b.Time.Cutoff.Set, "A notice after %s counts for the next business day.", b.Time.Cutoff)
}

func amountWords(m offtake.Measure, a offtake.Amount) string {
	switch m {
	case offtake.GPUHours:
		return fmt.Sprintf("%d accelerator-hours", a.Quantity)
	case offtake.CapacityTaken:
		return fmt.Sprintf("%d accelerators", a.Quantity)
	}
	return a.Money.Short()
}

func (t *teller) commitment(b offtake.Commitment) {
	each := ""
	if !b.Interval.IsZero() {
		each = " in each " + strings.TrimPrefix(b.Interval.Words(), "1 ")
	}
	verb := map[offtake.Measure]string{offtake.Spend: "spend", offtake.GPUHours: "use", offtake.CapacityTaken: "take"}[b.Measure]
	t.say("The buyer promises %s to %s %s%s, from %s until %s.", b.Provider, verb, amountWords(b.Measure, b.Amount), each, b.Period.From, b.Period.Until)
	for _, m := range b.Milestones {
		t.say("By %s it is %s in all.", m.By, amountWords(b.Measure, m.Amount))
		t.sayIf(m.Shortfall != "", "What is missing by %s is then %s.", m.By, shortfallWords(m.Shortfall))
	}
	t.say("It is drawn down by %s, %s.", scopeWords(b.Eligible), countsWords(b.Counts))
	t.sayIf(len(b.Services) == 1, "Only %s counts.", and(b.Services))
	t.sayIf(len(b.Services) > 1, "Only %s count.", and(b.Services))
	for _, c := range b.Caps {
		t.say("At most %s of it may be %s.", c.AtMost, c.Service)
	}
	t.prepayment(b.Prepayment)
	t.say("What is not taken is %s.", shortfallWords(b.Shortfall))
	t.sayIf(b.Carry.Rule == "forward", "What is taken beyond it counts forward, up to %s of the amount.", b.Carry.Cap)
	t.sayIf(b.Carry.Rule == "none", "What is taken beyond it is not carried over.")
	t.sayIf(b.Carry.Rule == "extend", "What is left of it prolongs the period (carry: extend).")
	t.cancel(b.Cancel)
	t.sayIf(len(b.For) == 1, "It stands for the reservation %s, and falls with it.", and(b.For))
	t.sayIf(len(b.For) > 1, "It stands for the reservations %s, and falls with them.", and(b.For))
	t.sayIf(b.HasOrder, "Among commitments that a charge could draw, it is number %d.", b.Order)
}

// shortfallWords says what becomes of what was promised and not taken.
func shortfallWords(s offtake.Shortfall) string {
	switch s {
	case offtake.ShortfallInvoice:
		return "invoiced"
	case offtake.PrepayCredit:
		return "invoiced and kept as credit (prepay_credit)"
	case offtake.Forfeit:
		return "lost (forfeit)"
	}
	return string(s)
}

func countsWords(c offtake.Counts) string {
	switch c {
	case offtake.OnUsage:
		return "when it is used"
	case offtake.OnInvoice:
		return "when it is invoiced"
	case offtake.OnPurchase:
		return "when it is bought"
	}
	return string(c)
}

func (t *teller) prepayment(p offtake.Prepayment) {
	if p.IsZero() {
		return
	}
	draws := ""
	if p.Draws != "" {
		draws = ", " + map[string]string{"pro_rata": "and pays a part of each charge (pro_rata)", "first": "and pays the first charges (first)"}[p.Draws]
	}
	t.say("%s is paid ahead by %s%s.", p.Amount.Short(), p.By, draws)
}

func (t *teller) cancel(c offtake.Cancel) {
	if !c.Allowed {
		t.say("It may not be cancelled.")
		return
	}
	t.say("It may be cancelled.")
	t.sayFor(c.Notice, "Cancelling takes %s notice.")
	t.sayIf(c.Fee > 0, "Cancelling costs %s of what is cancelled.", c.Fee)
	t.sayIf(!c.Rolling.IsZero(), "At most %s may be cancelled within %s.", c.Cap.Short(), c.Rolling.Words())
}

func (t *teller) reservation(b offtake.Reservation) {
	where := ""
	if b.Site != "" {
		where += " at " + string(b.Site)
	}
	if b.Region != "" {
		where += " in " + string(b.Region)
	}
	t.say("%s holds %d %s%s, from %s until %s, for %s per accelerator-hour.", b.Provider, b.Quantity, b.Accelerator, where, b.Window.From, b.Window.Until, b.Price.Short())
	t.sayIf(b.Lot > 0, "They go together in lots of %d.", b.Lot)
	t.sayIf(b.Pay != "", "It is paid %s.", b.Pay)
	t.prepayment(b.Prepayment)
	t.say("Unused hours cost %s of the price.", b.UnusedCharge)
	for _, s := range b.Ramp {
		t.say("From %s, %d are held in all.", s.On, s.Quantity)
	}
	t.sayFor(b.Delivery.Tolerance, "Delivery up to %s late is in time.")
	t.sayIf(!b.Delivery.LongStop.IsZero(), "After %s the buyer may cancel what is not delivered.", b.Delivery.LongStop)
	t.sayIf(!b.Delivery.Damages.PerDay.IsZero() || !b.Delivery.Damages.Cap.IsZero(), "Each day of delay costs the provider %s, at most %s.", b.Delivery.Damages.PerDay.Short(), b.Delivery.Damages.Cap.Short())
	t.sayIf(b.EndsAt != "", "It ends at %s.", b.EndsAt)
	t.sayIf(!b.Extend.Step.IsZero(), "The buyer may prolong it by %s at a time, with %s notice.", b.Extend.Step.Words(), b.Extend.Notice.Words())
	t.cancel(b.Cancel)
	t.sayIf(b.Under != "", "It was released by opportunity %s.", b.Under)
}
