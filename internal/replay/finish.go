package replay

import "github.com/offtake-dev/offtake"

// result puts together what the replay came to.
func (r *replay) result() *Result {
	out := &r.out
	t := &r.tally
	out.Book, out.From, out.To, out.Seed = r.book.Name, r.from, r.at(r.now), r.Seed
	out.Terms = r.Setup.TermsAt
	out.Jobs, out.ServedJobs, out.RunningJobs, out.WaitingJobs, out.UnservedJobs = t.jobs, t.served, t.running, t.waiting, t.unserved
	out.GPUSeconds, out.ServedGPUSeconds, out.UnservedGPUSeconds = t.arrivedSec, t.servedSec, t.unservedSec
	out.WaitingGPUSeconds = t.waitingSec + t.cutSec
	out.Wait = t.percentiles()
	out.Spend = Amount{r.spend()}
	out.Providers = r.shares()
	for _, s := range r.standing {
		out.Commitments = append(out.Commitments, Drawn{
			Clause: s.Clause, Provider: s.provider, Measure: s.Measure,
			Committed: r.level(s.Committed, s.Measure), Drawn: r.level(s.Drawn, s.Measure), Remaining: r.level(s.Remaining, s.Measure),
		})
	}
	r.countRefusals()
	out.Deliveries = r.delivered()
	return out
}

func (r *replay) shares() (out []ProviderShare) {
	totals := r.market.Accounts().Totals()
	for _, p := range r.book.Providers {
		by := r.tally.of(p.Name)
		s := ProviderShare{
			Provider: p.Name, Jobs: by.jobs, GPUSeconds: by.seconds, GPUHours: Hours(by.seconds), Peak: by.peak,
			Spend: Amount{r.rounded(offtake.Accrual{})},
		}
		if r.tally.servedSec > 0 {
			s.Share = float64(by.seconds) / float64(r.tally.servedSec)
		}
		for _, t := range totals {
			if t.Provider == p.Name {
				s.HeldHours, s.UsedHours = Hours(t.Used+t.Unused), Hours(t.Used)
				s.Spend = Amount{r.rounded(t.Spend)}
			}
		}
		out = append(out, s)
	}
	return out
}

// countRefusals counts the processes by how they ended.
func (r *replay) countRefusals() {
	n := &r.out.Refusals
	for _, p := range r.market.Deals().Processes() {
		if p.Contract.Placement != nil {
			continue
		}
		switch p.State() {
		case offtake.NotTriggered:
		case offtake.IsFulfilled:
			n.Matched++
		case offtake.ClosedThirdParty:
			n.Released++
		case offtake.IsWaived:
			n.Waived++
		case offtake.IsBreached:
			n.Breached++
		case offtake.IsWithdrawn, offtake.IsSuperseded, offtake.IsTailExpired:
			n.Lapsed++
		default:
			n.Pending++
		}
	}
}
