package docket

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/offtake-dev/offtake"
)

// Plain is the first refusal of a case that says nothing else: of microsoft
// over what openai buys. All numbers are invented.
func Plain() offtake.FirstRefusal {
	return offtake.FirstRefusal{
		Direction: offtake.SupplySide, Grantor: "openai",
		Holders:      []offtake.Holder{{Party: "microsoft", Provider: "azure", Rank: 1, Weight: 1, Assignable: "personal"}},
		NotifyWithin: duration("P5D"), Window: duration("P15BD"), Definitive: duration("P20BD"),
		Notice: offtake.NoticeRules{
			Contents:   []offtake.Content{"provider", "quantity", "accelerator", "site", "price", "term", "delivery"},
			Deficiency: offtake.Strict,
		},
		Partial: offtake.NoPartial, Match: offtake.ExactMatch, NonCash: offtake.SameNonCash,
		Package: offtake.WholePackage, OfferRevocable: offtake.UntilAcceptance,
		Nonconforming: offtake.NonconformingIgnored, Survival: offtake.Continuing,
		Tail: offtake.Tail{SignBy: duration("P90D"), CloseBy: duration("P30D")},
	}
}

func clause(name offtake.ClauseName, body offtake.Body) offtake.Clause {
	return offtake.Clause{Name: name, Text: "As the case says.", Source: "invented", Body: body}
}

func ref(name string) offtake.ClauseRef {
	return offtake.ClauseRef{Agreement: Agreement, Clause: offtake.ClauseName(name)}
}

// set changes a clause as the words of a case say.
func set(c *offtake.Clause, words []string) (err error) {
	for _, kv := range words {
		if c.Body, err = Change(c.Body, kv); err != nil {
			return err
		}
	}
	return nil
}

// Set changes one thing about a first refusal: partial=lots.
func Set(f *offtake.FirstRefusal, kv string) error {
	key, v, _ := strings.Cut(kv, "=")
	for _, some := range []func(*offtake.FirstRefusal, string, string) (bool, error){setHolders, setNotice, setMatch, setAfter, setTime} {
		if known, err := some(f, key, v); known || err != nil {
			return err
		}
	}
	return fmt.Errorf("no clause field %q", key)
}

func setHolders(f *offtake.FirstRefusal, key, v string) (known bool, err error) {
	switch key {
	case "direction":
		f.Direction = offtake.Direction(v)
	case "grantor":
		f.Grantor = offtake.PartyName(v)
	case "holders":
		f.Holders, err = holders(v)
		if len(f.Holders) > 1 {
			f.Ranks = offtake.Ranks{Mode: cmp.Or(f.Ranks.Mode, "sequential"), NextStarts: cmp.Or(f.Ranks.NextStarts, "on_response")}
		}
	case "assignable": // of every seat
		f.Holders = append([]offtake.Holder(nil), f.Holders...)
		for i := range f.Holders {
			f.Holders[i].Assignable = v
		}
	case "mode":
		f.Ranks.Mode = v
	case "next_starts":
		f.Ranks.NextStarts = v
	case "window":
		f.WindowByRank = nil
		f.Window, err = offtake.ParseDuration(v)
	case "windows": // of the ranks from 1 on
		f.Window, f.WindowByRank = offtake.Duration{}, map[int]offtake.Duration{}
		for i, w := range strings.Split(v, ",") {
			if f.WindowByRank[i+1], err = offtake.ParseDuration(w); err != nil {
				return true, err
			}
		}
	case "partial":
		f.Partial = offtake.Partial(v)
	case "lot":
		f.Lot, err = strconv.ParseInt(v, 10, 64)
	case "all_or_none":
		f.AllOrNone = v == "true"
	case "undersubscription":
		f.Undersubscribed, err = span(v)
	default:
		return false, nil
	}
	return true, err
}

func setNotice(f *offtake.FirstRefusal, key, v string) (known bool, err error) {
	switch key {
	case "notify_within":
		f.NotifyWithin, err = span(v)
	case "deficiency":
		f.Notice.Deficiency = offtake.Deficiency(v)
		if f.Notice.Deficiency == offtake.Strict {
			f.Notice.ObjectionWithin = offtake.Duration{}
		}
	case "objection":
		f.Notice.ObjectionWithin, err = offtake.ParseDuration(v)
	case "contents":
		f.Notice.Contents = nil
		for _, c := range strings.Split(v, ",") {
			f.Notice.Contents = append(f.Notice.Contents, offtake.Content(c))
		}
	case "bona_fide":
		f.BonaFide = list[string](v)
	case "at_least":
		f.Scope.Quantity.AtLeast, err = strconv.ParseInt(v, 10, 64)
	case "site":
		f.Scope.Sites = list[offtake.Site](v)
	case "determiner":
		f.Determiner = offtake.PartyName(v)
	default:
		return false, nil
	}
	return true, err
}

func setMatch(f *offtake.FirstRefusal, key, v string) (known bool, err error) {
	switch key {
	case "match":
		f.Match = offtake.Match(v)
	case "package":
		f.Package = offtake.PackageRule(v)
	case "non_cash":
		f.NonCash = offtake.NonCash(v)
	case "revocable":
		f.OfferRevocable = offtake.Revocable(v)
	case "nonconforming":
		f.Nonconforming = offtake.Nonconforming(v)
	case "tolerance":
		f.Tolerance = append([]offtake.Tolerance(nil), f.Tolerance...)
		if v == "" {
			f.Tolerance = nil
			return true, nil
		}
		dim, pct, _ := strings.Cut(v, ":")
		var within offtake.Percent
		within, err = offtake.ParsePercent(pct)
		f.Tolerance = append(f.Tolerance, offtake.Tolerance{Dimension: dim, Within: within})
	default:
		return false, nil
	}
	return true, err
}

func setAfter(f *offtake.FirstRefusal, key, v string) (known bool, err error) {
	switch key {
	case "definitive":
		f.Definitive, err = offtake.ParseDuration(v)
	case "delivery_grace":
		f.DeliveryGate = v != ""
		f.DeliveryGrace, err = span(v)
	case "sign_by":
		f.Tail.SignBy, err = offtake.ParseDuration(v)
	case "close_by":
		f.Tail.CloseBy, err = offtake.ParseDuration(v)
	case "retrigger":
		f.Retrigger, err = span(v)
	case "survival":
		f.Survival = offtake.Survival(v)
	case "tolling":
		f.Tolling = list[string](v)
	case "subject_to":
		f.SubjectTo = offtake.ClauseRef{}
		if v != "" {
			f.SubjectTo = ref(v)
		}
	case "aggregation": // P90D, or P90D:affiliates
		within, affiliates, _ := strings.Cut(v, ":")
		f.Aggregation = offtake.Aggregation{Affiliates: affiliates == "affiliates"}
		f.Aggregation.Window, err = span(within)
	default:
		return false, nil
	}
	return true, err
}

func setTime(f *offtake.FirstRefusal, key, v string) (known bool, err error) {
	switch key {
	case "cutoff":
		f.Time.Cutoff = offtake.TimeOfDay{}
		if v != "" {
			f.Time.Cutoff, err = offtake.ParseTimeOfDay(v)
		}
	case "calendar":
		f.Time.Calendar = offtake.CalendarName(v)
	case "count_first":
		f.Time.CountFirst = v == "true"
	case "roll":
		f.Time.Roll = offtake.RollNone
		if v == "following" {
			f.Time.Roll = offtake.RollFollowing
		}
	default:
		return false, nil
	}
	return true, err
}

// span reads a duration that a clause may leave out.
func span(v string) (offtake.Duration, error) {
	if v == "" {
		return offtake.Duration{}, nil
	}
	return offtake.ParseDuration(v)
}

func list[T ~string](v string) (all []T) {
	if v == "" {
		return nil
	}
	for _, one := range strings.Split(v, ",") {
		all = append(all, T(one))
	}
	return all
}

// holders reads "microsoft:1:2,crusoe:2:1:free": party, rank, weight and who
// may have the seat, affiliates where it is not said.
func holders(v string) (all []offtake.Holder, err error) {
	for _, one := range strings.Split(v, ",") {
		words := strings.Split(one, ":")
		if len(words) < 3 {
			return nil, fmt.Errorf("holder %q is not party:rank:weight", one)
		}
		h := offtake.Holder{Party: offtake.PartyName(words[0]), Assignable: "affiliates"}
		if h.Rank, err = strconv.Atoi(words[1]); err != nil {
			return nil, err
		}
		if h.Weight, err = strconv.ParseInt(words[2], 10, 64); err != nil {
			return nil, err
		}
		if len(words) > 3 {
			h.Assignable = words[3]
		}
		for _, p := range World().Providers {
			if p.Party == h.Party {
				h.Provider = p.Name
			}
		}
		all = append(all, h)
	}
	return all, nil
}
