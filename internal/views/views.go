// Package views gives what people and programs read of a broker: its opportunities
// with their processes, the notices of a holder, what is held, and what falls due.
//
// Everything is told for somebody. The buyer and auditors see all; a holder sees the
// notices that were served on it, by names that say nothing of the offer, with the
// contents that each discloses and how it stands for that holder; a provider its own
// quotes. Nobody else's, not even that they exist.
//
// The package changes nothing, and refuses to know how what it gives travels.
package views

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/play"
	"github.com/offtake-dev/offtake/internal/refusal"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A Reader is somebody for whom a state is told.
type Reader struct {
	Party  offtake.PartyName
	All    bool      // the buyer, or an auditor
	Secret []byte    // from which notices have their names
	Now    time.Time // what time it is for whoever reads; zero: that of the last act
}

// Instant gives the instant as of which a state is told.
func (r Reader) Instant(s *broker.State) time.Time {
	if r.Now.After(s.Now()) {
		return r.Now
	}
	return s.Now()
}

// NoticeID gives the name by which a holder knows a notice. Who does not have the
// secret cannot find out by trying what it is about.
func (r Reader) NoticeID(process offtake.ProcessID, party offtake.PartyName) string {
	mac := hmac.New(sha256.New, r.Secret)
	mac.Write([]byte(process))
	mac.Write([]byte{0})
	mac.Write([]byte(party))
	return "n-" + hex.EncodeToString(mac.Sum(nil)[:8])
}

// termsOf writes terms as an act does.
func termsOf(t offtake.OfferTerms) map[string]json.RawMessage {
	line, err := wire.AppendAct(nil, &offtake.Act{At: time.Unix(0, 0), Deed: offtake.OfferReceive{Terms: t}})
	if err != nil {
		return nil
	}
	var act struct{ Terms map[string]json.RawMessage }
	_ = json.Unmarshal(line, &act)
	return act.Terms
}

func termsJSON(t offtake.OfferTerms) json.RawMessage {
	terms := termsOf(t)
	if terms == nil {
		terms = map[string]json.RawMessage{}
	}
	out, _ := json.Marshal(terms) // whose keys are in order
	return out
}

// Opportunities gives all opportunities in the order in which they were received;
// for who may not see them, none.
func Opportunities(s *broker.State, r Reader) []client.Opportunity {
	out := []client.Opportunity{}
	if !r.All || s.Market() == nil {
		return out
	}
	for _, o := range s.Market().Deals().Opportunities() {
		out = append(out, opportunityOf(s, o.ID))
	}
	return out
}

// Opportunity gives one opportunity.
func Opportunity(s *broker.State, r Reader, id offtake.OpportunityID) (client.Opportunity, error) {
	if r.All && s.Market() != nil {
		if _, ok := s.Market().Deals().Opportunity(id); ok {
			return opportunityOf(s, id), nil
		}
	}
	return client.Opportunity{}, offtake.Refuse(offtake.NotFound, "opportunity %.60q does not exist", id)
}

func opportunityOf(s *broker.State, id offtake.OpportunityID) client.Opportunity {
	o, _ := s.Market().Deals().Opportunity(id)
	out := client.Opportunity{
		ID: string(o.ID), By: string(o.By), Received: o.Received, Terms: termsJSON(*o.Terms), Product: string(o.Product),
		Offered: o.Offered, Withdrawn: o.Withdrawn, Awarded: o.Awarded, Taken: o.Taken, Left: o.Left(), Processes: []json.RawMessage{},
	}
	for _, p := range s.Market().Deals().All(id) {
		if text, err := play.ProcessJSON(p); err == nil {
			out.Processes = append(out.Processes, text)
		}
	}
	return out
}

// Notices gives the notices served on a party, the latest first; for who sees all,
// those of everybody.
func Notices(s *broker.State, r Reader) []client.Notice {
	out := []client.Notice{}
	for _, n := range slices.Backward(s.Notices()) {
		for _, to := range n.To {
			if r.All || to == r.Party {
				if told, ok := noticeOf(s, r, n, to); ok {
					out = append(out, told)
				}
			}
		}
	}
	return out
}

// Notice finds a notice by its name, and the process and the holder it is of.
func Notice(s *broker.State, r Reader, id string) (client.Notice, *refusal.Process, offtake.PartyName, error) {
	for _, n := range slices.Backward(s.Notices()) {
		for _, to := range n.To {
			if (r.All || to == r.Party) && r.NoticeID(n.Process, to) == id {
				if told, ok := noticeOf(s, r, n, to); ok {
					p, _ := s.Market().Deals().Process(n.Process)
					return told, &p, to, nil
				}
			}
		}
	}
	return client.Notice{}, nil, "", offtake.Refuse(offtake.NotFound, "notice %.60q does not exist", id)
}

// noticeOf tells a holder of a notice. One that a later notice of the same process
// replaces is told by that one.
func noticeOf(s *broker.State, r Reader, n broker.Notice, to offtake.PartyName) (client.Notice, bool) {
	all := s.Notices()
	last := slices.IndexFunc(all, func(m broker.Notice) bool {
		return m.Process == n.Process && m.At.After(n.At) && slices.Contains(m.To, to)
	})
	p, ok := s.Market().Deals().Process(n.Process)
	if !ok || last >= 0 {
		return client.Notice{}, false
	}
	out := client.Notice{
		ID: r.NoticeID(n.Process, to), From: string(n.By), Clause: p.Contract.Ref.String(), Served: n.At,
		Contents: disclosed(p, n.Contents), Lot: p.Lot(), InPart: p.Contract.Right.Partial == offtake.InLots && !p.Noticed.AllOrNone.Yes(),
	}
	out.To, out.Says = string(to), clauseText(s, p.Contract)
	for _, c := range n.Missing {
		out.Lacks = append(out.Lacks, string(c))
	}
	for _, f := range n.Files {
		out.Files = append(out.Files, string(f))
	}
	sum := sha256.Sum256(NoticeText(out))
	out.Hash = hex.EncodeToString(sum[:])
	h := p.Stands(to)
	out.State, out.Quantity, out.Answer = h.State, h.Quantity, h.Answer
	if !h.By.IsZero() {
		out.AnswerBy = &h.By
	}
	return out, true
}

// NoticeText is what a notice says and what its hash is of. How it stands changes; this
// does not.
func NoticeText(n client.Notice) []byte {
	text, _ := json.MarshalIndent(map[string]any{"from": n.From, "to": n.To, "clause": n.Clause, "served": n.Served, "contents": n.Contents}, "", "  ")
	return text
}

// clauseText gives the words of a clause in the version that holds for a process.
func clauseText(s *broker.State, c *refusal.Contract) string {
	is, _ := s.Version().Law.Clause(c.Ref, c.Version)
	return is.Text
}

// disclosed gives the terms that a notice discloses.
func disclosed(p refusal.Process, contents []offtake.Content) map[string]json.RawMessage {
	noticed := *p.Noticed
	if p.Served.IsZero() {
		noticed = *p.Terms
	}
	out := map[string]json.RawMessage{}
	terms := termsOf(noticed)
	for _, c := range contents {
		if text, ok := terms[string(c)]; ok {
			out[string(c)] = text
		}
	}
	return out
}

// Reservations gives what is held and has not ended; of others than the buyer and
// auditors, what is held of their own providers.
func Reservations(s *broker.State, r Reader) []client.Reservation {
	at := r.Instant(s)
	out := []client.Reservation{}
	if s.Market() == nil {
		return out
	}
	for _, pool := range s.Market().Holdings().Pools() {
		provider, _ := s.Book().Provider(pool.Provider)
		if !r.All && provider.Party != r.Party {
			continue
		}
		for _, h := range pool.Held {
			if !h.Until.After(at) {
				continue
			}
			told := client.Reservation{
				ID: string(h.Reservation), Provider: string(h.Provider), Accelerator: string(h.Accelerator), Region: string(h.Region), Site: string(h.Site),
				Quantity: h.Quantity, Free: h.Free, From: h.From, Until: h.Until, Price: h.Price.String(), Opportunity: string(h.Opportunity),
			}
			if !r.All {
				told.Free, told.Opportunity = 0, ""
			}
			out = append(out, told)
		}
	}
	return out
}

// mostDue is how many deadlines a status tells.
const mostDue = 50

// Due gives the deadlines that run, the soonest first.
func Due(s *broker.State, r Reader) []client.Deadline {
	out := []client.Deadline{}
	if s.Market() == nil {
		return out
	}
	for _, p := range s.Market().Deals().Processes() {
		at, act, ok := refusal.Due(p)
		if !ok {
			continue
		}
		of := act.Deed.(offtake.Deadline).Of
		switch {
		case r.All:
			out = append(out, client.Deadline{At: at, Process: string(p.ID), Of: string(of), Who: whose(&p)})
		case p.Stands(r.Party).By.Equal(at):
			out = append(out, client.Deadline{At: at, Notice: r.NoticeID(p.ID, r.Party), Of: string(of), Who: string(r.Party)})
		}
	}
	slices.SortStableFunc(out, func(a, b client.Deadline) int { return a.At.Compare(b.At) })
	return out[:min(len(out), mostDue)]
}

// whose says whose step comes next.
func whose(p *refusal.Process) string {
	for _, q := range play.Parts(p) {
		if who := p.Turn(q); who != "" {
			return who
		}
	}
	return ""
}

// Books gives the versions of the book, the first first.
func Books(s *broker.State, files bool) []client.Book {
	out := []client.Book{}
	for _, v := range s.Versions() {
		b := client.Book{Number: v.Number, Hash: string(v.Hash), From: v.From}
		if files {
			b.Files = filesOf(v.Files)
		}
		out = append(out, b)
	}
	return out
}

func filesOf(files []offtake.BookFile) (out []client.File) {
	for _, f := range files {
		out = append(out, client.File(f))
	}
	return out
}

// Pushed gives the versions that wait for a reader's signature; for who sees all,
// all that wait.
func Pushed(s *broker.State, r Reader, files bool) []client.Pushed {
	out := []client.Pushed{}
	for _, p := range s.Pushed() {
		if !r.All && !slices.Contains(p.Needs, r.Party) {
			continue
		}
		told := client.Pushed{Hash: string(p.Hash), By: string(p.By), At: p.At, Needs: names(p.Needs), Signed: names(p.Signed)}
		if files && r.All {
			told.Files = filesOf(p.Files)
		}
		out = append(out, told)
	}
	return out
}

func names(parties []offtake.PartyName) []string {
	out := []string{}
	for _, p := range parties {
		out = append(out, string(p))
	}
	return out
}

// Affected says what changes of the book mean for the processes that are open.
func Affected(s *broker.State, changes []versions.Change) (lines []string) {
	for _, p := range s.Market().Deals().Processes() {
		for _, c := range changes {
			if p.Live() && c.Clause == p.Contract.Ref {
				lines = append(lines, string(p.ID)+" goes on under "+c.Clause.String()+" in the version of "+offtake.Stamp(p.Contract.Version)+", under which it began; "+c.What+" "+c.Thing+" does not reach it unless an amendment that applies to open processes is sent")
			}
		}
	}
	return lines
}

// Digest stands for all that a broker knows of its market and its book. Two that were
// folded from the same log have the same one.
func Digest(s *broker.State) string {
	all := Reader{All: true}
	sum := sha256.New()
	out := json.NewEncoder(sum)
	for _, part := range []any{
		s.Folded(), s.Now(), s.Doubted(), Books(s, false), Pushed(s, all, false), Opportunities(s, all), Notices(s, all), Reservations(s, all), Quotes(s, all), Due(s, all),
	} {
		_ = out.Encode(part) // into a hash, of what can be written
	}
	return hex.EncodeToString(sum.Sum(nil))
}
