package prices

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// supplies turns the prices into offers, one supply for each provider by name.
func (l *list) supplies() []offtake.Supply {
	prices := l.prices
	if l.format.history {
		prices = overTime(prices)
	}
	var out []offtake.Supply
	for _, p := range prices {
		provider := cmp.Or(p.provider, l.opt.Provider, l.format.provider)
		i := slices.IndexFunc(out, func(s offtake.Supply) bool { return s.Provider == provider })
		if i < 0 {
			i = len(out)
			out = append(out, offtake.Supply{Name: offtake.SupplyName(string(provider) + "-list-prices"), Provider: provider})
		}
		out[i].Offers = append(out[i].Offers, l.offer(p, provider))
	}
	slices.SortFunc(out, func(a, b offtake.Supply) int { return cmp.Compare(a.Provider, b.Provider) })
	for _, s := range out {
		slices.SortStableFunc(s.Offers, func(a, b offtake.SupplyOffer) int {
			return cmp.Or(cmp.Compare(a.Accelerator, b.Accelerator), cmp.Compare(a.Region, b.Region),
				cmp.Compare(a.Kind, b.Kind), a.From.Instant.Compare(b.From.Instant), cmp.Compare(a.Source, b.Source))
		})
	}
	return out
}

// offer divides a machine's price by its accelerators and says where it is from.
func (l *list) offer(p listed, provider offtake.ProviderName) offtake.SupplyOffer {
	each, rounded := divide(p.price, p.machine.count)
	if rounded {
		l.report.Rounded++
	}
	return offtake.SupplyOffer{
		Accelerator: p.machine.accelerator,
		Region:      l.region(provider, p.region),
		Price:       each,
		Kind:        p.kind,
		From:        cmp.Or(p.from, l.opt.From),
		Until:       p.until,
		Source:      l.source(p, rounded),
	}
}

// divide gives a price for one of n, exactly where a finite decimal does and else
// to six places more than the price has.
func divide(price offtake.Money, n int64) (each offtake.Money, rounded bool) {
	_, frac, _ := strings.Cut(price.Number(), ".")
	each = price.Quotient(n, int32(len(frac))+6)
	whole, frac, _ := strings.Cut(each.Number(), ".")
	frac = strings.TrimRight(frac, "0")
	frac += strings.Repeat("0", max(0, 2-len(frac)))
	trimmed, err := offtake.ParseAmount(price.Currency(), whole+"."+frac)
	if err == nil {
		each = trimmed
	}
	return each, each.Times(n).Cmp(price) != 0
}

// region gives the book's name for a provider's region, or the provider's own.
func (l *list) region(provider offtake.ProviderName, own string) offtake.Region {
	for _, r := range l.opt.Regions {
		if own != "" && slices.Contains(r.Names, offtake.RegionName{Provider: provider, Name: own}) {
			return r.Name
		}
	}
	return offtake.Region(own)
}

// source says in one line what was listed, where and when.
func (l *list) source(p listed, rounded bool) string {
	parts := []string{filepath.Base(l.name()) + ": " + p.item}
	if p.machine.count > 1 {
		parts = append(parts, fmt.Sprintf("%d accelerators, %s an hour", p.machine.count, p.price))
	}
	if rounded {
		parts = append(parts, "rounded")
	}
	if p.region != "" {
		parts = append(parts, p.region)
	}
	if p.note != "" {
		parts = append(parts, p.note)
	}
	if date := day(p, l.opt.Date); date != "" {
		parts = append(parts, "listed "+date)
	}
	return strings.Join(parts, ", ")
}

// day gives the date a price was collected, or first collected.
func day(p listed, otherwise offtake.When) string {
	w := p.seen
	if w.IsZero() {
		w = otherwise
	}
	if !w.Instant.IsZero() {
		return offtake.DateOf(w.Instant).String()
	}
	return w.String()
}
