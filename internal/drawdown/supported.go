package drawdown

import (
	"strings"

	"github.com/offtake-dev/offtake"
)

// Supported refuses a commitment clause that cannot be carried out yet, naming
// every field that stands in the way. Clauses with another body pass.
func Supported(ref offtake.ClauseRef, c offtake.Clause) error {
	terms, ok := c.Body.(offtake.Commitment)
	if !ok {
		return nil
	}
	if fields := unsupported(terms); len(fields) > 0 {
		return offtake.Refuse(offtake.NotSupported, "%s: commitment %q has %s: not supported yet", c.Pos, ref, strings.Join(fields, ", "))
	}
	return nil
}

// unsupported lists the fields whose meaning nothing here carries out.
func unsupported(c offtake.Commitment) []string {
	fields := []struct {
		inTheWay bool
		name     string
	}{
		{c.Measure != offtake.Spend && c.Measure != offtake.GPUHours, "measure: " + string(c.Measure)},
		{!c.Interval.IsZero(), "interval: " + c.Interval.String()},
		{c.Counts != offtake.OnUsage, "counts: " + string(c.Counts)},
		{c.Carry.Rule != "none" && c.Carry.Rule != "", "carry: " + c.Carry.Rule},
		{len(c.Caps) > 0, "caps"},
		{!c.Prepayment.IsZero(), "prepayment"},
		{c.Cancel != offtake.Cancel{}, "cancel"},
		{len(c.For) > 0, "for"},
	}
	var names []string
	for _, f := range fields {
		if f.inTheWay {
			names = append(names, f.name)
		}
	}
	return names
}
