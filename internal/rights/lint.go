package rights

import (
	"cmp"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// lint gives what is wrong with, or worth knowing about, the law of a book.
func (l *Law) lint() (out []offtake.Finding) {
	for _, rule := range []func() []offtake.Finding{
		l.contradictions, l.commitmentOrder, l.waitingInCircles, l.refusalsMeet, l.licencesShutOut,
		l.renewals, l.cutoffs, l.mixedUnits, l.lateRamps, l.neverInForce,
		l.unreachable, l.shadowed, l.unusableRates, l.idleConsents, l.emptiedCommitments, l.offersAgainstRights,
	} {
		out = append(out, rule()...)
	}
	return out
}

func (t *clauseTerm) finding(s offtake.Severity, code, hint, format string, args ...any) offtake.Finding {
	return offtake.Finding{Severity: s, Pos: t.clause.Pos, Code: code, Clause: t.ref, Message: sprintf(format, args...), Hint: hint}
}

// waitingInCircles refuses first refusals that wait for each other: none of
// them would ever open.
func (l *Law) waitingInCircles() (out []offtake.Finding) {
	next := map[offtake.ClauseRef]offtake.ClauseRef{}
	for _, t := range l.terms {
		if f, ok := t.clause.Body.(offtake.FirstRefusal); ok && !f.SubjectTo.IsZero() {
			next[t.ref] = f.SubjectTo
		}
	}
	for _, t := range l.terms {
		at, steps := next[t.ref], 0
		for !at.IsZero() && at != t.ref && steps < len(next) {
			at, steps = next[at], steps+1
		}
		if at == t.ref && !at.IsZero() {
			out = append(out, t.finding(offtake.Mistake, "waits-in-a-circle", "let one of them come first",
				"first refusal %q is subject to %q, which in the end waits for it", t.ref, next[t.ref]))
		}
	}
	return out
}

// renewals: the language has no document that gives notice against a renewal.
func (l *Law) renewals() (out []offtake.Finding) {
	for _, d := range l.history.deals {
		if a := d.agreement; !a.Until.IsZero() && !a.Renewal.For.IsZero() {
			out = append(out, offtake.Finding{
				Severity: offtake.Note, Pos: a.Pos, Code: "renewal-assumed",
				Message: sprintf("agreement %q is taken to renew past %s by %s at a time: nobody has given notice %s before",
					a.Name, a.Until, a.Renewal.For.Words(), a.Renewal.UnlessNotice.Words()),
				Hint: "once notice is given, leave renewal out",
			})
		}
	}
	return out
}

// cutoffs finds rights whose own cut-off leaves their calendar's day without
// any time. A calendar that does not load is a mistake of its own.
func (l *Law) cutoffs() (out []offtake.Finding) {
	for _, t := range l.terms {
		f, ok := t.clause.Body.(offtake.FirstRefusal)
		if _, err := l.calendars.Rules(f.Time, t.deal.calendarName(l.book)); ok && offtake.KindOf(err) == offtake.Invalid {
			out = append(out, t.finding(offtake.Mistake, "calendar-hours", "choose a later cut-off, or another calendar",
				"first refusal %q: %s", t.ref, err))
		}
	}
	return out
}

// mixedUnits finds rights whose windows are partly elapsed hours and partly
// civil days: they end by different clocks.
func (l *Law) mixedUnits() (out []offtake.Finding) {
	for _, t := range l.terms {
		var hours, days offtake.Duration
		for _, w := range windowsOf(t.clause.Body) {
			switch {
			case w.IsZero():
			case w.Unit == offtake.Elapsed:
				hours = cmp.Or(hours, w)
			default:
				days = cmp.Or(days, w)
			}
		}
		if !hours.IsZero() && !days.IsZero() {
			out = append(out, t.finding(offtake.Lint, "windows-mixed", "write all of them in days, or all in hours",
				"clause %q counts %s in hours and %s in days: hours run through nights and weekends, days end at a cut-off", t.ref, hours, days))
		}
	}
	return out
}

// windowsOf gives the windows within which a right lets or makes somebody act.
func windowsOf(body offtake.Body) []offtake.Duration {
	switch f := body.(type) {
	case offtake.FirstOffer:
		return []offtake.Duration{f.Window, f.Tail.SignBy, f.Tail.CloseBy}
	case offtake.FirstRefusal:
		out := []offtake.Duration{f.NotifyWithin, f.Window, f.Notice.ObjectionWithin, f.Undersubscribed, f.Retrigger,
			f.Definitive, f.DeliveryGrace, f.Tail.SignBy, f.Tail.CloseBy}
		for _, rank := range sortedRanks(f) {
			out = append(out, f.WindowByRank[rank])
		}
		return out
	}
	return nil
}

func sortedRanks(f offtake.FirstRefusal) []int {
	var out []int
	for rank := range f.WindowByRank {
		out = append(out, rank)
	}
	slices.Sort(out)
	return out
}

func (l *Law) lateRamps() (out []offtake.Finding) {
	for _, t := range l.terms {
		r, ok := t.clause.Body.(offtake.Reservation)
		if !ok || r.Delivery.LongStop.IsZero() {
			continue
		}
		stop := t.deal.resolve(r.Delivery.LongStop)
		for _, step := range r.Ramp {
			if on := t.deal.resolve(step.On); on.After(stop) {
				out = append(out, t.finding(offtake.Lint, "ramp-after-long-stop", "move the step or the long-stop",
					"ramp step %s of %q comes after its long-stop %s: from then on the buyer may cancel what is not delivered", step.On, t.ref, r.Delivery.LongStop))
			}
		}
	}
	return out
}

// neverInForce finds clauses that end before they begin, by their own words or
// their agreement's. One that an amendment removes beforehand is no finding.
func (l *Law) neverInForce() (out []offtake.Finding) {
	for _, t := range l.terms {
		if t.own.never() {
			out = append(out, t.finding(offtake.Lint, "clause-never-in-force", "look at from, until and the agreement's own dates",
				"clause %q would begin on %s and end on %s: it is never in force", t.ref, t.deal.stampDay(t.own.from), t.deal.stampDay(t.own.until)))
		}
	}
	return out
}

// offersAgainstRights holds what suppliers offer against the first refusals
// that the buyer granted and that the offer would trigger.
func (l *Law) offersAgainstRights() (out []offtake.Finding) {
	rights := claims[offtake.FirstRefusal](l, nil)
	for _, s := range l.book.Supplies {
		by, _ := l.book.Provider(s.Provider)
		for i := range s.Offers {
			o := &s.Offers[i]
			if o.Expires.IsZero() && !o.AllOrNone && len(o.Confidential) == 0 {
				continue
			}
			b := l.offerBox(s.Provider, o)
			for j := range rights {
				r, f := &rights[j], rights[j].body
				if f.Grantor == l.book.Buyer && len(l.seniors(f, by.Party)) > 0 && r.box.meets(&b) {
					out = append(out, l.offerFindings(&s, o, r.clauseTerm, f)...)
				}
			}
		}
	}
	return out
}

// offerBox gives the requests that taking an offer can be.
func (l *Law) offerBox(by offtake.ProviderName, o *offtake.SupplyOffer) (b box) {
	word := func(d dim, w string) {
		if w != "" {
			if c, ok := l.words[d].word(w); ok {
				b[d] = listed(l.words[d].size, c)
			}
		}
	}
	word(provider, string(by))
	word(accelerator, string(o.Accelerator))
	word(region, string(o.Region))
	word(site, string(o.Site))
	word(capacity, string(offtake.NewCapacity))
	return b
}

func (l *Law) offerFindings(s *offtake.Supply, o *offtake.SupplyOffer, t *clauseTerm, f offtake.FirstRefusal) (out []offtake.Finding) {
	what := sprintf("offer of %s in supply %q by %q", o.Accelerator, s.Name, s.Provider)
	add := func(code, hint, format string, args ...any) {
		out = append(out, offtake.Finding{
			Severity: offtake.Lint, Pos: o.Pos, Code: code, Clause: t.ref, Hint: hint, Message: what + " " + sprintf(format, args...),
		})
	}
	if end, expires, ok := l.tooEarly(o, t, f); ok {
		add("offer-expires-early", "ask for an offer that stays open longer",
			"expires at %s, before first refusal %q can end at %s: a holder could still be deciding", offtake.Stamp(expires), t.ref, offtake.Stamp(end))
	}
	if o.AllOrNone && f.Partial == offtake.InLots {
		add("partial-against-whole", "ask for an offer that can be split, or agree on partial: none",
			"is all or nothing, and holders of %q may take a part: what they leave could not be bought", t.ref)
	}
	for _, c := range f.Notice.Contents {
		if slices.Contains(o.Confidential, c) {
			add("notice-confidential", "have the supplier allow it to be disclosed to the holders",
				"forbids to disclose %q, which a notice under %q must contain", c, t.ref)
		}
	}
	return out
}

// tooEarly reports whether an offer is gone before the windows of a right have
// run: the time to notify, then every rank's window in turn. The book does not
// say when an offer was made, so they count from the first instant that is
// certain: when its capacity can be had, or the clause's start where that is
// later or nothing is said. An offer gone before the clause begins, or of
// capacity from after its end, never was under it.
func (l *Law) tooEarly(o *offtake.SupplyOffer, t *clauseTerm, f offtake.FirstRefusal) (end, expires time.Time, ok bool) {
	rules, err := l.calendars.Rules(f.Time, t.deal.calendarName(l.book))
	if o.Expires.IsZero() || err != nil {
		return end, expires, false
	}
	expires = l.Resolve("", o.Expires)
	end = latest(t.life.from, l.Resolve("", o.From))
	if !t.life.holds(end) || !expires.After(t.life.from) {
		return end, expires, false
	}
	known := true
	if !f.NotifyWithin.IsZero() {
		end, known = rules.After(end, f.NotifyWithin).Deadline()
	}
	for i, rank := range ranksOf(f) {
		if i > 0 && f.Ranks.Mode == "concurrent" || !known {
			break
		}
		end, known = rules.Notice(end, f.WindowOf(rank)).Deadline()
	}
	return end, expires, known && expires.Before(end)
}

// ranksOf gives the ranks of the holders, ascending.
func ranksOf(f offtake.FirstRefusal) (out []int) {
	for _, h := range f.Holders {
		out = append(out, h.Rank)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
