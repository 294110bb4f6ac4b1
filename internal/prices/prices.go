// Package prices reads the price lists that clouds publish, as open-source
// projects collect them, into supply: what one accelerator costs for an hour.
//
// Lists price machines, and machines are not accelerators. A table says for each
// machine what accelerators it has and how many, and the price is divided by that:
// exactly where the quotient is a finite decimal, which it is for 1, 2, 4, 8 and 16,
// else half-even to six places more than the list has, and the source says so.
// What is not in the table is not guessed. Every row ends in an offer, or in the
// report with the reason why it did not: dedicated hosts, machines with a part of
// an accelerator, consumer cards, machines nobody here knows. A row that cannot be
// right, such as one without a price, refuses the whole list with its line.
//
// A list that was collected many times gives each price its time: from the first
// date it was seen to the date that first showed another, or showed none. The last
// price seen has no end. A list of one day holds always, unless the caller says
// from when; its date is in the source of each offer.
//
// A listed price is not capacity. The offers have no quantity, so they price what
// is had elsewhere and nothing of them can be bought until a quantity is written in.
//
// Accelerators are named as in Catalogue. A plain name is the form that is built
// into boards of several (SXM, OAM) or that the list does not tell apart; -pcie and
// -nvl are the card forms, and a size in gigabytes stands where one name was sold
// with two.
package prices

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/offtake-dev/offtake"
)

// Options say what a list does not.
type Options struct {
	File     string               // what errors call the list; sources have the last element of its path
	Date     offtake.When         // when a list was collected that does not say so itself
	From     offtake.When         // from when the prices of a list of one day hold; zero: always
	Provider offtake.ProviderName // the book's name for the provider; of a list of many, the only one wanted
	Regions  []offtake.RegionDecl // the book's; a region that they do not name keeps the provider's name
}

// maxSize bounds what is read: the largest list known is a hundredth of it.
const maxSize = 64 << 20

// A format is one way of writing a price list.
type format struct {
	name     string
	provider offtake.ProviderName // "" where the list names it
	history  bool                 // collected many times: a price holds while it is seen
	read     func(l *list, text []byte) error
}

var formats = []format{
	{"azure", "azure", false, azure.read},
	{"azure-history", "azure", true, azureHistory.read},
	{"aws-history", "aws", true, awsHistory.read},
	{"gcp", "gcp", false, gcp.read},
	{"oci", "oci", false, readOCI},
	{"neoclouds", "", false, readNeoclouds},
}

// Formats gives the names of the formats that Import reads.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Import reads a price list into one supply for each provider. An error names the
// file and line; there is then no supply and no report.
func Import(formatName string, r io.Reader, opt Options) ([]offtake.Supply, Report, error) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == formatName })
	if i < 0 {
		return nil, Report{}, offtake.Refuse(offtake.Invalid, "format %q is not known, expected one of %s", clip(formatName), strings.Join(Formats(), ", "))
	}
	l := &list{opt: opt, format: formats[i], priced: map[priceKey]int{}}
	text, err := l.text(r)
	if err != nil {
		return nil, Report{}, err
	}
	if err := formats[i].read(l, text); err != nil {
		return nil, Report{}, err
	}
	switch {
	case l.report.Rows == 0:
		return nil, Report{}, l.wrong(0, "there are no prices in it")
	case l.report.Used == 0:
		return nil, Report{}, l.wrong(0, "none of its %d rows is understood; the first is %s: %s", l.report.Rows, l.skipped[0].What, l.skipped[0].Why)
	}
	supplies := l.supplies()
	return supplies, l.finish(supplies), nil
}

// A list is a price list being read.
type list struct {
	opt     Options
	format  format
	prices  []listed
	priced  map[priceKey]int // which of prices
	skipped []Skipped
	report  Report
}

// A priceKey is what a list prices once.
type priceKey struct {
	provider, item, region, kind, note string
	seen                               offtake.When
}

// listed is one price of a list, for one machine or accelerator.
type listed struct {
	provider offtake.ProviderName
	item     string // the list's own name for it
	machine  machine
	region   string // the provider's own name; "" everywhere
	kind     offtake.OfferKind
	price    offtake.Money // of the machine
	note     string        // what else the list says
	seen     offtake.When
	from     offtake.When
	until    offtake.When
	line     int
}

// text reads the whole list, and refuses what is not text.
func (l *list) text(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	switch {
	case err != nil:
		return nil, offtake.Refuse(offtake.Invalid, "%s cannot be read: %w", l.name(), err)
	case len(text) > maxSize:
		return nil, l.wrong(0, "it is larger than %d MB", maxSize>>20)
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, l.wrong(0, "it is not text in UTF-8")
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

func (l *list) name() string { return cmp.Or(l.opt.File, "price list") }

// wrong refuses the list; line 0 is the whole of it.
func (l *list) wrong(line int, format string, args ...any) error {
	at := offtake.Pos{File: l.name(), Line: line}
	return offtake.Refuse(offtake.Invalid, "%s: "+format, append([]any{at}, args...)...)
}

// price reads a price of dollars an hour.
func (l *list) price(line int, s string) (offtake.Money, error) {
	m, err := offtake.ParseAmount("USD", s)
	switch {
	case err != nil:
		return m, l.wrong(line, "price %q is not a decimal number of dollars, as 98.32", clip(s))
	case m.Sign() <= 0:
		return m, l.wrong(line, "price %s is not more than zero", m)
	case m.Cmp(dearest) >= 0:
		return m, l.wrong(line, "price %s an hour is not below %s", clip(m.String()), dearest)
	}
	return m, nil
}

// dearest is a price that nothing sold by the hour has reached.
var dearest = offtake.MoneyOf("USD", 1_000_000)

// add takes a price into the list. A list that prices one thing twice is wrong,
// unless both prices are the same.
func (l *list) add(p listed) error {
	switch {
	case p.region != "" && !offtake.IsName(p.region):
		return l.wrong(p.line, "region %q is no name: it has a space, a control character or one of / * #", clip(p.region))
	case strings.ContainsFunc(p.item, unicode.IsControl):
		return l.wrong(p.line, "%q has a control character", clip(p.item))
	}
	key := priceKey{string(p.provider), p.item, p.region, string(p.kind), p.note, p.seen}
	if i, twice := l.priced[key]; twice {
		if was := l.prices[i]; was.price.Cmp(p.price) != 0 {
			return l.wrong(p.line, "%s is priced %s here and %s on line %d", clip(p.item), p.price, was.price, was.line)
		}
		l.skip(p.line, p.item, "it is listed twice at the same price")
		return nil
	}
	l.priced[key] = len(l.prices)
	l.report.Rows++
	l.report.Used++
	l.prices = append(l.prices, p)
	return nil
}

// skip counts a row that does not become an offer.
func (l *list) skip(line int, what, why string) {
	l.report.Rows++
	for i := range l.skipped {
		if l.skipped[i].What == what && l.skipped[i].Why == why {
			l.skipped[i].Rows++
			return
		}
	}
	l.skipped = append(l.skipped, Skipped{What: what, Why: why, Rows: 1, Line: line})
}

// put adds the price of a machine if the table knows it, and else skips it.
func (l *list) put(machines map[string]machine, p listed) error {
	m, known := machines[p.item]
	switch {
	case !known:
		l.skip(p.line, p.item, "no machine of this name is known")
	case m.part != "":
		l.skip(p.line, p.item, "it has "+m.part+" of an accelerator, which is not sold whole")
	default:
		p.machine = m
		return l.add(p)
	}
	return nil
}

// clip shortens hostile input for an error message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
