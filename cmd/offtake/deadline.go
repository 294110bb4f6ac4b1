package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/civil"
)

func deadlineCommand(w world) *cobra.Command {
	var from, calendar, roll, cutoff string
	var countFirst, act bool
	cmd := &cobra.Command{
		Use:   "deadline WINDOW --from T --calendar C [BOOK]",
		Short: "Count a deadline by legal time, and explain the count",
		Long: fmt.Sprintf(`Deadline counts a window from the receipt of a notice and says how: P10D and P2W
are civil days, P15BD business days, P3M and P5Y civil months and years, PT48H
elapsed time. The calendar is one of the book's; without a book it is built in:
%s. A notice that comes after the cut-off, or on a day that is no business day,
counts as received on the next one.`, builtinNames()),
		Example: `  offtake deadline P15BD --from 2025-06-03T17:00:00Z --calendar us-business`,
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := format(cmd, "text", "json")
			if err != nil {
				return err
			}
			length, err := offtake.ParseDuration(args[0])
			if err != nil {
				return err
			}
			if length.IsZero() || from == "" || calendar == "" {
				return offtake.Refuse(offtake.Invalid, "a deadline needs a window, --from and --calendar")
			}
			rules, err := w.countRules(args[1:], calendar, countFirst, roll, cutoff)
			if err != nil {
				return err
			}
			when, err := offtake.ParseWhen(from)
			if err != nil {
				return offtake.Refuse(offtake.Invalid, "--from: %w", err)
			}
			window := rules.Notice(rules.Calendar.Resolve(when), length)
			if act {
				window = rules.After(rules.Calendar.Resolve(when), length)
			}
			count := window.Count()
			if why := count.Unknown(); why != "" {
				return offtake.Refuse(offtake.Invalid, "deadline of %s from %s: %s", length, from, why)
			}
			if f == "json" {
				return w.writeJSON(deadlineJSON(count, calendar))
			}
			fmt.Fprintln(w.out, offtake.Stamp(count.Deadline))
			for _, line := range count.Lines() {
				fmt.Fprintln(w.out, "  "+line)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "when the notice was received: an instant, or a date for its start")
	cmd.Flags().StringVar(&calendar, "calendar", "", "a calendar of the book, or a built-in one")
	cmd.Flags().StringVar(&roll, "roll", "none", "none, or following: a deadline on no business day moves to the next")
	cmd.Flags().StringVar(&cutoff, "cutoff", "", "a cut-off that wins over the calendar's, as 17:00")
	cmd.Flags().BoolVar(&countFirst, "count-first", false, "count the day of receipt as the first")
	cmd.Flags().BoolVar(&act, "act", false, "count from an act, on its own local day, and not from the receipt of a notice")
	return cmd
}

func builtinNames() string {
	names := civil.BuiltinNames()
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = string(n)
	}
	return strings.Join(list, ", ")
}

// countRules gives the rules of the count, from a book's calendar or a built-in one.
func (w world) countRules(books []string, calendar string, countFirst bool, roll, cutoff string) (civil.Rules, error) {
	time, err := timeRules(countFirst, roll, cutoff)
	if err != nil {
		return civil.Rules{}, err
	}
	name := offtake.CalendarName(calendar)
	if len(books) == 0 {
		cal, ok := civil.Builtin(name)
		if !ok {
			return civil.Rules{}, offtake.Refuse(offtake.NotFound, "calendar %q is not built in (built in: %s; or name a book that declares it)", calendar, builtinNames())
		}
		return civil.Rules{Calendar: cal, CountFirst: time.CountFirst, Roll: time.Roll, Cutoff: time.Cutoff}, nil
	}
	b, _, err := w.load(books[0])
	if err != nil {
		return civil.Rules{}, err
	}
	calendars, _ := civil.Compile(b.Calendars)
	return calendars.Rules(time, name)
}

func timeRules(countFirst bool, roll, cutoff string) (offtake.TimeRules, error) {
	rules := offtake.TimeRules{CountFirst: countFirst}
	switch roll {
	case "none":
	case "following":
		rules.Roll = offtake.RollFollowing
	default:
		return rules, offtake.Refuse(offtake.Invalid, "--roll %q is not none or following", roll)
	}
	if cutoff != "" {
		t, err := offtake.ParseTimeOfDay(cutoff)
		if err != nil {
			return rules, offtake.Refuse(offtake.Invalid, "--cutoff: %w", err)
		}
		rules.Cutoff = t
	}
	return rules, nil
}

type skipJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
	Why  string `json:"why"`
}

// deadlineJSON is a count as `deadline --output json` writes it.
func deadlineJSON(c civil.Count, calendar string) map[string]any {
	skipped := []skipJSON{}
	for _, s := range c.Skipped {
		skipped = append(skipped, skipJSON{s.From.String(), s.To.String(), s.Why})
	}
	return map[string]any{
		"window": c.Window.Length.String(), "from": offtake.Stamp(c.Window.From), "calendar": calendar,
		"deadline": offtake.Stamp(c.Deadline), "local": c.Window.Rules.Calendar.Local(c.Deadline).Format(time.RFC3339Nano),
		"counted_from": c.Start.String(), "skipped": skipped, "because": c.Lines(), "zone_data": civil.ZoneData,
	}
}
