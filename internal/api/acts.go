package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/views"
	"github.com/offtake-dev/offtake/internal/wire"
)

func eventJSON(e offtake.Event) (json.RawMessage, error) {
	line, err := wire.AppendEvent(nil, e)
	return json.RawMessage(line), err
}

func (a *API) registerActs() {
	add(a, huma.Operation{
		Method: http.MethodPost, Path: "/v1/acts", Summary: "Do something: an act as a log has it, without its instant", MaxBodyBytes: mostFiles,
		SkipValidateBody: true, RequestBody: actBody(), // the codec reads it, and is stricter
	}, []access.Scope{access.Act, access.Jobs, access.Usage, access.Admin}, a.act)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/acts", Summary: "The log, or of it what your party did"}, readers, a.log)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/notices/{id}/answer", Summary: "Answer a notice"}, actors, a.answer)
	add(a, huma.Operation{Method: http.MethodPost, Path: "/v1/book/compare", Summary: "What a version of the book would change, and who must sign it", MaxBodyBytes: mostFiles}, readers, a.compare)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/events", Summary: "Tells that there is something new, as server-sent events"}, readers, a.events)
}

// An actIn is an act as somebody sends it.
type actIn struct {
	Key     string   `header:"Idempotency-Key" maxLength:"200" doc:"the act's id, where it has none"`
	Channel string   `query:"channel" maxLength:"100" doc:"how it came, where it is recorded on behalf of another party: email, courier"`
	At      string   `query:"received" doc:"when it came, where it is recorded on behalf of another party"`
	Attach  []string `query:"attachment,explode" maxItems:"20" doc:"the hash of a file that came with it and that you have sent"`
	RawBody []byte   `contentType:"application/json"`
}

// actBody describes an act. What else it has beside these follows from what it does.
func actBody() *huma.RequestBody {
	var names []any
	for _, name := range wire.DeedNames() {
		names = append(names, name)
	}
	text := &huma.Schema{Type: "string"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
		Type: "object", Required: []string{"act"}, AdditionalProperties: true,
		Properties: map[string]*huma.Schema{
			"act":         {Type: "string", Enum: names, Description: "what it does"},
			"id":          {Type: "string", Description: "its name; sent again with the same content it has no effect"},
			"by":          {Type: "string", Description: "the party that acts; left out: that of the token"},
			"clause":      {Type: "string", Description: "agreement/clause; left out: every open process that it can reach"},
			"opportunity": text,
		},
	}}}}
}

// placeholder stands for the instant that the desk gives an act.
const placeholder = `"at":"1970-01-01T00:00:00Z"`

// parseAct reads an act that says no instant.
func parseAct(text []byte) (offtake.Act, error) {
	var head struct {
		At json.RawMessage `json:"at"`
	}
	text = bytes.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' || json.Unmarshal(text, &head) != nil {
		return offtake.Act{}, offtake.Refuse(offtake.Invalid, "body is not one JSON object that is an act")
	}
	if head.At != nil {
		return offtake.Act{}, offtake.Refuse(offtake.Invalid, "act says at: the broker says when it was received")
	}
	sep := ","
	if len(bytes.TrimSpace(text[1:len(text)-1])) == 0 {
		sep = ""
	}
	return wire.ParseAct([]byte("{" + placeholder + sep + string(text[1:])))
}

// act takes an act.
func (a *API) act(ctx context.Context, in *actIn) (*body[client.Taken], error) {
	act, err := parseAct(in.RawBody)
	if err != nil {
		return nil, err
	}
	t, r := tokenOf(ctx), a.reader(ctx)
	if act.ID == "" {
		act.ID = offtake.ActID(in.Key)
	}
	asked := desk.Asked{Act: act, Receipt: offtake.Receipt{Person: t.Person}}
	if asked.Receipt.Attachments, err = a.attached(in.Attach, t.Party); err != nil {
		return nil, err
	}
	if err := a.onBehalf(&asked, in, t, r); err != nil {
		return nil, err
	}
	if err := mayDo(t, r, asked); err != nil {
		return nil, err
	}
	return a.send(ctx, asked, t, r, "")
}

// onBehalf reads for whom an act is: the token's party, unless it is recorded for
// another.
func (a *API) onBehalf(asked *desk.Asked, in *actIn, t access.Token, r views.Reader) error {
	if asked.Act.By == "" {
		asked.Act.By = t.Party
	}
	switch {
	case asked.Act.By == t.Party && in.Channel == "" && in.At == "":
		return nil
	case asked.Act.By == t.Party:
		return offtake.Refuse(offtake.Invalid, "channel and received are of an act that is recorded for another party than %q", t.Party)
	case !r.All || !t.May(access.Act):
		return offtake.Refuse(offtake.Forbidden, "your token is of %q, and the act of %q", t.Party, asked.Act.By)
	case in.Channel == "":
		return offtake.Refuse(offtake.Invalid, "act of %q is recorded by %q: say by which channel it came", asked.Act.By, t.Party)
	}
	asked.Receipt.Recorder, asked.Receipt.Channel = t.Party, in.Channel
	if in.At == "" {
		return nil
	}
	at, err := offtake.ParseInstant(in.At)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "received: %w", err)
	}
	asked.Received = at
	return nil
}

// mayDo holds an act against the scopes of a token.
func mayDo(t access.Token, r views.Reader, asked desk.Asked) error {
	need := access.Act
	switch asked.Act.Deed.(type) {
	case offtake.Deadline, offtake.ClockDoubt:
		return offtake.Refuse(offtake.Forbidden, "%s is nobody's to do", asked.Act.Deed.Name())
	case offtake.SubmitJob, offtake.CancelJob, offtake.PlaceJob, offtake.FinishJob:
		need = access.Jobs
	case offtake.UsageReport:
		need = access.Usage
	case offtake.BookPush, offtake.ClockConfirm:
		need = access.Admin
	case offtake.Quote, offtake.QuoteWithdraw, offtake.BookSign, offtake.BookDrop:
	case offtake.CapacityLate, offtake.CapacityDeliver, offtake.CapitalPay, offtake.PhaseOnline, offtake.CapitalCall, offtake.PriceReport:
		// Providers, partners and operators do these for themselves.
	default:
		if !r.All {
			return offtake.Refuse(offtake.Forbidden, "%s is the buyer's to do here; answer a notice under /v1/notices", asked.Act.Deed.Name())
		}
	}
	if !t.May(need) {
		return offtake.Refuse(offtake.Forbidden, "%s needs a token of scope %s, and yours has %v", asked.Act.Deed.Name(), need, t.Scopes)
	}
	return nil
}

// send gives an act to the desk. Names that parties give to acts are theirs alone.
func (a *API) send(ctx context.Context, asked desk.Asked, t access.Token, r views.Reader, notice string) (*body[client.Taken], error) {
	if asked.Act.ID != "" {
		asked.Act.ID = offtake.ActID(string(t.Party)+":") + asked.Act.ID
	}
	switch d := asked.Act.Deed.(type) {
	case offtake.Quote:
		d.Quote = views.QuoteName(asked.Act.By, d.Quote)
		asked.Act.Deed = d
	case offtake.QuoteWithdraw:
		d.Quote = views.QuoteName(asked.Act.By, d.Quote)
		asked.Act.Deed = d
	}
	got, err := a.Desk.Take(ctx, asked)
	if err != nil {
		return nil, err
	}
	out, err := a.taken(got, r, notice)
	return answer(out), err
}

type answerIn struct {
	ID   string `path:"id" maxLength:"100"`
	Body client.Answer
}

// answer takes a holder's answer to a notice.
func (a *API) answer(ctx context.Context, in *answerIn) (*body[client.Taken], error) {
	t, r := tokenOf(ctx), a.reader(ctx)
	r.All = false // a notice is answered by whom it was served on
	var err error
	var act offtake.Act
	a.Desk.Read(func(s *broker.State) {
		_, p, to, missing := views.Notice(s, r, in.ID)
		if err = missing; err == nil {
			act = offtake.Act{ID: offtake.ActID(in.Body.ID), By: to, Opportunity: p.Opportunity, Clause: p.Contract.Ref}
		}
	})
	if err != nil {
		return nil, err
	}
	if act.Deed, err = answerOf(in.Body); err != nil {
		return nil, err
	}
	receipt := offtake.Receipt{Person: t.Person}
	if receipt.Attachments, err = a.attached(in.Body.Attachments, t.Party); err != nil {
		return nil, err
	}
	return a.send(ctx, desk.Asked{Act: act, Receipt: receipt}, t, r, in.ID)
}

// answerOf gives what an answer does.
func answerOf(b client.Answer) (offtake.Deed, error) {
	switch {
	case b.Answer != "accept" && (b.Quantity != 0 || b.Conditions != nil):
		return nil, offtake.Refuse(offtake.Invalid, "quantity and conditions are of an answer that accepts")
	case b.Answer != "refuse" && b.Reason != "":
		return nil, offtake.Refuse(offtake.Invalid, "reason is of an answer that refuses")
	case b.Answer != "object" && b.Missing != nil:
		return nil, offtake.Refuse(offtake.Invalid, "missing is of an answer that objects")
	case b.Answer == "accept":
		return offtake.Accept{Quantity: b.Quantity, Conditions: b.Conditions}, nil
	case b.Answer == "refuse":
		return offtake.Decline{Reason: b.Reason}, nil
	}
	var missing []offtake.Content
	for _, m := range b.Missing {
		missing = append(missing, offtake.Content(m))
	}
	return offtake.NoticeObject{Missing: missing}, nil
}

type logIn struct {
	AsOf
	After int64 `query:"after" minimum:"0" doc:"the cursor: entries after this one"`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// log tells the log, to others than the buyer and auditors what their party did.
func (a *API) log(ctx context.Context, in *logIn) (*body[client.Entries], error) {
	r := a.reader(ctx)
	at, known, err := a.asOf(in.AsOf)
	if err != nil {
		return nil, err
	}
	out := client.Entries{Entries: []client.Entry{}}
	version := in.After
	for e, err := range a.Store.Read(journalVersion(in.After)) {
		if err != nil {
			return nil, err
		}
		version++
		if !r.All && e.Act.By != r.Party || later(e.Act.At, at) || later(e.Receipt.Recorded, known) {
			continue
		}
		if len(out.Entries) == in.Limit {
			out.Next = out.Entries[len(out.Entries)-1].Version
			break
		}
		told, err := entryOf(version, &e, r)
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, told)
	}
	return answer(out), nil
}

// entryOf tells an entry. What an act led to is told to who sees all, as are the
// names of what it was about.
func entryOf(version int64, e *wire.Entry, r views.Reader) (client.Entry, error) {
	out := client.Entry{Version: version, Code: e.Code, Events: []json.RawMessage{}}
	act := e.Act
	if !r.All {
		act.Opportunity = ""
	}
	line, err := wire.AppendAct(nil, &act)
	if err != nil {
		return out, err
	}
	out.Act = line
	if out.Receipt, err = wire.ReceiptJSON(&e.Receipt); err != nil || !r.All {
		return out, err
	}
	for _, ev := range e.Events {
		text, err := eventJSON(ev)
		if err != nil {
			return out, err
		}
		out.Events = append(out.Events, text)
	}
	return out, nil
}

type compareIn struct {
	Body struct {
		Files []client.File `json:"files" maxItems:"2000"`
	}
}

// compare says what a version of the book would change.
func (a *API) compare(ctx context.Context, in *compareIn) (*body[client.Comparison], error) {
	r := a.reader(ctx)
	if !r.All {
		return nil, offtake.Refuse(offtake.Forbidden, "the book is the buyer's to compare")
	}
	var files []offtake.BookFile
	for _, f := range in.Body.Files {
		files = append(files, offtake.BookFile(f))
	}
	b, law, err := broker.Load(files)
	if err != nil {
		return nil, err
	}
	out := client.Comparison{Hash: string(versions.Hash(files)), Changes: []client.Change{}, Needs: []string{}, Open: []string{}}
	a.Desk.Read(func(s *broker.State) {
		now := s.Version()
		if now == nil {
			return
		}
		changes := versions.Compare(versions.Version{Book: now.Book, Law: now.Law}, versions.Version{Book: b, Law: law})
		for _, c := range changes {
			told := client.Change{Thing: c.Thing, What: c.What, Says: c.Says}
			for _, p := range c.Parties {
				told.Parties = append(told.Parties, string(p))
			}
			out.Changes = append(out.Changes, told)
		}
		for _, p := range versions.Needs(changes, now.Book.Buyer) {
			out.Needs = append(out.Needs, string(p))
		}
		out.Open = append(out.Open, views.Affected(s, changes)...)
	})
	return answer(out), nil
}

// events tells that there is something new: the version of the log to who sees all,
// and to others that they may look.
func (a *API) events(ctx context.Context, _ *nothing) (*huma.StreamResponse, error) {
	r := a.reader(ctx)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/event-stream")
		w := c.BodyWriter()
		flush := http.NewResponseController(writerOf(w))
		_ = flush.SetWriteDeadline(time.Time{})
		for {
			news := a.Desk.News()
			text := "event: changed\ndata: {}\n\n"
			if r.All {
				version, _ := json.Marshal(map[string]int64{"version": int64(a.Desk.Version())})
				text = "event: changed\ndata: " + string(version) + "\n\n"
			}
			if _, err := w.Write([]byte(text)); err != nil {
				return
			}
			_ = flush.Flush()
			select {
			case <-news:
			case <-ctx.Done():
				return
			case <-a.Desk.Closing():
				return
			case <-time.After(20 * time.Second): // so that nothing between us thinks it is over
			}
		}
	}}, nil
}
