package rights

import (
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
)

// fill puts every clause that decides something into the tables.
func (l *Law) fill() {
	for _, t := range l.terms {
		if t.life.never() {
			continue
		}
		switch body := t.clause.Body.(type) {
		case offtake.Exclusivity:
			l.addBan(t, body)
		case offtake.FirstRefusal:
			l.addRefusal(t, body)
		case offtake.FirstOffer:
			l.addFirstOffer(t, body)
		case offtake.FirstPlacement:
			l.addPlacement(t, body)
		case offtake.Consent:
			l.addConsent(t, body)
		case offtake.Licence:
			l.addLicence(t, body)
		}
	}
	l.linkConsents()
}

// add puts a row into a table, unless nothing can ever be in it.
func (l *Law) add(table int, t *clauseTerm, f life, b box, duties ...offtake.Duty) {
	if f.never() || b.empty() {
		return
	}
	l.append(table, t, f, b, duties...)
}

func (l *Law) append(table int, t *clauseTerm, f life, b box, duties ...offtake.Duty) {
	r := row{space: space{box: b}, term: t, duties: duties, reason: offtake.Reason{Clause: t.ref, Pos: t.clause.Pos, Says: l.says(table, t)}}
	if c, ok := t.clause.Body.(offtake.Consent); ok {
		r.limit = c.Limit.Quantity
	}
	r.from, r.until = l.versionsOf(f)
	if table == owners || table == foreigns { // whose an asset is does not end with a licence
		r.always, r.from, r.until = true, 0, int32(len(l.versions))
	}
	l.tables[table].rows = append(l.tables[table].rows, r)
}

// suppliers gives the providers that satisfy a condition.
func (l *Law) suppliers(ok func(offtake.Provider) bool) set {
	s := listed(l.words[provider].size)
	for _, p := range l.book.Providers {
		if c := l.words[provider].cells[string(p.Name)]; ok(p) {
			s.bits[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

// supplies gives a provider alone.
func (l *Law) supplies(name offtake.ProviderName) set {
	return l.suppliers(func(p offtake.Provider) bool { return p.Name == name })
}

func (l *Law) parties(ok func(offtake.PartyName) bool) set {
	s := listed(l.words[party].size)
	for _, p := range l.book.Parties {
		if c := l.words[party].cells[string(p.Name)]; ok(p.Name) {
			s.bits[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

func (l *Law) only(p offtake.PartyName) set {
	return l.parties(func(q offtake.PartyName) bool { return p == q })
}

func (l *Law) addBan(t *clauseTerm, e offtake.Exclusivity) {
	b := l.boxOf(t.deal, e.Scope)
	b[provider] = b[provider].and(l.suppliers(func(p offtake.Provider) bool { return p.Name != e.Provider }))
	l.add(bans, t, t.life, b)
}

// seniors gives the holders that come before a party which is, or is
// affiliated with, a holder itself: those of a smaller rank. For any other
// party they are all the holders.
func (l *Law) seniors(f offtake.FirstRefusal, p offtake.PartyName) (out []offtake.Holder) {
	rank := 0
	for _, h := range f.Holders {
		if l.book.Affiliated(h.Party, p) && (rank == 0 || h.Rank < rank) {
			rank = max(h.Rank, 1)
		}
	}
	for _, h := range f.Holders {
		if rank == 0 || h.Rank < rank {
			out = append(out, h)
		}
	}
	return out
}

// addRefusal adds what a first refusal asks of two kinds of deal: the grantor
// buying from a third party, and a third party buying from the grantor.
func (l *Law) addRefusal(t *clauseTerm, f offtake.FirstRefusal) {
	scope := l.boxOf(t.deal, f.Scope)
	add := func(third func([]offtake.Holder) box, kinds [][]offtake.Holder) {
		for _, holders := range kinds {
			b := third(holders)
			l.add(refusals, t, t.life, scope.and(&b), offerFirst(t, f.Grantor, holders)...)
		}
	}
	grantor := l.only(f.Grantor)
	add(func(holders []offtake.Holder) (b box) {
		b[party] = grantor
		b[provider] = l.suppliers(func(p offtake.Provider) bool { return slices.Equal(l.seniors(f, p.Party), holders) })
		return b
	}, l.seniorities(f))
	add(func(holders []offtake.Holder) (b box) {
		b[party] = l.parties(func(p offtake.PartyName) bool {
			return p != f.Grantor && slices.Equal(l.seniors(f, p), holders)
		})
		b[provider] = l.suppliers(func(p offtake.Provider) bool { return p.Party == f.Grantor })
		return b
	}, l.seniorities(f))
}

// seniorities gives the different sets of holders that some third party has
// before it.
func (l *Law) seniorities(f offtake.FirstRefusal) (out [][]offtake.Holder) {
	for _, p := range l.book.Parties {
		s := l.seniors(f, p.Name)
		if len(s) > 0 && !slices.ContainsFunc(out, func(o []offtake.Holder) bool { return slices.Equal(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

func offerFirst(t *clauseTerm, grantor offtake.PartyName, holders []offtake.Holder) (out []offtake.Duty) {
	for _, h := range holders {
		d := offtake.Duty{Do: offtake.OfferFirst, Owes: grantor, To: h.Party, Clause: t.ref}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// addFirstOffer: the buyer asks the holder before it buys from a third party.
func (l *Law) addFirstOffer(t *clauseTerm, f offtake.FirstOffer) {
	b := l.boxOf(t.deal, f.Scope)
	b[party] = l.only(l.book.Buyer)
	b[provider] = b[provider].and(l.suppliers(func(p offtake.Provider) bool { return !l.book.Affiliated(p.Party, f.Holder) }))
	l.add(refusals, t, t.life, b, offtake.Duty{Do: offtake.AskFirst, Owes: l.book.Buyer, To: f.Holder, Clause: t.ref})
}

// addPlacement adds a first placement once for each stretch of time between
// the statements that excuse products from it.
func (l *Law) addPlacement(t *clauseTerm, f offtake.FirstPlacement) {
	b := l.boxOf(t.deal, f.Scope)
	b[provider] = b[provider].and(l.suppliers(func(p offtake.Provider) bool { return p.Name != f.Provider }))
	var at []time.Time
	excused := map[cell]time.Time{}
	for c, name := range l.words[product].names {
		if when, ok := l.excusedFrom(t, f, offtake.Product(name)); ok {
			excused[cell(c)] = when
			at = append(at, when)
		}
	}
	to, _ := l.book.Provider(f.Provider)
	duty := offtake.Duty{Do: offtake.PlaceFirst, Owes: l.book.Buyer, To: to.Party, Clause: t.ref}
	stretch := life{from: t.life.from}
	for _, next := range append(sortedTimes(at), time.Time{}) {
		stretch.until = t.life.until
		if !next.IsZero() {
			stretch.end(next)
		}
		touched, free := listed(l.words[product].size), listed(l.words[product].size)
		for c := range l.words[product].size {
			switch when, ok := excused[c]; {
			case !b[product].has(c):
			case ok && !stretch.from.Before(when):
				free.bits[c>>6] |= 1 << (c & 63)
			default:
				touched.bits[c>>6] |= 1 << (c & 63)
			}
		}
		one := b
		one[product] = touched
		l.add(placements, t, stretch, one, duty)
		one[product] = free
		l.add(excuses, t, stretch, one)
		stretch.from = latest(t.life.from, next)
	}
}

// excusedFrom gives the instant from which all the statements that excuse a
// product have been made.
func (l *Law) excusedFrom(t *clauseTerm, f offtake.FirstPlacement, p offtake.Product) (last time.Time, ok bool) {
	for _, says := range f.Unless.Statements {
		made := slices.IndexFunc(l.history.excused[t.ref], func(s said) bool {
			return s.statement.Says == says && (len(s.statement.Products) == 0 || slices.Contains(s.statement.Products, p))
		})
		if made < 0 {
			return time.Time{}, false
		}
		last = latest(last, l.history.excused[t.ref][made].at)
	}
	return last, len(f.Unless.Statements) > 0
}

// addConsent adds a consent twice, row by row alike: for `procure` what is
// asked for counts against its limit, for capacity already held it did. Of a
// limit below its scope nothing can be bought, and the row holds no request.
func (l *Law) addConsent(t *clauseTerm, c offtake.Consent) {
	b := l.boxOf(t.deal, c.Scope)
	within := b
	if c.Limit.Quantity > 0 {
		within[quantity] = b[quantity].and(span(l.words[quantity], offtake.Bounds{AtMost: c.Limit.Quantity}))
	}
	if !t.life.never() && !b.empty() {
		l.append(buying, t, t.life, within)
		l.append(running, t, t.life, b)
	}
}

// linkConsents tells every row which consents may lift it.
func (l *Law) linkConsents() {
	lifting := map[offtake.ClauseRef][]int32{}
	for i := range l.tables[buying].rows {
		for _, ref := range l.tables[buying].rows[i].term.clause.Body.(offtake.Consent).Lifts {
			lifting[ref] = append(lifting[ref], int32(i))
		}
	}
	for _, table := range []int{bans, refusals, placements} {
		for i := range l.tables[table].rows {
			r := &l.tables[table].rows[i]
			r.lifts = lifting[r.term.ref]
		}
	}
}

func (l *Law) addLicence(t *clauseTerm, c offtake.Licence) {
	b := l.boxOf(t.deal, c.Scope)
	b[asset] = b[asset].and(wordSet(l.words[asset], c.Assets))
	named := box{asset: wordSet(l.words[asset], c.Assets)}
	if c.Licensor != l.book.Buyer {
		l.add(foreigns, t, t.life, named)
	}
	named[party] = l.only(c.Licensor)
	l.add(owners, t, t.life, named)
	b[party] = l.only(c.Licensee)
	l.add(grants, t, t.life, b)
	if c.Exclusive {
		b[party] = l.parties(func(p offtake.PartyName) bool { return p != c.Licensee && p != c.Licensor })
		l.add(shutouts, t, t.life, b)
	}
}
