package rights

import "github.com/offtake-dev/offtake"

// Protected names whose right a clause of an agreement is: who loses something when
// it goes. Of the buyer and the suppliers it is those of the law's book.
func (l *Law) Protected(a *offtake.Agreement, body offtake.Body) []offtake.PartyName {
	return known(l.history.protected(body, &deal{agreement: a}, 0))
}

// Burdened names whom a clause of an agreement puts under a duty, and of a consent
// those whose right it lifts.
func (l *Law) Burdened(a *offtake.Agreement, body offtake.Body) []offtake.PartyName {
	d := &deal{agreement: a}
	out := l.history.burdened(body, d)
	if c, ok := body.(offtake.Consent); ok {
		out = append(out, l.history.lifted(c, d, &offtake.Amendment{})...)
	}
	return known(out)
}

// known leaves out what is nobody: the party of a provider that is not declared.
func known(parties []offtake.PartyName) (out []offtake.PartyName) {
	for _, p := range parties {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
