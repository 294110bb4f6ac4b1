package main

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
)

// What the verbs have in common that speak to a broker.

// remote are the flags by which a broker is found.
type remote struct{ server, token, at, knownAt string }

// atServer gives a verb the flags by which a broker is found.
func atServer(cmd *cobra.Command) *remote {
	r := &remote{}
	cmd.Flags().StringVar(&r.server, "server", "", "the broker's address (default $OFFTAKE_SERVER, else http://127.0.0.1:7443)")
	cmd.Flags().StringVar(&r.token, "token", "", "a file with a token (default $OFFTAKE_TOKEN, the token itself)")
	return r
}

// readsServer adds the flags of a verb that reads at a broker.
func readsServer(cmd *cobra.Command) *remote {
	r := atServer(cmd)
	cmd.Flags().StringVar(&r.at, "at", "", "as it was at this instant or date (default now)")
	cmd.Flags().StringVar(&r.knownAt, "known-at", "", "by what had been recorded by this instant or date (default everything)")
	return r
}

// read asks for something as of the two times of the flags.
func (r *remote) read(cmd *cobra.Command, path string, out any) error {
	q := url.Values{}
	if r.at != "" {
		q.Set("at", r.at)
	}
	if r.knownAt != "" {
		q.Set("known_at", r.knownAt)
	}
	if len(q) > 0 {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + q.Encode()
	}
	return r.ask(cmd, "GET", path, nil, out)
}

// client speaks to the broker that the flags, or the environment, name.
func (r *remote) client() (*client.Client, error) {
	server, token := r.server, strings.TrimSpace(os.Getenv("OFFTAKE_TOKEN"))
	if server == "" {
		server = os.Getenv("OFFTAKE_SERVER")
	}
	if server == "" {
		server = "http://127.0.0.1:7443"
	}
	if r.token != "" {
		text, err := os.ReadFile(r.token)
		if err != nil {
			return nil, offtake.Refuse(offtake.Invalid, "--token: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	return client.New(server, token, nil)
}

// patience is how long a verb waits for a broker.
const patience = time.Minute

// ask sends a request and reads the answer.
func (r *remote) ask(cmd *cobra.Command, method, path string, in, out any) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), patience)
	defer cancel()
	return c.Do(ctx, method, path, in, out)
}

// how an act reaches the broker.
type how struct {
	channel, received string   // of one that is recorded for another party
	attach            []string // files
}

// act sends an act and tells what became of it.
func (w world) act(cmd *cobra.Command, r *remote, act map[string]any) error {
	return w.actWith(cmd, r, act, how{})
}

// actWith sends an act with what came with it, and tells what became of it.
func (w world) actWith(cmd *cobra.Command, r *remote, act any, h how) error {
	f, err := format(cmd, "text", "json")
	if err != nil {
		return err
	}
	text, err := json.Marshal(act)
	if err != nil {
		return err
	}
	hashes, err := r.attach(cmd, h.attach)
	if err != nil {
		return err
	}
	q := url.Values{"attachment": hashes}
	for name, value := range map[string]string{"channel": h.channel, "received": h.received} {
		if value != "" {
			q.Set(name, value)
		}
	}
	to := "/v1/acts"
	if len(q.Encode()) > 0 {
		to += "?" + q.Encode()
	}
	var taken client.Taken
	if err := r.ask(cmd, "POST", to, json.RawMessage(text), &taken); err != nil {
		return err
	}
	return w.tellTaken(f, taken)
}

// attach sends files and gives their hashes.
func (r *remote) attach(cmd *cobra.Command, files []string) (hashes []string, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	c, err := r.client()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, offtake.Refuse(offtake.Invalid, "--attach: %w", err)
		}
		sent, err := c.Attach(cmd.Context(), filepath.Base(file), data)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, sent.Hash)
	}
	return hashes, nil
}

// tellTaken tells that an act was taken, and what followed.
func (w world) tellTaken(f string, t client.Taken) error {
	if f == "json" {
		return w.writeJSON(t)
	}
	again := ""
	if t.Repeated {
		again = ", as it was before"
	}
	w.line("%s at %s%s", t.Outcome, offtake.Stamp(t.At), again)
	if t.Because != "" {
		w.line("  %s", t.Because)
	}
	for _, e := range t.Events {
		w.line("  %s", eventWords(e))
	}
	return nil
}

// set puts a flag that was given among the keys of an act.
func set(cmd *cobra.Command, into map[string]any, flag, key string) {
	f := cmd.Flags().Lookup(flag)
	if !f.Changed {
		return
	}
	switch f.Value.Type() {
	case "int64":
		n, _ := cmd.Flags().GetInt64(flag)
		into[key] = n
	case "bool":
		b, _ := cmd.Flags().GetBool(flag)
		into[key] = b
	case "stringSlice":
		all, _ := cmd.Flags().GetStringSlice(flag)
		into[key] = all
	default:
		into[key] = f.Value.String()
	}
}

// path puts a name into a path.
func path(before, name, after string) string { return before + url.PathEscape(name) + after }
