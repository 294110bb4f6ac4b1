package usage

import (
	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/market/account"
)

// repeats tells a record that is there already from another of its name.
func (g *reading) repeats(rec *record, s *slot) error {
	old, err := g.reread(s)
	if err != nil {
		return err
	}
	old.id = rec.id // also where it is known by its place
	same := old.corrects == rec.corrects && old.used == rec.used && old.unused == rec.unused && old.cost.said == rec.cost.said &&
		old.cost.exact().Cmp(rec.cost.exact()) == 0 && account.LineOf(&old.of) == account.LineOf(&rec.of)
	if same {
		return errRepeated
	}
	return offtake.Refuse(offtake.Conflict, "record %q of %q is there with other content; a correction has a name of its own and names it", rec.id, g.batch.Source)
}

// correct takes back what a record corrects, or sees to it that it will not count when
// it comes. Dead says that the record is itself corrected by one that came before.
func (g *reading) correct(rec *record, offset int64, dead bool) error {
	if rec.corrects == rec.id || dead && g.circles(rec) {
		return offtake.Refuse(offtake.Invalid, "record %q corrects itself", rec.id)
	}
	key := keyOf(g.batch.Source, rec.corrects)
	at, found, err := g.find(key, g.has(rec.corrects))
	switch {
	case err != nil:
		return err
	case !found:
		g.put(at, key, offset, absent)
		return nil
	case g.slots[at].batch&flags != 0:
		return offtake.Refuse(offtake.Conflict, "record %q is corrected already; correct what corrects it", rec.corrects)
	}
	old, err := g.reread(&g.slots[at])
	if err != nil {
		return err
	}
	of := g.line(old.of, old.cost.said)
	if of.err != nil {
		return offtake.Refuse(offtake.KindOf(of.err), "record %q cannot be taken back: %w", rec.corrects, of.err)
	}
	if g.each {
		if err := g.admission.Try(of.of(&old, -1, g.Currency)); err != nil {
			return err
		}
	}
	g.out.undo = append(g.out.undo, undo{at, g.slots[at]})
	g.slots[at].batch |= corrected
	of.minus.add(&old)
	g.replaced.add(&old)
	return nil
}

// circles reports whether what a record corrects leads back to it.
func (g *reading) circles(rec *record) bool {
	next := rec.corrects
	for range 1000 {
		at, found, err := g.find(keyOf(g.batch.Source, next), g.has(next))
		if err != nil || !found || g.slots[at].batch&absent != 0 {
			return false
		}
		old, err := g.reread(&g.slots[at])
		if err != nil || old.corrects == "" {
			return false
		}
		if next = old.corrects; next == rec.id {
			return true
		}
	}
	return true
}

// has tells whether a slot is of a record: by its name, or by the name of what it
// corrects while that has not come.
func (g *reading) has(id string) func(*slot) (bool, error) {
	return func(s *slot) (bool, error) {
		k := &g.batches[s.batch&^flags]
		if k.source != g.batch.Source {
			return false, nil
		}
		rec, err := g.reread(s)
		if err != nil {
			return false, err
		}
		if s.batch&absent != 0 {
			return rec.corrects == id, nil
		}
		return rec.id == id || rec.id == "" && id[0] == '#', nil
	}
}

// reread reads the record of a slot again; the last one is remembered.
func (g *reading) reread(s *slot) (record, error) {
	where := slot{s.key, s.batch &^ flags, s.offset}
	if g.again.slot == where && where.key != 0 {
		return g.again.rec, nil
	}
	rec, err := g.Register.read(s)
	if err == nil {
		g.again.slot, g.again.rec = where, rec
	}
	return rec, err
}

// put changes a slot so that it can be undone.
func (g *reading) put(at int, key uint64, offset int64, flag uint32) {
	g.out.undo = append(g.out.undo, undo{at, g.slots[at]})
	g.mark(at, key, g.number, offset, flag)
}

// unput takes a slot back at once.
func (g *reading) unput(at int, was slot) {
	if was.key == 0 {
		g.used--
	}
	g.slots[at] = was
	g.out.undo = append(g.out.undo, undo{at, was})
}

// Undo takes back what the register learnt of the batch, which must be the last one it
// read.
func (r *Reading) Undo() {
	for i := len(r.undo) - 1; i >= 0; i-- {
		u := r.undo[i]
		if u.was.key == 0 && r.register.slots[u.at].key != 0 {
			r.register.used--
		}
		r.register.slots[u.at] = u.was
	}
	r.undo = nil
	r.register.batches = r.register.batches[:len(r.register.batches)-1]
}
