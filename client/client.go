package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/offtake-dev/offtake"
)

// A Client speaks to a broker. It is safe for concurrent use.
type Client struct {
	server string
	token  string
	http   *http.Client
}

// New makes a client of a server, as "https://broker.example:7443". The HTTP client
// may be nil.
func New(server, token string, h *http.Client) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, offtake.Refuse(offtake.Invalid, "server %q is not an address such as https://broker.example:7443", server)
	}
	if h == nil {
		h = http.DefaultClient
	}
	return &Client{server: strings.TrimRight(server, "/"), token: token, http: h}, nil
}

// kinds gives the kind of a refusal by the type of its problem.
var kinds = map[string]offtake.Kind{}

func init() {
	for k := offtake.Internal; k <= offtake.NotSupported; k++ {
		kinds["urn:offtake:"+strings.ReplaceAll(k.String(), " ", "-")] = k
	}
}

// Do sends a request and reads its answer into out, which may be nil. What the broker
// refuses is a refusal of the same kind and reason.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	var text bytes.Buffer
	if err := c.Copy(ctx, method, path, in, &text); err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(text.Bytes(), out); err != nil {
		return offtake.Refuse(offtake.Internal, "broker's answer cannot be read: %w", err)
	}
	return nil
}

// Copy sends a request and writes its answer as it comes.
func (c *Client) Copy(ctx context.Context, method, at string, in any, to io.Writer) error {
	var body io.Reader
	media := "application/json"
	switch in := in.(type) {
	case nil:
	case json.RawMessage:
		body = bytes.NewReader(in)
	case file:
		body, media = bytes.NewReader(in.data), in.media
	default:
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.server+at, body)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", media)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return offtake.Refuse(offtake.Internal, "broker does not answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, mostProblem))
		return refusal(res, text)
	}
	if _, err := io.Copy(to, res.Body); err != nil {
		return offtake.Refuse(offtake.Internal, "broker's answer breaks off: %w", err)
	}
	return nil
}

// mostProblem bounds what is read of an answer that is none.
const mostProblem = 1 << 20

// refusal reads a problem.
func refusal(res *http.Response, text []byte) error {
	var p Problem
	if err := json.Unmarshal(text, &p); err != nil || p.Detail == "" {
		return offtake.Refuse(offtake.Internal, "broker answers %s", res.Status)
	}
	reason := p.Detail
	for _, e := range p.Errors {
		reason += fmt.Sprintf("; %s %s", e.Location, e.Message)
	}
	kind, ok := kinds[p.Type]
	switch {
	case ok:
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		kind = offtake.Forbidden
	case res.StatusCode == http.StatusNotFound:
		kind = offtake.NotFound
	case res.StatusCode >= 500:
		kind = offtake.Internal
	default:
		kind = offtake.Invalid
	}
	return offtake.Refuse(kind, "%s", reason)
}

// Act does something: an act as a log has it, without its instant.
func (c *Client) Act(ctx context.Context, act json.RawMessage) (t Taken, err error) {
	return t, c.Do(ctx, http.MethodPost, "/v1/acts", act, &t)
}

// A file is sent as it is.
type file struct {
	media string
	data  []byte
}

// Attach sends a file that an act will name by its hash.
func (c *Client) Attach(ctx context.Context, name string, data []byte) (a Attachment, err error) {
	media := mime.TypeByExtension(path.Ext(name))
	if media == "" {
		media = "application/octet-stream"
	}
	return a, c.Do(ctx, http.MethodPost, "/v1/attachments?name="+url.QueryEscape(name), file{media, data}, &a)
}

// Attachment writes a file that came with an act.
func (c *Client) Attachment(ctx context.Context, hash string, to io.Writer) error {
	return c.Copy(ctx, http.MethodGet, "/v1/attachments/"+url.PathEscape(hash), nil, to)
}

// Usage sends a batch of records of what was used: csv, jsonl, or a bill in focus.
func (c *Client) Usage(ctx context.Context, source, batch, form, provider string, records []byte) (u UsageTaken, err error) {
	q := url.Values{"source": {source}, "batch": {batch}, "form": {form}}
	if provider != "" {
		q.Set("provider", provider)
	}
	return u, c.Do(ctx, http.MethodPost, "/v1/usage?"+q.Encode(), file{"text/plain", records}, &u)
}

// Answer answers a notice.
func (c *Client) Answer(ctx context.Context, notice string, a Answer) (t Taken, err error) {
	return t, c.Do(ctx, http.MethodPost, "/v1/notices/"+url.PathEscape(notice)+"/answer", a, &t)
}

// Status gives how the broker stands.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.Do(ctx, http.MethodGet, "/v1/status", nil, &s)
}

// Notices gives the notices served on the token's party.
func (c *Client) Notices(ctx context.Context) (all []Notice, err error) {
	return all, c.Do(ctx, http.MethodGet, "/v1/notices", nil, &all)
}

// Opportunities gives all opportunities.
func (c *Client) Opportunities(ctx context.Context) (all []Opportunity, err error) {
	return all, c.Do(ctx, http.MethodGet, "/v1/opportunities", nil, &all)
}

// Log gives a page of the log after a cursor.
func (c *Client) Log(ctx context.Context, after int64) (page Entries, err error) {
	return page, c.Do(ctx, http.MethodGet, fmt.Sprintf("/v1/acts?after=%d", after), nil, &page)
}
