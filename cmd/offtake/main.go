// Command offtake makes compute contracts executable: it reads a book of
// agreements and says what may be bought, placed, served and used, when a
// deadline falls, and what a contract does to real demand.
//
// One file holds one verb. Results go to standard output and nothing else
// does; the command is silent when all is well. Exit status: 0 done, 1 refused
// or findings, 2 misused or the book does not load.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/offtake-dev/offtake"
)

// A world is everything a verb may touch outside its arguments.
type world struct {
	out, err io.Writer
	now      func() time.Time
	terminal bool // standard error is a terminal: progress may be drawn
}

func main() {
	os.Exit(run(world{
		out:      os.Stdout,
		err:      os.Stderr,
		now:      time.Now,
		terminal: isTerminal(os.Stderr),
	}, os.Args[1:]))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A status ends the command with an exit status and nothing more to say.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// The exit statuses.
const (
	refused status = 1 // refused, or findings
	misused status = 2 // misused, or the book does not load
)

// run carries out one command line and gives its exit status.
func run(w world, args []string) int {
	out := &results{to: w.out}
	w.out = out
	root := newRoot(w)
	root.SetArgs(args)
	err := root.Execute()
	if out.err != nil { // results that were lost are worse than anything they said
		err = out.err
	}
	if err == nil {
		return 0
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	fmt.Fprintf(w.err, "offtake: %v\n", err)
	return int(statusOf(err))
}

// results is standard output. It remembers the first failure, so that no verb
// can lose what it had to say and call itself done.
type results struct {
	to  io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.to.Write(p)
	r.err = err
	return n, err
}

// statusOf is the one table from a kind of refusal to an exit status.
func statusOf(err error) status {
	switch e, ok := errors.AsType[*offtake.Error](err); {
	case !ok: // a flag or an argument that cobra refused, or a file
		return misused
	case e.Kind == offtake.Forbidden, e.Kind == offtake.TooLate, e.Kind == offtake.Conflict:
		return refused
	}
	return misused
}

func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:   "offtake",
		Short: "Compute contracts, executable",
		Long: `Offtake makes compute contracts executable. A book of agreements, written as
YAML, says what may be bought, placed, served and used; Offtake answers with the
clause that decides, counts deadlines by legal time, and replays real demand
under the terms of any day.

Nothing here is legal advice.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.SetOut(w.out)
	root.SetErr(w.err)
	root.PersistentFlags().StringP("output", "o", "text", "text, json, or csv where there are rows")
	root.AddCommand(
		initCommand(w),
		checkCommand(w),
		showCommand(w),
		askCommand(w),
		deadlineCommand(w),
		importCommand(w),
		playCommand(w), replayCommand(w),
		serveCommand(w), statusCommand(w),
		offerCommand(w), quoteCommand(w), noticeCommand(w), answerCommand(w), inboxCommand(w), attachmentCommand(w), awardCommand(w), actCommand(w), jobCommand(w), usageCommand(w), statementCommand(w), focusCommand(w), whyCommand(w),
		bookCommand(w), logCommand(w), tokenCommand(w), clockCommand(w), backupCommand(w), restoreCommand(w),
		manCommand(w),
	)
	return root
}

// version gives the module's version, as the build recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
