package refusal

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// Supported says whether every process of a clause can be carried out: nil, or
// a NotSupported error that names the clause, the field and the place. Fields
// that only give leave for an act (tolling, assignable, determiner) are fine:
// those acts do not exist yet and nobody can send them.
func Supported(ref offtake.ClauseRef, c offtake.Clause, f offtake.FirstRefusal) error {
	for _, u := range unsupported(f) {
		if u.asked {
			return offtake.Refuse(offtake.NotSupported, "%s: clause %s, %s: %s is not supported yet", c.Pos, ref, u.field, u.what)
		}
	}
	return nil
}

type unsupportedField struct {
	asked bool
	field string
	what  string
}

func unsupported(f offtake.FirstRefusal) []unsupportedField {
	odd := slices.IndexFunc(f.Tolerance, func(t offtake.Tolerance) bool { return !measurable(t.Dimension) })
	dimension := ""
	if odd >= 0 {
		dimension = f.Tolerance[odd].Dimension
	}
	return []unsupportedField{
		{len(f.Holders) != 1, "holders", "more than one holder"},
		{f.Partial == offtake.InLots, "partial", "taking a part"},
		{!f.Undersubscribed.IsZero(), "undersubscription", "a further round"},
		{f.Notice.Deficiency == offtake.InquiryDuty, "notice.deficiency", "inquiry_duty"},
		{f.DeliveryGate, "delivery_gate", "fulfilment on delivery"},
		{!f.Aggregation.Window.IsZero(), "aggregation", "counting split deals as one"},
		{!f.SubjectTo.IsZero(), "subject_to", "waiting for another right"},
		{odd >= 0, "tolerance", "a percentage of " + dimension},
	}
}
