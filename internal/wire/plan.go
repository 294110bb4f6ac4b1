package wire

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/offtake-dev/offtake"
)

// A plan says how a struct is written: its fields in order, each under its key.
type plan struct {
	of     reflect.Type
	fields []field
}

type field struct {
	key   string
	index []int
	codec codec
}

var (
	eventType      = reflect.TypeFor[offtake.Event]()
	deedType       = reflect.TypeFor[offtake.Deed]()
	labelsType     = reflect.TypeFor[[]offtake.Label]()
	otherTermsType = reflect.TypeFor[[]offtake.OtherTerm]()
)

// planOf reads a struct type once. Embedded structs lie flat beside the rest.
func planOf(t reflect.Type) *plan {
	p := &plan{of: t}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == deedType || f.Type == otherTermsType { // these lie flat beside the rest
			continue
		}
		if f.Anonymous {
			for _, inner := range planOf(f.Type).fields {
				inner.index = append([]int{i}, inner.index...)
				p.fields = append(p.fields, inner)
			}
			continue
		}
		c := codecOf(f.Type)
		if f.Name == "Quantity" {
			c.parse = quantity
		}
		p.fields = append(p.fields, field{keyOf(f.Name), []int{i}, c})
	}
	return p
}

// keyOf writes a field's name as a key: AllOrNone is all_or_none. Lists whose
// key in the contract language is singular keep it.
func keyOf(name string) string {
	if name == "Purposes" {
		return "purpose"
	}
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && !strings.HasPrefix(name, "ID") {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (p *plan) field(key string) *field {
	for i := range p.fields {
		if p.fields[i].key == key {
			return &p.fields[i]
		}
	}
	return nil
}

func (p *plan) keys() []string {
	var ks []string
	for _, f := range p.fields {
		ks = append(ks, f.key)
	}
	return ks
}

// append writes the fields that are set, each with a comma before it where dst
// does not end in an opening brace.
func (p *plan) append(dst []byte, v reflect.Value) (_ []byte, err error) {
	for i := range p.fields {
		f := &p.fields[i]
		fv := v.FieldByIndex(f.index)
		if f.codec.empty(fv) {
			continue
		}
		if dst, err = f.codec.append(appendKey(dst, f.key), fv); err != nil {
			return nil, within(f.key, err)
		}
	}
	return dst, nil
}

func (f *field) parse(v jsontext.Value, into reflect.Value) error {
	if err := f.codec.parse(v, into.FieldByIndex(f.index)); err != nil {
		return within(f.key, err)
	}
	return nil
}

// parseInto reads the members of an object, all of which must be planned.
func (p *plan) parseInto(into reflect.Value, members []member, what string) error {
	for _, m := range members {
		f := p.field(m.key)
		if f == nil {
			return offtake.Refuse(offtake.Invalid, "key %q is not part of %s, which has %s", clip(m.key), what, strings.Join(p.keys(), ", "))
		}
		if err := f.parse(m.value, into); err != nil {
			return within(what, err)
		}
	}
	return nil
}

// A registry knows every deed or every event by its word.
type registry struct {
	names []string // in the order of the words
	plans map[string]*plan
	types map[reflect.Type]*plan
}

func registryOf[T any](name func(T) string, all ...T) *registry {
	r := &registry{plans: map[string]*plan{}, types: map[reflect.Type]*plan{}}
	for _, one := range all {
		p := planOf(reflect.TypeOf(one))
		r.names = append(r.names, name(one))
		r.plans[name(one)], r.types[p.of] = p, p
	}
	return r
}

// append writes the fields of a deed or event.
func (r *registry) append(dst []byte, v any) ([]byte, error) {
	p := r.types[reflect.TypeOf(v)]
	if p == nil {
		return nil, offtake.Refuse(offtake.Internal, "%T is not one of %s", v, strings.Join(r.names, ", "))
	}
	return p.append(dst, reflect.ValueOf(v))
}

// receipts plans how an act came.
var receipts = planOf(reflect.TypeFor[offtake.Receipt]())

// heads plans what every act carries beside its deed.
var heads = planOf(reflect.TypeFor[offtake.Act]())

var deeds = registryOf[offtake.Deed](offtake.Deed.Name,
	offtake.OfferReceive{}, offtake.OfferRevise{}, offtake.OfferWithdraw{}, offtake.NoticeServe{},
	offtake.Accept{}, offtake.Decline{}, offtake.DefinitiveSign{}, offtake.NoticeObject{}, offtake.Deliver{}, offtake.HolderDefault{}, offtake.RegulatorRefuse{},
	offtake.Toll{}, offtake.Resume{}, offtake.ExtendDeadline{}, offtake.Assign{}, offtake.Determine{}, offtake.Evidence{}, offtake.PurposeReading{}, offtake.ThirdPartySign{}, offtake.ThirdPartyClose{},
	offtake.OfferInvite{}, offtake.OfferMake{}, offtake.ProductAnnounce{}, offtake.ProductShip{}, offtake.ProductDrop{}, offtake.Declare{},
	offtake.Amend{}, offtake.Deadline{}, offtake.Award{}, offtake.PlaceJob{}, offtake.FinishJob{}, offtake.UsageReport{},
	offtake.Quote{}, offtake.QuoteWithdraw{}, offtake.QuoteTake{}, offtake.SubmitJob{}, offtake.CancelJob{},
	offtake.CommitmentCancel{}, offtake.ReservationCancel{}, offtake.ReservationExtend{}, offtake.CapacityLate{}, offtake.CapacityDeliver{},
	offtake.PhaseOnline{}, offtake.CapitalCall{}, offtake.CapitalPay{}, offtake.PriceReport{},
	offtake.BookPush{}, offtake.BookSign{}, offtake.BookDrop{}, offtake.ClockDoubt{}, offtake.ClockConfirm{},
)

var events = registryOf[offtake.Event](offtake.Event.Event,
	offtake.OfferInvited{}, offtake.OfferMade{}, offtake.OfferStood{}, offtake.OfferTurnedDown{},
	offtake.ProductAnnounced{}, offtake.ProductShipped{}, offtake.StatementMade{}, offtake.HeadStartOver{},
	offtake.OfferReceived{}, offtake.OfferRevised{}, offtake.OfferWithdrawn{}, offtake.Awarded{},
	offtake.ProcessOpened{}, offtake.TermsReplaced{}, offtake.NotifyMissed{}, offtake.NoticeFoundDeficient{},
	offtake.NoticeServed{}, offtake.NoticeCorrected{}, offtake.RankOpened{}, offtake.RankClosed{}, offtake.Bound{}, offtake.DefinitiveSigned{},
	offtake.Tolled{}, offtake.Resumed{}, offtake.Extended{}, offtake.Assigned{}, offtake.QuestionRaised{}, offtake.Determined{}, offtake.DisputeRaised{}, offtake.AmendmentAwaited{}, offtake.AmendmentHeld{}, offtake.ShareMeasured{}, offtake.Restored{}, offtake.Reinstated{}, offtake.AnsweredOffTerms{}, offtake.Accepted{}, offtake.Declined{},
	offtake.Lapsed{}, offtake.Released{}, offtake.Fulfilled{}, offtake.Superseded{}, offtake.Withdrawn{},
	offtake.ThirdPartySigned{}, offtake.ThirdPartyClosed{}, offtake.ThirdPartyNoted{}, offtake.CloseOverdue{},
	offtake.TailExpired{}, offtake.Waived{}, offtake.ClauseReplaced{}, offtake.Breached{}, offtake.CapacityReserved{},
	offtake.JobPlaced{}, offtake.JobFinished{}, offtake.UsageRecorded{}, offtake.Redrawn{}, offtake.CommitmentReduced{}, offtake.ReservationReduced{}, offtake.ReservationExtended{},
	offtake.CapacityDelayed{}, offtake.CapacityDelivered{}, offtake.PhaseOpened{}, offtake.CapitalCalled{}, offtake.CapitalPaid{}, offtake.PriceReported{}, offtake.ClaimRaised{},
	offtake.QuoteReceived{}, offtake.QuoteWithdrawn{}, offtake.QuoteTaken{}, offtake.JobSubmitted{}, offtake.JobCancelled{},
	offtake.BookPushed{}, offtake.BookSigned{}, offtake.BookAdopted{}, offtake.BookDropped{}, offtake.ClockDoubted{}, offtake.ClockConfirmed{}, offtake.PlayedAnew{},
)

// ofBroker are the words of the acts that only a running broker knows, or time
// itself does: a written case has none of them.
var ofBroker = map[string]bool{
	"deadline": true, "award": true, "place": true, "finish": true, "usage.report": true,
	"commitment.cancel": true, "reservation.cancel": true, "reservation.extend": true, "capacity.late": true, "capacity.deliver": true,
	"phase.online": true, "capital.call": true, "capital.pay": true, "price.report": true,
	"quote": true, "quote.withdraw": true, "quote.take": true, "job.submit": true, "job.cancel": true,
	"book.push": true, "book.sign": true, "book.drop": true, "clock.doubt": true, "clock.confirm": true,
}

// IsStep reports whether a written case has acts of this kind.
func IsStep(d offtake.Deed) bool { return !ofBroker[d.Name()] }

// steps are the deeds of a written case, though those of a broker can be read too.
var steps = &registry{
	names: slices.DeleteFunc(slices.Clone(deeds.names), func(name string) bool { return ofBroker[name] }),
	plans: deeds.plans, types: deeds.types,
}

// StepNames gives the words of the acts of a written case.
func StepNames() []string { return slices.Clone(steps.names) }

// DeedNames gives the words of all acts.
func DeedNames() []string { return slices.Clone(deeds.names) }

// EventNames gives the words of all events.
func EventNames() []string { return slices.Clone(events.names) }
