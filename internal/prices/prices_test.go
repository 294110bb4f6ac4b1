package prices_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/book"
	"github.com/offtake-dev/offtake/internal/prices"
)

// show writes an offer on one line, without its source.
func show(s offtake.Supply, o offtake.SupplyOffer) string {
	words := []string{string(s.Provider), string(o.Accelerator)}
	if o.Region != "" {
		words = append(words, string(o.Region))
	}
	words = append(words, o.Price.String(), string(o.Kind))
	if !o.From.IsZero() {
		words = append(words, "from "+o.From.String())
	}
	if !o.Until.IsZero() {
		words = append(words, "until "+o.Until.String())
	}
	return strings.Join(words, " ")
}

func showAll(supplies []offtake.Supply) []string {
	var lines []string
	for _, s := range supplies {
		for _, o := range s.Offers {
			lines = append(lines, show(s, o))
		}
	}
	return lines
}

func date(t *testing.T, s string) offtake.When {
	t.Helper()
	w, err := offtake.ParseWhen(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestListsBecomeOffers(t *testing.T) {
	const azureHeader = "region,sku,usd_per_hour\n"
	const awsHeader = "generated_at,commit,region,instance_type,usd_per_hour\n"
	for _, c := range []struct {
		name, format, list string
		opt                prices.Options
		want               []string
	}{
		{"a machine's price is divided by its accelerators", "azure",
			azureHeader + "eastus,Standard_ND96isr_H100_v5,98.32\neastus,Standard_ND128isr_NDR_GB200_v6,108.16\n", prices.Options{},
			[]string{"azure gb200 eastus USD 27.04 on_demand", "azure h100 eastus USD 12.29 on_demand"}},
		{"columns stand in any order, among others, with any line end", "azure",
			"\ufeffusd_per_hour,note,sku,region\r\n4.00,x,Standard_NC8as_T4_v3,eastus\r\n8,y,Standard_NC64as_T4_v3,eastus", prices.Options{},
			[]string{"azure t4 eastus USD 2.00 on_demand", "azure t4 eastus USD 4.00 on_demand"}},
		{"the book's names for regions and provider are used", "azure",
			azureHeader + "eastus,Standard_ND96isr_H200_v5,80\nwestus,Standard_ND96isr_H200_v5,88\n",
			prices.Options{Provider: "msft", Regions: []offtake.RegionDecl{{Name: "us-east", Names: []offtake.RegionName{{Provider: "oci", Name: "westus"}, {Provider: "msft", Name: "eastus"}}}}},
			[]string{"msft h200 us-east USD 10.00 on_demand", "msft h200 westus USD 11.00 on_demand"}},
		{"a list of one day holds from when the caller says", "azure",
			azureHeader + "eastus,Standard_ND96isr_H200_v5,80\n", prices.Options{From: date(t, "2025-01-01")},
			[]string{"azure h200 eastus USD 10.00 on_demand from 2025-01-01"}},
		{"a price holds from the date it is first seen to the date that shows another", "aws-history",
			awsHeader + "2025-03-01T00:00:00Z,c,us-east-1,p5.48xlarge,98.320000\n" +
				"2025-04-28T01:00:00+01:00,c,us-east-1,p5.48xlarge,98.32\n" +
				"2025-06-23T00:00:00Z,c,us-east-1,p5.48xlarge,55.04\n2026-07-01T00:00:00Z,c,us-east-1,p5.48xlarge,55.04\n", prices.Options{},
			[]string{"aws h100 us-east-1 USD 12.29 on_demand from 2025-03-01T00:00:00Z until 2025-06-23T00:00:00Z",
				"aws h100 us-east-1 USD 6.88 on_demand from 2025-06-23T00:00:00Z"}},
		{"a price ends on the date that shows none, and begins again with the next", "aws-history",
			awsHeader + "2025-01-01T00:00:00Z,c,us-east-1,p4d.24xlarge,32\n2025-01-01T00:00:00Z,c,us-east-1,trn1.32xlarge,16\n" +
				"2025-02-01T00:00:00Z,c,us-east-1,trn1.32xlarge,16\n" +
				"2025-03-01T00:00:00Z,c,us-east-1,p4d.24xlarge,32\n2025-03-01T00:00:00Z,c,us-east-1,trn1.32xlarge,16\n", prices.Options{},
			[]string{"aws a100-40gb us-east-1 USD 4.00 on_demand from 2025-01-01T00:00:00Z until 2025-02-01T00:00:00Z",
				"aws a100-40gb us-east-1 USD 4.00 on_demand from 2025-03-01T00:00:00Z",
				"aws trainium1 us-east-1 USD 1.00 on_demand from 2025-01-01T00:00:00Z"}},
		{"the dates of a history need no order", "azure-history",
			"generated_at,region,sku,usd_per_hour\n2025-02-01T00:00:00Z,eastus,Standard_ND96asr_v4,24\n2025-01-01T00:00:00Z,eastus,Standard_ND96asr_v4,32\n", prices.Options{},
			[]string{"azure a100-40gb eastus USD 4.00 on_demand from 2025-01-01T00:00:00Z until 2025-02-01T00:00:00Z",
				"azure a100-40gb eastus USD 3.00 on_demand from 2025-02-01T00:00:00Z"}},
		{"a spot price is of its own kind", "gcp",
			"region,kind,machine_type,zone,usd_per_hour\nus-west4,on_demand,a2-megagpu-16g,,64\nus-west4,spot,a2-megagpu-16g,,16.08\n", prices.Options{},
			[]string{"gcp a100-40gb us-west4 USD 4.00 on_demand", "gcp a100-40gb us-west4 USD 1.005 spot"}},
		{"every digit of a price is kept", "gcp",
			"region,kind,machine_type,zone,usd_per_hour\nasia-east1,on_demand,a3-highgpu-8g,,102.3587800705751\n", prices.Options{},
			[]string{"gcp h100 asia-east1 USD 12.7948475088218875 on_demand"}},
		{"Oracle prices one GPU", "oci",
			`{"lastUpdated":"x","items":[{"partNumber":"B98415","displayName":"GPU - H100","metricName":"GPU Per Hour","currencyCodeLocalizations":[{"currencyCode":"USD","prices":[{"model":"PAY_AS_YOU_GO","value":10}]}]}]}`, prices.Options{},
			[]string{"oci h100 USD 10.00 on_demand"}},
		{"each provider of a list of many has its own supply", "neoclouds",
			`[{"id":"b","provider_id":"lambda","gpu_model":"NVIDIA H100 SXM","vram_gb":80,"interconnect":"SXM","tier":"on-demand","is_spot":false,"price_usd_hour":4.29},
			{"id":"a","provider_id":"coreweave","gpu_model":"NVIDIA H100 PCIe","vram_gb":80,"interconnect":"PCIe","tier":"on-demand","is_spot":false,"price_usd_hour":4.25},
			{"id":"c","provider_id":"coreweave","gpu_model":"Tesla V100 NVLink","vram_gb":16,"interconnect":null,"tier":"spot","is_spot":true,"price_usd_hour":0.8},
			{"id":"d","provider_id":"coreweave","gpu_model":"AMD MI300X","vram_gb":192,"tier":"reserved","is_spot":false,"price_usd_hour":2}]`, prices.Options{},
			[]string{"coreweave h100-pcie USD 4.25 on_demand", "coreweave mi300x USD 2.00 reserved", "coreweave v100-16gb USD 0.80 spot", "lambda h100 USD 4.29 on_demand"}},
		{"of many providers one may be wanted", "neoclouds",
			`[{"id":"b","provider_id":"lambda","gpu_model":"H200","vram_gb":141,"tier":"on-demand","is_spot":false,"price_usd_hour":4},
			{"id":"a","provider_id":"verda","gpu_model":"H200","vram_gb":141,"tier":"on-demand","is_spot":false,"price_usd_hour":3}]`, prices.Options{Provider: "verda"},
			[]string{"verda h200 USD 3.00 on_demand"}},
	} {
		supplies, report, err := prices.Import(c.format, strings.NewReader(c.list), c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := showAll(supplies); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
		if report.Offers != len(c.want) {
			t.Errorf("%s: the report counts %d offers, want %d", c.name, report.Offers, len(c.want))
		}
	}
}

func TestTheSourceSaysWhatWasListed(t *testing.T) {
	list := "region,sku,usd_per_hour\neastus,Standard_ND96isr_H100_v5,98.32\n"
	supplies, _, err := prices.Import("azure", strings.NewReader(list), prices.Options{File: "azure_gpu.csv", Date: date(t, "2026-06-18")})
	if err != nil {
		t.Fatal(err)
	}
	want := "azure_gpu.csv: ND96isr_H100_v5, 8 accelerators, USD 98.32 an hour, eastus, listed 2026-06-18"
	if got := supplies[0].Offers[0].Source; got != want {
		t.Errorf("Source = %q, want %q", got, want)
	}
	list = `[{"id":"cw","provider_id":"coreweave","gpu_model":"L40S","tier":"on-demand","is_spot":false,"price_usd_hour":2,"notes":"Ada","collected_at":"2026-05-24","caveats":["vCPU billed separately."]}]`
	if supplies, _, err = prices.Import("neoclouds", strings.NewReader(list), prices.Options{}); err != nil {
		t.Fatal(err)
	}
	want = "price list: cw, L40S, on-demand, Ada, caveat: vCPU billed separately, listed 2026-05-24"
	if got := supplies[0].Offers[0].Source; got != want {
		t.Errorf("Source = %q, want %q", got, want)
	}
}

// What is not turned into an offer is in the report, every row of it.
func TestWhatIsLeftOutIsListed(t *testing.T) {
	list := `region,sku,usd_per_hour
eastus,Standard_NC6s_v3,3.06
eastus,NDasr_Type1,27
eastus,Standard_NV6ads_A10_v5,0.45
westus,Standard_NV6ads_A10_v5,0.45
eastus,Standard_ND512_R900_v9,400
eastus,Standard_NC6s_v3,3.060
`
	_, report, err := prices.Import("azure", strings.NewReader(list), prices.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := `6 rows: 1 in 1 offers, 5 left out
2 left out because it has 1/6 of an accelerator, which is not sold whole:
  NV6ads_A10_v5 (2, from line 4)
1 left out because it is a dedicated host: names of machines begin with Standard_:
  NDasr_Type1 (1, from line 3)
1 left out because it is listed twice at the same price:
  NC6s_v3 (1, from line 7)
1 left out because no machine of this name is known:
  ND512_R900_v9 (1, from line 6)`
	if got := strings.Join(report.Lines(), "\n"); got != want {
		t.Errorf("Lines:\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsRefused(t *testing.T) {
	const azureHeader = "region,sku,usd_per_hour\n"
	const item = `{"id":"a","provider_id":"p","gpu_model":"H100","vram_gb":80,"tier":"on-demand","is_spot":false,"price_usd_hour":`
	const oci = `{"items":[{"partNumber":"B98415","metricName":"GPU Per Hour","currencyCodeLocalizations":[{"currencyCode":"USD","prices":[{"model":"PAY_AS_YOU_GO","value":`
	for _, c := range []struct{ name, format, list, want string }{
		{"an unknown format", "gce", "", `format "gce" is not known, expected one of azure, azure-history, aws-history, gcp, oci, neoclouds`},
		{"nothing", "azure", "", `list: it is empty, expected a header with region, sku, usd_per_hour`},
		{"a header alone", "azure", azureHeader, `list: there are no prices in it`},
		{"another format's header", "azure", "region,kind,machine_type,zone,usd_per_hour\n", `list:1: the header has no column "sku": it is "region,kind,machine_type,zone,usd_per_hour"; format azure needs region, sku, usd_per_hour`},
		{"a list of one day as a history", "azure-history", azureHeader, `list:1: the header has no column "generated_at": it is "region,sku,usd_per_hour"; format azure-history needs generated_at, region, sku, usd_per_hour; a list of one day is azure`},
		{"JSON for CSV", "azure", `{"items":[]}`, `list:1: bare " in non-quoted-field`},
		{"CSV for JSON", "oci", azureHeader, `list:1: invalid character 'r' at start of value, expected an object with "items", Oracle's price list`},
		{"a list of offers as Oracle's", "oci", `[]`, `list:1: the list is of another form, expected an object with "items"`},
		{"Oracle's list as offers", "neoclouds", `{"items":[]}`, `list:1: the list is of another form, expected a list of offers`},
		{"a cut line", "azure", azureHeader + "eastus,Standard_NC6s_v3,3.06\neastus,Standard", `list:3: the line has not as many fields as the header`},
		{"an open quote", "azure", azureHeader + "eastus,\"Standard_NC6s_v3,3.06\n", `list:2: extraneous or missing " in quoted-field`},
		{"an empty name", "azure", azureHeader + "eastus,,3.06\n", `list:2: sku is empty`},
		{"no price", "azure", azureHeader + "eastus,Standard_NC6s_v3,\n", `list:2: usd_per_hour is empty`},
		{"a price that is no number", "azure", azureHeader + "eastus,Standard_NC6s_v3,NaN\n", `list:2: price "NaN" is not a decimal number of dollars`},
		{"an exponent", "azure", azureHeader + "eastus,Standard_NC6s_v3,1e2\n", `list:2: price "1e2" is not a decimal number of dollars`},
		{"a price of nothing", "azure", azureHeader + "eastus,Standard_NC6s_v3,0.00\n", `list:2: price USD 0.00 is not more than zero`},
		{"a negative price", "azure", azureHeader + "eastus,Standard_NC6s_v3,-3.06\n", `list:2: price USD -3.06 is not more than zero`},
		{"a price out of this world", "azure", azureHeader + "eastus,Standard_NC6s_v3,1000000\n", `list:2: price USD 1000000 an hour is not below USD 1000000`},
		{"a bad price of a machine nobody knows", "azure", azureHeader + "eastus,Standard_X,free\n", `list:2: price "free" is not`},
		{"two prices for one thing", "azure", azureHeader + "eastus,Standard_NC6s_v3,3\neastus,Standard_NC6s_v3,4\n", `list:3: NC6s_v3 is priced USD 4 here and USD 3 on line 2`},
		{"nothing that is known", "azure", azureHeader + "eastus,Standard_X,3\n", `list: none of its 1 rows is understood; the first is X: no machine of this name is known`},
		{"a date that is none", "aws-history", "generated_at,region,instance_type,usd_per_hour\nyesterday,us-east-1,p5.48xlarge,98.32\n", `list:2: generated_at: instant "yesterday" is not written as`},
		{"a kind that is none", "gcp", "region,kind,machine_type,zone,usd_per_hour\nr,sometimes,a3-highgpu-8g,,98\n", `list:2: kind "sometimes" is neither on_demand nor spot`},
		{"bytes that are no text", "azure", azureHeader + "\xff\xfe,Standard_NC6s_v3,3\n", `list: it is not text in UTF-8`},
		{"binary", "neoclouds", "[\x00]", `list: it is not text in UTF-8`},
		{"a cut list", "neoclouds", "[\n" + item + `1},`, `list:2: unexpected EOF`},
		{"a list with a tail", "neoclouds", "[" + item + "1}]\n[]", `list:2: more text follows the end of the list`},
		{"an offer without a price", "neoclouds", "[\n" + strings.TrimSuffix(item, `,"price_usd_hour":`) + "}]", `list:2: price "" is not a decimal number`},
		{"an offer of nobody", "neoclouds", `[{"gpu_model":"H100"}]`, `list:1: offer has no provider_id`},
		{"a model that is no text", "neoclouds", `[{"gpu_model":7}]`, `list:1: 0/gpu_model is number, which does not fit`},
		{"a price in words", "neoclouds", "[" + item + `"1.00"}]`, `list:1: price "\"1.00\"" is not a decimal number`},
		{"a price Oracle gives away", "oci", oci + `0}]}]}]}`, `list:1: price USD 0 is not more than zero`},
		{"an item of Oracle's without a price", "oci", `{"items":[{"partNumber":"B98415","metricName":"GPU Per Hour"}]}`, `list:1: item "B98415" has no price`},
	} {
		_, _, err := prices.Import(c.format, strings.NewReader(c.list), prices.Options{File: "list"})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
			continue
		}
		if offtake.KindOf(err) != offtake.Invalid {
			t.Errorf("%s: the error's kind is %s, want invalid", c.name, offtake.KindOf(err))
		}
	}
}

// open opens a real price list, which is kept beside the project.
func open(t *testing.T, file string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/data/prices", file))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("the real price lists are not beside the project: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestRealLists(t *testing.T) {
	for _, c := range []struct {
		format, file       string
		rows, used, offers int
		providers          int
		want               []string // offers that must be there
	}{
		{"azure", "azure_gpu.csv", 766, 658, 658, 1, []string{
			"azure h100 eastus USD 12.29 on_demand",
			"azure gb200 eastus USD 27.04 on_demand",
		}},
		{"azure-history", "azure_gpu_history.csv", 2156, 2156, 432, 1, []string{
			"azure h100 eastus USD 12.29 on_demand from 2023-12-18T14:34:50Z",
		}},
		{"aws-history", "aws_gpu_history.csv", 1235, 1183, 34, 1, []string{
			"aws h100 us-east-1 USD 12.29 on_demand from 2023-08-08T13:58:38Z until 2025-06-23T13:18:30Z",
			"aws h100 us-east-1 USD 6.88 on_demand from 2025-06-23T13:18:30Z",
			"aws a100-40gb us-east-1 USD 4.096575 on_demand from 2022-06-23T18:10:28Z until 2025-06-23T13:18:30Z",
		}},
		{"gcp", "gcp_gpu.csv", 272, 272, 272, 1, []string{
			"gcp h100 asia-east1 USD 12.7948475088219 on_demand",
			"gcp a100-40gb asia-northeast1 USD 2.429675 spot",
		}},
		{"oci", "oci_gpu.json", 7, 7, 7, 1, []string{
			"oci h100 USD 10.00 on_demand",
			"oci a100-80gb USD 4.00 on_demand",
		}},
		{"neoclouds", "neoclouds.json", 310, 182, 182, 19, []string{
			"coreweave h100 USD 4.76 on_demand",
			"coreweave h100-pcie USD 4.25 on_demand",
			"lambda h100 USD 4.29 on_demand",
			"verda h100 USD 0.80 spot",
		}},
	} {
		t.Run(c.format, func(t *testing.T) {
			supplies, r, err := prices.Import(c.format, open(t, c.file), prices.Options{File: c.file})
			if err != nil {
				t.Fatal(err)
			}
			left := 0
			for _, s := range r.Skipped {
				left += s.Rows
			}
			if r.Rows != c.rows || r.Used != c.used || r.Offers != c.offers || r.Used+left != r.Rows || len(supplies) != c.providers || r.Rounded != 0 {
				t.Errorf("%s from %d providers, %d rounded; want %d rows, %d used in %d offers from %d providers, none rounded",
					r.Lines()[0], len(supplies), r.Rounded, c.rows, c.used, c.offers, c.providers)
			}
			got := showAll(supplies)
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("there is no offer %q", w)
				}
			}
			loads(t, supplies, r)
		})
	}
}

// loads puts the supplies into a book with the declarations the report asks for:
// what is printed reads back without a mistake and as the same offers.
func loads(t *testing.T, supplies []offtake.Supply, r prices.Report) {
	t.Helper()
	b := &offtake.Book{
		Name: "prices", Buyer: "us", Currency: "USD", Parties: []offtake.Party{{Name: "us"}, {Name: "them"}},
		Accelerators: r.Accelerators, Supplies: supplies,
	}
	for _, p := range r.Providers {
		b.Providers = append(b.Providers, offtake.Provider{Name: p, Party: "them"})
	}
	for _, name := range r.Regions {
		b.Regions = append(b.Regions, offtake.RegionDecl{Name: name})
	}
	text := book.Format(b)
	got, findings := book.Read(fstest.MapFS{"book.yaml": {Data: text}})
	for _, f := range findings {
		if f.Severity == offtake.Mistake {
			t.Fatalf("%s", f)
		}
	}
	if got, want := strings.Join(sources(got.Supplies), "\n"), strings.Join(sources(supplies), "\n"); got != want {
		t.Errorf("the printed offers read as others")
	}
}

func sources(supplies []offtake.Supply) []string {
	lines := showAll(supplies)
	for _, s := range supplies {
		for _, o := range s.Offers {
			lines = append(lines, fmt.Sprint(o.Source, o.Quantity))
		}
	}
	return lines
}

func TestTheReportSaysWhatTheBookMustDeclare(t *testing.T) {
	_, r, err := prices.Import("azure", strings.NewReader("region,sku,usd_per_hour\neastus,Standard_ND128isr_NDR_GB200_v6,108\nwestus,Standard_NC6s_v3,3\neastus,Standard_NC6s_v3,3\n"), prices.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := `# The Book that loads these offers declares
# currency: USD
# providers:
#   azure: {party: ...}
# accelerators:
#   gb200: {per_node: 4, lot: 72}
#   v100-16gb: {per_node: 8}
# and, where it declares regions,
# regions:
#   eastus: {}
#   westus: {}
`
	if got := string(r.Declarations()); got != want {
		t.Errorf("Declarations:\n%s\nwant\n%s", got, want)
	}
}

// Whatever the bytes, a list is read or refused, and every row of it is accounted for.
func FuzzImport(f *testing.F) {
	f.Add(0, "region,sku,usd_per_hour\neastus,Standard_ND96isr_H100_v5,98.32\n")
	f.Add(2, "generated_at,region,instance_type,usd_per_hour\n2025-03-01T00:00:00Z,us-east-1,p5.48xlarge,98.32\n")
	f.Add(3, "region,kind,machine_type,zone,usd_per_hour\nr,spot,a3-highgpu-8g,,98\n")
	f.Add(4, `{"items":[{"partNumber":"B98415","metricName":"GPU Per Hour","currencyCodeLocalizations":[{"currencyCode":"USD","prices":[{"model":"PAY_AS_YOU_GO","value":10}]}]}]}`)
	f.Add(5, `[{"id":"b","provider_id":"lambda","gpu_model":"NVIDIA A100 SXM","vram_gb":80,"tier":"on-demand","is_spot":false,"price_usd_hour":4.29}]`)
	f.Fuzz(func(t *testing.T, format int, list string) {
		names := prices.Formats()
		supplies, r, err := prices.Import(names[uint(format)%uint(len(names))], strings.NewReader(list), prices.Options{})
		if err != nil {
			if offtake.KindOf(err) != offtake.Invalid {
				t.Fatalf("kind %s: %v", offtake.KindOf(err), err)
			}
			return
		}
		left := 0
		for _, s := range r.Skipped {
			left += s.Rows
		}
		if r.Used+left != r.Rows || r.Offers != len(showAll(supplies)) {
			t.Fatalf("%v for %d offers", r.Lines(), len(showAll(supplies)))
		}
		for _, s := range supplies {
			for _, o := range s.Offers {
				if o.Price.Sign() <= 0 || o.Quantity != 0 {
					t.Fatalf("offer %s", show(s, o))
				}
			}
		}
	})
}
