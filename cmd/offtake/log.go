package main

import (
	"bytes"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/offtake-dev/offtake"
	"github.com/offtake-dev/offtake/internal/broker"
	"github.com/offtake-dev/offtake/internal/journal/transparency"
	"github.com/offtake-dev/offtake/internal/views"
	"github.com/offtake-dev/offtake/internal/wire"
)

func logCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "log", Short: "The record: export it with its proofs, and check what was exported", Args: cobra.NoArgs, RunE: needsVerb}
	cmd.AddCommand(logExportCommand(w), logVerifyCommand(w), logText(w, "checkpoint", "A signed checkpoint of the record as it stands"), logText(w, "key", "The key that checkpoints are checked with"))
	return cmd
}

// logText is a verb that shows what a broker says in plain text.
func logText(w world, name, short string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs}
	r := atServer(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := r.client()
		if err != nil {
			return err
		}
		return c.Copy(cmd.Context(), http.MethodGet, "/v1/log/"+name, nil, w.out)
	}
	return cmd
}

func logExportCommand(w world) *cobra.Command {
	var since []string
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write the record with its proofs to a new file, or of it what your party did",
		Long: `Export writes the record to a new file, or to standard output for "-": a JSON
object a line. Who sees all gets every row; a party gets the rows of what it did,
each with the proof that it stands in the record, and learns of the others only
how many there are.

--since names a file with checkpoints seen before, such as a witness's; the
export then shows that the record goes on from each.`,
		Args: cobra.ExactArgs(1),
	}
	r := atServer(cmd)
	cmd.Flags().StringSliceVar(&since, "since", nil, "a file with checkpoints seen before")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		sizes, err := sizesOf(since)
		if err != nil {
			return err
		}
		c, err := r.client()
		if err != nil {
			return err
		}
		to := "/v1/log/export" + sizes
		if args[0] == "-" {
			return c.Copy(cmd.Context(), http.MethodGet, to, nil, w.out)
		}
		return newFile(args[0], func(f io.Writer) error { return c.Copy(cmd.Context(), http.MethodGet, to, nil, f) })
	}
	return cmd
}

// newFile writes a file that is not there yet, whole or not at all.
func newFile(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return offtake.Refuse(offtake.Conflict, "file %q exists already; write to another", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}

// sizesOf gives the sizes of the checkpoints in files, as a query.
func sizesOf(files []string) (string, error) {
	q := url.Values{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", offtake.Refuse(offtake.Invalid, "--since: %w", err)
		}
		for _, one := range transparency.Split(text) {
			size, err := transparency.SizeOf(one)
			if err != nil {
				return "", offtake.Refuse(offtake.Invalid, "--since: file %q: %w", file, err)
			}
			if size > 0 {
				q.Add("since", strconv.FormatInt(size, 10))
			}
		}
	}
	if len(q) == 0 {
		return "", nil
	}
	return "?" + q.Encode(), nil
}

func logVerifyCommand(w world) *cobra.Command {
	var key string
	var seen []string
	var redecide bool
	cmd := &cobra.Command{
		Use:   "verify FILE --key KEY",
		Short: "Check an exported record, without whoever keeps it",
		Long: `Verify checks an export ("-": standard input) with no broker and no network: that
its checkpoint is signed, that every row is the one it stands for, that none is
missing, twice or elsewhere, and that it goes on from every checkpoint that --seen
names. An export of everything is folded too, to the state that the broker said it
had. Each thing that is wrong is named; then the exit status is 1.

--key is a file with the key, or the key itself; get it from somebody you trust, not
with the export. --redecide decides every act again with the code of this program
and lists what would follow otherwise today; that is no fault of the record.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return w.verifyLog(cmd, args[0], key, seen, redecide) },
	}
	cmd.Flags().StringVar(&key, "key", "", "the key: a file, or the key itself")
	cmd.Flags().StringSliceVar(&seen, "seen", nil, "a file with checkpoints seen before, such as a witness's")
	cmd.Flags().BoolVar(&redecide, "redecide", false, "decide every act again, and list what would follow otherwise")
	_ = cmd.MarkFlagRequired("key")
	return cmd
}

// verifierOf reads a key from a file, or from the flag itself.
func verifierOf(key string) (note.Verifier, error) {
	if text, err := os.ReadFile(key); err == nil {
		key = string(text)
	}
	v, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return nil, offtake.Refuse(offtake.Invalid, "--key is neither a file with a key nor a key: %w", err)
	}
	return v, nil
}

func checkpointsOf(files []string, key note.Verifier) (all []transparency.Checkpoint, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, offtake.Refuse(offtake.Invalid, "--seen: %w", err)
		}
		for _, one := range transparency.Split(text) {
			c, err := transparency.OpenCheckpoint(one, key)
			if err != nil {
				return nil, offtake.Refuse(offtake.Invalid, "--seen: file %q: %w", file, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func (w world) verifyLog(cmd *cobra.Command, file, key string, seen []string, redecide bool) error {
	f, err := format(cmd, "text", "json")
	if err != nil {
		return err
	}
	verifier, err := verifierOf(key)
	if err != nil {
		return err
	}
	before, err := checkpointsOf(seen, verifier)
	if err != nil {
		return err
	}
	in := cmd.InOrStdin()
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return offtake.Refuse(offtake.Invalid, "%w", err)
		}
		defer opened.Close()
		in = opened
	}
	folded := &folding{state: broker.New(), redecide: redecide}
	folded.state.Recalls(folded.recall)
	report, err := transparency.Verify(in, transparency.Check{Key: verifier, Seen: before, Each: folded.each})
	if err != nil {
		return err
	}
	return w.tellVerified(f, report, folded)
}

// folding folds the rows of an export.
type folding struct {
	state    *broker.State
	redecide bool
	broken   string       // why the rows cannot be folded
	past     []wire.Entry // those that were folded, but for work, where evidence may need them
	differs  []difference
}

// A difference is an act from which something else follows today.
type difference struct {
	Row int64  `json:"row"`
	Act string `json:"act"`
	Was string `json:"was"`
	Now string `json:"now"`
}

const mostDifferences = 1000

func (f *folding) each(n int64, e wire.Entry) error {
	if f.broken != "" {
		return nil
	}
	if f.redecide && len(f.differs) < mostDifferences {
		f.again(n, e)
	}
	if _, work := e.Act.Deed.(offtake.PlaceJob); f.redecide && !work {
		f.past = append(f.past, e)
	}
	if err := f.state.Fold(&e); err != nil {
		f.broken = "row " + strconv.FormatInt(n, 10) + ": " + err.Error()
	}
	return nil
}

func (f *folding) recall() iter.Seq2[wire.Entry, error] {
	return func(yield func(wire.Entry, error) bool) {
		for _, e := range f.past {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// again decides an act as the code does now.
func (f *folding) again(n int64, e wire.Entry) {
	was, err := wire.AppendFollowed(nil, &e)
	if err != nil {
		return
	}
	now := e
	if now.Events, err = f.state.DecideLate(e.Act, e.Receipt.Received, e.Receipt.Recorder); err != nil {
		f.differs = append(f.differs, difference{n, string(e.Act.ID), names(e.Events), "refused: " + err.Error()})
		return
	}
	text, err := wire.AppendFollowed(nil, &now)
	if err != nil || !bytes.Equal(text, was) {
		f.differs = append(f.differs, difference{n, string(e.Act.ID), names(e.Events), names(now.Events)})
	}
}

func names(events []offtake.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.Event())
	}
	if all == nil {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// tellVerified tells what a check has found. A record that is not whole is exit
// status 1.
func (w world) tellVerified(f string, r transparency.Report, folded *folding) error {
	var faults []string
	for _, fault := range r.Faults {
		faults = append(faults, fault.String())
	}
	state := ""
	if r.Party == "" && len(r.Faults) == 0 {
		switch state = views.Digest(folded.state); {
		case folded.broken != "":
			faults = append(faults, "unreadable: "+folded.broken)
		case r.State != state:
			faults = append(faults, "state: the rows fold to another state than the broker had; try the version of offtake that wrote it")
		}
	}
	if f == "json" {
		if err := w.writeJSON(map[string]any{
			"origin": r.Checkpoint.Origin, "size": r.Checkpoint.Size, "opened": r.Opened, "party": r.Party, "seen": len(r.Earlier),
			"state": state, "faults": append([]string{}, faults...), "differences": append([]difference{}, folded.differs...),
		}); err != nil {
			return err
		}
	} else {
		w.sayVerified(r, folded, state, faults)
	}
	if len(faults) > 0 {
		return offtake.Refuse(offtake.Conflict, "record does not hold: %s", faults[0])
	}
	return nil
}

func (w world) sayVerified(r transparency.Report, folded *folding, state string, faults []string) {
	for _, fault := range faults {
		w.line("%s", fault)
	}
	if len(faults) > 0 {
		return
	}
	if r.Party == "" {
		w.line("the record of %s holds: %d rows, none changed, missing, twice or elsewhere", r.Checkpoint.Origin, r.Opened)
		w.line("  they fold to the state that the broker had, %.16s", state)
	} else {
		w.line("the record of %s holds: %d rows of %s, of %d", r.Checkpoint.Origin, r.Opened, r.Party, r.Checkpoint.Size)
	}
	for _, c := range r.Earlier {
		w.line("  it goes on from the checkpoint of %d rows", c.Size)
	}
	for _, d := range folded.differs {
		w.line("  row %d, act %s: there followed %s; today %s", d.Row, d.Act, d.Was, d.Now)
	}
	if folded.redecide && len(folded.differs) == 0 {
		w.line("  decided again, the same follows from every act")
	}
}
