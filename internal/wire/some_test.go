package wire_test

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"pgregory.net/rapid"
)

var deedTypes = []any{
	offtake.OfferReceive{}, offtake.OfferRevise{}, offtake.OfferWithdraw{}, offtake.NoticeServe{}, offtake.Accept{},
	offtake.Decline{}, offtake.DefinitiveSign{}, offtake.NoticeObject{}, offtake.Deliver{}, offtake.HolderDefault{}, offtake.RegulatorRefuse{},
	offtake.Toll{}, offtake.Resume{}, offtake.ExtendDeadline{}, offtake.Assign{}, offtake.Determine{}, offtake.Evidence{}, offtake.PurposeReading{}, offtake.ThirdPartySign{}, offtake.ThirdPartyClose{}, offtake.Amend{},
	offtake.OfferInvite{}, offtake.OfferMake{}, offtake.ProductAnnounce{}, offtake.ProductShip{}, offtake.ProductDrop{}, offtake.Declare{},
	offtake.Deadline{}, offtake.Award{}, offtake.PlaceJob{}, offtake.FinishJob{}, offtake.UsageReport{},
	offtake.Quote{}, offtake.QuoteWithdraw{}, offtake.QuoteTake{}, offtake.SubmitJob{}, offtake.CancelJob{},
	offtake.CommitmentCancel{}, offtake.ReservationCancel{}, offtake.ReservationExtend{}, offtake.CapacityLate{}, offtake.CapacityDeliver{},
	offtake.PhaseOnline{}, offtake.CapitalCall{}, offtake.CapitalPay{}, offtake.PriceReport{},
	offtake.BookPush{}, offtake.BookSign{}, offtake.BookDrop{}, offtake.ClockDoubt{}, offtake.ClockConfirm{},
}

var eventTypes = []any{
	offtake.OfferInvited{}, offtake.OfferMade{}, offtake.OfferStood{}, offtake.OfferTurnedDown{},
	offtake.ProductAnnounced{}, offtake.ProductShipped{}, offtake.StatementMade{}, offtake.HeadStartOver{},
	offtake.OfferReceived{}, offtake.OfferRevised{}, offtake.OfferWithdrawn{}, offtake.Awarded{}, offtake.ProcessOpened{},
	offtake.TermsReplaced{}, offtake.NotifyMissed{}, offtake.NoticeFoundDeficient{}, offtake.NoticeServed{},
	offtake.NoticeCorrected{}, offtake.RankOpened{}, offtake.RankClosed{}, offtake.Bound{}, offtake.DefinitiveSigned{},
	offtake.Tolled{}, offtake.Resumed{}, offtake.Extended{}, offtake.Assigned{}, offtake.QuestionRaised{}, offtake.Determined{}, offtake.DisputeRaised{}, offtake.AmendmentAwaited{}, offtake.AmendmentHeld{}, offtake.ShareMeasured{}, offtake.Restored{}, offtake.Reinstated{}, offtake.AnsweredOffTerms{}, offtake.Accepted{}, offtake.Declined{}, offtake.Lapsed{},
	offtake.Released{}, offtake.Fulfilled{}, offtake.Superseded{}, offtake.Withdrawn{}, offtake.ThirdPartySigned{},
	offtake.ThirdPartyClosed{}, offtake.ThirdPartyNoted{}, offtake.CloseOverdue{}, offtake.TailExpired{}, offtake.Waived{},
	offtake.ClauseReplaced{}, offtake.Breached{}, offtake.CapacityReserved{}, offtake.JobPlaced{}, offtake.JobFinished{},
	offtake.UsageRecorded{}, offtake.Redrawn{}, offtake.CommitmentReduced{}, offtake.ReservationReduced{}, offtake.ReservationExtended{},
	offtake.CapacityDelayed{}, offtake.CapacityDelivered{}, offtake.PhaseOpened{}, offtake.CapitalCalled{}, offtake.CapitalPaid{}, offtake.PriceReported{}, offtake.ClaimRaised{},
	offtake.QuoteReceived{}, offtake.QuoteWithdrawn{}, offtake.QuoteTaken{}, offtake.JobSubmitted{}, offtake.JobCancelled{},
	offtake.BookPushed{}, offtake.BookSigned{}, offtake.BookAdopted{}, offtake.BookDropped{}, offtake.ClockDoubted{}, offtake.ClockConfirmed{}, offtake.PlayedAnew{},
}

func typesOf(values []any) []reflect.Type {
	var ts []reflect.Type
	for _, v := range values {
		ts = append(ts, reflect.TypeOf(v))
	}
	return ts
}

// some draws a value of any type the words are made of: often unset, never one
// that no document could say.
func some(t *rapid.T, of reflect.Type) any {
	v := reflect.New(of).Elem()
	if of.Kind() != reflect.Struct && of.Kind() != reflect.Interface && rapid.IntRange(0, 2).Draw(t, "unset") == 0 {
		return v.Interface()
	}
	if w := someWord(t, of); w != nil {
		return w
	}
	switch of.Kind() {
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.StringMatching(`[a-z][a-z0-9-]{0,8}`), rapid.String()).Draw(t, "text"))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(of, n, n))
		for i := range n {
			v.Index(i).Set(reflect.ValueOf(some(t, of.Elem())))
		}
	case reflect.Struct:
		for i := range of.NumField() {
			if f := of.Field(i); f.Name != "Deed" && f.Name != "Other" {
				v.Field(i).Set(reflect.ValueOf(some(t, f.Type)))
			}
		}
	default:
		panic("no way to draw " + of.String())
	}
	if terms, ok := v.Interface().(offtake.OfferTerms); ok {
		terms.Other = someOther(t)
		return terms
	}
	return v.Interface()
}

// someWord draws the types that are written in a way of their own, or gives nil.
func someWord(t *rapid.T, of reflect.Type) any {
	switch of {
	case reflect.TypeFor[offtake.Event]():
		flat := rapid.SampledFrom(slices.DeleteFunc(typesOf(eventTypes), func(of reflect.Type) bool { return of == reflect.TypeFor[offtake.PlayedAnew]() }))
		return some(t, flat.Draw(t, "event within"))
	case reflect.TypeFor[time.Time]():
		return time.Unix(rapid.Int64Range(-2e9, 2e11).Draw(t, "instant"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
	case reflect.TypeFor[offtake.Date]():
		return offtake.Date{Year: 2020, Month: 1, Day: 1}.AddDays(rapid.IntRange(-9999, 99_999).Draw(t, "day"))
	case reflect.TypeFor[offtake.When]():
		if rapid.Bool().Draw(t, "a date") {
			return offtake.When{Date: some(t, reflect.TypeFor[offtake.Date]()).(offtake.Date)}
		}
		return offtake.When{Instant: some(t, reflect.TypeFor[time.Time]()).(time.Time)}
	case reflect.TypeFor[offtake.Money]():
		return someMoney(t)
	case reflect.TypeFor[offtake.Accrual]():
		if rapid.Bool().Draw(t, "a bare number") {
			return offtake.Accrue(offtake.MoneyOf("", 1), rapid.Int64().Draw(t, "seconds"))
		}
		return offtake.Accrue(someMoney(t), rapid.Int64().Draw(t, "seconds"))
	case reflect.TypeFor[offtake.Percent]():
		return offtake.Percent(rapid.Int64Range(1, 10_000_000).Draw(t, "percent"))
	case reflect.TypeFor[offtake.Stated]():
		return offtake.State(rapid.Bool().Draw(t, "stated"))
	case reflect.TypeFor[offtake.Duration]():
		return someDuration(t)
	case reflect.TypeFor[[]offtake.PurposeShare]():
		shares := []offtake.PurposeShare{{Purpose: "a", Share: 1}, {Purpose: "b", Share: 999_999}, {Purpose: "c", Share: 500_000}}
		return shares[rapid.IntRange(0, 2).Draw(t, "from"):]
	case reflect.TypeFor[[]offtake.Label]():
		labels := []offtake.Label{{Key: "project", Value: "a"}, {Key: "team", Value: ""}}
		return labels[rapid.IntRange(0, 2).Draw(t, "from"):]
	case reflect.TypeFor[offtake.ClauseRef]():
		name := rapid.StringMatching(`[a-z][a-z0-9-]{0,8}`)
		return offtake.ClauseRef{Agreement: offtake.AgreementName(name.Draw(t, "agreement")), Clause: offtake.ClauseName(name.Draw(t, "clause"))}
	}
	return nil
}

func someMoney(t *rapid.T) offtake.Money {
	m, err := offtake.ParseMoney(rapid.StringMatching(`(USD|JPY) -?[0-9]{1,12}(\.[0-9]{1,6})?`).Draw(t, "money"))
	if err != nil {
		panic(err)
	}
	return m
}

func someDuration(t *rapid.T) offtake.Duration {
	if rapid.Bool().Draw(t, "elapsed") {
		return offtake.Duration{Unit: offtake.Elapsed, Time: time.Duration(rapid.Int64Range(1, 1e6).Draw(t, "seconds")) * time.Second}
	}
	unit := offtake.Unit(rapid.IntRange(int(offtake.Days), int(offtake.Years)).Draw(t, "unit"))
	return offtake.Duration{Unit: unit, Count: rapid.IntRange(0, 999).Draw(t, "count")}
}

// someOther draws further terms: each key once, in their order.
func someOther(t *rapid.T) []offtake.OtherTerm {
	var all []offtake.OtherTerm
	for i := range rapid.IntRange(0, 3).Draw(t, "further terms") {
		f := rapid.SampledFrom([]offtake.Figure{
			{},
			{Is: offtake.PercentFigure, Percent: 999_000},
			{Is: offtake.NumberFigure, Number: 2_500_000},
			{Is: offtake.NumberFigure},
			{Is: offtake.MoneyFigure, Money: someMoney(t)},
			{Is: offtake.DurationFigure, Duration: someDuration(t)},
		}).Draw(t, "figure")
		all = append(all, offtake.OtherTerm{Key: fmt.Sprintf("%d%s", i, rapid.String().Draw(t, "key")), Value: f})
	}
	return all
}
