package docket

import (
	"fmt"
	"slices"
	"strings"
)

// Sources are the documents and decisions that a case may name as the source of
// its rule. A case says in its own words what it takes from them.
var Sources = []string{
	"NVCA model right of first refusal and co-sale agreement",
	"Series AA investors' agreement",
	"LIN Broadcasting v. Metromedia (N.Y. 1989)",
	"FWT v. Haskin Wallace Mason (Tex. App. 2009)",
	"K4C6R v. Elmore (N.C. App. 2019)",
	"Clifton Land v. Magic Car Wash (N.Y. App. Div. 2018)",
	"McMullen v. Dilawri (Ontario)",
	"West Texas Transmission v. Enron (5th Cir. 1990)",
}

// The heads of a source that is no document: law and practice differ and the
// clause must say; or the rule is the process's own, or of how it counts time.
var heads = []string{"practice differs", "rule of the process",
	"rule of time 1", "rule of time 2", "rule of time 3", "rule of time 4", "rule of time 5",
	"rule of time 6", "rule of time 7", "rule of time 8", "rule of time 9"}

// Head gives what a source is: a name of Sources, or one of the other heads.
func (c *Case) Head() string {
	head, _, _ := strings.Cut(c.Source, ": ")
	return head
}

// checkSource refuses a source that is missing, that is none of those known, or
// that is not one sentence.
func checkSource(source string) error {
	head, sentence, ok := strings.Cut(source, ": ")
	switch {
	case source == "":
		return fmt.Errorf("the case has no source")
	case !ok || !slices.Contains(Sources, head) && !slices.Contains(heads, head):
		return fmt.Errorf("the source %q begins with none of the known ones", source)
	case !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, ". "):
		return fmt.Errorf("the source %q is not one sentence", source)
	}
	return nil
}
