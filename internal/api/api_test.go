package api_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offtake-dev/offtake/client"
)

// may is the table of who may use what. An operation that is not here fails the test,
// as does one of which anybody is let in who is not named.
var may = map[string]string{
	"GET /healthz":                 "all",
	"GET /readyz":                  "all",
	"GET /v1/status":               "admin auditor buyer microsoft oracle watcher",
	"GET /v1/opportunities":        "admin auditor buyer microsoft oracle watcher",
	"GET /v1/opportunities/{id}":   "admin auditor buyer microsoft oracle watcher",
	"GET /v1/notices":              "admin auditor buyer microsoft oracle watcher",
	"GET /v1/notices/{id}":         "admin auditor buyer microsoft oracle watcher",
	"POST /v1/notices/{id}/answer": "admin buyer microsoft oracle",
	"GET /v1/reservations":         "admin auditor buyer microsoft oracle watcher",
	"GET /v1/book":                 "admin auditor buyer microsoft oracle watcher",
	"GET /v1/book/waiting":         "admin auditor buyer microsoft oracle watcher",
	"POST /v1/book/compare":        "admin auditor buyer microsoft oracle watcher",
	"POST /v1/acts":                "admin buyer meter microsoft oracle scheduler",
	"GET /v1/acts":                 "admin auditor buyer microsoft oracle watcher",
	"GET /v1/events":               "admin auditor buyer microsoft oracle watcher",
	"GET /v1/jobs":                 "admin auditor buyer microsoft oracle scheduler watcher",
	"GET /v1/jobs/{id}":            "admin auditor buyer microsoft oracle scheduler watcher",
	"GET /v1/inbox":                "admin auditor buyer microsoft oracle watcher",
	"POST /v1/attachments":         "admin buyer meter microsoft oracle",
	"POST /v1/usage":               "admin meter",
	"GET /v1/attachments/{hash}":   "admin auditor buyer microsoft oracle watcher",
	"GET /metrics":                 "admin auditor",
	"GET /v1/commitments":          "admin auditor buyer microsoft oracle watcher",
	"GET /v1/statements":           "admin auditor buyer microsoft oracle watcher",
	"GET /v1/statement":            "admin auditor buyer microsoft oracle watcher",
	"GET /v1/focus/costs":          "admin auditor buyer",
	"GET /v1/focus/commitments":    "admin auditor buyer",
	"GET /v1/quotes":               "admin auditor buyer microsoft oracle watcher",
	"GET /v1/why/{id}":             "admin auditor buyer microsoft oracle watcher",
	"GET /v1/log/key":              "admin auditor buyer microsoft oracle watcher",
	"GET /v1/log/checkpoint":       "admin auditor buyer microsoft oracle watcher",
	"GET /v1/log/export":           "admin auditor buyer microsoft oracle watcher",
	"GET /v1/tokens":               "admin",
	"POST /v1/tokens":              "admin",
	"DELETE /v1/tokens/{id}":       "admin",
	"POST /v1/invitations":         "admin",
	"POST /v1/invitations/redeem":  "all",
	"POST /v1/clock":               "admin",
	"POST /v1/backup":              "admin",
}

func TestWhoMayUseWhat(t *testing.T) {
	s := staged(t)
	s.desk.Close() // so that a stream of events ends
	for _, op := range s.Operations() {
		name := op.Method + " " + op.Path
		allowed, known := may[name]
		if !known {
			t.Errorf("%s is not in the table of who may use what", name)
		}
		delete(may, name)
		for _, who := range []string{"nobody", "admin", "auditor", "buyer", "meter", "microsoft", "oracle", "scheduler", "watcher"} {
			got := s.call(who, op.Method, strings.ReplaceAll(op.Path, "{id}", "x"), "").Code
			in := got != http.StatusUnauthorized && got != http.StatusForbidden
			if want := allowed == "all" || slices.Contains(strings.Fields(allowed), who); in != want && !(want && got == http.StatusForbidden && strings.HasSuffix(name, "compare")) {
				t.Errorf("%s of %s: %d", name, who, got)
			}
		}
	}
	for name := range may {
		t.Errorf("%s is in the table and is no operation", name)
	}
}

func TestAnOfferIsAnsweredByItsHolder(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("oracle-1", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("oracle-1"))
	notices := get[[]client.Notice](s, "microsoft", "/v1/notices")
	if len(notices) != 1 || notices[0].State != "open" || notices[0].Quantity != 1008 || notices[0].AnswerBy == nil || !notices[0].AnswerBy.Equal(time.Date(2025, 6, 26, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v", notices)
	}
	var contents []string
	for key := range notices[0].Contents {
		contents = append(contents, key)
	}
	slices.Sort(contents)
	if got := strings.Join(contents, " "); got != "accelerator delivery price provider quantity term" {
		t.Errorf("the notice discloses %s", got)
	}
	path := "/v1/notices/" + notices[0].ID + "/answer"
	s.want(http.StatusNotFound, "oracle", "POST", path, `{"answer":"accept"}`)
	s.want(http.StatusForbidden, "watcher", "POST", path, `{"answer":"accept"}`)
	s.want(http.StatusUnprocessableEntity, "microsoft", "POST", path, `{"answer":"perhaps"}`)
	s.want(http.StatusUnprocessableEntity, "microsoft", "POST", path, `{"answer":"accept","quantity":2000}`)
	s.want(http.StatusOK, "microsoft", "POST", path, `{"id":"a1","answer":"accept"}`)
	if again := s.want(http.StatusOK, "microsoft", "POST", path, `{"id":"a1","answer":"accept"}`); !strings.Contains(again, `"repeated":true`) {
		t.Errorf("sent again: %s", again)
	}
	n := get[client.Notice](s, "microsoft", "/v1/notices/"+notices[0].ID)
	if n.State != "bound" || n.Quantity != 1008 {
		t.Errorf("%+v", n)
	}
	o := get[client.Opportunity](s, "auditor", "/v1/opportunities/oracle-1")
	if len(o.Processes) != 1 || !strings.Contains(string(o.Processes[0]), `"state":"contracting"`) {
		t.Errorf("%s", o.Processes)
	}
}

// A holder learns nothing of what is not its own: not a name of it in any answer.
func TestNobodySeesWhatIsAnothers(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("project-x", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("project-x"))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("project-y", 504))
	n := get[[]client.Notice](s, "microsoft", "/v1/notices")
	s.want(http.StatusOK, "microsoft", "POST", "/v1/notices/"+n[0].ID+"/answer", `{"id":"a1","answer":"refuse","reason":"unable"}`)
	for _, who := range []string{"microsoft", "oracle", "watcher"} {
		for _, op := range s.Operations() {
			if op.Method != "GET" || op.Path == "/v1/events" {
				continue
			}
			for _, id := range []string{"project-x", "project-x#1", n[0].ID} {
				if who == "oracle" || id != n[0].ID {
					w := s.call(who, "GET", strings.ReplaceAll(op.Path, "{id}", strings.ReplaceAll(id, "#", "%23")), "")
					told := w.Body.String()
					if strings.Contains(op.Path, "{id}") { // which says what was asked for
						if w.Code != http.StatusNotFound {
							t.Errorf("%s GET %s of %s: %d %s", who, op.Path, id, w.Code, clip(told))
						}
						continue
					}
					for _, secret := range []string{"project-", "1008"} {
						if strings.Contains(told, secret) && !(who != "oracle" && secret == "1008") {
							t.Errorf("%s GET %s tells %q: %s", who, op.Path, secret, clip(told))
						}
					}
				}
			}
		}
	}
	if got := get[[]client.Notice](s, "oracle", "/v1/notices"); len(got) != 0 {
		t.Errorf("oracle has %d notices", len(got))
	}
	page := get[client.Entries](s, "microsoft", "/v1/acts")
	if len(page.Entries) != 1 || !strings.Contains(string(page.Entries[0].Act), `"refuse"`) {
		t.Errorf("%d entries", len(page.Entries))
	}
}

func TestReadsAreAsOfTwoTimes(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("o1", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("o1"))
	state := func(query string) string {
		t.Helper()
		var o client.Opportunity
		_ = json.Unmarshal([]byte(s.want(http.StatusOK, "buyer", "GET", "/v1/opportunities/o1"+query, "")), &o)
		var p struct{ State string }
		_ = json.Unmarshal(o.Processes[0], &p)
		return p.State
	}
	s.want(http.StatusOK, "admin", "POST", "/v1/clock", `{"forward":"2025-06-26T00:00:01Z"}`)
	for query, want := range map[string]string{"": "released", "?at=2025-06-25T00:00:00Z": "open", "?at=2025-10-01T00:00:00Z": "tail_expired", "?at=2025-10-01T00:00:00Z&known_at=2025-06-25T00:00:00Z": "tail_expired"} {
		if got := state(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	s.want(http.StatusNotFound, "buyer", "GET", "/v1/opportunities/o1?at=2025-06-01T00:00:00Z", "")
	if got := state("?at=2025-06-25"); got != "open" { // the start of a day in the book's calendar
		t.Errorf("at a date: %s, want open", got)
	}
	for query, want := range map[string]int{"": 3, "?at=2025-06-25": 2, "?known_at=2025-06-25": 2, "?at=2025-06-01": 0} {
		if got := len(get[client.Entries](s, "buyer", "/v1/acts"+query).Entries); query != "?at=2025-06-01" && got != want+1 || query == "?at=2025-06-01" && got != 0 {
			t.Errorf("the log%s has %d entries", query, got)
		}
		if query != "?at=2025-06-01" {
			why := get[client.Why](s, "buyer", "/v1/why/o1"+query)
			if len(why.Entries) != want {
				t.Errorf("why%s tells %d entries, want %d", query, len(why.Entries), want)
			}
		}
	}
	s.want(http.StatusNotFound, "buyer", "GET", "/v1/why/o1?at=2025-06-01", "")
	if all := get[[]client.Message](s, "microsoft", "/v1/inbox?at=2025-06-01"); len(all) != 0 {
		t.Errorf("before the notice microsoft was told %+v", all)
	}
	s.want(http.StatusUnprocessableEntity, "buyer", "GET", "/v1/opportunities/o1?at=yesterday", "")
	s.want(http.StatusUnprocessableEntity, "buyer", "GET", "/v1/opportunities/o1?when=now", "")
}

func TestInvitationsAreGoodOnce(t *testing.T) {
	s := staged(t)
	var invited client.Issued
	_ = json.Unmarshal([]byte(s.want(http.StatusOK, "admin", "POST", "/v1/invitations", `{"party":"coreweave","person":"ops","scopes":["read","act"],"expires":"P7D"}`)), &invited)
	s.tokens["invitation"] = invited.Secret
	s.want(http.StatusUnauthorized, "invitation", "GET", "/v1/notices", "")
	redeem := `{"secret":"` + invited.Secret + `","person":"ana@coreweave.example"}`
	var token client.Issued
	_ = json.Unmarshal([]byte(s.want(http.StatusOK, "nobody", "POST", "/v1/invitations/redeem", redeem)), &token)
	s.tokens["ana"] = token.Secret
	if got := get[client.Status](s, "ana", "/v1/status"); got.Party != "coreweave" {
		t.Errorf("%+v", got)
	}
	s.want(http.StatusForbidden, "nobody", "POST", "/v1/invitations/redeem", redeem)
	s.want(http.StatusNoContent, "admin", "DELETE", "/v1/tokens/"+token.ID, "")
	s.want(http.StatusUnauthorized, "ana", "GET", "/v1/status", "")
	s.want(http.StatusNotFound, "admin", "POST", "/v1/tokens", `{"party":"nobody","person":"x","scopes":["read"]}`)
	s.want(http.StatusUnprocessableEntity, "admin", "POST", "/v1/tokens", `{"party":"oracle","person":"x","scopes":["everything"]}`)
}

func TestAnActOfAnotherIsRecordedAsSuch(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("o1", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("o1"))
	accept := `{"id":"letter","act":"accept","by":"microsoft","opportunity":"o1","conditions":[]}`
	s.want(http.StatusUnprocessableEntity, "buyer", "POST", "/v1/acts", accept)
	s.want(http.StatusForbidden, "oracle", "POST", "/v1/acts?channel=email", accept)
	s.clock.Forward(s.clock.Now().Add(time.Hour))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts?channel=courier&received=2025-06-03T17:30:00Z", accept)
	page := get[client.Entries](s, "auditor", "/v1/acts?after=3")
	if len(page.Entries) != 1 || !strings.Contains(string(page.Entries[0].Act), `"at":"2025-06-03T17:30:00Z"`) || !strings.Contains(string(page.Entries[0].Receipt), `"recorder":"openai","channel":"courier"`) {
		t.Errorf("%s %s", page.Entries[0].Act, page.Entries[0].Receipt)
	}
}

func TestAnAwardWithoutClearanceSaysWhatStandsInTheWay(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("o1", 1008))
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", notice("o1"))
	award := `{"id":"award","act":"award","opportunity":"o1"}`
	if told := s.want(http.StatusForbidden, "buyer", "POST", "/v1/acts", award); !strings.Contains(told, `process \"o1#1\" under microsoft-openai/new-capacity stands in the way`) {
		t.Errorf("%s", told)
	}
	s.want(http.StatusOK, "admin", "POST", "/v1/clock", `{"forward":"2025-06-26T00:00:01Z"}`)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", award)
	held := get[[]client.Reservation](s, "buyer", "/v1/reservations")
	if !slices.ContainsFunc(held, func(r client.Reservation) bool { return r.ID == "o1" && r.Quantity == 1008 }) {
		t.Errorf("%+v", held)
	}
	if own := get[[]client.Reservation](s, "oracle", "/v1/reservations"); len(own) != 1 || own[0].Opportunity != "" {
		t.Errorf("%+v", own)
	}
}

// timeless is what is read and is no state of the book: how the program does, what it
// tells while somebody listens, files by their hash, the log as a log, and tokens.
var timeless = []string{
	"/healthz", "/readyz", "/metrics", "/v1/events", "/v1/attachments/{hash}", "/v1/log/checkpoint", "/v1/log/export", "/v1/log/key", "/v1/tokens",
}

func TestTheDescriptionOfTheAPI(t *testing.T) {
	s := staged(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(s.want(http.StatusOK, "nobody", "GET", "/openapi.json", "")), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("it is of version %s", doc.OpenAPI)
	}
	for _, op := range s.Operations() {
		described := doc.Paths[op.Path][strings.ToLower(op.Method)]
		if described == nil {
			t.Errorf("%s %s is not described", op.Method, op.Path)
		}
		text, err := json.Marshal(described)
		if err != nil {
			t.Fatal(err)
		}
		if op.Method == "GET" && !slices.Contains(timeless, op.Path) && (!strings.Contains(string(text), `"name":"at"`) || !strings.Contains(string(text), `"name":"known_at"`)) {
			t.Errorf("%s %s is a read, and takes not the two times", op.Method, op.Path)
		}
	}
}

// send sends a file for somebody and gives its hash.
func send(s *stage, who, name, text string) string {
	s.Helper()
	req := httptest.NewRequest("POST", "/v1/attachments?name="+url.QueryEscape(name), strings.NewReader(text))
	req.Header.Set("Content-Type", "text/html")
	req.Header.Set("Authorization", "Bearer "+s.tokens[who])
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	var a client.Attachment
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
		s.Fatalf("%d %s", w.Code, w.Body)
	}
	return a.Hash
}

// A file is told to who sent it, and to who may read an act that came with it. To know
// its hash is not enough.
func TestAnAttachmentIsToldToWhoMayReadItsAct(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("o1", 1008))
	hash := send(s, "buyer", "term sheet.pdf", "secret")
	path := "/v1/attachments/" + hash
	for _, who := range []string{"microsoft", "oracle", "auditor"} { // no act has it yet
		s.want(http.StatusNotFound, who, "GET", path, "")
	}
	s.want(http.StatusOK, "buyer", "GET", path, "")
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts?attachment="+hash, notice("o1"))
	for who, want := range map[string]int{"buyer": 200, "auditor": 200, "microsoft": 200, "watcher": 200, "oracle": 404} {
		s.want(want, who, "GET", path, "")
	}
	n := get[[]client.Notice](s, "microsoft", "/v1/notices")
	if len(n) != 1 || len(n[0].Files) != 1 || n[0].Files[0] != hash || len(n[0].Hash) != 64 {
		t.Errorf("%+v", n)
	}
	// Who does not have a file cannot get it by naming it.
	s.want(http.StatusNotFound, "microsoft", "POST", "/v1/notices/"+n[0].ID+"/answer", `{"answer":"refuse","attachments":["`+hash+`"]}`)
	mine := send(s, "microsoft", "refusal.txt", "no")
	s.want(http.StatusOK, "microsoft", "POST", "/v1/notices/"+n[0].ID+"/answer", `{"answer":"refuse","attachments":["`+mine+`"]}`)
	s.want(http.StatusOK, "buyer", "GET", "/v1/attachments/"+mine, "")
	s.want(http.StatusNotFound, "oracle", "GET", "/v1/attachments/"+mine, "")
}

func TestWhatAnAttachmentIsCalledDoesNoHarm(t *testing.T) {
	s := staged(t)
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\windows\a.exe`: "a.exe", "a\r\nSet-Cookie: x": "aSet-Cookie x", "": "attachment", "..": "attachment",
		"\u202egpj.exe": "gpj.exe", `"><script>`: "script", strings.Repeat("x", 900): strings.Repeat("x", 150), "Angebot für März.pdf": "Angebot für März.pdf",
	} {
		hash := send(s, "buyer", name, "text of "+name)
		w := s.call("buyer", "GET", "/v1/attachments/"+hash, "")
		kind, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != want {
			t.Errorf("%q is told as %q (%v)", name, w.Header().Get("Content-Disposition"), err)
		}
		if h := w.Header(); h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" || len(h["Set-Cookie"]) > 0 {
			t.Errorf("%q is told with %v", name, h)
		}
	}
	big := httptest.NewRequest("POST", "/v1/attachments", strings.NewReader(strings.Repeat("x", 26<<20)))
	big.Header.Set("Authorization", "Bearer "+s.tokens["buyer"])
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, big); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("26 MiB: %d %s", w.Code, w.Body)
	}
	s.want(http.StatusBadRequest, "buyer", "POST", "/v1/attachments", "")
	s.want(http.StatusUnprocessableEntity, "buyer", "GET", "/v1/attachments/..%2F..%2Fsecret", "")
}

func TestMetricsTellHowMuchAndNotWhat(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer("project-x", 1008))
	s.want(http.StatusNotFound, "microsoft", "GET", "/v1/notices/n-secret", "")
	told := s.want(http.StatusOK, "auditor", "GET", "/metrics", "")
	for _, want := range []string{
		"offtake_requests_total{operation=\"POST /v1/acts\",status=\"200\"} 2", "offtake_requests_total{operation=\"GET /v1/notices/{id}\",status=\"404\"} 1",
		"offtake_log_entries 2", "offtake_deadlines_held 0", "offtake_jobs_waiting 0", "offtake_request_seconds_count", "go_goroutines", "offtake_next_deadline_seconds 4",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("%s is not among\n%s", want, told)
		}
	}
	for _, not := range []string{"project-x", "n-secret", "offtake_o", "microsoft"} {
		if strings.Contains(told, not) {
			t.Errorf("it tells of %s", not)
		}
	}
}

func TestWhoHasNoTokenMayNotTryForEver(t *testing.T) {
	s := staged(t)
	s.tokens["guesser"] = "offtake_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	seen := map[int]int{}
	for range 200 {
		seen[s.call("guesser", "GET", "/v1/status", "").Code]++
	}
	if seen[http.StatusUnauthorized] < 40 || seen[http.StatusTooManyRequests] < 100 || len(seen) != 2 {
		t.Errorf("answers by status: %v", seen)
	}
	s.want(http.StatusOK, "buyer", "GET", "/v1/status", "") // from the same address
	if w := s.call("nobody", "POST", "/v1/invitations/redeem", `{"secret":"x","person":"y"}`); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("an invitation is tried: %d", w.Code)
	}
}

// A provider names its price to the buyer alone, under a name of its own.
func TestAQuoteIsTheProvidersAndTheBuyers(t *testing.T) {
	s := staged(t)
	quote := func(id, provider, expires string) string {
		return fmt.Sprintf(`{"id":"make %s","act":"quote","quote":%q,"terms":{"provider":%q,"accelerator":"gb200","quantity":1008,"region":"us-south","price":"USD 7.50","term":"P5Y","delivery":"2026-01-01","purpose":["training"],"expires":%q}}`, id, id, provider, expires)
	}
	s.want(http.StatusOK, "oracle", "POST", "/v1/acts", quote("q1", "oci", "2025-06-20"))
	s.want(http.StatusOK, "microsoft", "POST", "/v1/acts", quote("q1", "azure", "2025-06-20")) // the same name, of another
	s.want(http.StatusConflict, "oracle", "POST", "/v1/acts", strings.Replace(quote("q1", "oci", "2025-06-20"), "make", "again", 1))
	s.want(http.StatusForbidden, "oracle", "POST", "/v1/acts", quote("q2", "azure", "2025-06-20"))
	s.want(http.StatusConflict, "oracle", "POST", "/v1/acts", quote("q3", "oci", "2025-06-01"))
	s.want(http.StatusNotFound, "microsoft", "POST", "/v1/acts", `{"act":"quote.withdraw","quote":"q9"}`)
	s.want(http.StatusForbidden, "oracle", "POST", "/v1/acts", `{"act":"quote.take","quote":"oracle:q1","opportunity":"o1"}`)
	mine := get[[]client.Quote](s, "oracle", "/v1/quotes")
	if len(mine) != 1 || mine[0].ID != "q1" || mine[0].State != "open" {
		t.Errorf("oracle sees %+v", mine)
	}
	if all := get[[]client.Quote](s, "buyer", "/v1/quotes"); len(all) != 2 || all[0].ID != "oracle:q1" || all[1].ID != "microsoft:q1" {
		t.Errorf("the buyer sees %+v", all)
	}
	s.want(http.StatusOK, "buyer", "POST", "/v1/acts", `{"id":"take","act":"quote.take","quote":"oracle:q1","opportunity":"o1"}`)
	o := get[client.Opportunity](s, "buyer", "/v1/opportunities/o1")
	if len(o.Processes) != 1 || !strings.Contains(string(o.Terms), `"USD 7.50"`) {
		t.Errorf("what came of it: %+v", o)
	}
	s.want(http.StatusConflict, "buyer", "POST", "/v1/acts", `{"act":"quote.take","quote":"oracle:q1","opportunity":"o2"}`)
	if mine := get[[]client.Quote](s, "oracle", "/v1/quotes"); mine[0].State != "taken" || mine[0].Opportunity != "" {
		t.Errorf("oracle sees %+v", mine)
	}
	s.want(http.StatusOK, "microsoft", "POST", "/v1/acts", `{"id":"w","act":"quote.withdraw","quote":"q1"}`)
	s.want(http.StatusConflict, "buyer", "POST", "/v1/acts", `{"act":"quote.take","quote":"microsoft:q1","opportunity":"o3"}`)
	s.want(http.StatusOK, "oracle", "POST", "/v1/acts", quote("q4", "oci", "2025-06-05"))
	s.want(http.StatusOK, "admin", "POST", "/v1/clock", `{"forward":"2025-06-05T12:00:00Z"}`)
	s.want(http.StatusConflict, "buyer", "POST", "/v1/acts", `{"act":"quote.take","quote":"oracle:q4","opportunity":"o4"}`)
	if mine := get[[]client.Quote](s, "oracle", "/v1/quotes"); mine[1].State != "expired" {
		t.Errorf("oracle sees %+v", mine[1])
	}
}

// Many may read while acts are taken; the race detector is the judge.
func TestManyReadWhileActsAreTaken(t *testing.T) {
	s := staged(t)
	s.want(http.StatusOK, "scheduler", "POST", "/v1/acts", `{"act":"job.submit","job":"j1","accelerator":"h100","quantity":8,"length":"PT6H","purpose":"training"}`)
	var all sync.WaitGroup
	for _, path := range []string{"/v1/status", "/v1/jobs/j1", "/v1/commitments", "/v1/opportunities", "/v1/notices", "/v1/reservations", "/v1/why/o1", "/metrics", "/v1/log/export", "/v1/status?at=2025-06-03T17:00:00Z"} {
		all.Go(func() {
			for range 10 {
				if w := s.call("admin", "GET", path, ""); w.Code >= 500 {
					t.Errorf("%s: %d %s", path, w.Code, w.Body)
				}
			}
		})
	}
	for i := range 10 {
		s.want(http.StatusOK, "buyer", "POST", "/v1/acts", offer(fmt.Sprint("o", i), 1008))
	}
	all.Wait()
}

func TestATokenThatIsNotGoodAnyMoreOpensNothing(t *testing.T) {
	s := staged(t)
	body := s.want(http.StatusOK, "admin", "POST", "/v1/tokens", `{"party":"microsoft","person":"ana","scopes":["read"],"expires":"PT1S"}`)
	var made client.Issued
	if err := json.Unmarshal([]byte(body), &made); err != nil {
		t.Fatal(err)
	}
	s.tokens["ana"] = made.Secret
	time.Sleep(time.Until(*made.Expires) + time.Millisecond)
	if told := s.want(http.StatusUnauthorized, "ana", "GET", "/v1/status", ""); !strings.Contains(told, "expired") {
		t.Errorf("an expired token: %s", told)
	}
	body = s.want(http.StatusOK, "admin", "POST", "/v1/tokens", `{"party":"microsoft","person":"ana","scopes":["read"]}`)
	if err := json.Unmarshal([]byte(body), &made); err != nil {
		t.Fatal(err)
	}
	s.tokens["ana"] = made.Secret
	s.want(http.StatusOK, "ana", "GET", "/v1/status", "")
	s.want(http.StatusForbidden, "ana", "GET", "/metrics", "")
	s.want(http.StatusNoContent, "admin", "DELETE", "/v1/tokens/"+made.ID, "")
	s.want(http.StatusUnauthorized, "ana", "GET", "/v1/status", "")
}

func TestWhatIsTooLargeOrBrokenChangesNothing(t *testing.T) {
	s := staged(t)
	before := s.desk.Version()
	for body, want := range map[string]int{
		strings.Repeat(" ", 41<<20) + "{}":      http.StatusRequestEntityTooLarge,
		"{":                                     http.StatusUnprocessableEntity,
		`{"act":"offer.receive","act":"award"}`: http.StatusUnprocessableEntity,
		`{"act":"nonsense"}`:                    http.StatusUnprocessableEntity,
		`{"act":"award","at":"2025-06-03T17:00:00Z","opportunity":"x"}`: http.StatusUnprocessableEntity,
		`{"act":"award","opportunity":"x'; drop table entries; --"}`:    http.StatusNotFound,
	} {
		s.want(want, "buyer", "POST", "/v1/acts", body)
	}
	s.want(http.StatusUnprocessableEntity, "buyer", "GET", "/v1/status?nonsense=1", "")
	s.want(http.StatusUnprocessableEntity, "buyer", "GET", "/v1/status?at=yesterday", "")
	s.want(http.StatusNotFound, "buyer", "GET", "/v1/nothing", "")
	s.want(http.StatusMethodNotAllowed, "buyer", "PUT", "/v1/status", "")
	if s.desk.Version() != before {
		t.Errorf("the log has %d entries, and had %d", s.desk.Version(), before)
	}
}
