package civil

import "strings"

// Sentence explains the count in the words that follow a deadline: "counted
// from Tuesday 2025-06-03: 15 business days, skipping 3 weekends and 2025-06-19
// (Juneteenth)". It says what Lines say, where there is one line for all of it.
func (c Count) Sentence() string {
	if c.Beyond {
		return c.Window.Length.Words() + ", which end " + c.Unknown()
	}
	var b strings.Builder
	if c.Runs.IsZero() {
		b.WriteString("counted from " + long(c.Start) + c.later() + ": " + c.Window.Length.Words())
	} else {
		b.WriteString(c.Window.Length.Words() + " of elapsed time from " + c.moment(c.Runs) + c.later())
	}
	if c.Window.CountFirst && c.Runs.IsZero() {
		b.WriteString(", that day among them")
	}
	if len(c.Skipped) > 0 {
		b.WriteString(", skipping " + and(summed(c.Skipped)))
	}
	if !c.RolledFrom.IsZero() {
		b.WriteString(", and on from " + long(c.RolledFrom) + " over " + and(summed(c.RolledOver)))
	}
	for _, t := range c.Stopped {
		b.WriteString(", standing still from " + c.moment(t.From))
		if !t.open() {
			b.WriteString(" to " + c.moment(t.Until))
		}
	}
	if !c.Known {
		b.WriteString(", and its end is not known while time stands still")
	}
	return b.String()
}

// later says why the count does not start on the day of the receipt.
func (c Count) later() string {
	if c.Late == "" {
		return ""
	}
	return ", since it came " + c.Late
}

func and(parts []string) string {
	switch n := len(parts); {
	case n < 2:
		return strings.Join(parts, "")
	case strings.HasPrefix(parts[n-1], "and "):
		return strings.Join(parts, ", ")
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}
