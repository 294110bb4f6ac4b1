package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
)

func askCommand(w world) *cobra.Command {
	var at string
	var given factFlags
	cmd := &cobra.Command{
		Use:   "ask BOOK procure|place|serve|use --at T [facts as flags]",
		Short: "Ask what a book permits, and why",
		Long: `Ask puts one of the four questions to a book at an instant and gives the
answer with its reasons: procure (may capacity be bought, and what must happen
first), place (may a workload start on held capacity), serve (may an API request
be answered) and use (is a product licensed to use an asset).

A fact left out is unknown: where every value of it gives the same answer, that
is the answer; otherwise the answer is undetermined and names the fact. A fact
given as an empty value is known to be absent: --product "" is work for no product.

Exit status: 0 permitted, 1 conditional, forbidden or undetermined, 2 misused.`,
		Example: `  offtake ask examples/openai procure --at 2025-03-01 --provider oci --purpose training`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json")
			if err != nil {
				return err
			}
			facts, err := given.facts(cmd)
			if err != nil {
				return err
			}
			_, law, err := w.load(args[0])
			if err != nil {
				return err
			}
			t := w.now().UTC().Truncate(time.Second)
			if cmd.Flags().Changed("at") {
				if t, err = instant(law, "at", at); err != nil {
					return err
				}
			}
			q, err := law.Question(offtake.Ask(args[1]), facts)
			if err != nil {
				return err
			}
			a := law.At(t).Explain(q)
			if f == "json" {
				err = w.writeJSON(answerJSON(a, t))
			} else {
				writeAnswer(w.out, a, t)
			}
			if err == nil && a.Verdict != offtake.Permitted {
				return refused
			}
			return err
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "the instant or date asked about (default now)")
	given.register(cmd)
	return cmd
}

// factFlags are the facts of a question as flags.
type factFlags struct {
	text     map[offtake.Dimension]*string
	purposes *[]string
	quantity *string
}

func (g *factFlags) register(cmd *cobra.Command) {
	g.text = map[offtake.Dimension]*string{}
	for _, d := range []struct {
		dim  offtake.Dimension
		help string
	}{
		{offtake.DimProvider, "who supplies"},
		{offtake.DimParty, "who buys or uses (default the buyer)"},
		{offtake.DimLicensee, "who uses under a licence (default the product's party)"},
		{offtake.DimProduct, "the product it is for"},
		{offtake.DimAccelerator, "the kind of accelerator"},
		{offtake.DimRegion, "the region"},
		{offtake.DimSite, "the site"},
		{offtake.DimTerm, "for how long, as a duration: P1Y"},
		{offtake.DimStart, "from when, as an instant or a date"},
		{offtake.DimCapacity, "new (being bought) or held (already contracted)"},
		{offtake.DimRoute, "cloud (bought from a provider) or build (by the buyer)"},
		{offtake.DimAsset, "the model or other licensed asset"},
		{offtake.DimCustomer, "whom it serves"},
	} {
		g.text[d.dim] = cmd.Flags().String(string(d.dim), "", d.help)
	}
	g.purposes = cmd.Flags().StringSlice(string(offtake.DimPurpose), nil, "what the compute is for; several where several apply")
	g.quantity = cmd.Flags().String(string(offtake.DimQuantity), "", "how many accelerators")
}

// facts reads the flags that were given. A flag given without a value says
// that the fact is known to be absent.
func (g *factFlags) facts(cmd *cobra.Command) (offtake.Facts, error) {
	f := offtake.Facts{
		Provider:    offtake.ProviderName(*g.text[offtake.DimProvider]),
		Party:       offtake.PartyName(*g.text[offtake.DimParty]),
		Licensee:    offtake.PartyName(*g.text[offtake.DimLicensee]),
		Product:     offtake.Product(*g.text[offtake.DimProduct]),
		Accelerator: offtake.Accelerator(*g.text[offtake.DimAccelerator]),
		Region:      offtake.Region(*g.text[offtake.DimRegion]),
		Site:        offtake.Site(*g.text[offtake.DimSite]),
		Capacity:    offtake.Capacity(*g.text[offtake.DimCapacity]),
		Route:       offtake.Route(*g.text[offtake.DimRoute]),
		Asset:       offtake.Asset(*g.text[offtake.DimAsset]),
		Customer:    offtake.Customer(*g.text[offtake.DimCustomer]),
	}
	if err := g.numbers(&f); err != nil {
		return f, err
	}
	for _, p := range *g.purposes {
		if p != "" {
			f.Purposes = append(f.Purposes, offtake.Purpose(p))
		}
	}
	for d, s := range g.text {
		if *s == "" && cmd.Flags().Changed(string(d)) {
			f.Absent = append(f.Absent, d)
		}
	}
	if len(f.Purposes) == 0 && cmd.Flags().Changed(string(offtake.DimPurpose)) {
		f.Absent = append(f.Absent, offtake.DimPurpose)
	}
	if *g.quantity == "" && cmd.Flags().Changed(string(offtake.DimQuantity)) {
		f.Absent = append(f.Absent, offtake.DimQuantity)
	}
	slices.Sort(f.Absent)
	return f, nil
}

// numbers reads the facts that are more than a word.
func (g *factFlags) numbers(f *offtake.Facts) (err error) {
	if s := *g.quantity; s != "" {
		if f.Quantity, err = strconv.ParseInt(s, 10, 64); err != nil || f.Quantity <= 0 {
			return offtake.Refuse(offtake.Invalid, "--quantity %q is not a positive whole number of accelerators", s)
		}
	}
	if s := *g.text[offtake.DimTerm]; s != "" {
		if f.Term, err = offtake.ParseDuration(s); err != nil {
			return offtake.Refuse(offtake.Invalid, "--term: %w", err)
		}
	}
	if s := *g.text[offtake.DimStart]; s != "" {
		if f.Start, err = offtake.ParseWhen(s); err != nil {
			return offtake.Refuse(offtake.Invalid, "--start: %w", err)
		}
	}
	switch f.Capacity {
	case "", offtake.NewCapacity, offtake.HeldCapacity:
		return nil
	}
	return offtake.Refuse(offtake.Invalid, "--capacity %q is not new or held", f.Capacity)
}

type dutyJSON struct {
	Duty   string  `json:"duty"`
	To     string  `json:"to"`
	Clause string  `json:"clause"`
	By     *string `json:"by"`
}

type reasonJSON struct {
	Clause string `json:"clause"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Says   string `json:"says"`
}

type changeJSON struct {
	Change string `json:"change"`
	Value  string `json:"value"`
}

type allowedJSON struct {
	Provider string  `json:"provider"`
	Region   *string `json:"region"`
}

type answer struct {
	Question    string         `json:"question"`
	At          string         `json:"at"`
	Answer      string         `json:"answer"`
	Duties      []dutyJSON     `json:"duties"`
	Missing     []string       `json:"missing"`
	Because     []reasonJSON   `json:"because"`
	WouldPermit []changeJSON   `json:"would_permit"`
	Allowed     *[]allowedJSON `json:"allowed,omitempty"`
}

// answerJSON puts an answer into the published form.
func answerJSON(a offtake.Answer, at time.Time) answer {
	out := answer{
		Question: string(a.Question), At: offtake.Stamp(at), Answer: string(a.Verdict),
		Duties: []dutyJSON{}, Missing: append([]string{}, a.Missing...), Because: []reasonJSON{}, WouldPermit: []changeJSON{},
	}
	for _, d := range a.Duties {
		j := dutyJSON{Duty: string(d.Do), To: string(d.To), Clause: d.Clause.String()}
		if !d.By.IsZero() {
			s := d.By.String()
			j.By = &s
		}
		out.Duties = append(out.Duties, j)
	}
	for _, r := range a.Because {
		out.Because = append(out.Because, reasonJSON{r.Clause.String(), r.Pos.File, r.Pos.Line, r.Says})
	}
	for _, c := range a.WouldPermit {
		out.WouldPermit = append(out.WouldPermit, changeJSON{c.What, c.Value})
	}
	if a.Allowed != nil {
		list := []allowedJSON{}
		for _, x := range a.Allowed {
			place := allowedJSON{Provider: string(x.Provider)}
			if x.Region != "" {
				region := string(x.Region)
				place.Region = &region
			}
			list = append(list, place)
		}
		out.Allowed = &list
	}
	return out
}

// writeAnswer tells an answer to a person: the verdict, what must happen
// first, why, and what would change it.
func writeAnswer(out io.Writer, a offtake.Answer, at time.Time) {
	fmt.Fprintf(out, "%s: %s at %s\n", a.Verdict, a.Question, offtake.Stamp(at))
	section := func(title string, n int, row func(w io.Writer, i int)) {
		if n == 0 {
			return
		}
		fmt.Fprintf(out, "\n%s\n", title)
		tw := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
		for i := range n {
			row(tw, i)
		}
		_ = tw.Flush()
	}
	section("first", len(a.Duties), func(w io.Writer, i int) {
		d := a.Duties[i]
		by := "no date is set"
		if !d.By.IsZero() {
			by = "by " + d.By.String()
		}
		fmt.Fprintf(w, "  %s owes %s to %s\t%s\t%s\n", d.Owes, d.Do, d.To, by, d.Clause)
	})
	section("not known", len(a.Missing), func(w io.Writer, i int) {
		fmt.Fprintf(w, "  %s\n", missingWords(a.Missing[i]))
	})
	section("because", len(a.Because), func(w io.Writer, i int) {
		r := a.Because[i]
		where := r.Clause.String()
		if r.Pos.Line > 0 {
			where += " (" + r.Pos.File + ":" + fmt.Sprint(r.Pos.Line) + ")"
		}
		fmt.Fprintf(w, "  %s\n    %s\n", where, r.Says)
	})
	section("would be permitted with", len(a.WouldPermit), func(w io.Writer, i int) {
		fmt.Fprintf(w, "  %s %s\n", a.WouldPermit[i].What, a.WouldPermit[i].Value)
	})
	section("may answer", len(a.Allowed), func(w io.Writer, i int) {
		fmt.Fprintf(w, "  %s\t%s\n", a.Allowed[i].Provider, a.Allowed[i].Region)
	})
}

// missingWords names a fact by its flag; a clause stands for a question that
// somebody has to answer.
func missingWords(name string) string {
	if strings.Contains(name, "/") {
		return "the answer to " + name
	}
	return "--" + name
}
