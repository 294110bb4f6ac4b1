package chronology

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

// Shown gives a word as it can be shown on one line: as it is, or quoted where
// it has what no line should carry.
func Shown[S ~string](s S) string {
	text := string(s)
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if strings.ContainsFunc(text, odd) {
		return strconv.Quote(text)
	}
	return text
}

// list gives "a", "a and b", "a, b and c".
func list[S ~string](words []S) string {
	var all []string
	for _, w := range words {
		all = append(all, Shown(w))
	}
	switch n := len(all); n {
	case 0:
		return "nobody"
	case 1:
		return all[0]
	default:
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// are gives "is" for one and "are" for several.
func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// sentence ends words with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// openers are the words of our own that sentences begin with. A name keeps the
// letter it is written with.
var openers = []string{"the", "a", "all", "what", "no", "nobody", "rank", "time", "on", "whether", "with", "an", "less", "where"}

// opened gives a sentence of a paragraph of its own: one that begins with a word
// and not with a name has a capital.
func opened(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if slices.Contains(openers, first) {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return sentence(s)
}

// joined adds a reason to a sentence, if there is one.
func joined(s, sep, why string) string {
	if why == "" {
		return s
	}
	return s + sep + Shown(why)
}

// A zone shows instants by the clocks of a calendar; by UTC where there is none.
type zone struct{ calendar *civil.Calendar }

// name gives the zone's name.
func (z zone) name() string {
	if z.calendar == nil {
		return "UTC"
	}
	return z.calendar.Zone()
}

func (z zone) local(t time.Time) time.Time {
	if z.calendar == nil {
		return t.UTC()
	}
	return z.calendar.Local(t)
}

// moment gives "Wednesday 2025-06-25 17:00 America/Los_Angeles".
func (z zone) moment(t time.Time) string {
	if t.IsZero() {
		return "no date"
	}
	local := z.local(t)
	if local.Format("15:04:05.999999999") == "23:59:59.999999999" {
		return "the end of " + local.Format("Monday 2006-01-02") + " " + z.name()
	}
	layout := "Monday 2006-01-02 15:04"
	if local.Second() != 0 || local.Nanosecond() != 0 {
		layout += ":05.999999999"
	}
	return local.Format(layout) + " " + z.name()
}

// offered gives what an offer says, in words: all that was said, nothing else.
func offered(o offtake.OfferTerms) string {
	var out []string
	say := func(said bool, words string) {
		if said {
			out = append(out, words)
		}
	}
	what := strings.TrimSpace(number(o.Quantity) + " " + Shown(o.Accelerator))
	switch {
	case o.Quantity == 0:
		what = Shown(o.Accelerator)
	case o.Accelerator == "":
		what = "quantity " + number(o.Quantity)
	}
	say(what != "", what)
	say(o.Party != "", "by "+Shown(o.Party))
	say(o.Provider != "", "from "+Shown(o.Provider))
	say(o.Region != "", "in "+Shown(o.Region))
	say(o.Site != "", "at "+Shown(o.Site))
	say(o.Price.Currency() != "", o.Price.String()+" an accelerator-hour")
	say(!o.Term.IsZero(), "for "+o.Term.Words())
	say(!o.Delivery.IsZero(), "delivery "+o.Delivery.String())
	say(len(o.Purposes) > 0, "for "+list(o.Purposes))
	say(o.Kind != "", Shown(o.Kind))
	say(o.AllOrNone.Yes(), "all or nothing")
	say(o.AllOrNone == offtake.StatedNo, "also in part")
	say(len(o.BonaFide) > 0, list(o.BonaFide))
	say(!o.Expires.IsZero(), "expires "+o.Expires.String())
	for _, x := range o.Extras {
		say(true, joined("with "+Shown(x.Name), " worth ", value(x)))
	}
	for _, t := range o.Other {
		say(true, Shown(t.Key)+" "+t.Value.String())
	}
	return strings.Join(out, ", ")
}

func value(x offtake.Extra) string {
	if x.Value.Currency() == "" {
		return ""
	}
	return x.Value.String()
}
