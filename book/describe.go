package book

import (
	"fmt"
	"strings"

	"github.com/offtake-dev/offtake"
)

// DescribeClause says in plain language what a clause does, one sentence a
// line, every field of it. Parties are called by their titles.
func DescribeClause(b *offtake.Book, c offtake.Clause) []string {
	t := &teller{book: b}
	t.body(c.Body)
	if !c.From.IsZero() {
		t.say("It begins %s.", c.From)
	}
	if !c.Until.IsZero() {
		t.say("It ends %s.", untilWords(c.Until))
	}
	return t.lines
}

// A teller collects sentences.
type teller struct {
	book  *offtake.Book
	lines []string
}

func (t *teller) say(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

// sayIf says a sentence about a value that is there.
func (t *teller) sayIf(there bool, format string, args ...any) {
	if there {
		t.say(format, args...)
	}
}

// sayFor says a sentence about a duration that is there.
func (t *teller) sayFor(d offtake.Duration, format string) {
	t.sayIf(!d.IsZero(), format, d.Words())
}

// who gives a party's title, or its name where it has none.
func (t *teller) who(p offtake.PartyName) string {
	if d, ok := t.book.Party(p); ok && d.Title != "" {
		return d.Title
	}
	return string(p)
}

func (t *teller) whom(ps []offtake.PartyName) string {
	return and(namesOf(ps, t.who))
}

// and joins words as a sentence does.
func and[T ~string](words []T) string { return joined(words, "and") }

func joined[T ~string](words []T, last string) string {
	var out strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			out.WriteString(" " + last + " ")
		case i > 0:
			out.WriteString(", ")
		}
		out.WriteString(string(w))
	}
	return out.String()
}

func untilWords(u offtake.Until) string {
	switch {
	case !u.At.IsZero():
		return u.At.String()
	case !u.Determined.IsZero():
		return fmt.Sprintf("when %s is answered yes", u.Determined)
	}
	parts := make([]string, len(u.FirstOf))
	for i, p := range u.FirstOf {
		parts[i] = untilWords(p)
	}
	return "at the first of: " + joined(parts, "or")
}

func (t *teller) body(body offtake.Body) {
	switch b := body.(type) {
	case offtake.Exclusivity:
		t.say("Only %s may supply %s.", b.Provider, scopeWords(b.Scope))
	case offtake.FirstRefusal:
		t.firstRefusal(b)
	case offtake.FirstOffer:
		t.say("Before the market is asked for %s, %s is asked for its offer.", scopeWords(b.Scope), t.who(b.Holder))
		t.say("It has %s to make it.", b.Window.Words())
		t.sayIf(!b.Floor.IsZero(), "The market may not be given a price below %s.", b.Floor.Short())
		t.tail("market", b.Tail)
	case offtake.FirstPlacement:
		t.say("Within its scope (%s), each product ships first on %s%s.", scopeWords(b.Scope), b.Provider, headStart(b.HeadStart))
		t.sayIf(b.Unless.By != "", "It need not where %s has declared %s.", t.who(b.Unless.By), and(b.Unless.Statements))
	case offtake.Consent:
		t.consent(b)
	case offtake.Commitment:
		t.commitment(b)
	case offtake.Reservation:
		t.reservation(b)
	case offtake.Rate:
		t.sayIf(b.HasDiscount, "%s gives %s off its list price for %s.", b.Provider, b.Discount, scopeWords(b.Scope))
		t.sayIf(!b.HasDiscount, "%s charges %s per accelerator-hour for %s.", b.Provider, b.Price.Short(), scopeWords(b.Scope))
	case offtake.Licence:
		t.say("%s may use %s of %s for %s.", t.who(b.Licensee), and(b.Assets), t.who(b.Licensor), scopeWords(b.Scope))
		t.sayIf(b.Exclusive, "Nobody else is licensed; %s keeps its own use.", t.who(b.Licensor))
		t.sayIf(!b.Exclusive, "Others may be licensed as well.")
	case offtake.MostFavoured:
		t.say("The %s of %s is no worse than that given to %s. The remedy is: %s.", b.Metric, t.who(b.Beneficiary), t.whom(b.ComparedWith), b.Remedy)
	case offtake.Determination:
		t.say("%s alone answers the question: %s", t.who(b.DecidedBy), b.Question)
		t.sayIf(b.Meanwhile == "hold", "Until it is answered, what depends on it waits (meanwhile: hold).")
		t.sayIf(b.Meanwhile != "hold", "Until it is answered, what depends on it goes on (meanwhile: %s).", b.Meanwhile)
	case offtake.Venture:
		t.venture(b)
	case offtake.Recorded:
		t.say("Recorded between %s, about %s; it decides nothing.", t.whom(b.Parties), b.About)
	}
}

func (t *teller) tail(party string, tail offtake.Tail) {
	t.say("After release the %s must be signed within %s, and the deal closed within %s of signature.", party, tail.SignBy.Words(), tail.CloseBy.Words())
}

func (t *teller) consent(b offtake.Consent) {
	lifts := namesOf(b.Lifts, offtake.ClauseRef.String)
	t.say("For %s, %s not stand in the way.", scopeWords(b.Scope), does(lifts))
	t.sayIf(b.Limit.Quantity > 0, "In all it allows %d accelerators.", b.Limit.Quantity)
	t.sayIf(b.Limit.Megawatts > 0, "In all it allows %s megawatts.", b.Limit.Megawatts)
	t.sayIf(!b.Limit.Money.IsZero(), "In all it allows spending %s.", b.Limit.Money.Short())
	if s := b.Share; s.Purposes != nil {
		t.say("It holds as long as at least %s of what is done under it, measured in %s over %s, is for %s.", s.AtLeast, unitWords(s.Unit), s.Window.Words(), and(s.Purposes))
	}
}

func (t *teller) venture(b offtake.Venture) {
	for _, p := range b.Partners {
		t.sayIf(p.Share > 0, "%s puts in %s of the capital.", t.who(p.Party), p.Share)
		t.sayIf(p.Share == 0, "%s puts in %s.", t.who(p.Party), p.Amount.Short())
	}
	t.say("It may spend up to %s.", b.UpTo.Short())
	t.sayIf(!b.Initial.IsZero(), "%s of it is committed first.", b.Initial.Short())
	t.say("%s operates it, and its capacity is supplied by %s.", t.who(b.Operator), b.Provider)
	for _, p := range b.Phases {
		s := fmt.Sprintf("At %s, %d %s come online on %s", p.Site, p.Quantity, p.Accelerator, p.Online)
		if p.Megawatts > 0 {
			s += fmt.Sprintf(", drawing %s megawatts", p.Megawatts)
		}
		if !p.Slip.IsZero() {
			s += fmt.Sprintf(", %s later than planned", p.Slip.Words())
		}
		t.say("%s.", s)
	}
}

func headStart(d offtake.Duration) string {
	if d.Count == 0 && d.Time == 0 {
		return ""
	}
	return ", " + d.Words() + " ahead of anywhere else"
}

// does joins the subjects of a sentence with the verb they need.
func does[T ~string](who []T) string {
	if len(who) == 1 {
		return string(who[0]) + " does"
	}
	return and(who) + " do"
}

func unitWords(m offtake.Measure) string {
	if m == offtake.GPUHours {
		return "accelerator-hours"
	}
	return string(m)
}

// scopeWords says what a scope covers.
func scopeWords(s offtake.Scope) string {
	var parts []string
	of := func(what string, words []string) {
		if words != nil {
			parts = append(parts, what+" "+joined(words, "or"))
		}
	}
	of("purpose", plainWords(s.Purposes))
	of("product", plainWords(s.Products))
	of("asset", plainWords(s.Assets))
	of("provider", plainWords(s.Providers))
	of("accelerator", plainWords(s.Accelerators))
	of("region", plainWords(s.Regions))
	of("site", plainWords(s.Sites))
	of("customer", plainWords(s.Customers))
	if s.Capacity != "" {
		parts = append(parts, string(s.Capacity)+" capacity")
	}
	if s.Route != "" {
		parts = append(parts, "route "+string(s.Route))
	}
	if s.Quantity != (offtake.Bounds{}) {
		parts = append(parts, between(count(s.Quantity.AtLeast), count(s.Quantity.AtMost), "accelerators"))
	}
	if s.Term != (offtake.DurationBounds{}) {
		parts = append(parts, "a term of "+between(lengthWords(s.Term.AtLeast), lengthWords(s.Term.AtMost), ""))
	}
	if !s.Start.From.IsZero() {
		parts = append(parts, "starting from "+s.Start.From.String())
	}
	if !s.Start.Until.IsZero() {
		parts = append(parts, "starting before "+s.Start.Until.String())
	}
	if parts == nil {
		return "everything"
	}
	return strings.Join(parts, ", ")
}

func plainWords[T ~string](words []T) []string {
	if words == nil {
		return nil
	}
	return namesOf(words, func(w T) string { return string(w) })
}

func count(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func lengthWords(d offtake.Duration) string {
	if d.IsZero() {
		return ""
	}
	return d.Words()
}

// between says bounds, either of which may be missing.
func between(least, most, what string) string {
	switch {
	case most == "":
		return strings.TrimSpace("at least " + least + " " + what)
	case least == "":
		return strings.TrimSpace("at most " + most + " " + what)
	}
	return strings.TrimSpace(least + " to " + most + " " + what)
}
