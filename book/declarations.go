package book

import (
	"github.com/invopop/jsonschema"
	"github.com/offtake-dev/offtake"
	yaml "go.yaml.in/yaml/v4"
)

type aBook = offtake.Book

var bookDocument = document("Book", "Who the buyer is, and the words every other document uses.", object("Book", nil,
	req("buyer", func(v *aBook) *offtake.PartyName { return &v.Buyer }, aParty, "the party whose book it is"),
	req("currency", func(v *aBook) *offtake.Currency { return &v.Currency }, currencyCode, "the currency of all its money"),
	opt("calendar", func(v *aBook) *offtake.CalendarName { return &v.Calendar }, named[offtake.CalendarName](calendar), "the calendar of dates outside agreements; required where several are declared"),
	req("parties", func(v *aBook) *[]offtake.Party { return &v.Parties }, parties, "who agrees, supplies, holds rights or decides"),
	opt("providers", func(v *aBook) *[]offtake.Provider { return &v.Providers }, providers, "who can supply; each belongs to a party"),
	opt("purposes", func(v *aBook) *[]offtake.Purpose { return &v.Purposes }, setOf(declared[offtake.Purpose](purpose)), "what compute is used for"),
	opt("products", func(v *aBook) *[]offtake.ProductDecl { return &v.Products }, products, "what is sold or used, and by whom; a plain list of names is allowed"),
	opt("assets", func(v *aBook) *[]offtake.Asset { return &v.Assets }, setOf(declared[offtake.Asset](asset)), "models and other licensed things; left out, they are free words"),
	opt("regions", func(v *aBook) *[]offtake.RegionDecl { return &v.Regions }, regionDecls, "regions and each provider's own name for them; left out, they are free words"),
	opt("sites", func(v *aBook) *[]offtake.Site { return &v.Sites }, setOf(declared[offtake.Site](site)), "places where capacity stands; left out, they are free words"),
	opt("customers", func(v *aBook) *[]offtake.Customer { return &v.Customers }, setOf(declared[offtake.Customer](customer)), "customers that clauses name; left out, they are free words"),
	opt("accelerators", func(v *aBook) *[]offtake.AcceleratorDecl { return &v.Accelerators }, accelerators, "the kinds of accelerator"),
	opt("calendars", func(v *aBook) *[]offtake.Calendar { return &v.Calendars }, calendars, "which days count, and until what time of day"),
), func(r *reader, v offtake.Book) {
	r.books = append(r.books, v.Pos)
	if len(r.books) > 1 {
		return
	}
	b := &r.book
	v.Agreements, v.Statements, v.Supplies = b.Agreements, b.Statements, b.Supplies
	v.Demands, v.Servings, v.Scenarios = b.Demands, b.Servings, b.Scenarios
	r.book = v
}, func(v *aBook) (*offtake.BookName, *offtake.Pos) { return &v.Name, &v.Pos },
	func(b *aBook) []offtake.Book { return []offtake.Book{*b} })

// declared is a name that the Book declares by listing it.
func declared[T ~string](of vocabulary) shape[T] {
	return also(freeName[T]("a name"), func(r *reader, n *yaml.Node, v *T) {
		r.listed = append(r.listed, use{of: of, name: string(*v), pos: r.pos(n)})
	})
}

var currencyCode = leaf("a currency of three capital letters such as USD", func(s string) (offtake.Currency, error) {
	if _, err := offtake.ParseMoney(s + " 1"); err != nil {
		return "", offtake.Refuse(offtake.Invalid, "currency %q is not three capital letters", clip(s))
	}
	return offtake.Currency(s), nil
}, str[offtake.Currency], pattern("^[A-Z]{3}$", "USD"))

var parties = entriesOf("parties", object("party", nil,
	opt("title", func(v *offtake.Party) *string { return &v.Title }, prose, "its full name"),
	opt("affiliates", func(v *offtake.Party) *[]offtake.PartyName { return &v.Affiliates }, setOf(aParty), "the parties under common control with it"),
), func(v *offtake.Party) *offtake.PartyName { return &v.Name }, func(v *offtake.Party) *offtake.Pos { return &v.Pos })

var providers = entriesOf("providers", object("provider", nil,
	req("party", func(v *offtake.Provider) *offtake.PartyName { return &v.Party }, aParty, "the party it belongs to"),
	opt("built_by_buyer", func(v *offtake.Provider) *bool { return &v.BuiltByBuyer }, yesNo, "true: capacity from it is built by the buyer, so its route is build; left out, false"),
), func(v *offtake.Provider) *offtake.ProviderName { return &v.Name }, func(v *offtake.Provider) *offtake.Pos { return &v.Pos })

var products = orNames(entriesOf("products", object("product", nil,
	opt("purpose", func(v *offtake.ProductDecl) *offtake.Purpose { return &v.Purpose }, named[offtake.Purpose](purpose), "what its compute is used for"),
	opt("party", func(v *offtake.ProductDecl) *offtake.PartyName { return &v.Party }, aParty, "whose product it is; left out, the buyer's"),
), productName, productPos), "products", productName, productPos)

func productName(v *offtake.ProductDecl) *offtake.Product { return &v.Name }
func productPos(v *offtake.ProductDecl) *offtake.Pos      { return &v.Pos }

var regionDecls = orNames(entriesOf("regions", regionDecl, regionName, regionPos), "regions", regionName, regionPos)

func regionName(v *offtake.RegionDecl) *offtake.Region { return &v.Name }
func regionPos(v *offtake.RegionDecl) *offtake.Pos     { return &v.Pos }

// regionDecl is each provider's own name for a region.
var regionDecl = shape[offtake.RegionDecl]{
	want: "a group of names by provider",
	read: func(r *reader, n *yaml.Node, v *offtake.RegionDecl) {
		if n.Kind != yaml.MappingNode {
			r.mistake(r.pos(n), "wrong-type", "region %q: %s where a group of names by provider is expected", v.Name, sort(n))
			return
		}
		seen := make(map[offtake.ProviderName]bool)
		for i := 0; i+1 < len(n.Content); i += 2 {
			var x offtake.RegionName
			aProvider.read(r, n.Content[i], &x.Provider)
			prose.read(r, n.Content[i+1], &x.Name)
			if seen[x.Provider] && x.Provider != "" {
				r.mistake(r.pos(n.Content[i]), "duplicate-key", "region %q names provider %q twice", v.Name, x.Provider)
			}
			seen[x.Provider] = true
			v.Names = append(v.Names, x)
		}
	},
	write: func(v offtake.RegionDecl) *yaml.Node {
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, x := range v.Names {
			n.Content = append(n.Content, text(string(x.Provider)), text(x.Name))
		}
		return n
	},
	schema: func(d *defs) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "object", AdditionalProperties: prose.schema(d)}
	},
}

var accelerators = entriesOf("accelerators", object("accelerator", nil,
	opt("per_node", func(v *offtake.AcceleratorDecl) *int64 { return &v.PerNode }, quantity, "accelerators in one node"),
	opt("lot", func(v *offtake.AcceleratorDecl) *int64 { return &v.Lot }, quantity, "the least that is bought at once; left out, a node"),
	opt("h100e", func(v *offtake.AcceleratorDecl) *offtake.Factor { return &v.H100e }, factor, "how many H100 it is worth, used only where a clause asks for it"),
), func(v *offtake.AcceleratorDecl) *offtake.Accelerator { return &v.Name }, func(v *offtake.AcceleratorDecl) *offtake.Pos { return &v.Pos })

var calendars = entriesOf("calendars", judgedByPart(object("calendar", checkCalendar,
	opt("timezone", func(v *offtake.Calendar) *string { return &v.Timezone }, freeZone, "an IANA time zone; required unless the calendar is made of others").
		placed(func(v *offtake.Calendar) *offtake.Pos { return &v.Places.Timezone }),
	opt("holidays", func(v *offtake.Calendar) *offtake.Calendar { return v }, holidays, "a holiday set such as us-federal, or a list of dates; left out, there are none").
		placed(func(v *offtake.Calendar) *offtake.Pos { return &v.Places.Holidays }),
	opt("cutoff", func(v *offtake.Calendar) *offtake.TimeOfDay { return &v.Cutoff }, clockTime, "a notice later than this counts for the next business day; left out, the day's end").
		placed(func(v *offtake.Calendar) *offtake.Pos { return &v.Places.Cutoff }),
	opt("opens", func(v *offtake.Calendar) *offtake.TimeOfDay { return &v.Opens }, clockTime, "where elapsed time starts for a notice that came too late").
		placed(func(v *offtake.Calendar) *offtake.Pos { return &v.Places.Opens }),
	combined("all", offtake.All, "a business day is one in all of these calendars, which share a zone and a cut-off"),
	combined("any", offtake.Any, "a business day is one in any of these calendars, which share a zone and a cut-off"),
)), func(v *offtake.Calendar) *offtake.CalendarName { return &v.Name }, func(v *offtake.Calendar) *offtake.Pos { return &v.Pos })

// judgedByPart marks a calendar of which some could not be read, so that the
// rest of it can still be judged.
func judgedByPart(s shape[offtake.Calendar]) shape[offtake.Calendar] {
	read := s.read
	s.read = func(r *reader, n *yaml.Node, v *offtake.Calendar) {
		before := r.mistakes + r.dropped
		read(r, n, v)
		v.Partial = r.mistakes+r.dropped > before
	}
	return s
}

// freeZone is a time zone; whether it exists is for package civil to say.
var freeZone = leaf("a time zone such as America/Los_Angeles", func(s string) (string, error) {
	if len(s) > 64 {
		return "", offtake.Refuse(offtake.Invalid, "time zone %q is longer than 64 characters", clip(s))
	}
	return s, nil
}, str[string], pattern(`^[A-Za-z0-9_+/-]{1,64}$`, "America/Los_Angeles"))

// holidays are a set by name, or dates.
var holidays = shape[offtake.Calendar]{
	want: "a holiday set such as us-federal, or a list of dates",
	read: func(r *reader, n *yaml.Node, v *offtake.Calendar) {
		if n.Kind == yaml.SequenceNode {
			distinct(anyListOf(day)).read(r, n, &v.Holidays)
			return
		}
		freeName[string]("a holiday set such as us-federal, or a list of dates").read(r, n, &v.HolidaySet)
	},
	write: func(v offtake.Calendar) *yaml.Node {
		if v.HolidaySet != "" {
			return text(v.HolidaySet)
		}
		if v.Holidays == nil {
			return nil
		}
		return anyListOf(day).write(v.Holidays)
	},
	schema: func(d *defs) *jsonschema.Schema {
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{pattern(namePattern, "us-federal"), anyListOf(day).schema(d)}}
	},
}

func combined(key string, how offtake.Combine, doc string) field[offtake.Calendar] {
	list := setOf(named[offtake.CalendarName](calendar))
	return field[offtake.Calendar]{
		key: key, doc: doc, want: list.want, schema: list.schema,
		read: func(r *reader, n *yaml.Node, v *offtake.Calendar) {
			list.read(r, n, &v.Of)
			v.Combine, v.Places.Of = how, nil
			if n.Kind == yaml.SequenceNode {
				for _, c := range n.Content {
					v.Places.Of = append(v.Places.Of, r.pos(c))
				}
			}
		},
		write: func(v *offtake.Calendar) *yaml.Node {
			if v.Combine != how {
				return nil
			}
			return list.write(v.Of)
		},
	}
}

func checkCalendar(r *reader, n *yaml.Node, v *offtake.Calendar) {
	all, any := value(n, "all"), value(n, "any")
	if all != nil && any != nil {
		r.wrong(any, "both-given", "all and any are both written; a calendar is made of others in one way")
	}
	if all == nil && any == nil {
		if value(n, "timezone") == nil {
			r.missing(n, "calendar", "timezone", freeZone.want, "")
			v.Places.Timezone = r.pos(n) // where it should stand, so that it is missed once
		}
		return
	}
	for _, key := range []string{"timezone", "holidays", "cutoff", "opens"} {
		if k := value(n, key); k != nil {
			r.wrong(k, "contradiction", "%s is that of the calendars it is made of and cannot be written", key)
		}
	}
}
