package usage_test

import (
	"testing"

	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/usage"
)

// FuzzRecords sends any text as a batch: nothing panics, everything that came in went
// somewhere, the same again takes nothing, and a register that learns the batch again
// knows as many records.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"id,corrects,kind,day,provider,cost\na,,,2026-02-01,azure,1\nb,a,,2026-02-01,azure,2\n,,credit,2026-02-01,azure,1\n",
		"id,end,provider,accelerator,used,labels\na,2026-02-01T00:07:00Z,azure,h100,5,team=red\n\"b\n\",2025-11-02T01:30:00,azure,h100,5,\n",
		"reservation,day,used,unused\nheld,2026-02-01,3,4\nheld,2026-02-01,3,4\n",
	} {
		f.Add(string(usage.CSV), seed)
	}
	f.Add(string(usage.JSONL), `{"id":"a","day":"2026-02-01","provider":"azure","cost":1.5,"labels":{"team":"red"}}`+"\n\n{}\n[1]\n")
	f.Add(string(usage.FOCUS), "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,Tags,x_Provider\n1,USD,Usage,2026-02-01T00:00:00Z,{},azure\n-1,USD,Credit,2026-02-01T00:00:00Z,\"{\"\"a\"\":1}\",azure\n")
	f.Fuzz(func(t *testing.T, form, text string) {
		switch usage.Form(form) {
		case usage.CSV, usage.JSONL, usage.FOCUS:
		default:
			return
		}
		m := newMeter(usage.Form(form))
		r, err := m.send("1", text)
		if err != nil || r == nil {
			return
		}
		if !r.Account.Holds() {
			t.Fatalf("%q does not add up: %+v", text, r.Account)
		}
		var again usage.Register
		if err := again.Recall(m.how, usage.Batch{Source: "m", Name: "1", Text: []byte(text)}, r.Skipped); err != nil {
			t.Fatalf("%q cannot be learnt again: %v", text, err)
		}
		if again.Records() != m.register.Records() {
			t.Fatalf("%q: %d records are known, and %d when they are learnt again", text, m.register.Records(), again.Records())
		}
		repeated, err := m.register.Read(m.how, usage.Batch{Source: "m", Name: "1", Text: []byte(text)}, func() *account.Admission { return m.accounts.Admit(reported, aBook()) })
		if err != nil || repeated.Account.Taken.Records != 0 {
			t.Fatalf("%q again: %v %+v", text, err, repeated)
		}
	})
}
