package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/client"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
	"github.com/offtake-dev/offtake/internal/versions"
)

func bookCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "book", Short: "The versions of a broker's book: compare, push, sign", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(
		bookFolder(w, "diff BOOK", "What a version would change, whom that concerns, and what it means for open processes", false),
		bookFolder(w, "push BOOK", "Put a version forward: it takes effect once everybody it takes from or burdens has signed", true),
		bookHash(w, "sign HASH", "Sign a version that was put forward", "book.sign"),
		bookHash(w, "drop HASH", "Take a version back that was put forward, or refuse to sign it", "book.drop"),
		bookLogCommand(w),
	)
	return cmd
}

// bookFolder is a verb about a version that lies in a folder.
func bookFolder(w world, use, short string, push bool) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		if _, _, err := w.load(args[0]); err != nil {
			return err
		}
		files, _ := versions.Files(os.DirFS(args[0]))
		sent := []client.File{}
		for _, file := range files {
			sent = append(sent, client.File(file))
		}
		var c client.Comparison
		if err := r.ask(cmd, "POST", "/v1/book/compare", map[string]any{"files": sent}, &c); err != nil {
			return err
		}
		if f == "text" {
			w.tellComparison(c)
		}
		if push {
			return w.act(cmd, r, map[string]any{"act": "book.push", "hash": c.Hash, "files": sent})
		}
		if f == "json" {
			return w.writeJSON(c)
		}
		return nil
	}
	return cmd
}

func (w world) tellComparison(c client.Comparison) {
	for _, change := range c.Changes {
		concerns := ""
		if len(change.Parties) > 0 {
			concerns = ", which concerns " + strings.Join(change.Parties, ", ")
		}
		w.line("%s %s%s", change.What, change.Thing, concerns)
		for _, says := range change.Says {
			w.line("  %s", says)
		}
	}
	if len(c.Changes) == 0 {
		w.line("nothing changes")
	}
	for _, line := range c.Open {
		w.line("%s", line)
	}
	if len(c.Needs) > 0 {
		w.line("it needs the signature of %s: offtake book sign %s", strings.Join(c.Needs, ", "), c.Hash)
	}
}

// bookHash is a verb about a version that was put forward.
func bookHash(w world, use, short, act string) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return w.act(cmd, r, map[string]any{"act": act, "hash": args[0]})
	}
	return cmd
}

func bookLogCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "log", Short: "The versions of the book, and those that wait for signatures", Args: cobra.NoArgs}
	r := readsServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var held []client.Book
		var waiting []client.Pushed
		if err := r.read(cmd, "/v1/book", &held); err != nil {
			return err
		}
		if err := r.read(cmd, "/v1/book/waiting", &waiting); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(map[string]any{"versions": held, "waiting": waiting})
		}
		for _, b := range held {
			w.line("%d  %s  since %s", b.Number, b.Hash, offtake.Stamp(b.From))
		}
		for _, p := range waiting {
			w.line("waits  %s  pushed by %s at %s, signed by [%s] of [%s]", p.Hash, p.By, offtake.Stamp(p.At), strings.Join(p.Signed, " "), strings.Join(p.Needs, " "))
		}
		return nil
	}
	return cmd
}

func tokenCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Who may speak for whom: tokens and invitations", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(
		tokenIssue(w, "create", "Make a token of a person, and tell its secret once", "/v1/tokens"),
		tokenIssue(w, "invite", "Invite a person: a secret that is good for one token", "/v1/invitations"),
		tokenRedeemCommand(w), tokenListCommand(w), tokenRevokeCommand(w),
	)
	return cmd
}

func tokenIssue(w world, use, short, to string) *cobra.Command {
	var n client.NewToken
	cmd := &cobra.Command{Use: use + " --party PARTY --person PERSON --scope read,act", Short: short, Args: cobra.NoArgs}
	r := atServer(cmd)
	cmd.Flags().StringVar(&n.Party, "party", "", "for whom it speaks")
	cmd.Flags().StringVar(&n.Person, "person", "", "whose it is")
	cmd.Flags().StringSliceVar(&n.Scopes, "scope", []string{"read", "act"}, "what it is for: read, act, jobs, usage, audit, admin")
	cmd.Flags().StringVar(&n.Expires, "expires", "", "how long it is good, as P30D (default until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return w.issued(cmd, r, to, n) }
	return cmd
}

// issued asks for a token and tells its secret.
func (w world) issued(cmd *cobra.Command, r *remote, to string, in any) error {
	f, err := format(cmd, "text", "json")
	if err != nil {
		return err
	}
	var t client.Issued
	if err := r.ask(cmd, "POST", to, in, &t); err != nil {
		return err
	}
	if f == "json" {
		return w.writeJSON(t)
	}
	w.line("%s", t.Secret)
	return nil
}

func tokenRedeemCommand(w world) *cobra.Command {
	var in client.Redeem
	cmd := &cobra.Command{Use: "redeem SECRET --person PERSON", Short: "Make a token of an invitation", Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.Flags().StringVar(&in.Person, "person", "", "who you are")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in.Secret = args[0]
		return w.issued(cmd, r, "/v1/invitations/redeem", in)
	}
	return cmd
}

func tokenListCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "All tokens and invitations, without their secrets", Args: cobra.NoArgs}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		var all []client.Token
		if err := r.ask(cmd, "GET", "/v1/tokens", nil, &all); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(all)
		}
		out := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		for _, t := range all {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Party, t.Person, strings.Join(t.Scopes, ","), tokenState(t))
		}
		return out.Flush()
	}
	return cmd
}

func tokenState(t client.Token) string {
	what := ""
	if t.Invites {
		what = "an invitation, "
	}
	switch {
	case t.Revoked != nil:
		return what + "over since " + offtake.Stamp(*t.Revoked)
	case t.Expires != nil:
		return what + "good until " + offtake.Stamp(*t.Expires)
	}
	return what + "good"
}

func tokenRevokeCommand(world) *cobra.Command {
	cmd := &cobra.Command{Use: "revoke ID", Short: "End a token or an invitation", Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return r.ask(cmd, "DELETE", path("/v1/tokens/", args[0], ""), nil, nil)
	}
	return cmd
}

func clockCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "clock", Short: "A broker's clock: confirm that it is right, or move a rehearsal's on", Args: cobra.NoArgs, RunE: needsVerb}
	confirm := &cobra.Command{Use: "confirm", Short: "The clock is right after all: what was held falls due", Args: cobra.NoArgs}
	r := atServer(confirm)
	confirm.RunE = func(cmd *cobra.Command, _ []string) error {
		return w.act(cmd, r, map[string]any{"act": "clock.confirm"})
	}
	forward := &cobra.Command{Use: "forward INSTANT", Short: "Move the clock of a rehearsal on, and let pass what falls due", Args: cobra.ExactArgs(1)}
	to := atServer(forward)
	forward.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := format(cmd, "text", "json")
		if err != nil {
			return err
		}
		at, err := offtake.ParseInstant(args[0])
		if err != nil {
			return err
		}
		var s client.Status
		if err := to.ask(cmd, "POST", "/v1/clock", map[string]any{"forward": at}, &s); err != nil {
			return err
		}
		if f == "json" {
			return w.writeJSON(s)
		}
		return w.tellStatus(s)
	}
	cmd.AddCommand(confirm, forward)
	return cmd
}

func backupCommand(world) *cobra.Command {
	cmd := &cobra.Command{Use: "backup FILE", Short: "Copy a broker's database to a new file beside it, while it is in use", Args: cobra.ExactArgs(1)}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return r.ask(cmd, "POST", "/v1/backup", map[string]any{"file": args[0]}, nil)
	}
	return cmd
}

func restoreCommand(w world) *cobra.Command {
	var db string
	cmd := &cobra.Command{
		Use:   "restore BACKUP --db FILE",
		Short: "Make a database of a backup, and verify it before anything serves it",
		Long: `Restore copies a backup to a database that is not there yet, and verifies the
copy: that the file is whole, that every entry is the one that was written, and
that all of them fold to a state. What does not hold is not kept. The key that
signs the record is no part of a backup: put it beside the database, as FILE.key.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return w.restore(args[0], db) },
	}
	cmd.Flags().StringVar(&db, "db", "", "the new database file")
	_ = cmd.MarkFlagRequired("db")
	return cmd
}

// restore makes a database of a backup, whole and verified or not at all.
func (w world) restore(backup, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return offtake.Refuse(offtake.Conflict, "database %q exists already; restore into one that does not", path)
	}
	from, err := os.Open(backup)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "backup: %w", err)
	}
	defer from.Close()
	part := path + ".restoring"
	defer func() {
		for _, end := range []string{"", "-wal", "-shm", ".lock"} {
			os.Remove(part + end)
		}
	}()
	to, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return err
	}
	state, err := verified(part)
	if err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	w.line("%s holds %d entries, and version %d of the book %s, as of %s", path, state.Folded(), state.Version().Number, state.Book().Name, offtake.Stamp(state.Now()))
	return nil
}

// verified opens a database, holds every entry against what was written, and folds them.
func verified(path string) (_ *broker.State, err error) {
	db, err := sqlite.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Verify(); err != nil {
		return nil, err
	}
	state := broker.New()
	for e, err := range db.Read(0) {
		if err == nil {
			err = state.Fold(&e)
		}
		if err != nil {
			return nil, err
		}
	}
	if state.Book() == nil {
		return nil, offtake.Refuse(offtake.Invalid, "backup has no book: nothing was ever served from it")
	}
	return state, nil
}
