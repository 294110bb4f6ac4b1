package prices

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A sheet is a price list in CSV, read by its header. Columns it does not need
// may be there too, in any order.
type sheet struct {
	columns []string
	instead string // what a list with another header may be
	row     func(l *list, r row) error
}

// A row is the wanted columns of a line.
type row struct {
	line   int
	fields map[string]string
}

var azure = sheet{
	columns: []string{"region", "sku", "usd_per_hour"},
	instead: "; a list with generated_at is azure-history",
	row:     func(l *list, r row) error { return l.azureRow(r, offtake.When{}) },
}

var azureHistory = sheet{
	columns: []string{"generated_at", "region", "sku", "usd_per_hour"},
	instead: "; a list of one day is azure",
	row: func(l *list, r row) error {
		seen, err := l.instant(r)
		if err != nil {
			return err
		}
		return l.azureRow(r, seen)
	},
}

func (l *list) azureRow(r row, seen offtake.When) error {
	price, err := l.price(r.line, r.fields["usd_per_hour"])
	if err != nil {
		return err
	}
	size, isMachine := strings.CutPrefix(r.fields["sku"], "Standard_")
	if !isMachine {
		l.skip(r.line, size, "it is a dedicated host: names of machines begin with Standard_")
		return nil
	}
	return l.put(azureMachines, listed{item: size, region: r.fields["region"], kind: offtake.OnDemand, price: price, seen: seen, line: r.line})
}

var awsHistory = sheet{
	columns: []string{"generated_at", "region", "instance_type", "usd_per_hour"},
	row: func(l *list, r row) error {
		seen, err := l.instant(r)
		if err != nil {
			return err
		}
		price, err := l.price(r.line, r.fields["usd_per_hour"])
		if err != nil {
			return err
		}
		return l.put(awsMachines, listed{item: r.fields["instance_type"], region: r.fields["region"], kind: offtake.OnDemand, price: price, seen: seen, line: r.line})
	},
}

var gcp = sheet{
	columns: []string{"region", "kind", "machine_type", "zone", "usd_per_hour"},
	row: func(l *list, r row) error {
		price, err := l.price(r.line, r.fields["usd_per_hour"])
		if err != nil {
			return err
		}
		kind := offtake.OfferKind(r.fields["kind"])
		if kind != offtake.OnDemand && kind != offtake.Spot {
			return l.wrong(r.line, "kind %q is neither on_demand nor spot", clip(r.fields["kind"]))
		}
		p := listed{item: r.fields["machine_type"], region: r.fields["region"], kind: kind, price: price, line: r.line}
		if zone := r.fields["zone"]; zone != "" {
			p.note = "zone " + zone
		}
		return l.put(gcpMachines, p)
	},
}

// instant reads when a row was collected.
func (l *list) instant(r row) (offtake.When, error) {
	t, err := offtake.ParseInstant(r.fields["generated_at"])
	if err != nil {
		return offtake.When{}, l.wrong(r.line, "generated_at: %w", err)
	}
	return offtake.When{Instant: t}, nil
}

// read gives every line below the header to the sheet's row.
func (s sheet) read(l *list, text []byte) error {
	in := csv.NewReader(bytes.NewReader(text))
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return l.wrong(0, "it is empty, expected a header with %s", strings.Join(s.columns, ", "))
	}
	if err != nil {
		return l.broken(err)
	}
	places, err := s.places(l, header)
	if err != nil {
		return err
	}
	for {
		record, err := in.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return l.broken(err)
		}
		line, _ := in.FieldPos(0)
		r := row{line, make(map[string]string, len(s.columns))}
		for i, c := range s.columns {
			r.fields[c] = strings.TrimSpace(record[places[i]])
			if r.fields[c] == "" && c != "zone" {
				return l.wrong(line, "%s is empty", c)
			}
		}
		if err := s.row(l, r); err != nil {
			return err
		}
	}
}

// places finds the columns in the header.
func (s sheet) places(l *list, header []string) ([]int, error) {
	var places []int
	for _, c := range s.columns {
		i := slices.IndexFunc(header, func(h string) bool { return strings.TrimSpace(h) == c })
		if i < 0 {
			return nil, l.wrong(1, "the header has no column %q: it is %q; format %s needs %s%s",
				c, clip(strings.Join(header, ",")), l.format.name, strings.Join(s.columns, ", "), s.instead)
		}
		places = append(places, i)
	}
	return places, nil
}

// broken turns an error of the CSV reader into one with the list's name.
func (l *list) broken(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		if errors.Is(e.Err, csv.ErrFieldCount) {
			return l.wrong(e.Line, "the line has not as many fields as the header")
		}
		return l.wrong(e.Line, "%w", e.Err)
	}
	return l.wrong(0, "%w", err)
}
