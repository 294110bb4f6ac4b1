package book

import (
	"strings"
)

// A vocabulary is a set of names that a book declares, or may declare.
type vocabulary uint8

const (
	party vocabulary = iota
	provider
	purpose
	product
	accelerator
	calendar
	asset
	region
	site
	customer
	currency
	vocabularies // how many there are
)

var vocabularyWords = [vocabularies]struct{ one, many string }{
	party: {"a party", "parties"}, provider: {"a provider", "providers"}, purpose: {"a purpose", "purposes"},
	product: {"a product", "products"}, accelerator: {"an accelerator", "accelerators"}, calendar: {"a calendar", "calendars"},
	asset: {"an asset", "assets"}, region: {"a region", "regions"}, site: {"a site", "sites"},
	customer: {"a customer", "customers"}, currency: {"a currency", "currency"},
}

func (v vocabulary) want() string { return vocabularyWords[v].one }

// mayBeFree reports whether a book may leave the vocabulary out; its words are
// then free.
func (v vocabulary) mayBeFree() bool { return v >= asset && v <= customer }

// listed joins words for a message, and says how many it left out.
func listed(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return strings.Join(words[:most], ", ") + ", …"
}

// didYouMean gives a hint where a known word is near the one written.
func didYouMean(got string, known []string) string {
	best, least := "", max(1, len(got)/3)+1
	if len(got) > 60 {
		return ""
	}
	for _, k := range known {
		if d := distance(strings.ToLower(got), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance counts the letters to insert, delete, change or swap with their
// neighbour to turn a into b; it gives up at most.
func distance(a, b string, most int) int {
	if diff := len(a) - len(b); diff >= most || -diff >= most {
		return most
	}
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, last[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
