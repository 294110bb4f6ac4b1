package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal"
	"github.com/offtake-dev/offtake/internal/views"
)

// Attachments are files that come with acts, known by their hash. Who sent one may name
// it in an act; it is told to those who may read an act that names it, and to nobody
// else: to know a hash is not to have the file.

// mostAttachments bounds how many come with one act.
const mostAttachments = 20

func (a *API) registerAttachments() {
	add(a, huma.Operation{
		Method: http.MethodPost, Path: "/v1/attachments", Summary: "Send a file, up to 25 MiB, that an act will name by its hash", MaxBodyBytes: mostBlob, SkipValidateBody: true,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
	}, []access.Scope{access.Act, access.Usage}, a.attach)
	add(a, huma.Operation{Method: http.MethodGet, Path: "/v1/attachments/{hash}", Summary: "A file that came with an act that you may read"}, readers, a.attachment)
}

type attachIn struct {
	Name    string `query:"name" maxLength:"1000" doc:"what it is called"`
	Media   string `header:"Content-Type" maxLength:"200"`
	RawBody []byte
}

func (a *API) attach(ctx context.Context, in *attachIn) (*body[client.Attachment], error) {
	sum := sha256.Sum256(in.RawBody)
	hash := hex.EncodeToString(sum[:])
	b := journal.Blob{Hash: offtake.Hash(hash), Name: fileName(in.Name), Media: media(in.Media), By: tokenOf(ctx).Party, At: a.Now(), Data: in.RawBody}
	if err := a.Store.PutBlob(b); err != nil {
		return nil, err
	}
	err := a.Store.Keep(senders, hash+"/"+string(b.By), []byte{})
	return answer(client.Attachment{Hash: hash, Name: b.Name, Size: int64(len(b.Data))}), err
}

// senders is the shelf that tells who sent a file; several may send the same.
const senders = "attachments"

// fileName keeps of a name what no system takes for anything but a name.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"/|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if runes := []rune(name); len(runes) > 150 {
		name = string(runes[:150])
	}
	if name == "" {
		return "attachment"
	}
	return name
}

// media keeps a media type that a browser may be told; of others only that it is a file.
func media(sent string) string {
	m, _, err := mime.ParseMediaType(sent)
	if err != nil || !slices.Contains([]string{"application/pdf", "text/plain", "text/csv", "image/png", "image/jpeg"}, m) {
		return "application/octet-stream"
	}
	return m
}

// sent reports whether a party has sent a file.
func (a *API) sent(hash string, by offtake.PartyName) (bool, error) {
	kept, err := a.Store.Kept(senders)
	_, ok := kept[hash+"/"+string(by)]
	return ok, err
}

// attached reads the hashes that come with an act. Whoever names a file has sent it.
func (a *API) attached(hashes []string, by offtake.PartyName) (out []offtake.Hash, err error) {
	if len(hashes) > mostAttachments {
		return nil, offtake.Refuse(offtake.Invalid, "act comes with %d attachments; at most %d may", len(hashes), mostAttachments)
	}
	for _, h := range hashes {
		ok, err := a.sent(h, by)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, offtake.Refuse(offtake.NotFound, "attachment %.70q was not sent by %q; send it first", h, by)
		}
		out = append(out, offtake.Hash(h))
	}
	return out, nil
}

type attachmentIn struct {
	Hash string `path:"hash" pattern:"^[0-9a-f]{64}$"`
}

type attachmentOut struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Policy             string `header:"Content-Security-Policy"`
	Body               []byte
}

func (a *API) attachment(ctx context.Context, in *attachmentIn) (*attachmentOut, error) {
	r := a.reader(ctx)
	if may, err := a.mayRead(r, in.Hash); err != nil || !may {
		if err == nil {
			err = offtake.Refuse(offtake.NotFound, "attachment %q does not exist", in.Hash)
		}
		return nil, err
	}
	b, err := a.Store.Blob(offtake.Hash(in.Hash))
	if err != nil {
		return nil, err
	}
	return &attachmentOut{
		ContentType: b.Media, Policy: "sandbox; default-src 'none'", Body: b.Data,
		ContentDisposition: mime.FormatMediaType("attachment", map[string]string{"filename": b.Name}),
	}, nil
}

// mayRead reports whether a reader has sent a file, or may read an act that names it.
func (a *API) mayRead(r views.Reader, hash string) (bool, error) {
	may := false
	a.Desk.Read(func(s *broker.State) { may = s.Attached(offtake.Hash(hash), r.Party, r.All) })
	if may {
		return true, nil
	}
	return a.sent(hash, r.Party)
}
