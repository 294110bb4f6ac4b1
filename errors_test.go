package offtake

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestARefusalKeepsItsKindThroughWrapping(t *testing.T) {
	refused := Refuse(TooLate, "notice %q closed: %w", "n1", io.EOF)
	wrapped := fmt.Errorf("book: %w", refused)
	if got, want := KindOf(wrapped), TooLate; got != want {
		t.Errorf("its kind is %s; want %s", got, want)
	}
	if got, want := refused.Error(), `notice "n1" closed: EOF`; got != want {
		t.Errorf("it reads %q; want %q", got, want)
	}
	if !errors.Is(wrapped, io.EOF) {
		t.Error("its cause is lost")
	}
	if got := KindOf(io.EOF); got != Internal {
		t.Errorf("an error without a kind is %s; want internal", got)
	}
	if got := KindOf(nil); got != 0 {
		t.Errorf("no error is %s; want the zero kind", got)
	}
}
