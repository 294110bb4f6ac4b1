// Package usage reads records of what was used and charged, and turns a batch of them
// into totals.
//
// A record has a name of its own within its source. The same record again has no
// effect; the same name with other content is refused. A record that corrects another
// takes back what that came to, so that what is counted is as if the other had never
// been; a correction may come before what it corrects. Records are refused one by one,
// each with its line, and the rest is taken: what came in is what was taken, repeated
// and refused, to the last digit.
//
// What was in a batch is kept by whoever keeps it, as it came: the Register only knows
// where each record is. The package refuses to know what anything is drawn on.
package usage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offtake-dev/offtake"
)

// A Form is how records are written.
type Form string

// The forms.
const (
	CSV   Form = "csv"   // a header of Columns and a line a record
	JSONL Form = "jsonl" // an object a line, with the same names
	FOCUS Form = "focus" // a bill by the FinOps Open Cost and Usage Specification 1.2, in CSV
)

// FormOf gives the form that a file's name says.
func FormOf(file string) Form {
	if strings.HasSuffix(file, ".jsonl") || strings.HasSuffix(file, ".ndjson") {
		return JSONL
	}
	return CSV
}

// A Reader says how records are to be understood. It is not safe for concurrent use.
type Reader struct {
	Form     Form
	Currency offtake.Currency // of bare numbers
	Zone     *time.Location   // of times of day without an offset
	Provider offtake.ProviderName
	// Providers gives the provider of a name in a bill, in lower case; Provider where
	// it is not there.
	Providers map[string]offtake.ProviderName
	Regions   map[string]offtake.Region // by the provider and its own name for it: "azure eastus"

	names map[string]string // values that were read
}

// ReaderOf gives how records are understood by a book: a bill's providers by their
// names, and by their parties' names and titles where those have one provider.
func ReaderOf(b *offtake.Book, form Form, provider offtake.ProviderName, zone *time.Location) *Reader {
	r := &Reader{Form: form, Currency: b.Currency, Zone: zone, Provider: provider, Providers: map[string]offtake.ProviderName{}, Regions: map[string]offtake.Region{}}
	several := map[string]bool{}
	for _, p := range b.Providers {
		party, _ := b.Party(p.Party)
		for _, name := range []string{strings.ToLower(string(party.Name)), strings.ToLower(party.Title)} {
			if was, ok := r.Providers[name]; ok && was != p.Name {
				several[name] = true
			}
			r.Providers[name] = p.Name
		}
	}
	for name := range several {
		delete(r.Providers, name)
	}
	delete(r.Providers, "")
	for _, p := range b.Providers {
		r.Providers[strings.ToLower(string(p.Name))] = p.Name
	}
	for _, region := range b.Regions {
		for _, own := range region.Names {
			r.Regions[string(own.Provider)+" "+own.Name] = region.Name
		}
	}
	return r
}

// Columns are the names of what a record may say, in the order in which they are told.
var Columns = []string{
	"id", "corrects", "kind", "day", "start", "end", "reservation", "provider", "service", "accelerator", "region", "site",
	"purpose", "product", "asset", "customer", "used", "unused", "cost", "invoiced", "for", "labels",
}

// labelPrefix begins the name of a column that has one label.
const labelPrefix = "label."

// A record is what one line says, of which the amounts are apart from the rest.
type record struct {
	id, corrects string
	of           offtake.UsageTotal
	used, unused int64
	cost         amount
}

// fields are the values of a record by column; "" where there is none.
type fields func(column string) string

// own gives a value of its own: a part of a text would keep all of it. Records have the
// same few again and again.
func (r *Reader) own(s string) string {
	if s == "" {
		return ""
	}
	if known, ok := r.names[s]; ok {
		return known
	}
	if r.names == nil || len(r.names) > mostNames {
		r.names = map[string]string{}
	}
	s = strings.Clone(s)
	r.names[s] = s
	return s
}

// mostNames bounds what is remembered of values.
const mostNames = 100_000

// what reads everything of a record but its names and amounts.
func (r *Reader) what(from fields, labels []offtake.Label) (t offtake.UsageTotal, err error) {
	get := func(column string) string { return r.own(from(column)) }
	for i := range labels {
		labels[i] = offtake.Label{Key: r.own(labels[i].Key), Value: r.own(labels[i].Value)}
	}
	t = offtake.UsageTotal{
		Reservation: offtake.ReservationID(get("reservation")), Provider: cmp.Or(offtake.ProviderName(get("provider")), r.Provider),
		Purpose: offtake.Purpose(get("purpose")), Product: offtake.Product(get("product")),
		Accelerator: offtake.Accelerator(get("accelerator")), Region: offtake.Region(get("region")), Site: offtake.Site(get("site")),
		Asset: offtake.Asset(get("asset")), Customer: offtake.Customer(get("customer")), Labels: labels,
	}
	if t.Reservation != "" && get("provider") == "" {
		t.Provider = ""
	}
	if t.Service = get("service"); t.Service == "compute" {
		t.Service = ""
	}
	if t.Kind, err = kindOf(get("kind")); err != nil {
		return t, err
	}
	if day := get("day"); day != "" {
		if t.Day, err = offtake.ParseDate(day); err != nil {
			return t, fmt.Errorf("day: %w", err)
		}
	}
	if err := r.period(&t, get("start"), get("end")); err != nil {
		return t, err
	}
	if invoiced := get("invoiced"); invoiced != "" {
		if t.Invoiced, err = offtake.ParseDate(invoiced); err != nil {
			return t, fmt.Errorf("invoiced: %w", err)
		}
	}
	if of := get("for"); of != "" {
		if t.For, err = offtake.ParseClauseRef(of, ""); err != nil {
			return t, fmt.Errorf("for: %w", err)
		}
	}
	if get("labels") != "" {
		if t.Labels, err = labelsOf(get("labels"), labels); err != nil {
			return t, err
		}
	}
	slices.SortFunc(t.Labels, func(a, b offtake.Label) int { return cmp.Compare(a.Key, b.Key) })
	return t, nil
}

func kindOf(s string) (offtake.ChargeKind, error) {
	switch k := offtake.ChargeKind(s); k {
	case "usage":
		return offtake.ForUsage, nil
	case offtake.ForUsage, offtake.ForPurchase, offtake.ForPrepayment, offtake.ForCredit, offtake.ForTax:
		return k, nil
	}
	return "", offtake.Refuse(offtake.Invalid, "kind %.60q is none of usage, purchase, prepayment, credit, tax", s)
}

// labelsOf reads team=red;project=p1.
func labelsOf(s string, and []offtake.Label) ([]offtake.Label, error) {
	labels := slices.Clone(and)
	for _, part := range strings.Split(s, ";") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" {
			return nil, offtake.Refuse(offtake.Invalid, "labels %.60q are not written as team=red;project=p1", s)
		}
		labels = append(labels, offtake.Label{Key: key, Value: value})
	}
	return labels, nil
}

// quarter is the grain of dates: an end counts as that of its quarter of an hour.
const quarter = 15 * time.Minute

// period reads when something was used, of which the end decides.
func (r *Reader) period(t *offtake.UsageTotal, start, end string) error {
	if end == "" {
		if start != "" {
			return offtake.Refuse(offtake.Invalid, "record has a start and no end")
		}
		return nil
	}
	until, err := r.instant("end", end)
	if err != nil {
		return err
	}
	if start != "" {
		from, err := r.instant("start", start)
		if err != nil {
			return err
		}
		if !from.Before(until) {
			return offtake.Refuse(offtake.Invalid, "start %q is not before end %q", start, end)
		}
	}
	t.At = until.Add(quarter - 1).Truncate(quarter)
	return nil
}

// instant reads a time with its offset, or one of the zone, that there is once.
func (r *Reader) instant(what, s string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC(), nil
	}
	wall, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		return wall, offtake.Refuse(offtake.Invalid, "%s %.60q is no time as 2026-01-02T15:00:00Z", what, s)
	}
	if r.Zone == nil {
		return wall, offtake.Refuse(offtake.Invalid, "%s %q has no offset; write 2026-01-02T15:00:00Z", what, s)
	}
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, r.Zone)
	same := func(t time.Time) bool { return t.In(r.Zone).Format("2006-01-02T15:04:05") == s }
	if !same(at) {
		return at, offtake.Refuse(offtake.Invalid, "%s %q does not exist in %s, where clocks go forward; write it with its offset", what, s, r.Zone)
	}
	for _, apart := range []time.Duration{-time.Hour, -30 * time.Minute, 30 * time.Minute, time.Hour} {
		if same(at.Add(apart)) {
			return at, offtake.Refuse(offtake.Invalid, "%s %q comes twice in %s, where clocks go back; write it with its offset, as %s", what, s, r.Zone, at.Format(time.RFC3339))
		}
	}
	return at.UTC(), nil
}

// whole reads a number of accelerator-seconds.
func whole(what, s string) (n int64, err error) {
	if s == "" {
		return 0, nil
	}
	if len(s) > 18 {
		return 0, offtake.Refuse(offtake.Invalid, "%s %.60q is no whole number of accelerator-seconds below 10^18", what, s)
	}
	digits := strings.TrimPrefix(s, "-")
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, offtake.Refuse(offtake.Invalid, "%s %.60q is no whole number of accelerator-seconds", what, s)
		}
		n = 10*n + int64(c-'0')
	}
	switch {
	case digits == "":
		return 0, offtake.Refuse(offtake.Invalid, "%s %.60q is no whole number of accelerator-seconds", what, s)
	case digits != s:
		return 0, offtake.Refuse(offtake.Invalid, "%s %s is below zero; what was wrong is corrected by a record that names it", what, s)
	}
	return n, nil
}
