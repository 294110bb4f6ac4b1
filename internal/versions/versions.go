// Package versions compares two versions of a book: what changed, and whom each
// change takes from or burdens.
//
// A clause that goes or reads otherwise concerns those whose right it was, and one
// that comes or reads otherwise those whom it puts under a duty, by the rule by which
// an amendment needs signatures. What an agreement says of itself (its parties, its
// dates, an amendment's) concerns all its parties, before and after. A declaration
// that goes or reads otherwise (a calendar, a provider, an accelerator) may move any
// deadline and any scope, and so concerns everybody who is party to an agreement;
// one that is added concerns nobody. What the buyer can buy, needs, serves and
// supposes is its own affair. Comments, order and layout are no change.
//
// An amendment that has not been signed changes nothing, and so concerns nobody; that
// it says it was signed does.
//
// The package refuses to know who has agreed to what.
package versions

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/rights"
)

// A Version is a book with its law.
type Version struct {
	Book *offtake.Book
	Law  *rights.Law
}

// A Change is one thing that differs between two versions.
type Change struct {
	Thing   string              // "clause microsoft-openai/new-capacity", "agreement stargate", "calendars"
	Clause  offtake.ClauseRef   // zero where it is no clause
	What    string              // "added", "removed" or "replaced"
	Says    []string            // what is different, in words
	Parties []offtake.PartyName // whom it takes from or burdens, in the order of their names
}

// String gives the change in a line.
func (c Change) String() string {
	line := c.What + " " + c.Thing
	if len(c.Parties) > 0 {
		line += ": concerns " + listed(c.Parties)
	}
	return line
}

func listed(parties []offtake.PartyName) string {
	var names []string
	for _, p := range parties {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// Needs gives who must sign the changes beside who puts them forward, in the order of
// their names.
func Needs(changes []Change, by offtake.PartyName) (parties []offtake.PartyName) {
	for _, c := range changes {
		parties = append(parties, c.Parties...)
	}
	return slices.DeleteFunc(distinct(parties), func(p offtake.PartyName) bool { return p == by })
}

func distinct(parties []offtake.PartyName) []offtake.PartyName {
	parties = slices.Clone(parties)
	slices.Sort(parties)
	return slices.Compact(parties)
}

// A comparison collects changes.
type comparison struct {
	was, is Version
	changes []Change
}

// Compare gives what changed from one version to the next: declarations first, then
// agreement by agreement, those that are gone last, then statements and what is the
// buyer's own.
func Compare(was, is Version) []Change {
	c := &comparison{was: was, is: is}
	c.declarations()
	for i := range is.Book.Agreements {
		a := &is.Book.Agreements[i]
		c.agreement(agreement(was.Book, a.Name), a)
	}
	for i := range was.Book.Agreements {
		if a := &was.Book.Agreements[i]; agreement(is.Book, a.Name) == nil {
			c.agreement(a, nil)
		}
	}
	c.statements()
	c.own()
	return c.changes
}

func agreement(b *offtake.Book, name offtake.AgreementName) *offtake.Agreement {
	for i := range b.Agreements {
		if b.Agreements[i].Name == name {
			return &b.Agreements[i]
		}
	}
	return nil
}

func (c *comparison) add(change Change) {
	change.Parties = distinct(change.Parties)
	c.changes = append(c.changes, change)
}

// everybody gives all parties to any agreement of either version.
func (c *comparison) everybody() (parties []offtake.PartyName) {
	for _, v := range []Version{c.was, c.is} {
		for i := range v.Book.Agreements {
			parties = append(parties, v.Book.Agreements[i].Parties...)
			for _, cl := range clausesOf(v, &v.Book.Agreements[i]) {
				parties = append(parties, v.Law.Protected(&v.Book.Agreements[i], cl.Body)...)
			}
		}
	}
	return parties
}

// declarations compares what the book declares, one by one.
func (c *comparison) declarations() {
	was, is := reflect.ValueOf(c.was.Book).Elem(), reflect.ValueOf(c.is.Book).Elem()
	for _, of := range []string{"Currency", "Calendar", "Parties", "Providers", "Purposes", "Products", "Assets", "Regions", "Sites", "Customers", "Accelerators", "Calendars"} {
		before, after := named(was.FieldByName(of)), named(is.FieldByName(of))
		var gone, came []string
		for _, d := range before {
			if !slices.Contains(after, d) {
				gone = append(gone, d.name)
			}
		}
		for _, d := range after {
			if !slices.Contains(before, d) && !slices.Contains(gone, d.name) {
				came = append(came, d.name)
			}
		}
		thing := strings.ToLower(of)
		if len(came) > 0 {
			c.add(Change{Thing: thing + " " + strings.Join(came, ", "), What: "added"})
		}
		if len(gone) > 0 {
			c.add(Change{Thing: thing + " " + strings.Join(gone, ", "), What: "replaced", Parties: c.everybody()})
		}
	}
}

// A declaration is a thing that a book declares, and all that it says of it.
type declaration struct{ name, says string }

// named gives what a field of a book declares.
func named(v reflect.Value) (all []declaration) {
	if v.Kind() != reflect.Slice {
		return []declaration{{fmt.Sprint(v.Interface()), ""}}
	}
	for i := range v.Len() {
		one := v.Index(i)
		if one.Kind() == reflect.Struct {
			all = append(all, declaration{fmt.Sprint(one.FieldByName("Name").Interface()), said(one)})
		} else {
			all = append(all, declaration{fmt.Sprint(one.Interface()), ""})
		}
	}
	return all
}

// said writes everything a value says but for its places in the text.
func said(v reflect.Value) string {
	var b strings.Builder
	say(&b, v)
	return b.String()
}

var posType = reflect.TypeFor[offtake.Pos]()

func say(b *strings.Builder, v reflect.Value) {
	switch {
	case v.Type() == posType:
		return
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		if !v.IsNil() {
			say(b, v.Elem())
		}
		return
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			say(b, v.Index(i))
		}
		b.WriteString(";")
		return
	}
	if _, words := v.Interface().(fmt.Stringer); v.Kind() != reflect.Struct || words {
		fmt.Fprintf(b, "%v,", v.Interface())
		return
	}
	for i := range v.NumField() {
		say(b, v.Field(i))
	}
	b.WriteString(";")
}

// agreement compares an agreement; nil is one that is not there.
func (c *comparison) agreement(was, is *offtake.Agreement) {
	before, after := clausesOf(c.was, was), clausesOf(c.is, is)
	name := ""
	switch {
	case was == nil:
		name = string(is.Name)
		c.add(Change{Thing: "agreement " + name, What: "added", Parties: is.Parties})
	case is == nil:
		name = string(was.Name)
		c.add(Change{Thing: "agreement " + name, What: "removed", Parties: was.Parties})
	default:
		name = string(is.Name)
		if words := termsChanged(c.was, was, c.is, is); len(words) > 0 {
			c.add(Change{Thing: "agreement " + name, What: "replaced", Says: words, Parties: slices.Concat(was.Parties, is.Parties)})
		}
	}
	for _, key := range keysOf(before, after) {
		c.clause(offtake.AgreementName(name), key, was, before[key], is, after[key])
	}
}

// clause compares one clause as an agreement or one of its amendments has it.
func (c *comparison) clause(of offtake.AgreementName, key string, wasOf *offtake.Agreement, was *offtake.Clause, isOf *offtake.Agreement, is *offtake.Clause) {
	change := Change{Thing: "clause " + string(of) + "/" + key}
	switch {
	case was == nil:
		change.What, change.Clause = "added", offtake.ClauseRef{Agreement: of, Clause: is.Name}
		change.Says = book.DescribeClause(c.is.Book, *is)
		change.Parties = c.is.Law.Burdened(isOf, is.Body)
	case is == nil:
		change.What, change.Clause = "removed", offtake.ClauseRef{Agreement: of, Clause: was.Name}
		change.Says = book.DescribeClause(c.was.Book, *was)
		change.Parties = c.was.Law.Protected(wasOf, was.Body)
	default:
		diff := book.Diff([]offtake.Clause{*was}, []offtake.Clause{*is})
		if len(diff) == 0 {
			return
		}
		change.What, change.Clause = "replaced", offtake.ClauseRef{Agreement: of, Clause: is.Name}
		for _, f := range diff[0].Fields {
			change.Says = append(change.Says, f.String())
		}
		if !decides(diff[0].Fields) {
			break
		}
		change.Parties = slices.Concat(c.was.Law.Protected(wasOf, was.Body), c.was.Law.Burdened(wasOf, was.Body), c.is.Law.Protected(isOf, is.Body), c.is.Law.Burdened(isOf, is.Body))
	}
	c.add(change)
}

// decides reports whether fields are more than words about the clause.
func decides(fields []book.FieldChange) bool {
	return slices.ContainsFunc(fields, func(f book.FieldChange) bool { return f.Field != "source" })
}

// clausesOf gives the clauses of an agreement and of its amendments that have been
// signed, by their names: "new-capacity", "new-capacity of january-2025".
func clausesOf(v Version, a *offtake.Agreement) map[string]*offtake.Clause {
	all := map[string]*offtake.Clause{}
	if a == nil {
		return all
	}
	for i := range a.Clauses {
		all[string(a.Clauses[i].Name)] = &a.Clauses[i]
	}
	for i := range a.Amendments {
		m := &a.Amendments[i]
		if !signed(v, a, m) {
			continue
		}
		for k := range m.Clauses {
			all[string(m.Clauses[k].Name)+" of "+string(m.Name)] = &m.Clauses[k]
		}
	}
	return all
}

func signed(v Version, a *offtake.Agreement, m *offtake.Amendment) bool {
	_, signed, _ := v.Law.Effective(a.Name, m.Name)
	return signed
}

func keysOf(a, b map[string]*offtake.Clause) (keys []string) {
	for _, m := range []map[string]*offtake.Clause{a, b} {
		for key := range m {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// termsChanged says in words what an agreement says otherwise of itself.
func termsChanged(wasIn Version, was *offtake.Agreement, isIn Version, is *offtake.Agreement) (words []string) {
	before, after := ofItself(wasIn, was), ofItself(isIn, is)
	for i, line := range before {
		if !slices.Contains(after, line) {
			words = append(words, "no longer "+before[i])
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			words = append(words, "now "+line)
		}
	}
	return words
}

// ofItself gives what an agreement says beside its clauses.
func ofItself(v Version, a *offtake.Agreement) (lines []string) {
	parties := slices.Clone(a.Parties)
	slices.Sort(parties)
	lines = append(lines, "between "+listed(parties), "in the calendar "+string(a.Calendar), "effective "+a.Effective.String())
	if !a.Until.IsZero() {
		lines = append(lines, "until "+a.Until.String())
	}
	if a.Renewal != (offtake.Renewal{}) {
		lines = append(lines, "renewed for "+a.Renewal.For.String()+" unless notice is given "+a.Renewal.UnlessNotice.String()+" before")
	}
	for i := range a.Amendments {
		m := &a.Amendments[i]
		if !signed(v, a, m) {
			continue
		}
		line := "amended by " + string(m.Name) + " from " + m.Effective.String()
		if m.OpenProcesses != "" {
			line += ", open processes " + string(m.OpenProcesses)
		}
		var gone []string
		for _, name := range m.Remove {
			gone = append(gone, string(name))
		}
		slices.Sort(gone)
		if len(gone) > 0 {
			line += ", which removes " + strings.Join(gone, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}

// statements compares what was stated: it concerns the parties to the agreement it
// is about, and who is said to have said it.
func (c *comparison) statements() {
	was, is := statementsOf(c.was.Book), statementsOf(c.is.Book)
	for i, line := range is {
		if !slices.Contains(was, line) {
			c.add(Change{Thing: "statement " + line, What: "added", Parties: stated(c.is.Book, i)})
		}
	}
	for i, line := range was {
		if !slices.Contains(is, line) {
			c.add(Change{Thing: "statement " + line, What: "removed", Parties: stated(c.was.Book, i)})
		}
	}
}

func statementsOf(b *offtake.Book) (lines []string) {
	for _, s := range b.Statements {
		line := fmt.Sprintf("%s: %s says %s of %s at %s", s.Name, s.By, s.Says, s.Of, s.At)
		if len(s.Products) > 0 {
			line += fmt.Sprintf(" about %s", s.Products)
		}
		lines = append(lines, line)
	}
	return lines
}

func stated(b *offtake.Book, i int) []offtake.PartyName {
	s := b.Statements[i]
	parties := []offtake.PartyName{s.By}
	if a := agreement(b, s.Of.Agreement); a != nil {
		parties = append(parties, a.Parties...)
	}
	return parties
}

// own compares what is the buyer's own affair.
func (c *comparison) own() {
	for _, part := range []struct {
		name string
		of   func(*offtake.Book) *offtake.Book
	}{
		{"supply", func(b *offtake.Book) *offtake.Book { return &offtake.Book{Supplies: b.Supplies} }},
		{"demand", func(b *offtake.Book) *offtake.Book { return &offtake.Book{Demands: b.Demands} }},
		{"serving", func(b *offtake.Book) *offtake.Book { return &offtake.Book{Servings: b.Servings} }},
		{"scenarios", func(b *offtake.Book) *offtake.Book { return &offtake.Book{Scenarios: b.Scenarios} }},
	} {
		if !bytes.Equal(book.Format(part.of(c.was.Book)), book.Format(part.of(c.is.Book))) {
			c.add(Change{Thing: part.name, What: "replaced"})
		}
	}
}
