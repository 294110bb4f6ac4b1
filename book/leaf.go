package book

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// leaf is a single value with a syntax of its own.
func leaf[T any](want string, parse func(s string) (T, error), print func(v T) *yaml.Node, schema *jsonschema.Schema) shape[T] {
	return shape[T]{
		want: want,
		read: func(r *reader, n *yaml.Node, v *T) {
			s, ok := r.scalar(n, want)
			if !ok {
				return
			}
			x, err := parse(s)
			if err != nil {
				r.wrong(n, "wrong-value", "%s; expected %s", err, want)
				return
			}
			*v = x
		},
		write:  print,
		schema: func(*defs) *jsonschema.Schema { out := *schema; return &out },
	}
}

// also adds what is noted or checked about a value once it is read well.
func also[T any](s shape[T], then func(r *reader, n *yaml.Node, v *T)) shape[T] {
	read := s.read
	s.read = func(r *reader, n *yaml.Node, v *T) {
		before := r.mistakes + r.dropped
		read(r, n, v)
		if r.mistakes+r.dropped == before {
			then(r, n, v)
		}
	}
	return s
}

// word is a bare value: a key, a number, a date.
func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// text is a value that is always text, quoted where it could be taken for
// something else.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case isParagraph(s):
		n.Style = yaml.LiteralStyle
	case needsQuotes(s):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// isParagraph reports whether text of several lines can be written as it is.
func isParagraph(s string) bool {
	lines := strings.Split(s, "\n")
	return len(lines) > 1 && !slices.ContainsFunc(lines[:len(lines)-1], func(l string) bool {
		return l == "" || strings.TrimSpace(l) != l || strings.ContainsFunc(l, func(c rune) bool { return !unicode.IsPrint(c) })
	}) && (lines[len(lines)-1] == "" || strings.TrimSpace(lines[len(lines)-1]) == lines[len(lines)-1] &&
		!strings.ContainsFunc(lines[len(lines)-1], func(c rune) bool { return !unicode.IsPrint(c) }))
}

// needsQuotes errs on the side of quoting: what is quoted always reads back.
func needsQuotes(s string) bool {
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\n\r\t,[]{}\\") {
		return true
	}
	if strings.ContainsAny(s[:1], "-?<=~.+0123456789'\"&*!|>%@`:#") || strings.HasSuffix(s, ":") ||
		strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return true
	}
	switch strings.ToLower(s) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return true
	}
	return strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}

func str[T ~string](v T) *yaml.Node { return text(string(v)) }

func pattern(p, example string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Pattern: p}
	if example != "" {
		s.Examples = []any{example}
	}
	return s
}

// prose is free text that says something.
var prose = leaf("text", func(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", offtake.Refuse(offtake.Invalid, "text %q is blank", s)
	}
	return s, nil
}, str[string], pattern(`\S`, "the words the parties signed"))

const (
	namePattern  = `^[^\s/*#]{1,128}$`
	moneyPattern = `^[A-Z]{3} [0-9]+(\.[0-9]+)?[KMBT]?$`
)

// nameOf checks a key or value that declares a name.
func (r *reader) nameOf(n *yaml.Node, of string) bool {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.mistake(r.pos(n), "wrong-type", "%s where a name is expected in %s", sort(n), of)
	case !offtake.IsName(n.Value):
		r.mistake(r.pos(n), "bad-name", "name %q in %s is not one word of at most 128 characters without space, /, * or #", clip(n.Value), of)
	default:
		return true
	}
	return false
}

// freeName is a name that nobody declares elsewhere.
func freeName[T ~string](want string) shape[T] {
	return leaf(want, func(s string) (T, error) {
		if !offtake.IsName(s) {
			return "", offtake.Refuse(offtake.Invalid, "name %q is not one word of at most 128 characters without space, /, * or #", clip(s))
		}
		return T(s), nil
	}, str[T], pattern(namePattern, ""))
}

// named is a name of a vocabulary of the book.
func named[T ~string](of vocabulary) shape[T] {
	return also(freeName[T](of.want()), func(r *reader, n *yaml.Node, v *T) { r.use(of, string(*v), n) })
}

// oneOf is a word of a closed list.
func oneOf[T ~string](words ...T) shape[T] {
	options := make([]string, len(words))
	enum := make([]any, len(words))
	for i, w := range words {
		options[i], enum[i] = string(w), string(w)
	}
	want := "one of " + strings.Join(options, ", ")
	return shape[T]{
		want: want,
		read: func(r *reader, n *yaml.Node, v *T) {
			s, ok := r.scalar(n, want)
			if !ok {
				return
			}
			if !slices.Contains(options, s) {
				if r.full() {
					return
				}
				r.report(offtake.Finding{Pos: r.pos(n), Code: "wrong-value", Hint: didYouMean(s, options),
					Message: fmt.Sprintf("%s: %q is not %s", r.key, clip(s), want)})
				return
			}
			*v = T(s)
		},
		write:  func(v T) *yaml.Node { return word(string(v)) },
		schema: func(*defs) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: enum} },
	}
}

// yesNo is true or false, unquoted.
var yesNo = shape[bool]{
	want: "true or false",
	read: func(r *reader, n *yaml.Node, v *bool) {
		s, ok := r.scalar(n, "true or false")
		switch {
		case !ok:
		case plain(n) && (s == "true" || s == "false"):
			*v = s == "true"
		default:
			r.wrong(n, "wrong-type", "%q is neither true nor false", clip(s))
		}
	},
	write:  func(v bool) *yaml.Node { return word(strconv.FormatBool(v)) },
	schema: func(*defs) *jsonschema.Schema { return &jsonschema.Schema{Type: "boolean"} },
}

// maxWhole bounds whole numbers, so that sums of them stay far from overflow.
const maxWhole = 1_000_000_000_000

// whole is a whole number from least to most, unquoted.
func whole[T ~int | ~int64](least, most T) shape[T] {
	want := fmt.Sprintf("a whole number from %d", least)
	if most < maxWhole {
		want += fmt.Sprintf(" to %d", most)
	}
	return shape[T]{
		want: want,
		read: func(r *reader, n *yaml.Node, v *T) {
			s, ok := r.scalar(n, want)
			if !ok {
				return
			}
			x, err := strconv.ParseInt(s, 10, 64)
			switch {
			case !plain(n) || err != nil || strconv.FormatInt(x, 10) != s:
				r.wrong(n, "wrong-type", "%q is not %s", clip(s), want)
			case x < int64(least) || x > int64(most):
				r.wrong(n, "out-of-range", "%s is not %s", clip(s), want)
			default:
				*v = T(x)
			}
		},
		write: func(v T) *yaml.Node { return word(strconv.FormatInt(int64(v), 10)) },
		schema: func(*defs) *jsonschema.Schema {
			return &jsonschema.Schema{Type: "integer", Minimum: json.Number(strconv.FormatInt(int64(least), 10)),
				Maximum: json.Number(strconv.FormatInt(int64(most), 10))}
		},
	}
}

// quantity is a number of accelerators.
var quantity = whole[int64](1, maxWhole)

// factor is a positive decimal.
var factor = leaf("a positive number such as 2.5", offtake.ParseFactor,
	func(v offtake.Factor) *yaml.Node { return word(v.String()) },
	&jsonschema.Schema{Type: "number", ExclusiveMinimum: "0", ExclusiveMaximum: "1000000"})

// percent is a percentage from least to most.
func percent(least, most offtake.Percent) shape[offtake.Percent] {
	want := fmt.Sprintf("a percentage from %s to %s such as 2%%", least, most)
	return leaf(want, func(s string) (offtake.Percent, error) {
		p, err := offtake.ParsePercent(s)
		if err == nil && (p < least || p > most) {
			err = offtake.Refuse(offtake.Invalid, "percentage %q is out of range", clip(s))
		}
		return p, err
	}, func(v offtake.Percent) *yaml.Node { return word(v.String()) },
		pattern(`^[0-9]+(\.[0-9]{1,4})?%$`, "2%"))
}

// part is a percentage of a whole.
var part = percent(0, offtake.One)

// money is an amount of the book's currency, not negative.
var money = also(leaf("money such as USD 98.32 or USD 250B", func(s string) (offtake.Money, error) {
	m, err := offtake.ParseMoney(s)
	if err == nil && m.Sign() < 0 {
		err = offtake.Refuse(offtake.Invalid, "money %q is negative", clip(s))
	}
	return m, err
}, func(v offtake.Money) *yaml.Node { return word(v.Short()) }, pattern(moneyPattern, "USD 98.32")),
	func(r *reader, n *yaml.Node, v *offtake.Money) { r.use(currency, string(v.Currency()), n) })

const spanPattern = `^P([0-9]+(D|W|BD|M|Y)|T([0-9]+H)?([0-9]+M)?([0-9]+S)?)$`

// span is a duration longer than nothing.
var span = duration("a duration such as P10D, P15BD, P3M or PT48H", func(d offtake.Duration) error {
	if d.Count == 0 && d.Time == 0 {
		return offtake.Refuse(offtake.Invalid, "duration %q is no time at all", d)
	}
	return nil
})

// spanOrNone is a duration that may be of no length.
var spanOrNone = duration("a duration such as P10D, P15BD, P3M or PT48H", func(offtake.Duration) error { return nil })

func duration(want string, check func(d offtake.Duration) error) shape[offtake.Duration] {
	return also(leaf(want, func(s string) (offtake.Duration, error) {
		d, err := offtake.ParseDuration(s)
		if err == nil {
			err = check(d)
		}
		return d, err
	}, func(v offtake.Duration) *yaml.Node { return word(v.String()) }, pattern(spanPattern, "P15BD")),
		func(r *reader, n *yaml.Node, v *offtake.Duration) {
			if v.Unit == offtake.BusinessDays {
				r.needsCalendar(n)
			}
		})
}

// needsCalendar notes the first place that means nothing without a calendar.
func (r *reader) needsCalendar(n *yaml.Node) {
	if r.dated.Line == 0 {
		r.dated = r.pos(n)
	}
}

const (
	datePattern    = `[0-9]{4}-[0-9]{2}-[0-9]{2}`
	instantPattern = datePattern + `T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`
)

// moment is an instant, or a day.
var moment = also(leaf("a date such as 2025-01-21 or an instant such as 2025-03-01T08:00:00Z", offtake.ParseWhen,
	func(v offtake.When) *yaml.Node { return word(v.String()) },
	pattern("^"+datePattern+"$|^"+instantPattern+"$", "2025-01-21")),
	func(r *reader, n *yaml.Node, v *offtake.When) {
		if !v.Date.IsZero() {
			r.needsCalendar(n)
		}
	})

// day is a date alone.
var day = leaf("a date such as 2025-01-21", offtake.ParseDate,
	func(v offtake.Date) *yaml.Node { return word(v.String()) }, pattern("^"+datePattern+"$", "2025-01-21"))

// clockTime is a time of day.
var clockTime = leaf(`a time of day such as "17:00"`, offtake.ParseTimeOfDay,
	func(v offtake.TimeOfDay) *yaml.Node { return quoted(v.String()) },
	pattern(`^([01][0-9]|2[0-3]):[0-5][0-9]$`, "17:00"))

// clockTimeUTC is a time of day in UTC.
var clockTimeUTC = leaf(`a time of day in UTC such as "11:30Z"`, func(s string) (string, error) {
	if _, err := time.Parse("15:04Z", s); err != nil || len(s) != 6 {
		return "", offtake.Refuse(offtake.Invalid, "time of day %q is not in UTC", clip(s))
	}
	return s, nil
}, func(v string) *yaml.Node { return quoted(v) }, pattern(`^([01][0-9]|2[0-3]):[0-5][0-9]Z$`, "11:30Z"))

func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}

// period is a time from one moment to another, which is not inside it.
func period(checked ...string) shape[offtake.Period] {
	from, until := opt[offtake.Period, offtake.When], opt[offtake.Period, offtake.When]
	if slices.Contains(checked, "from") {
		from = req
	}
	if slices.Contains(checked, "until") {
		until = req
	}
	return object("period", checkPeriod,
		from("from", func(p *offtake.Period) *offtake.When { return &p.From }, moment, "the moment it begins"),
		until("until", func(p *offtake.Period) *offtake.When { return &p.Until }, moment, "the moment it ends, which is not inside it"),
	)
}

func checkPeriod(r *reader, n *yaml.Node, p *offtake.Period) {
	r.inOrder(at(n, "until"), p.From, p.Until)
	if len(n.Content) == 0 {
		r.wrong(n, "empty-value", "a period without from and until bounds nothing")
	}
}

// inOrder refuses a period that ends before it begins. A day and an instant
// are compared only where no zone could make a difference.
func (r *reader) inOrder(n *yaml.Node, from, until offtake.When) {
	if from.IsZero() || until.IsZero() {
		return
	}
	slack := time.Duration(0)
	if from.Date.IsZero() != until.Date.IsZero() {
		slack = 26 * time.Hour
	}
	if !about(until).Add(slack).After(about(from)) {
		r.wrong(n, "empty-period", "until %s is not after from %s, so nothing is inside", until, from)
	}
}

// about gives a moment as an instant, taking a day to begin in UTC.
func about(w offtake.When) time.Time {
	if w.Date.IsZero() {
		return w.Instant
	}
	return time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, 0, 0, 0, time.UTC)
}

// clauseRef names a clause, from inside its own agreement without the agreement.
func clauseRef(kinds ...string) shape[offtake.ClauseRef] {
	want := "a clause, written as agreement/clause or, inside its own agreement, clause"
	return shape[offtake.ClauseRef]{
		want: want,
		read: func(r *reader, n *yaml.Node, v *offtake.ClauseRef) {
			s, ok := r.scalar(n, want)
			if !ok {
				return
			}
			ref, err := offtake.ParseClauseRef(s, r.agreement)
			if err != nil {
				r.wrong(n, "wrong-value", "%s", err)
				return
			}
			*v = ref
			r.refer(ref, n, kinds)
		},
		write: func(v offtake.ClauseRef) *yaml.Node { return text(v.String()) },
		schema: func(*defs) *jsonschema.Schema {
			return pattern(`^[^\s/*#]{1,128}(/[^\s/*#]{1,128})?$`, "microsoft-openai/new-capacity")
		},
	}
}
