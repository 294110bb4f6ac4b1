package book_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever a clause gives or asks something of should be bound by it: a party
// of its agreement, an affiliate of one, or a signatory of the amendment.
func TestWhoIsNoPartyOfTheAgreementIsNoted(t *testing.T) {
	const text = `kind: Book
name: b
buyer: lab
currency: USD
parties: {lab: {}, cloud: {affiliates: [cloud-asia]}, cloud-asia: {}, oracle: {}}
providers: {oci: {party: oracle}, asia: {party: cloud-asia}}
assets: [model]
calendars: {desk: {timezone: UTC}}
---
kind: Agreement
name: a
parties: [lab, cloud]
effective: 2025-01-01
clauses:
  stranger: {text: x, rate: {provider: oci, scope: {}, price: USD 2}}
  affiliate: {text: x, rate: {provider: asia, scope: {}, price: USD 2}}
  first: {text: x, first_offer: {holder: oracle, scope: {}, window: P5D, tail: {sign_by: P5D, close_by: P5D}}}
  use: {text: x, licence: {licensor: lab, licensee: oracle, assets: [model], scope: {}, exclusive: false}}
  decides: {text: x, determination: {question: "Is it?", decided_by: oracle, meanwhile: hold}}
amendments:
  - name: joined
    effective: 2026-01-01
    signed_by: [lab, oracle]
    clauses:
      signed: {text: x, rate: {provider: oci, scope: {}, price: USD 1}}
`
	_, findings := read(text)
	var got []string
	for _, f := range findings {
		if f.Code == "not-a-party" {
			got = append(got, f.Clause.String()+" "+f.Message)
		}
	}
	want := []string{
		`a/stranger provider "oci" belongs to "oracle", which is no party of agreement "a"`,
		`a/first holder "oracle" is no party of agreement "a"`,
		`a/use licensee "oracle" is no party of agreement "a"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s\nof %s", diff, strings.Join(strings.Fields(list(findings)), " "))
	}
}
