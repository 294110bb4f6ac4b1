package usage

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/offtake-dev/offtake"
)

// A row is one record as it is written.
type row struct {
	number int64 // in the batch, from 1
	line   int   // of the file
	offset int64 // where its bytes begin
	text   []byte
	values []string // by column of the layout; good until the next row
	err    error
}

// A layout says where the columns of a batch are.
type layout struct {
	form    Form
	columns []string
	at      map[string]int
	labels  []int // columns that have one label
	what    []int // columns that say what a record is, all but its names and amounts

	id, corrects, used, unused, cost int // where these are; -1: nowhere
}

// value gives a value by where it is.
func value(values []string, at int) string {
	if at < 0 {
		return ""
	}
	return values[at]
}

func newLayout(form Form, columns []string) (*layout, error) {
	l := &layout{form: form, columns: columns, at: make(map[string]int, len(columns)), id: -1, corrects: -1, used: -1, unused: -1, cost: -1}
	own := map[string]*int{"id": &l.id, "corrects": &l.corrects, "used": &l.used, "unused": &l.unused, "cost": &l.cost}
	known := Columns
	if form == FOCUS {
		known = nil
	}
	for i, name := range columns {
		if _, twice := l.at[name]; twice {
			return nil, offtake.Refuse(offtake.Invalid, "column %.60q is there twice", name)
		}
		l.at[name] = i
		switch {
		case strings.HasPrefix(name, labelPrefix) && len(name) > len(labelPrefix):
			l.labels = append(l.labels, i)
		case known != nil && !contains(known, name):
			return nil, offtake.Refuse(offtake.Invalid, "column %.60q is none of %s, or %sNAME", name, strings.Join(known, ", "), labelPrefix)
		}
		if at, apart := own[name]; apart {
			*at = i
		} else {
			l.what = append(l.what, i)
		}
	}
	return l, nil
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// get gives a value of the row by its column.
func (l *layout) get(values []string, column string) string {
	if i, ok := l.at[column]; ok {
		return values[i]
	}
	return ""
}

// key appends what tells apart records that are not alike.
func (l *layout) key(b []byte, values []string) []byte {
	for _, i := range l.what {
		b = append(append(b, values[i]...), 0)
	}
	return b
}

// labelled gives the labels that have columns of their own.
func (l *layout) labelled(values []string) (labels []offtake.Label) {
	for _, i := range l.labels {
		if values[i] != "" {
			labels = append(labels, offtake.Label{Key: strings.TrimPrefix(l.columns[i], labelPrefix), Value: values[i]})
		}
	}
	return labels
}

// lineLayout is that of JSON Lines, where each line names its columns.
func lineLayout() *layout {
	l, _ := newLayout(JSONL, Columns)
	return l
}

// rows goes through a batch. It gives an error where the batch cannot be read at all.
func (r *Reader) rows(text []byte, each func(*layout, *row)) error {
	if r.Form == JSONL {
		return jsonRows(text, each)
	}
	return csvRows(r.Form, text, each)
}

// bom begins files of some spreadsheets.
var bom = []byte("\uFEFF")

func csvRows(form Form, text []byte, each func(*layout, *row)) error {
	skipped := int64(0)
	if bytes.HasPrefix(text, bom) {
		text, skipped = text[len(bom):], int64(len(bom))
	}
	in := lines{text: string(text)}
	header, err := in.next(nil)
	if errors.Is(err, io.EOF) {
		return offtake.Refuse(offtake.Invalid, "line 1: batch is empty; it begins with a header of columns")
	}
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "line 1: %w", err)
	}
	for i := range header {
		header[i] = strings.Clone(header[i]) // the layout stays, and the text does not
	}
	l, err := newLayout(form, header)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "line 1: %w", err)
	}
	w := row{values: make([]string, 0, len(header))}
	for {
		w.values, w.err = in.next(w.values[:0])
		if errors.Is(w.err, io.EOF) {
			return nil
		}
		w.number++
		w.line, w.offset, w.text = in.line, int64(in.from)+skipped, bytes.TrimRight(text[in.from:in.at], "\r\n")
		if w.err == nil && len(w.values) != len(l.columns) {
			w.err = offtake.Refuse(offtake.Invalid, "%d values, and the header has %d columns", len(w.values), len(l.columns))
		}
		each(l, &w)
	}
}

func jsonRows(text []byte, each func(*layout, *row)) error {
	l := lineLayout()
	w := row{values: make([]string, len(Columns))}
	for offset := int64(0); len(text) > 0; {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		w.line++
		w.offset, w.text = offset, bytes.TrimSuffix(line, []byte("\r"))
		offset, text = offset+int64(len(line))+1, rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		w.number++
		w.err = jsonRow(l, w.text, w.values)
		each(l, &w)
	}
	return nil
}

// jsonRow reads one object. Its labels are an object, and other values text or numbers.
func jsonRow(l *layout, text []byte, values []string) error {
	clear(values)
	in := jsontext.NewDecoder(bytes.NewReader(text))
	if t, err := in.ReadToken(); err != nil || t.Kind() != '{' {
		return offtake.Refuse(offtake.Invalid, "record is no JSON object")
	}
	for in.PeekKind() != '}' {
		name, err := in.ReadToken()
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%w", err)
		}
		key := name.String()
		i, known := l.at[key]
		if !known {
			return offtake.Refuse(offtake.Invalid, "key %.60q is none of %s", key, strings.Join(Columns, ", "))
		}
		if key == "labels" {
			if values[i], err = jsonLabels(in); err != nil {
				return err
			}
			continue
		}
		t, err := in.ReadToken()
		switch {
		case err != nil:
			return offtake.Refuse(offtake.Invalid, "%w", err)
		case t.Kind() == '"' || t.Kind() == '0':
			values[i] = t.String()
		case t.Kind() != 'n':
			return offtake.Refuse(offtake.Invalid, "%s is neither text nor a number", key)
		}
	}
	if _, err := in.ReadToken(); err != nil {
		return offtake.Refuse(offtake.Invalid, "%w", err)
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return offtake.Refuse(offtake.Invalid, "something follows the record on its line")
	}
	return nil
}

// jsonLabels writes an object as team=red;project=p1.
func jsonLabels(in *jsontext.Decoder) (string, error) {
	labels, err := jsonPairs(in)
	var b strings.Builder
	for i, l := range labels {
		if strings.ContainsAny(l.Key+l.Value, ";=") {
			err = offtake.Refuse(offtake.Invalid, "label %.60q has ; or = in it", l.Key)
		}
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(l.Key + "=" + l.Value)
	}
	return b.String(), err
}

// jsonPairs reads an object of which no value is an object or a list; null is "".
func jsonPairs(in *jsontext.Decoder) (labels []offtake.Label, err error) {
	wrong := offtake.Refuse(offtake.Invalid, "labels are no object of texts")
	if t, err := in.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, wrong
	}
	for in.PeekKind() != '}' {
		key, err := in.ReadToken()
		if err != nil {
			return nil, wrong
		}
		label := offtake.Label{Key: key.String()}
		value, err := in.ReadToken()
		if err != nil || value.Kind() == '{' || value.Kind() == '[' {
			return nil, wrong
		}
		if value.Kind() != 'n' {
			label.Value = value.String()
		}
		labels = append(labels, label)
	}
	if _, err := in.ReadToken(); err != nil {
		return nil, wrong
	}
	return labels, nil
}

// record reads a row whole.
func (r *Reader) record(l *layout, w *row, place string) (rec record, err error) {
	if w.err != nil {
		return rec, w.err
	}
	if l.form == FOCUS {
		return r.bill(l, w.values, place)
	}
	if rec, err = r.amounts(l, w.values, place); err != nil {
		return rec, err
	}
	rec.of, err = r.what(func(column string) string { return l.get(w.values, column) }, l.labelled(w.values))
	return rec, err
}

// amounts reads what differs from record to record. A record without a name is known
// by its place.
func (r *Reader) amounts(l *layout, values []string, place string) (rec record, err error) {
	if rec.id = value(values, l.id); rec.id == "" {
		rec.id = place
	}
	rec.corrects = value(values, l.corrects)
	if rec.used, err = whole("used", value(values, l.used)); err != nil {
		return rec, err
	}
	if rec.unused, err = whole("unused", value(values, l.unused)); err != nil {
		return rec, err
	}
	cost := value(values, l.cost)
	if strings.IndexByte(cost, '-') >= 0 {
		return rec, offtake.Refuse(offtake.Invalid, "cost %.60s is below zero; a credit says kind credit and an amount above zero", cost)
	}
	rec.cost, err = r.money(cost)
	return rec, err
}
