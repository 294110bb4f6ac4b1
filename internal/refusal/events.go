package refusal

import "github.com/offtake-dev/offtake"

// ProcessOf gives the process an event is about, or "" for one that is about
// none.
func ProcessOf(e offtake.Event) offtake.ProcessID {
	switch e := e.(type) {
	case offtake.ProcessOpened:
		return e.Process
	case offtake.TermsReplaced:
		return e.Process
	case offtake.NotifyMissed:
		return e.Process
	case offtake.NoticeFoundDeficient:
		return e.Process
	case offtake.NoticeServed:
		return e.Process
	case offtake.NoticeCorrected:
		return e.Process
	case offtake.RankOpened:
		return e.Process
	case offtake.RankClosed:
		return e.Process
	case offtake.Bound:
		return e.Process
	case offtake.DefinitiveSigned:
		return e.Process
	case offtake.Tolled:
		return e.Process
	case offtake.Resumed:
		return e.Process
	case offtake.Extended:
		return e.Process
	case offtake.Assigned:
		return e.Process
	case offtake.QuestionRaised:
		return e.Process
	case offtake.Determined:
		return e.Process
	case offtake.AnsweredOffTerms:
		return e.Process
	case offtake.Accepted:
		return e.Process
	case offtake.Declined:
		return e.Process
	case offtake.Lapsed:
		return e.Process
	case offtake.Released:
		return e.Process
	case offtake.Fulfilled:
		return e.Process
	case offtake.Superseded:
		return e.Process
	case offtake.Withdrawn:
		return e.Process
	case offtake.Restored:
		return e.Process
	case offtake.Reinstated:
		return e.Process
	}
	return processOfThirdParty(e)
}

func processOfThirdParty(e offtake.Event) offtake.ProcessID {
	switch e := e.(type) {
	case offtake.ThirdPartySigned:
		return e.Process
	case offtake.ThirdPartyClosed:
		return e.Process
	case offtake.ThirdPartyNoted:
		return e.Process
	case offtake.CloseOverdue:
		return e.Process
	case offtake.TailExpired:
		return e.Process
	case offtake.DisputeRaised:
		return e.Process
	case offtake.OfferMade:
		return e.Process
	case offtake.OfferStood:
		return e.Process
	case offtake.OfferTurnedDown:
		return e.Process
	case offtake.ProductShipped:
		return e.Process
	case offtake.StatementMade:
		return e.Process
	case offtake.HeadStartOver:
		return e.Process
	case offtake.Waived:
		return e.Process
	case offtake.ClauseReplaced:
		return e.Process
	case offtake.Breached:
		return e.Process
	}
	return ""
}
