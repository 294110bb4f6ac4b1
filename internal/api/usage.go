package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/market/account"
	"github.com/offtake-dev/offtake/internal/usage"
	"github.com/offtake-dev/offtake/internal/wire"
)

// A meter takes batches of usage, one after the other. Which records there are it finds
// in the batches that were taken, when the first one comes.
type meter struct {
	mu       sync.Mutex
	register *usage.Register // nil: it is to be found
}

func (a *API) registerUsage() {
	add(a, huma.Operation{
		Method: http.MethodPost, Path: "/v1/usage", Summary: "Records of what was used and charged, as CSV, JSON Lines or a FOCUS 1.2 bill, up to 25 MiB at once",
		MaxBodyBytes: mostBlob, SkipValidateBody: true,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}},
	}, []access.Scope{access.Usage}, a.report)
}

type usageIn struct {
	Source   string `query:"source" required:"true" maxLength:"200" doc:"who measured it"`
	Batch    string `query:"batch" required:"true" maxLength:"200" doc:"the batch's name within its source"`
	Form     string `query:"form" enum:"csv,jsonl,focus" default:"csv" doc:"how the records are written"`
	Provider string `query:"provider" maxLength:"100" doc:"of records that name none"`
	RawBody  []byte
}

// report takes a batch of usage.
func (a *API) report(ctx context.Context, in *usageIn) (*body[client.UsageTaken], error) {
	t, r := tokenOf(ctx), a.reader(ctx)
	if !r.All {
		return nil, offtake.Refuse(offtake.Forbidden, "usage is the buyer's to report")
	}
	a.meter.mu.Lock()
	defer a.meter.mu.Unlock()
	if err := a.recall(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(in.RawBody)
	blob := journal.Blob{Hash: offtake.Hash(hex.EncodeToString(sum[:])), Name: fileName(in.Batch), Media: "text/csv", By: t.Party, At: a.Now(), Data: in.RawBody}
	text := &storedText{store: a.Store, hash: blob.Hash, text: in.RawBody}
	read, err := a.readBatch(in, text)
	if err != nil {
		return nil, err
	}
	out := client.UsageTaken{Source: in.Source, Batch: in.Batch, Rows: read.Rows, Account: reconciled(&read.Account)}
	for _, no := range read.Refused {
		out.Refused = append(out.Refused, client.UsageRefused{Line: no.Line, ID: strings.TrimPrefix(no.ID, "#"), Why: no.Why.Error()})
	}
	if read.Account.Taken.Records == 0 {
		read.Undo()
		return answer(out), nil
	}
	report := offtake.UsageReport{
		Source: in.Source, Batch: in.Batch, Rows: read.Rows, Hash: string(blob.Hash), Totals: read.Totals,
		Form: in.Form, Default: offtake.ProviderName(in.Provider), Skipped: read.Skipped, Root: read.Root,
	}
	if err := a.keepBatch(blob, t.Party); err != nil {
		read.Undo()
		return nil, err
	}
	asked := desk.Asked{
		Act:     offtake.Act{ID: offtake.ActID(string(t.Party) + ":usage-" + in.Source + "-" + in.Batch), By: t.Party, Deed: report},
		Receipt: offtake.Receipt{Person: t.Person, Attachments: []offtake.Hash{blob.Hash}},
	}
	taken, err := a.Desk.Take(ctx, asked)
	switch {
	case err == nil && taken.Repeated:
		err = offtake.Refuse(offtake.Conflict, "batch %q of %q was reported with other content", in.Batch, in.Source)
		fallthrough
	case err != nil:
		a.meter.register = nil // what became of it is in the record
		return nil, err
	}
	text.text = nil
	out.Version, out.At = int64(taken.Version), taken.Act.At
	return answer(out), nil
}

func (a *API) keepBatch(b journal.Blob, by offtake.PartyName) error {
	if err := a.Store.PutBlob(b); err != nil {
		return err
	}
	return a.Store.Keep(senders, string(b.Hash)+"/"+string(by), []byte{})
}

// readBatch reads a batch by the book and the accounts as they are.
func (a *API) readBatch(in *usageIn, text *storedText) (read *usage.Reading, err error) {
	a.Desk.Read(func(s *broker.State) {
		m := s.Market()
		if m == nil {
			err = offtake.Refuse(offtake.Conflict, "the broker has no book yet, by which usage would be understood")
			return
		}
		if name := offtake.ProviderName(in.Provider); name != "" {
			if _, ok := s.Book().Provider(name); !ok {
				err = offtake.Refuse(offtake.NotFound, "provider %.60q is not declared in the book", name)
				return
			}
		}
		at := a.Desk.Now()
		if s.Now().After(at) {
			at = s.Now()
		}
		how := usage.ReaderOf(s.Book(), usage.Form(in.Form), offtake.ProviderName(in.Provider), m.Zone())
		read, err = a.meter.register.Read(how, usage.Batch{Source: in.Source, Name: in.Batch, Text: in.RawBody, Kept: text},
			func() *account.Admission { return m.Admit(at) })
	})
	return read, err
}

// storedText is a text that is let go once it is stored.
type storedText struct {
	store Store
	hash  offtake.Hash
	text  []byte // nil: read it from the store
}

// ReadAt implements io.ReaderAt.
func (s *storedText) ReadAt(p []byte, at int64) (int, error) {
	if s.text != nil {
		return bytes.NewReader(s.text).ReadAt(p, at)
	}
	return s.store.ReadBlob(s.hash, p, at)
}

// recall finds the register in the record.
func (a *API) recall() (err error) {
	if a.meter.register != nil {
		return nil
	}
	register := &usage.Register{}
	for e, err := range a.Store.Read(0) {
		if err != nil {
			return err
		}
		d, is := e.Act.Deed.(offtake.UsageReport)
		if !is || d.Root == "" {
			continue
		}
		if err := a.recallBatch(register, &e, d); err != nil {
			return err
		}
	}
	a.meter.register = register
	return nil
}

func (a *API) recallBatch(register *usage.Register, e *wire.Entry, d offtake.UsageReport) error {
	blob, err := a.Store.Blob(offtake.Hash(d.Hash))
	if err != nil {
		return offtake.Refuse(offtake.Internal, "rows of batch %q of %q, of %s: %w", d.Batch, d.Source, offtake.Stamp(e.Act.At), err)
	}
	var how *usage.Reader
	a.Desk.Read(func(s *broker.State) {
		how = usage.ReaderOf(s.Book(), usage.Form(d.Form), d.Default, s.Market().Zone())
	})
	return register.Recall(how, usage.Batch{Source: d.Source, Name: d.Batch, Text: blob.Data, Kept: &storedText{store: a.Store, hash: offtake.Hash(d.Hash)}}, d.Skipped)
}

func reconciled(r *usage.Reconciled) client.Reconciled {
	amounts := func(a usage.Amounts) client.Amounts {
		out := client.Amounts{Records: a.Records, Used: a.Used, Unused: a.Unused}
		if a.Cost.Currency() != "" {
			out.Cost = a.Cost.String()
		}
		return out
	}
	return client.Reconciled{
		In: amounts(r.In), Taken: amounts(r.Taken), Repeated: amounts(r.Repeated), Refused: amounts(r.Refused),
		Replaced: amounts(r.Replaced), Counted: amounts(r.Counted), Holds: r.Holds(),
	}
}
