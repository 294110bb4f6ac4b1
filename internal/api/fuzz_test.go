package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/wire"
	"pgregory.net/rapid"
)

// A schema is as much of one of the API's as the fuzzer reads.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       any                `json:"type"`
	Enum       []any              `json:"enum"`
	Format     string             `json:"format"`
	Items      *schema            `json:"items"`
	Properties map[string]*schema `json:"properties"`
}

// A document is as much of the API's description as the fuzzer reads.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name, In string
			Schema   *schema
		}
		RequestBody *struct {
			Content map[string]struct{ Schema *schema }
		}
	}
	Components struct{ Schemas map[string]*schema }
}

// words are texts that mean something somewhere, or that somebody might try.
var words = []string{
	"", "x", "openai", "microsoft", "oracle", "oci", "azure", "gb200", "h100", "us-south", "o1", "o1#1", "oracle-1", "USD 8.00", "USD -1", "EUR 1", "P5Y", "PT6H", "P0D",
	"2026-01-01", "2025-06-03T17:00:00Z", "9999-12-31T23:59:59Z", "0000-00-00", "training", "api", "microsoft-openai/new-capacity", "provider", "accept", "refuse", "object",
	"'; drop table entries; --", `" or 1=1 --`, "../../etc/passwd", "\r\nSet-Cookie: a=b", "\x00", "\xff\xfe", "\u202e", "<script>alert(1)</script>", "${jndi:ldap://x}", "%n%n%n", "{{.}}",
	strings.Repeat("a", 5000), "-1", "1e400", "NaN", "null", "{", "[[[[[[",
}

// value draws what a schema allows, and now and then something else.
func (d *document) value(r *rapid.T, s *schema, depth int) any {
	if s != nil && s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	if s == nil || depth > 6 || rapid.IntRange(0, 9).Draw(r, "other") == 0 {
		return rapid.SampledFrom([]any{nil, true, -1, 0, 1, 1008, 1e300, "x", []any{}, map[string]any{}, []any{map[string]any{"a": nil}}}).Draw(r, "any")
	}
	if len(s.Enum) > 0 {
		return rapid.SampledFrom(s.Enum).Draw(r, "enum")
	}
	kind, _ := s.Type.(string)
	if many, ok := s.Type.([]any); ok && len(many) > 0 {
		kind, _ = many[0].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			if name != "$schema" && rapid.IntRange(0, 3).Draw(r, "has "+name) > 0 {
				out[name] = d.value(r, p, depth+1)
			}
		}
		return out
	case "array":
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(r, "items") {
			out = append(out, d.value(r, s.Items, depth+1))
		}
		return out
	case "integer", "number":
		return rapid.SampledFrom([]int64{0, 1, -1, 72, 1008, 1 << 40, 1<<63 - 1}).Draw(r, "number")
	case "boolean":
		return rapid.Bool().Draw(r, "bool")
	}
	return rapid.SampledFrom(words).Draw(r, "text")
}

// act draws an act: one of a log with other values in it, or nonsense under its name.
func (d *document) act(r *rapid.T) any {
	out := map[string]any{"act": rapid.SampledFrom(wire.DeedNames()).Draw(r, "deed")}
	for _, key := range []string{
		"id", "by", "clause", "opportunity", "terms", "contents", "to", "quantity", "conditions", "reason", "job", "parts", "until", "accelerator", "length", "purpose",
		"quote", "hash", "files", "process", "of", "received", "why", "holder", "agreement", "amendment", "question", "answer", "product", "source", "batch", "usage", "at",
	} {
		if rapid.IntRange(0, 2).Draw(r, "has "+key) > 0 {
			continue
		}
		switch key {
		case "terms":
			terms := map[string]any{}
			for _, name := range []string{"provider", "accelerator", "quantity", "region", "price", "term", "delivery", "purpose", "expires", "all_or_none", "nonsense"} {
				if rapid.Bool().Draw(r, name) {
					terms[name] = d.value(r, &schema{Type: rapid.SampledFrom([]any{"string", "integer", "boolean"}).Draw(r, "kind")}, 0)
				}
			}
			out[key] = terms
		case "quantity":
			out[key] = d.value(r, &schema{Type: "integer"}, 0)
		case "contents", "to", "conditions", "purpose":
			out[key] = d.value(r, &schema{Type: "array", Items: &schema{Type: "string"}}, 0)
		default:
			out[key] = d.value(r, &schema{Type: "string"}, 0)
		}
	}
	return out
}

// Whatever is sent, to whatever operation, by whomever, is answered: never with a failure
// of the broker's own, and where it is refused with a problem that says why.
func TestWhateverIsSentIsAnswered(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("o1", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("o1"))
	var doc document
	if err := json.Unmarshal([]byte(s.want(http.StatusOK, "nobody", "GET", "/openapi.json", "")), &doc); err != nil {
		t.Fatal(err)
	}
	ops := slices.DeleteFunc(s.Operations(), func(op api.Operation) bool { return op.Path == "/v1/events" || op.Path == "/v1/backup" })
	who := []string{"nobody", "admin", "auditor", "buyer", "meter", "microsoft", "oracle", "scheduler", "watcher"}
	came := map[int]int{}
	rapid.Check(t, func(r *rapid.T) {
		op := rapid.SampledFrom(ops).Draw(r, "operation")
		told, ok := doc.Paths[op.Path][strings.ToLower(op.Method)]
		if !ok {
			r.Fatalf("%s %s is not described", op.Method, op.Path)
		}
		path, query := op.Path, url.Values{}
		header := http.Header{}
		for _, p := range told.Parameters {
			v, _ := json.Marshal(doc.value(r, p.Schema, 5))
			text := strings.Trim(string(v), `"`)
			switch {
			case p.In == "path":
				path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(text))
			case rapid.IntRange(0, 2).Draw(r, "leaves "+p.Name) > 0:
			case p.In == "query":
				query.Set(p.Name, text)
			case p.In == "header":
				header.Set(p.Name, text)
			}
		}
		body := ""
		if told.RequestBody != nil {
			var v any
			if op.Path == "/v1/acts" {
				v = doc.act(r)
			} else {
				for _, c := range told.RequestBody.Content {
					v = doc.value(r, c.Schema, 0)
				}
			}
			text, _ := json.Marshal(v)
			body = string(text)
			if rapid.IntRange(0, 9).Draw(r, "cut") == 0 {
				body = body[:rapid.IntRange(0, len(body)).Draw(r, "at")]
			}
		}
		req := httptest.NewRequest(op.Method, "http://broker.example"+path, strings.NewReader(body))
		req.URL.RawQuery = query.Encode()
		req.Header = header
		req.RemoteAddr = rapid.SampledFrom([]string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1", "[2001:db8::1]:1", ""}).Draw(r, "from")
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if token, ok := s.tokens[rapid.SampledFrom(who).Draw(r, "who")]; ok {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		came[w.Code]++
		switch {
		case w.Code >= 500 && w.Code != http.StatusNotImplemented:
			r.Fatalf("%s %s with %s: %d %s", op.Method, req.URL, clip(body), w.Code, clip(w.Body.String()))
		case w.Code >= 400:
			var problem struct{ Title, Detail string }
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Detail == "" && problem.Title == "" {
				r.Fatalf("%s %s: %d, and no problem that says why: %q", op.Method, req.URL, w.Code, clip(w.Body.String()))
			}
		}
		if got := w.Header().Get("Set-Cookie"); got != "" {
			r.Fatalf("a cookie was set: %q", got)
		}
	})
	t.Logf("answers by status: %v", came)
	s.want(http.StatusOK, "admin", "GET", "/v1/status", "")
	s.want(http.StatusOK, "auditor", "GET", "/v1/log/export", "")
}
