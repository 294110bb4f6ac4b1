package book

import (
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

// bodies are the things a clause can do, in the order of the reference.
var bodies = []field[offtake.Clause]{
	body("exclusivity", exclusivity, "inside the scope only this provider may supply"),
	body("first_refusal", firstRefusal, "before a third party's offer is taken, the holder may match it"),
	body("first_offer", firstOffer, "the holder is asked for its offer before the market is"),
	body("first_placement", firstPlacement, "a product ships first on this provider unless it declares otherwise"),
	body("consent", consent, "lifts other clauses inside its scope"),
	body("commitment", commitment, "the buyer promises to spend or to take"),
	body("reservation", reservation, "capacity held for a time"),
	body("rate", rate, "a negotiated price"),
	body("licence", licence, "who may use which asset for what"),
	body("most_favoured", mostFavoured, "a price follows the best price given to others"),
	body("determination", determination, "a question only named people may answer"),
	body("venture", venture, "partners fund and build capacity together"),
	body("recorded", recorded, "kept, shown and compared, and decides nothing"),
}

func body[T offtake.Body](kind string, s shape[T], doc string) field[offtake.Clause] {
	return field[offtake.Clause]{
		key: kind, doc: doc, want: s.want, schema: s.schema, parts: s.parts,
		read: func(r *reader, n *yaml.Node, v *offtake.Clause) {
			if v.Body != nil {
				r.wrong(n, "two-bodies", "clause %q already has a body, %s; a clause has exactly one", v.Name, v.Body.Kind())
			}
			var x T
			s.read(r, n, &x)
			v.Body = x
		},
		write: func(v *offtake.Clause) *yaml.Node {
			if x, ok := v.Body.(T); ok {
				return s.write(x)
			}
			return nil
		},
	}
}

var clause = object("clause", nil, append([]field[offtake.Clause]{
	req("text", func(v *offtake.Clause) *string { return &v.Text }, prose, "the words the parties signed, or a summary"),
	opt("source", func(v *offtake.Clause) *string { return &v.Source }, prose, "where a reader finds the words"),
	opt("from", func(v *offtake.Clause) *offtake.When { return &v.From }, moment, "when it begins; left out, with its agreement or amendment"),
	opt("until", func(v *offtake.Clause) *offtake.Until { return &v.Until }, until, "when it ends, which is not inside it; left out, with its agreement"),
}, bodies...)...)

// aClause is a clause with exactly one body, read in its own name.
var aClause = shape[offtake.Clause]{
	want: clause.want, parts: clause.parts,
	read: func(r *reader, n *yaml.Node, v *offtake.Clause) {
		outer := r.clause
		r.clause = v.Name
		defer func() { r.clause = outer }()
		clause.read(r, n, v)
		if n.Kind != yaml.MappingNode {
			return
		}
		r.key = "clause " + string(v.Name)
		r.inOrder(at(n, "until"), v.From, v.Until.At)
		if v.Body == nil {
			r.wrong(n, "no-body", "it does nothing; expected exactly one of %s", strings.Join(bodyNames(), ", "))
		}
		if _, ok := v.Body.(offtake.Recorded); ok {
			r.note(v.Pos, "recorded", "clause %q is recorded: it is kept and shown, and decides nothing", v.Name)
		}
	},
	write:  clause.write,
	schema: clauseSchema,
}

func bodyNames() []string {
	out := make([]string, len(bodies))
	for i, b := range bodies {
		out[i] = b.key
	}
	return out
}

var clauses = entriesOf("clauses", aClause, func(v *offtake.Clause) *offtake.ClauseName { return &v.Name },
	func(v *offtake.Clause) *offtake.Pos { return &v.Pos })

// until is a moment, {determined: clause}, or {first_of: [...]}. It contains
// itself, so what it is made of is put in place by init.
var until = shape[offtake.Until]{
	want:  "a date, {determined: clause}, or {first_of: [...]}",
	read:  func(r *reader, n *yaml.Node, v *offtake.Until) { untilParts.read(r, n, v) },
	write: func(v offtake.Until) *yaml.Node { return untilParts.write(v) },
	schema: func(d *defs) *jsonschema.Schema {
		return d.once("until", func() *jsonschema.Schema { return untilParts.schema(d) })
	},
}

var untilParts shape[offtake.Until]

func init() { untilParts = untilGroup() }

func untilGroup() shape[offtake.Until] {
	single := shape[offtake.Until]{
		want:   moment.want,
		read:   func(r *reader, n *yaml.Node, v *offtake.Until) { moment.read(r, n, &v.At) },
		write:  func(v offtake.Until) *yaml.Node { return moment.write(v.At) },
		schema: moment.schema,
	}
	group := object("until", func(r *reader, n *yaml.Node, v *offtake.Until) {
		if len(n.Content) != 2 {
			r.wrong(n, "wrong-value", "until has exactly one of determined and first_of")
		}
	},
		opt("determined", func(v *offtake.Until) *offtake.ClauseRef { return &v.Determined }, clauseRef("determination"), "from the instant its question is answered yes"),
		opt("first_of", func(v *offtake.Until) *[]offtake.Until { return &v.FirstOf }, listOf(until), "at the first of several"),
	)
	return either(single, group, func(v offtake.Until) bool { return !v.At.IsZero() })
}

var amendmentFields = object("amendment", nil,
	req("name", func(v *offtake.Amendment) *offtake.AmendmentName { return &v.Name }, freeName[offtake.AmendmentName]("a name"), "its name, used once in the agreement"),
	req("effective", func(v *offtake.Amendment) *offtake.When { return &v.Effective }, moment, "when it takes hold"),
	opt("signed_by", func(v *offtake.Amendment) *[]offtake.PartyName { return &v.SignedBy }, distinct(anyListOf(aParty)), "who has signed; without the signature of everyone it takes from or burdens it changes nothing"),
	opt("open_processes", func(v *offtake.Amendment) *offtake.OpenProcesses { return &v.OpenProcesses }, oneOf(offtake.ContinueProcesses, offtake.ApplyToProcesses), "what becomes of processes already running: they go on under the terms they began with (continue) or under the new ones (apply); required where it removes or replaces a first refusal, first offer or first placement"),
	opt("remove", func(v *offtake.Amendment) *[]offtake.ClauseName { return &v.Remove }, removed, "the clauses it takes away"),
	opt("clauses", func(v *offtake.Amendment) *[]offtake.Clause { return &v.Clauses }, clauses, "the clauses it adds; one with an existing name replaces it"),
)

// removed are names of clauses; where they stood is kept, because whether they
// exist is known only when the whole agreement is.
var removed = setOf(also(freeName[offtake.ClauseName]("a clause of this agreement"), func(r *reader, n *yaml.Node, v *offtake.ClauseName) {
	r.removals = append(r.removals, removal{r.agreement, r.amendment, *v, r.pos(n)})
}))

// A removal is a clause named under an amendment's remove.
type removal struct {
	agreement offtake.AgreementName
	amendment int
	clause    offtake.ClauseName
	pos       offtake.Pos
}

var amendments = shape[[]offtake.Amendment]{
	want: "a list of amendments", parts: amendmentFields.parts,
	read: func(r *reader, n *yaml.Node, v *[]offtake.Amendment) {
		if n.Kind != yaml.SequenceNode {
			r.wrong(n, "wrong-type", "%s where %s is expected", sort(n), "a list of amendments")
			return
		}
		names := make(map[offtake.AmendmentName]bool)
		for i, c := range n.Content {
			r.amendment = i
			a := offtake.Amendment{Pos: r.pos(c)}
			amendmentFields.read(r, c, &a)
			if names[a.Name] && a.Name != "" {
				r.mistake(r.pos(at(c, "name")), "duplicate-name", "amendment %q is declared twice", a.Name)
			}
			names[a.Name] = true
			*v = append(*v, a)
		}
		r.amendment = -1
	},
	write:  func(v []offtake.Amendment) *yaml.Node { return listOf(amendmentFields).write(v) },
	schema: func(d *defs) *jsonschema.Schema { return listOf(amendmentFields).schema(d) },
}

var agreementDocument = document("Agreement", "A contract: clauses from an instant on, and the amendments that change them.", object("Agreement",
	func(r *reader, n *yaml.Node, v *offtake.Agreement) { r.inOrder(at(n, "until"), v.Effective, v.Until) },
	req("parties", func(v *offtake.Agreement) *[]offtake.PartyName { return &v.Parties }, setOf(aParty), "who has agreed"),
	opt("calendar", func(v *offtake.Agreement) *offtake.CalendarName { return &v.Calendar }, named[offtake.CalendarName](calendar), "in which its dates begin and its days count; left out, the book's"),
	req("effective", func(v *offtake.Agreement) *offtake.When { return &v.Effective }, moment, "when it begins"),
	opt("until", func(v *offtake.Agreement) *offtake.When { return &v.Until }, moment, "when it ends, which is not inside it; left out, it does not"),
	opt("renewal", func(v *offtake.Agreement) *offtake.Renewal { return &v.Renewal }, object("renewal", nil,
		req("for", func(v *offtake.Renewal) *offtake.Duration { return &v.For }, span, "for how long at a time"),
		req("unless_notice", func(v *offtake.Renewal) *offtake.Duration { return &v.UnlessNotice }, span, "unless notice is given this long before its end"),
	), "how it carries on past its end; left out, it does not"),
	opt("clauses", func(v *offtake.Agreement) *[]offtake.Clause { return &v.Clauses }, clauses, "what was agreed"),
	opt("amendments", func(v *offtake.Agreement) *[]offtake.Amendment { return &v.Amendments }, amendments, "what was changed later"),
), func(r *reader, v offtake.Agreement) { r.book.Agreements = append(r.book.Agreements, v) },
	func(v *offtake.Agreement) (*offtake.AgreementName, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []offtake.Agreement { return b.Agreements })

var statementDocument = document("Statement", "An answer or declaration that only a named person can give.", object("Statement",
	checkStatement,
	req("of", func(v *offtake.Statement) *offtake.ClauseRef { return &v.Of }, clauseRef("determination", "first_placement"), "the determination answered, or the first placement declared about"),
	req("by", func(v *offtake.Statement) *offtake.PartyName { return &v.By }, aParty, "who says it"),
	req("at", func(v *offtake.Statement) *offtake.When { return &v.At }, moment, "from when it counts"),
	req("says", func(v *offtake.Statement) *offtake.Says { return &v.Says }, oneOf(offtake.SaysYes, offtake.SaysNo, offtake.CannotSupport, offtake.ChoosesNotTo), "of a determination yes or no; of a first placement cannot_support or chooses_not_to"),
	opt("products", func(v *offtake.Statement) *[]offtake.Product { return &v.Products }, setOf(named[offtake.Product](product)), "the products a declaration is about; first placement only"),
), func(r *reader, v offtake.Statement) { r.book.Statements = append(r.book.Statements, v) },
	func(v *offtake.Statement) (*string, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *offtake.Book) []offtake.Statement { return b.Statements })

func checkStatement(r *reader, n *yaml.Node, v *offtake.Statement) {
	answer := slices.Contains([]offtake.Says{offtake.SaysYes, offtake.SaysNo}, v.Says)
	if answer && v.Products != nil {
		r.wrong(at(n, "products"), "contradiction", "products go with a declaration about a first placement, not with %q", fmt.Sprint(v.Says))
	}
}
