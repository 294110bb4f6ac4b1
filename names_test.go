package offtake

import "testing"

func TestAClauseIsNamedFromInsideAndOutside(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"api", "m/api"}, {"other/api", "other/api"}} {
		ref, err := ParseClauseRef(c.in, "m")
		if err != nil || ref.String() != c.want {
			t.Errorf("ParseClauseRef(%q) inside m = %s, %v; want %s", c.in, ref, err, c.want)
		}
	}
	for _, s := range []string{"", "/", "a/", "/b", "a/b/c"} {
		if ref, err := ParseClauseRef(s, "m"); err == nil {
			t.Errorf("ParseClauseRef(%q) = %s; want it refused", s, ref)
		}
	}
	if ref, err := ParseClauseRef("api", ""); err == nil {
		t.Errorf("a bare clause outside an agreement is %s; want it refused", ref)
	}
}
