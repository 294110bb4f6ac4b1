package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/api"
)

// meter reports a batch of usage.
func (s *stage) meter(name, records string) client.UsageTaken {
	s.Helper()
	w := s.usage("meter", "source=azure&batch="+name, records)
	var taken client.UsageTaken
	if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &taken) != nil {
		s.Fatalf("batch %s: %d %s", name, w.Code, w.Body)
	}
	if !taken.Account.Holds {
		s.Errorf("batch %s does not add up: %+v", name, taken.Account)
	}
	return taken
}

func (s *stage) usage(who, query, records string) *httptest.ResponseRecorder {
	req := httptest.NewRequest("POST", "/v1/usage?"+query, strings.NewReader(records))
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("Authorization", "Bearer "+s.tokens[who])
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w
}

// again starts an API anew on the same record.
func (s *stage) again() {
	a, err := api.New(s.Options)
	if err != nil {
		s.Fatal(err)
	}
	s.API = a
}

func (s *stage) drawn() string {
	s.Helper()
	var all []client.Commitment
	if err := json.Unmarshal([]byte(s.want(http.StatusOK, "buyer", "GET", "/v1/commitments", "")), &all); err != nil {
		s.Fatal(err)
	}
	return all[0].Drawn
}

// Records count once, over batches and restarts; a correction takes back what it
// corrects, and one that comes first keeps that from counting.
func TestUsageOverBatchesAndRestarts(t *testing.T) {
	s := staged(t)
	const header = "id,corrects,day,provider,service,cost\n"
	first := header + "a,,2025-06-01,azure,storage,100\nb,,2025-06-01,azure,storage,20\nbad,,2025-06-01,nowhere,,5\n"
	if got := s.meter("1", first); got.Account.Taken.Records != 2 || len(got.Refused) != 1 || got.Refused[0].Line != 4 || got.Version == 0 {
		t.Errorf("%+v, want two taken and the fourth line refused", got)
	}
	s.again()
	if got := s.meter("1", first); got.Account.Repeated.Records != 2 || got.Version != 0 {
		t.Errorf("the batch again: %+v, want two repeated and nothing written", got)
	}
	s.meter("2", header+"a2,a,2025-06-01,azure,storage,70\nlate,early,2025-06-02,azure,storage,3\n")
	s.again()
	if got := s.meter("3", header+"early,,2025-06-02,azure,storage,1000\n"); got.Account.Replaced.Records != 1 {
		t.Errorf("what was corrected before it came: %+v, want it replaced", got)
	}
	s.again()
	got := s.meter("4", header+"a3,a,2025-06-01,azure,storage,1\nbad,,2025-06-01,azure,storage,5\n")
	if len(got.Refused) != 1 || !strings.Contains(got.Refused[0].Why, "corrected already") || got.Account.Taken.Records != 1 {
		t.Errorf("%+v, want a second correction refused, and the name of what was refused free", got)
	}
	if got, want := s.drawn(), "USD 98.000000"; got != want { // 70 + 20 + 3 + 5
		t.Errorf("drawn %s, want %s", got, want)
	}
}

func TestUsageIsRefusedWhole(t *testing.T) {
	s := staged(t)
	for _, c := range []struct {
		who, query, records string
		status              int
		why                 string
	}{
		{"meter", "source=m&batch=1", "", http.StatusBadRequest, "request body is required"},
		{"meter", "source=m&batch=1", "colour\nred\n", http.StatusUnprocessableEntity, `line 1: column \"colour\" is none of id`},
		{"meter", "source=m&batch=1&provider=nowhere", "day,cost\n2025-06-01,5\n", http.StatusNotFound, "is not declared in the book"},
		{"meter", "source=m&batch=1&form=xml", "x", http.StatusUnprocessableEntity, "form"},
		{"microsoft", "source=m&batch=1", "day\n", http.StatusForbidden, "scope"},
	} {
		if w := s.usage(c.who, c.query, c.records); w.Code != c.status || !strings.Contains(w.Body.String(), c.why) {
			t.Errorf("%s %q: %d %s, want %d and %q", c.query, c.records, w.Code, w.Body, c.status, c.why)
		}
	}
}

// For fixed times a statement never changes, whatever is recorded later: what is dated
// before but recorded after is left out by known_at, and told without it.
func TestAStatementOfTwoTimesNeverChanges(t *testing.T) {
	s := staged(t)
	const header = "id,corrects,day,provider,service,cost\n"
	s.meter("1", header+"a,,2025-06-01,azure,storage,100\n")
	known := s.desk.Now().Add(time.Second).UTC().Format(time.RFC3339Nano)
	s.clock.Forward(s.desk.Now().Add(time.Minute))
	ask := func(query string) string {
		t.Helper()
		return s.want(http.StatusOK, "auditor", "GET", "/v1/statement?name=microsoft-openai%2Fazure-commitment&"+query, "")
	}
	fixed := "at=2025-06-02&known_at=" + url.QueryEscape(known)
	before := ask(fixed)
	s.meter("2", header+"b,a,2025-06-01,azure,storage,70\nc,,2025-06-01,azure,storage,5\n")
	if after := ask(fixed); after != before {
		t.Errorf("what was known then has changed:\n%s\n%s", before, after)
	}
	if now := ask("at=2025-06-02"); !strings.Contains(now, `"what":"storage","amount":"USD 75.00"`) || !strings.Contains(before, `"what":"storage","amount":"USD 100.00"`) {
		t.Errorf("as known now and as known then:\n%s\n%s", now, before)
	}
	if early := ask("at=2025-05-31"); !strings.Contains(early, `"lines":[]`) {
		t.Errorf("before anything was charged: %s", early)
	}
	s.want(http.StatusForbidden, "microsoft", "GET", "/v1/statement?name=microsoft", "")
	s.want(http.StatusNotFound, "auditor", "GET", "/v1/statement?name=nobody", "")
	s.want(http.StatusForbidden, "oracle", "GET", "/v1/focus/costs", "")
}
