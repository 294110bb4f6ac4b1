package wire

import (
	"strconv"

	"github.com/offtake-dev/offtake"
)

// Placing and finishing a job are written a million times in a replay, so they
// are spelled out here. Everything in this file writes the bytes that the plans
// would.

func appendHotDeed(dst []byte, d offtake.Deed) (_ []byte, hot bool, err error) {
	switch d := d.(type) {
	case offtake.PlaceJob:
		dst, err = appendPlaceJob(dst, &d)
		return dst, true, err
	case offtake.FinishJob:
		dst, err = appendText(dst, "job", string(d.Job))
		return dst, true, err
	}
	return dst, false, nil
}

func appendHotEvent(dst []byte, e offtake.Event) (_ []byte, hot bool, err error) {
	switch e := e.(type) {
	case offtake.JobPlaced:
		dst, err = appendPlaceJob(dst, (*offtake.PlaceJob)(&e)) // as long as they say the same
		return dst, true, err
	case offtake.JobFinished:
		dst, err = appendText(dst, "job", string(e.Job))
		return dst, true, err
	}
	return dst, false, nil
}

func appendPlaceJob(dst []byte, d *offtake.PlaceJob) (_ []byte, err error) {
	if dst, err = appendText(dst, "job", string(d.Job)); err != nil {
		return nil, err
	}
	if dst, err = appendParts(dst, d.Parts); err != nil {
		return nil, err
	}
	if !d.Until.IsZero() {
		if dst, err = appendInstant(appendKey(dst, "until"), d.Until); err != nil {
			return nil, err
		}
	}
	for _, f := range [...]struct{ key, value string }{
		{"purpose", string(d.Purpose)}, {"product", string(d.Product)},
		{"asset", string(d.Asset)}, {"customer", string(d.Customer)},
	} {
		if dst, err = appendText(dst, f.key, f.value); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendParts(dst []byte, parts []offtake.Taken) (_ []byte, err error) {
	if parts == nil {
		return dst, nil
	}
	dst = append(appendKey(dst, "parts"), '[')
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendText(append(dst, '{'), "reservation", string(p.Reservation)); err != nil {
			return nil, err
		}
		if p.Quantity != 0 {
			dst = strconv.AppendInt(appendKey(dst, "quantity"), p.Quantity, 10)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']'), nil
}

// appendText writes a key and its text, or nothing where there is none.
func appendText(dst []byte, key, value string) ([]byte, error) {
	if value == "" {
		return dst, nil
	}
	return appendString(appendKey(dst, key), value)
}
