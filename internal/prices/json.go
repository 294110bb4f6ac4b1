package prices

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// An ociItem is one line of Oracle's price list, as far as it is needed.
type ociItem struct {
	PartNumber  string `json:"partNumber"`
	DisplayName string `json:"displayName"`
	MetricName  string `json:"metricName"`
	Currencies  []struct {
		Code   string `json:"currencyCode"`
		Prices []struct {
			Model string         `json:"model"`
			Value jsontext.Value `json:"value"`
		} `json:"prices"`
	} `json:"currencyCodeLocalizations"`
}

// readOCI reads {"items": [...]}.
func readOCI(l *list, text []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	const want = `expected an object with "items", Oracle's price list`
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return l.notJSON(text, dec, err, want)
	}
	found := false
	for dec.PeekKind() == '"' {
		key, err := dec.ReadToken()
		if err != nil {
			return l.notJSON(text, dec, err, want)
		}
		if key.String() != "items" {
			if err := dec.SkipValue(); err != nil {
				return l.notJSON(text, dec, err, want)
			}
			continue
		}
		found = true
		if err := eachItem(l, text, dec, want, l.ociItem); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil || !found {
		return l.notJSON(text, dec, err, want)
	}
	return l.nothingMore(text, dec)
}

func (l *list) ociItem(line int, it ociItem) error {
	if it.PartNumber == "" {
		return l.wrong(line, "item has no partNumber")
	}
	what := it.PartNumber + " " + clip(it.DisplayName)
	if it.MetricName != "GPU Per Hour" {
		l.skip(line, what, "it is not priced by the GPU and hour")
		return nil
	}
	prices := 0
	for _, c := range it.Currencies {
		for _, p := range c.Prices {
			prices++
			m, known := ociParts[it.PartNumber]
			switch {
			case c.Code != "USD":
				l.skip(line, what, "its price is in "+clip(c.Code))
				continue
			case p.Model != "PAY_AS_YOU_GO":
				l.skip(line, what, "its price model is "+clip(p.Model))
				continue
			case !known:
				l.skip(line, what, "no part of this number is known")
				continue
			}
			price, err := l.price(line, string(p.Value))
			if err != nil {
				return err
			}
			err = l.add(listed{item: it.PartNumber, machine: m, kind: offtake.OnDemand, price: price, note: strings.Join(strings.Fields(it.DisplayName), " "), line: line})
			if err != nil {
				return err
			}
		}
	}
	if prices == 0 {
		return l.wrong(line, "item %q has no price", clip(it.PartNumber))
	}
	return nil
}

// A neocloudItem is one offer of a list of many providers, as far as it is needed.
type neocloudItem struct {
	ID           string         `json:"id"`
	Provider     string         `json:"provider_id"`
	Model        string         `json:"gpu_model"`
	Memory       int64          `json:"vram_gb"`
	Interconnect string         `json:"interconnect"`
	Tier         string         `json:"tier"`
	Spot         *bool          `json:"is_spot"`
	Price        jsontext.Value `json:"price_usd_hour"`
	Notes        string         `json:"notes"`
	Caveats      []string       `json:"caveats"`
	Collected    string         `json:"collected_at"`
}

// readNeoclouds reads a list of offers.
func readNeoclouds(l *list, text []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	const want = "expected a list of offers with provider_id, gpu_model, tier, is_spot, price_usd_hour"
	if err := eachItem(l, text, dec, want, l.neocloudItem); err != nil {
		return err
	}
	return l.nothingMore(text, dec)
}

// tiers are the words by which the providers call their ways of selling. Where
// capacity may be taken back the list says so beside it.
var tiers = []string{"on-demand", "spot", "marketplace", "community", "secure", "prototyping", "production", "reserved"}

func (l *list) neocloudItem(line int, it neocloudItem) error {
	switch {
	case it.Provider == "":
		return l.wrong(line, "offer has no provider_id")
	case it.Model == "":
		return l.wrong(line, "offer has no gpu_model")
	case it.Spot == nil:
		return l.wrong(line, "offer has no is_spot, true or false")
	}
	price, err := l.price(line, string(it.Price))
	if err != nil {
		return err
	}
	var seen offtake.When
	if it.Collected != "" {
		if seen, err = offtake.ParseWhen(it.Collected); err != nil {
			return l.wrong(line, "collected_at: %w", err)
		}
	}
	accelerator, why := graphicsCard(it.Model, it.Interconnect, it.Memory)
	switch {
	case l.opt.Provider != "" && it.Provider != string(l.opt.Provider):
		l.skip(line, it.Provider, "only "+string(l.opt.Provider)+" is wanted")
		return nil
	case !slices.Contains(tiers, it.Tier):
		l.skip(line, it.Model, "its tier "+clip(it.Tier)+" is not known")
		return nil
	case why != "":
		l.skip(line, it.Model, why)
		return nil
	}
	return l.add(listed{
		provider: offtake.ProviderName(it.Provider), item: it.ID, machine: one(accelerator), kind: it.kind(),
		price: price, note: it.note(), seen: seen, line: line,
	})
}

// note keeps what the list says in words; a caveat may be that more is billed.
func (it neocloudItem) note() string {
	said := []string{it.Model, it.Interconnect, it.Tier, strings.TrimRight(it.Notes, ".")}
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	for _, c := range it.Caveats {
		said = append(said, "caveat: "+strings.TrimRight(c, "."))
	}
	return strings.Join(said, ", ")
}

func (it neocloudItem) kind() offtake.OfferKind {
	switch {
	case *it.Spot:
		return offtake.Spot
	case it.Tier == "reserved":
		return offtake.Reserved
	}
	return offtake.OnDemand
}

// eachItem reads a list, item by item, each with its line.
func eachItem[T any](l *list, text []byte, dec *jsontext.Decoder, want string, take func(line int, it T) error) error {
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '[' {
		return l.notJSON(text, dec, err, want)
	}
	for {
		line := lineAfter(text, dec.InputOffset())
		if k := dec.PeekKind(); k == ']' {
			break
		}
		var it T
		if err := json.UnmarshalDecode(dec, &it); err != nil {
			if e, ok := errors.AsType[*json.SemanticError](err); ok {
				return l.wrong(line, "%s is %s, which does not fit", strings.TrimPrefix(string(e.JSONPointer), "/"), e.JSONKind)
			}
			return l.notJSON(text, dec, err, want)
		}
		if err := take(line, it); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// lineAfter gives the line of the first thing after an offset.
func lineAfter(text []byte, offset int64) int {
	for int(offset) < len(text) && strings.IndexByte(" \t\r\n,", text[offset]) >= 0 {
		offset++
	}
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}

// notJSON says where a list stopped being what was expected.
func (l *list) notJSON(text []byte, dec *jsontext.Decoder, err error, want string) error {
	line := lineAfter(text, dec.InputOffset())
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return l.wrong(lineAfter(text, e.ByteOffset), "%w, %s", e.Err, want)
	}
	return l.wrong(line, "the list is of another form, %s", want)
}

// nothingMore refuses what follows the list.
func (l *list) nothingMore(text []byte, dec *jsontext.Decoder) error {
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return l.wrong(lineAfter(text, dec.InputOffset()), "more text follows the end of the list")
	}
	return nil
}
