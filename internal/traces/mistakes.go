package traces

import (
	"errors"
	"fmt"
	"strings"

	"github.com/offtake-dev/offtake"
)

// maxMistakes bounds how many mistakes of a trace are shown; the rest is counted.
const maxMistakes = 20

// mistakes gathers what is wrong with a trace, so that it can be mended in one go.
type mistakes struct {
	first []error
	more  int
}

// Once these are passed, every further row passes them too.
var (
	errSum   = fmt.Errorf("GPU-seconds of all jobs are more than %d", int64(MaxGPUSeconds))
	errWorks = fmt.Errorf("kinds of work are more than %d", maxWorks)
)

// add takes a mistake, and reports whether reading on can find others.
func (m *mistakes) add(err error) bool {
	if len(m.first) < maxMistakes {
		m.first = append(m.first, err)
	} else {
		m.more++
	}
	return !errors.Is(err, errSum) && !errors.Is(err, errWorks)
}

// err gives all mistakes in one error, a line each; nil where there are none.
func (m *mistakes) err() error {
	switch {
	case len(m.first) == 0:
		return nil
	case len(m.first) == 1:
		return m.first[0]
	}
	var all []string
	for _, err := range m.first {
		all = append(all, err.Error())
	}
	if m.more > 0 {
		all = append(all, fmt.Sprintf("and %d more", m.more))
	}
	return offtake.Refuse(offtake.Invalid, "%s", strings.Join(all, "\n"))
}
