package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/offtake-dev/offtake/internal/broker"
)

// meters count what an API does. They name operations and statuses, and never what
// anything was about.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func (a *API) newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "offtake_requests_total", Help: "Requests, by operation and status."}, []string{"operation", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "offtake_request_seconds", Help: "How long requests took, by operation.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}, []string{"operation"}),
	}
	m.registry.MustRegister(m.requests, m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, g := range []struct {
		name, help string
		counts     bool
		value      func() float64
	}{
		{"offtake_log_entries", "Entries of the log.", false, func() float64 { return float64(a.Desk.Version()) }},
		{"offtake_commits_total", "Transactions since the start.", true, func() float64 { return float64(a.Desk.Stats().Commits) }},
		{"offtake_committed_entries_total", "Entries written in them.", true, func() float64 { return float64(a.Desk.Stats().Entries) }},
		{"offtake_commit_failures_total", "Batches of acts of which nothing could be written.", true, func() float64 { return float64(a.Desk.Stats().Failures) }},
		{"offtake_deadlines_held", "1 while the clock is doubted and deadlines are held.", false, a.held},
		{"offtake_next_deadline_seconds", "Seconds until the next deadline by the broker's clock; -1 where none runs.", false, a.nextDeadline},
		{"offtake_jobs_waiting", "Jobs that wait for capacity.", false, a.waiting},
	} {
		if g.counts {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: g.name, Help: g.help}, g.value))
			continue
		}
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help}, g.value))
	}
	return m
}

func (a *API) held() (held float64) {
	a.Desk.Read(func(s *broker.State) {
		if s.Doubted() != "" {
			held = 1
		}
	})
	return held
}

func (a *API) nextDeadline() float64 {
	left := -1.0
	a.Desk.Read(func(s *broker.State) {
		if at, _, ok := s.Held(); ok {
			left = max(0, at.Sub(a.Desk.Now()).Seconds())
		}
	})
	return left
}

func (a *API) waiting() (n float64) {
	a.Desk.Read(func(s *broker.State) {
		if s.Market() != nil {
			n = float64(len(s.Market().Queue().Waiting()))
		}
	})
	return n
}

// handler tells the meters in the form of Prometheus.
func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// count counts a request that has been answered.
func (m *meters) count(operation string, status int, took time.Duration) {
	if operation == "" {
		operation = "none"
	}
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(operation).Observe(took.Seconds())
}

// A recorder keeps the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
