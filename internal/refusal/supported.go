package refusal

import (
	"slices"

	"github.com/offtake-dev/offtake"
)

// Supported says whether every process of a clause can be carried out: nil, or
// a NotSupported error that names the clause, the field and the place.
func Supported(ref offtake.ClauseRef, c offtake.Clause, f offtake.FirstRefusal) error {
	odd := slices.IndexFunc(f.Tolerance, func(t offtake.Tolerance) bool { return !measurable(t.Dimension) })
	field, what := "", ""
	switch {
	case odd >= 0:
		field, what = "tolerance", "a percentage of "+f.Tolerance[odd].Dimension
	default:
		return nil
	}
	return offtake.Refuse(offtake.NotSupported, "%s: clause %s, %s: %s is not supported yet", c.Pos, ref, field, what)
}
