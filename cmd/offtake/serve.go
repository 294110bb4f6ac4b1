package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/access"
	"github.com/offtake-dev/offtake/internal/api"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/desk"
	"github.com/offtake-dev/offtake/internal/journal/sqlite"
	"github.com/offtake-dev/offtake/internal/outgoing"
	"github.com/offtake-dev/offtake/internal/versions"
	"github.com/offtake-dev/offtake/internal/work"
)

// serveFlags say how a broker is served.
type serveFlags struct {
	db, listen, cert, key, rehearse, address string
	plain, debug, newKey                     bool
	witness                                  []string
	every                                    time.Duration
	rate                                     float64
}

func serveCommand(w world) *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve [BOOK]",
		Short: "Run a book as a broker: an API, with clocks, parties and a record",
		Long: `Serve runs a book. Acts come in over the API and are answered once they are
written down, deadlines pass by the clock, and everything is kept in one
database file, a book a file.

The first start takes the book from its folder and writes a token for whoever
operates the broker into a file beside the database. Later starts need no
folder; where one is given it must be the book that holds now, and a changed
one is refused until it is pushed (offtake book push).

A broker that listens beyond this machine needs --tls-cert and --tls-key, or
--plain where something in front of it speaks TLS.

Checkpoints of the record are signed with a key in a file beside the database,
DB.key, which is made at the first start; DB.pub is what they are checked with.
--witness publishes them elsewhere, so that a record that is changed is found out.

--rehearse starts the broker's clock at an instant of your choosing; offtake
clock forward moves it on. What is recorded so happened to nobody.`,
		Example: `  offtake serve examples/openai --db openai.db
  offtake serve examples/openai --db rehearsal.db --rehearse 2025-06-03T17:00:00Z`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return w.serve(ctx, flags, args)
		},
	}
	cmd.Flags().StringVar(&flags.db, "db", "offtake.db", "the database file")
	cmd.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:7443", "the address to listen on")
	cmd.Flags().StringVar(&flags.address, "address-file", "", "write the address to this file once the broker listens; with --listen 127.0.0.1:0 the system picks the port")
	cmd.Flags().StringVar(&flags.cert, "tls-cert", "", "a file with the certificate, as PEM")
	cmd.Flags().StringVar(&flags.key, "tls-key", "", "a file with its key, as PEM")
	cmd.Flags().BoolVar(&flags.plain, "plain", false, "speak HTTP without TLS beyond this machine too")
	cmd.Flags().StringSliceVar(&flags.witness, "witness", nil, "publish checkpoints of the record to this file or address")
	cmd.Flags().DurationVar(&flags.every, "witness-every", time.Minute, "how often, while there is something new")
	cmd.Flags().Float64Var(&flags.rate, "rate", 1000, "how many requests a second a token may make; 0: as many as it likes")
	cmd.Flags().BoolVar(&flags.newKey, "new-key", false, "sign the record with a new key from now on")
	cmd.Flags().BoolVar(&flags.debug, "debug", false, "log every request")
	cmd.Flags().StringVar(&flags.rehearse, "rehearse", "", "start the broker's clock at this instant")
	return cmd
}

// serve runs a broker until the context ends.
func (w world) serve(ctx context.Context, flags serveFlags, args []string) (err error) {
	if (flags.cert == "") != (flags.key == "") {
		return offtake.Refuse(offtake.Invalid, "--tls-cert and --tls-key go together")
	}
	listener, err := net.Listen("tcp", flags.listen)
	if err != nil {
		return offtake.Refuse(offtake.Invalid, "--listen: %w", err)
	}
	defer listener.Close()
	if a, ok := listener.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() && flags.cert == "" && !flags.plain {
		return offtake.Refuse(offtake.Invalid, "listening on %s without TLS would send tokens in the clear; give --tls-cert and --tls-key, or --plain where something in front of it speaks TLS", listener.Addr())
	}
	level := slog.LevelInfo
	if flags.debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewJSONHandler(w.err, &slog.HandlerOptions{Level: level}))
	b, err := openBroker(flags, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.first(ctx, flags.db, args); err != nil {
		return err
	}
	key, err := b.signs(flags)
	if err != nil {
		return err
	}
	a, err := api.New(api.Options{
		Key: key, Rate: flags.rate,
		Desk: b.desk, Store: b.db, Gate: b.gate, Now: time.Now, Version: version(), Rehearse: b.rehearse,
		Backups: filepath.Dir(flags.db), Log: log,
	})
	if err != nil {
		return err
	}
	return b.listen(ctx, listener, flags, a, log)
}

// A running broker is a desk with what it needs.
type running struct {
	db       *sqlite.DB
	desk     *desk.Desk
	gate     *access.Gate
	rehearse *desk.Rehearsal
	log      *slog.Logger
}

// openBroker opens what the flags say. Where it fails, nothing stays open.
func openBroker(flags serveFlags, log *slog.Logger) (*running, error) {
	b := &running{log: log}
	if err := b.open(flags); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *running) open(flags serveFlags) (err error) {
	var clock desk.Clock
	if flags.rehearse != "" {
		start, err := offtake.ParseInstant(flags.rehearse)
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "--rehearse: %w", err)
		}
		b.rehearse = desk.NewRehearsal(start)
		clock = b.rehearse
	}
	if b.db, err = sqlite.Open(flags.db); err != nil {
		return err
	}
	if err := b.rehearses(); err != nil {
		return err
	}
	if b.gate, err = access.Open(b.db); err != nil {
		return err
	}
	b.desk, err = desk.Open(b.db, desk.Options{Code: version(), Clock: clock, Log: b.log, Start: work.Start, Effects: outgoing.Effects})
	return err
}

// signs gives the key that signs the record.
func (b *running) signs(flags serveFlags) (api.Key, error) {
	name := ""
	b.desk.Read(func(s *broker.State) { name = string(s.Book().Name) })
	return signingKey(b.db, flags.db+".key", "offtake/"+name, flags.newKey)
}

// rehearses keeps rehearsals and what is real apart: a database is one or the other.
func (b *running) rehearses() error {
	kept, err := b.db.Kept("clock")
	if err != nil {
		return err
	}
	was, known := kept["kind"]
	kind := "world"
	if b.rehearse != nil {
		kind = "rehearsal"
	}
	switch {
	case !known:
		return b.db.Keep("clock", "kind", []byte(kind))
	case string(was) == kind:
		return b.goesOn()
	case kind == "rehearsal":
		return offtake.Refuse(offtake.Conflict, "database holds a record of the world; rehearse with another one")
	}
	return offtake.Refuse(offtake.Conflict, "database holds a rehearsal; start it with --rehearse, or take another one")
}

// goesOn puts the clock of a rehearsal to where the last act was written down.
func (b *running) goesOn() error {
	if b.rehearse == nil || b.db.Version() == 0 {
		return nil
	}
	for e, err := range b.db.Read(b.db.Version() - 1) {
		if err != nil {
			return err
		}
		b.rehearse.Forward(e.Receipt.Recorded)
	}
	return nil
}

// first pushes the first version of the book, and makes the first token.
func (b *running) first(ctx context.Context, db string, args []string) error {
	var now *broker.Version
	var party offtake.PartyName
	b.desk.Read(func(s *broker.State) {
		if v := s.Version(); v != nil {
			now, party = v, v.Book.Buyer
		}
	})
	if len(args) > 0 {
		files, findings := versions.Files(os.DirFS(args[0]))
		if doesNotLoad(findings) {
			return offtake.Refuse(offtake.Invalid, "book %q does not load; see offtake check", args[0])
		}
		switch hash := versions.Hash(files); {
		case now == nil:
			book, _, err := broker.Load(files)
			if err != nil {
				return err
			}
			party = book.Buyer
			if _, err := b.desk.Take(ctx, desk.Asked{Act: offtake.Act{By: party, Deed: offtake.BookPush{Hash: hash, Files: files}}}); err != nil {
				return err
			}
		case hash != now.Hash:
			return offtake.Refuse(offtake.Conflict, "book %q is not version %d, which holds; start without it, and push it with offtake book push %s", args[0], now.Number, args[0])
		}
	} else if now == nil {
		return offtake.Refuse(offtake.Invalid, "database %q has no book yet; say which: offtake serve BOOK --db %s", db, db)
	}
	if len(b.gate.Tokens()) > 0 {
		return nil
	}
	return b.firstToken(db+".token", party)
}

// firstToken makes the operator's token and writes it into a file that only its owner
// may read.
func (b *running) firstToken(path string, party offtake.PartyName) error {
	secret, _, err := b.gate.Issue(access.Token{Party: party, Person: "operator", Scopes: access.Scopes}, time.Now())
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return err
	}
	b.log.Info("the operator's token was written", "file", path)
	return nil
}

// listen serves until the context ends, and then lets what is there finish.
func (b *running) listen(ctx context.Context, l net.Listener, flags serveFlags, a *api.API, log *slog.Logger) error {
	server := &http.Server{
		Handler: a, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() {
		if flags.cert != "" {
			ended <- server.ServeTLS(l, flags.cert, flags.key)
		} else {
			ended <- server.Serve(l)
		}
	}()
	scheme := "http"
	if flags.cert != "" {
		scheme = "https"
	}
	address := fmt.Sprintf("%s://%s", scheme, l.Addr())
	if flags.address != "" {
		if err := os.WriteFile(flags.address, []byte(address+"\n"), 0o644); err != nil {
			return err
		}
	}
	log.Info("serving", "address", address)
	carried := make(chan struct{})
	go func() {
		defer close(carried)
		b.carry(ctx)
	}()
	told := make(chan struct{})
	go func() {
		defer close(told)
		(&witnesses{to: flags.witness, log: log, seen: map[string]int64{}}).watch(ctx, a, max(flags.every, time.Second))
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	b.desk.Close() // streams of events end with it
	err := server.Shutdown(late)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-told
	<-carried
	log.Info("ended")
	return err
}

// close ends everything.
func (b *running) close() (err error) {
	if b.desk != nil {
		err = b.desk.Close()
	}
	if b.db != nil {
		err = errors.Join(err, b.db.Close())
	}
	return err
}
