package focus_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/focus"
	"github.com/offtake-dev/offtake/internal/market"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/rights"
	"github.com/offtake-dev/offtake/internal/usage"
)

const modelFile = "../../../shared/data/focus/model-1.2.json"

// supported are the criteria that the export claims.
var supported = []string{"USAGE_MEASUREMENT_SUPPORTED", "REGION_SUPPORTED", "TAGGING_SUPPORTED", "CAPACITY_RESERVATION_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED"}

// faulty are rules whose machine-readable form says something else than their text, so
// that no dataset can satisfy them, or only one that its text forbids.
var faulty = map[string]string{
	"InvoiceId-C-004-C":       "is to be null always; its text says: where the charge is not associated with an invoice",
	"InvoiceId-C-005-C":       "is never to be null; its text says: where the charge is associated with one",
	"PricingQuantity-C-008-M": "is never to be null; PricingQuantity-C-004-C wants null for Tax",
}

// A node is a check, as the model writes it.
type node struct {
	CheckFunction                                          string
	Items                                                  []node
	ColumnName, ColumnAName, ColumnBName, ResultColumnName string
	Value                                                  any
	ExpectedCount                                          int
	ModelRuleId                                            string
}

type rule struct {
	Function, Reference, EntityType, Type, Status string
	ApplicabilityCriteria                         []string
	ValidationCriteria                            struct {
		MustSatisfy, Keyword   string
		Requirement, Condition node
	}
}

// UnmarshalJSON also reads a condition that is written {"AND": one or several}.
func (n *node) UnmarshalJSON(text []byte) error {
	type plain node
	var and struct{ AND json.RawMessage }
	if err := json.Unmarshal(text, &and); err != nil || and.AND == nil {
		return json.Unmarshal(text, (*plain)(n))
	}
	n.CheckFunction = "AND"
	if bytes.HasPrefix(and.AND, []byte("[")) {
		return json.Unmarshal(and.AND, &n.Items)
	}
	n.Items = make([]node, 1)
	return json.Unmarshal(and.AND, &n.Items[0])
}

// A dataset is rows by column.
type dataset struct {
	at    map[string]int
	rows  [][]string
	rules map[string]rule
}

func (d *dataset) get(row []string, column string) string {
	if i, ok := d.at[column]; ok {
		return row[i]
	}
	return ""
}

var (
	unit     = regexp.MustCompile(`^([0-9]+ )?[A-Z][A-Za-z]*([- ][A-Z][A-Za-z]*)*(/[A-Z][A-Za-z]*)?$`)
	numeric  = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
)

// holds evaluates a check on a row; known is false where it cannot be.
func (d *dataset) holds(n node, row []string) (ok, known bool) {
	v := d.get(row, n.ColumnName)
	same := func() bool {
		want, isText := n.Value.(string)
		if n.Value == nil {
			return v == ""
		}
		if a, okA := new(big.Rat).SetString(v); okA && !isText || okA && numeric.MatchString(want) {
			b, okB := new(big.Rat).SetString(fmt.Sprint(n.Value))
			return okB && a.Cmp(b) == 0
		}
		return v == fmt.Sprint(n.Value)
	}
	number := func(column string) *big.Rat {
		r, _ := new(big.Rat).SetString(d.get(row, column))
		return r
	}
	switch n.CheckFunction {
	case "AND", "OR":
		known = true
		ok = n.CheckFunction == "AND"
		for _, i := range n.Items {
			got, can := d.holds(i, row)
			if known = known && can; n.CheckFunction == "AND" {
				ok = ok && got
			} else {
				ok = ok || got
			}
		}
		return ok, known
	case "CheckModelRule":
		r := d.rules[n.ModelRuleId]
		if met, can := d.applies(r, row); !can || !met {
			return true, can
		}
		return d.holds(r.ValidationCriteria.Requirement, row)
	case "CheckValue":
		return same(), true
	case "CheckNotValue":
		return !same(), true
	case "CheckSameValue":
		return d.get(row, n.ColumnAName) == d.get(row, n.ColumnBName), true
	case "CheckNotSameValue":
		return d.get(row, n.ColumnAName) != d.get(row, n.ColumnBName), true
	case "CheckDecimalValue", "TypeDecimal", "FormatNumeric":
		return v == "" || numeric.MatchString(v), true
	case "CheckGreaterOrEqualThanValue":
		least, _ := new(big.Rat).SetString(fmt.Sprint(n.Value))
		return v == "" || number(n.ColumnName) != nil && number(n.ColumnName).Cmp(least) >= 0, true
	case "CheckNationalCurrency", "FormatCurrency":
		return v == "" || currency.MatchString(v), true
	case "TypeString", "FormatString":
		return strings.TrimSpace(v) == v, true
	case "TypeDateTime", "FormatDateTime":
		_, err := time.Parse("2006-01-02T15:04:05Z", v)
		return v == "" || err == nil, true
	case "FormatUnit":
		return v == "" || unit.MatchString(v), true
	case "FormatKeyValue":
		var pairs map[string]any
		return v == "" || json.Unmarshal([]byte(v), &pairs) == nil, true
	case "ColumnByColumnEqualsColumnValue":
		a, b, c := number(n.ColumnAName), number(n.ColumnBName), number(n.ResultColumnName)
		return a == nil || b == nil || c == nil || new(big.Rat).Mul(a, b).Cmp(c) == 0, true
	}
	return false, false
}

func (d *dataset) applies(r rule, row []string) (bool, bool) {
	if c := r.ValidationCriteria.Condition; c.CheckFunction != "" {
		return d.holds(c, row)
	}
	return true, true
}

// A verdict on a rule: what was found, or why it was not looked at.
type verdict struct{ failed, skipped string }

func (d *dataset) check(id string, r rule) verdict {
	n := r.ValidationCriteria.Requirement
	switch why, bad := faulty[id]; {
	case bad:
		return verdict{skipped: "the model's own mistake: " + why}
	case r.Type != "Static" || n.CheckFunction == "":
		return verdict{skipped: "has no machine-readable form"}
	case slices.ContainsFunc(r.ApplicabilityCriteria, func(c string) bool { return !slices.Contains(supported, c) }):
		return verdict{skipped: "is for what the export does not claim"}
	case r.Function == "Composite":
		return verdict{skipped: "is made of others, which are looked at"}
	case n.CheckFunction == "ColumnPresent":
		if _, there := d.at[n.ColumnName]; !there {
			return verdict{failed: "column is missing"}
		}
		return verdict{}
	case n.CheckFunction == "CheckDistinctCount":
		return d.distinct(n)
	}
	if _, there := d.at[r.Reference]; r.EntityType == "Column" && !there {
		return verdict{skipped: "its column is not in the export"}
	}
	for i, row := range d.rows {
		if n.CheckFunction == "OR" && d.get(row, r.Reference) == "" && oneOf(n, r.Reference) {
			continue // of what is null another rule speaks
		}
		met, can := d.applies(r, row)
		if can && !met {
			continue
		}
		ok, known := d.holds(n, row)
		if !can || !known {
			return verdict{skipped: "asks what cannot be looked at: " + n.CheckFunction}
		}
		if !ok {
			return verdict{failed: fmt.Sprintf("row %d: %q", i+1, d.get(row, r.Reference))}
		}
	}
	return verdict{}
}

// oneOf reports whether a check lists the values that a column may have.
func oneOf(n node, column string) bool {
	return !slices.ContainsFunc(n.Items, func(i node) bool { return i.CheckFunction != "CheckValue" || i.ColumnName != column })
}

func (d *dataset) distinct(n node) verdict {
	if _, there := d.at[n.ColumnAName]; !there {
		return verdict{skipped: "its column is not in the export"}
	}
	seen := map[string]map[string]bool{}
	for _, row := range d.rows {
		a := d.get(row, n.ColumnAName)
		if seen[a] == nil {
			seen[a] = map[string]bool{}
		}
		seen[a][d.get(row, n.ColumnBName)] = true
		if len(seen[a]) > n.ExpectedCount {
			return verdict{failed: fmt.Sprintf("%q has %d of %s", a, len(seen[a]), n.ColumnBName)}
		}
	}
	return verdict{}
}

func model(t *testing.T) map[string]rule {
	text, err := os.ReadFile(modelFile)
	if os.IsNotExist(err) {
		t.Skip("the rules of FOCUS 1.2, ../shared/data/focus/model-1.2.json, are not here")
	}
	var m struct{ ModelRules map[string]rule }
	if err != nil || json.Unmarshal(text, &m) != nil {
		t.Fatalf("the model does not read: %v", err)
	}
	return m.ModelRules
}

var now = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)

// charged is the example book with something of every kind.
func charged(t *testing.T) *market.State {
	t.Helper()
	b, _ := book.ReadDir("../../examples/openai")
	law, _ := rights.Compile(b)
	m := market.New(market.Setup{Book: b, Law: law})
	take(t, m, usage.CSV, "meter", "id,kind,day,end,reservation,provider,service,accelerator,region,purpose,product,used,unused,cost,invoiced,label.team\n"+
		"a,,2025-06-01,,microsoft-openai/held-h100,,,,,training,,3601,,,,red\n"+
		"b,,2025-06-01,,microsoft-openai/held-h100,,,,,,,,7200,,,\n"+
		"c,,,2025-06-02T10:00:00Z,,azure,,h100,us-east,api,api,3600,,,2025-07-01,blue\n"+
		"d,,2025-06-03,,,azure,storage,,us-east,,,,,12.5,,\n"+
		"e,purchase,2025-06-03,,,azure,marketplace,,,,,,,100,2025-07-01,red\n"+
		"f,credit,2025-06-04,,,azure,,,,,,,,7.25,,\n"+
		"g,tax,2025-06-04,,,azure,,,,,,,,3,,\n"+
		"h,,2025-06-05,,,oci,network,,us-east,,,,,0.000000049,,\n")
	return m
}

func take(t *testing.T, m *market.State, form usage.Form, source, text string) *usage.Reading {
	t.Helper()
	var register usage.Register
	how := usage.ReaderOf(m.Book(), form, "", time.UTC)
	r, err := register.Read(how, usage.Batch{Source: source, Name: "1", Text: []byte(text)}, func() *account.Admission { return m.Admit(now) })
	if err != nil || len(r.Refused) > 0 {
		t.Fatalf("%v %+v", err, r)
	}
	if _, err := m.Do(offtake.Act{ID: "1", At: now, By: "openai", Deed: offtake.UsageReport{Source: source, Batch: "1", Totals: r.Totals}}); err != nil {
		t.Fatal(err)
	}
	return r
}

func exported(t *testing.T, m *market.State) *dataset {
	t.Helper()
	var out bytes.Buffer
	if err := focus.Costs(m, time.Time{}, time.Time{}).Write(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset{at: map[string]int{}, rows: rows[1:]}
	for i, c := range rows[0] {
		d.at[c] = i
	}
	return d
}

// The export holds against the published rules: it counts how many were looked at, and
// how many were not and why.
func TestTheExportHoldsAgainstTheRulesOfFOCUS(t *testing.T) {
	rules := model(t)
	d := exported(t, charged(t))
	d.rules = rules
	checked, skipped := 0, map[string]int{}
	for id, r := range rules {
		switch v := d.check(id, r); {
		case v.skipped != "":
			skipped[v.skipped]++
		case v.failed != "" && slices.Contains([]string{"MUST", "MUST NOT"}, r.ValidationCriteria.Keyword):
			t.Errorf("%s: %s: %s", id, r.ValidationCriteria.MustSatisfy, v.failed)
		case v.failed != "":
			t.Logf("%s is not followed, which is only advice: %s: %s", id, r.ValidationCriteria.MustSatisfy, v.failed)
		default:
			checked++
		}
	}
	t.Logf("of %d rules %d were looked at and hold", len(rules), checked)
	for why, n := range skipped {
		t.Logf("%d were not: each %s", n, why)
	}
	if checked < 100 {
		t.Errorf("only %d rules were looked at", checked)
	}
}

// Whatever is spoilt in the export is found by a rule.
func TestTheRulesFindWhatIsSpoilt(t *testing.T) {
	rules := model(t)
	for _, c := range []struct{ column, value, rule string }{
		{"BilledCost", "", "BilledCost-C-003-M"}, {"BilledCost", "1,5", "BilledCost-C-004-M"},
		{"ChargeCategory", "Gift", "ChargeCategory-C-003-M"}, {"ChargeCategory", "", "ChargeCategory-C-002-M"},
		{"ChargeClass", "Other", "ChargeClass-C-005-C"}, {"ServiceCategory", "Robots", "ServiceCategory-C-003-M"},
		{"ServiceSubcategory", "Caching", "ServiceSubcategory-C-004-M"}, {"BillingPeriodStart", "2025-06-01", "BillingPeriodStart-C-002-M"},
		{"ChargePeriodEnd", "", "ChargePeriodEnd-C-003-M"}, {"ConsumedUnit", "", "ConsumedUnit-C-006-C"},
		{"PricingUnit", "", "PricingUnit-C-006-C"}, {"ChargeFrequency", "Daily", "ChargeFrequency-C-003-M"},
		{"ProviderName", "", "ProviderName-C-003-M"}, {"InvoiceIssuerName", "another", "BilledCost-C-005-C"},
		{"PricingCategory", "", "PricingCategory-C-004-C"}, {"BillingCurrency", "dollars", "BillingCurrency-C-006-M"},
		{"CapacityReservationId", "", "CapacityReservationId-C-005-C"}, {"Tags", "red", "Tags-C-001-M"},
		{"EffectiveCost", "", "EffectiveCost-C-003-M"}, {"ServiceName", "", "ServiceName-C-003-M"},
	} {
		d := exported(t, charged(t))
		d.rules = rules
		for _, row := range d.rows {
			row[d.at[c.column]] = c.value
		}
		r, ok := rules[c.rule]
		if v := d.check(c.rule, r); !ok || v.failed == "" {
			t.Errorf("%s = %q: rule %s (%v) finds nothing: %+v", c.column, c.value, c.rule, ok, v)
		}
	}
	d := exported(t, charged(t))
	delete(d.at, "BilledCost")
	if v := d.check("CostAndUsage-D-006-M", rules["CostAndUsage-D-006-M"]); v.failed == "" {
		t.Error("a missing column is not found")
	}
}

// The export reads back: what is in it comes to the same, to the last digit.
func TestTheExportReadsBack(t *testing.T) {
	m := charged(t)
	d := exported(t, m)
	var sum offtake.Accrual
	for _, row := range d.rows {
		a, err := offtake.ParseAccrual(d.get(row, "x_ExactCost"))
		if err != nil {
			t.Fatal(err)
		}
		sum = sum.Add(a)
	}
	if sum.Cmp(m.Accounts().Spend()) != 0 {
		t.Errorf("the rows come to %s, and %s was charged", sum, m.Accounts().Spend())
	}
	var out bytes.Buffer
	if err := focus.Costs(m, time.Time{}, time.Time{}).Write(&out); err != nil {
		t.Fatal(err)
	}
	b := m.Book()
	law, _ := rights.Compile(b)
	again := market.New(market.Setup{Book: b, Law: law})
	lines := strings.SplitAfter(out.String(), "\n")
	text := ""
	for _, l := range lines {
		if !strings.Contains(l, "microsoft-openai/held-h100") { // costs what the reservation says
			text += l
		}
	}
	take(t, again, usage.FOCUS, "bill", text)
	want, _ := offtake.ParseMoney("USD 120.540000049") // 12.29 + 12.5 + 100 - 7.25 + 3 + 0.000000049
	if got := again.Accounts().Spend(); got.Cmp(offtake.Accrued(want)) != 0 {
		t.Errorf("read back %s was charged, want %s", got, want)
	}
}

func TestCommitments(t *testing.T) {
	var out bytes.Buffer
	if err := focus.Commitments(&out, charged(t), now); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v, want the one commitment in force", rows, err)
	}
	want := "USD,Spend,3000000000,*,microsoft-openai/azure-commitment,2028-01-01T08:00:00Z,2025-01-21T08:00:00Z,,spend,USD,microsoft-openai,,2019-07-22T07:00:00Z,azure,41.542222222222,2999999958.457777777778,0"
	rows[1][3] = "*"
	if got := strings.Join(rows[1], ","); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
