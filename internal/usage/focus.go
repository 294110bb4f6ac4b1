package usage

import (
	"cmp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/offtake-dev/offtake"
)

// bill reads a row of a FOCUS 1.2 bill. What that has no column for may stand in
// columns of its own, as Offtake's own export writes them: x_RecordId, x_Corrects,
// x_Reservation, x_Provider, x_Accelerator, x_Purpose, x_Product, x_Asset, x_Service,
// x_AcceleratorSeconds, x_UnusedAcceleratorSeconds, x_Commitment.
//
// BilledCost is the cost. A charge counts as invoiced at the end of its billing period
// where it has an InvoiceId. A credit, and an adjustment below zero, is a credit. A
// usage of no cost is kept for its hours.
func (r *Reader) bill(l *layout, values []string, place string) (rec record, err error) {
	get := func(column string) string { return l.get(values, column) }
	rec.id, rec.corrects = cmp.Or(get("x_RecordId"), place), get("x_Corrects")
	if rec.used, err = whole("x_AcceleratorSeconds", get("x_AcceleratorSeconds")); err != nil {
		return rec, err
	}
	if rec.unused, err = whole("x_UnusedAcceleratorSeconds", get("x_UnusedAcceleratorSeconds")); err != nil {
		return rec, err
	}
	cost, negative := strings.CutPrefix(get("BilledCost"), "-")
	if rec.cost, err = r.money(cost); err != nil {
		return rec, offtake.Refuse(offtake.Invalid, "BilledCost: %w", err)
	}
	if c := get("BillingCurrency"); c != "" && offtake.Currency(c) != r.Currency {
		return rec, offtake.Refuse(offtake.Invalid, "BillingCurrency %.10s is not %s, the book's currency", c, r.Currency)
	}
	if rec.cost.sign() == 0 && get("ChargeCategory") == "Usage" {
		rec.cost = amount{said: true, currency: r.Currency}
	}
	kind, err := billed(get("ChargeCategory"), negative && rec.cost.sign() > 0, get("x_Commitment"))
	if err != nil {
		return rec, err
	}
	labels, err := tags(get("Tags"))
	if err != nil {
		return rec, err
	}
	invoiced := ""
	if get("InvoiceId") != "" {
		invoiced, _, _ = strings.Cut(get("BillingPeriodEnd"), "T")
	}
	provider := cmp.Or(get("x_Provider"), string(r.Providers[strings.ToLower(get("ProviderName"))]), string(r.Provider))
	region := cmp.Or(get("x_Region"), string(r.Regions[provider+" "+get("RegionId")]))
	says := map[string]string{
		"kind": kind, "start": get("ChargePeriodStart"), "end": get("ChargePeriodEnd"), "reservation": get("x_Reservation"),
		"provider": provider, "service": service(get), "accelerator": get("x_Accelerator"), "region": region, "site": get("x_Site"),
		"purpose": get("x_Purpose"), "product": get("x_Product"), "asset": get("x_Asset"),
		"invoiced": invoiced, "for": get("x_Commitment"),
	}
	if kind != string(offtake.ForPrepayment) {
		says["for"] = ""
	}
	rec.of, err = r.what(func(column string) string { return says[column] }, labels)
	return rec, err
}

func billed(category string, negative bool, commitment string) (string, error) {
	switch category {
	case "Usage":
		if negative {
			return "", offtake.Refuse(offtake.Invalid, "BilledCost of a Usage is below zero; what was wrong is corrected by a row that names it in x_Corrects")
		}
		return "usage", nil
	case "Purchase":
		if commitment != "" {
			return string(offtake.ForPrepayment), nil
		}
		return string(offtake.ForPurchase), nil
	case "Tax":
		return string(offtake.ForTax), nil
	case "Credit":
		return string(offtake.ForCredit), nil
	case "Adjustment":
		if negative {
			return string(offtake.ForCredit), nil
		}
		return string(offtake.ForPurchase), nil
	}
	return "", offtake.Refuse(offtake.Invalid, "ChargeCategory %.60q is none of Usage, Purchase, Tax, Credit, Adjustment", category)
}

// service gives the kind of service, as the contract language names it.
func service(get func(string) string) string {
	if s := get("x_Service"); s != "" {
		return s
	}
	if p := get("PublisherName"); p != "" && p != get("ProviderName") {
		return "marketplace"
	}
	switch c := get("ServiceCategory"); c {
	case "", "Compute", "AI and Machine Learning":
		return ""
	case "Networking":
		return "network"
	default:
		return strings.ReplaceAll(strings.ToLower(c), " ", "-")
	}
}

// tags reads {"team":"red"}.
func tags(s string) ([]offtake.Label, error) {
	if s == "" {
		return nil, nil
	}
	labels, err := jsonPairs(jsontext.NewDecoder(strings.NewReader(s)))
	if err != nil {
		return nil, offtake.Refuse(offtake.Invalid, "Tags %.60q are no object of texts", s)
	}
	return labels, nil
}
