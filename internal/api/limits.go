package api

import (
	"net"
	"net/http"
	"sync"

	"golang.org/x/time/rate"
)

// How much anybody may ask for. Who has no token that is good shares one small allowance
// by address, so that secrets cannot be tried.
const (
	strangerRate  = 5 // requests a second
	strangerBurst = 50
	mostKnown     = 10_000
)

// limits allow so many requests a second of whoever is known by a name.
type limits struct {
	rate  rate.Limit
	burst int
	mu    sync.Mutex
	known map[string]*rate.Limiter
}

func newLimits(perSecond float64, burst int) *limits {
	return &limits{rate: rate.Limit(perSecond), burst: burst, known: map[string]*rate.Limiter{}}
}

// allow reports whether one more request is within what is allowed.
func (l *limits) allow(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	who, ok := l.known[name]
	if !ok {
		if len(l.known) >= mostKnown { // forgetting all allows each a burst again, and bounds memory
			clear(l.known)
		}
		who = rate.NewLimiter(l.rate, l.burst)
		l.known[name] = who
	}
	return who.Allow()
}

// hostOf gives the address that a request comes from, without its port.
func hostOf(r string) string {
	host, _, err := net.SplitHostPort(r)
	if err != nil {
		return r
	}
	return host
}

const tooMany = http.StatusTooManyRequests
