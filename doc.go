// Package offtake holds the words of compute contracts: agreement, clause,
// scope, provider, demand, opportunity, notice, answer, award, reservation,
// placement, usage and money, and the acts and events about them.
//
// A book of agreements is written as YAML and read by package book. What its
// words mean is decided elsewhere: legal time by internal/civil, what a clause
// permits by internal/rights, the course of a first refusal by
// internal/refusal, and where all of it has force by internal/market.
//
// This package imports only the standard library and, inside Money, a decimal
// library. It knows no files, no clock and no network. All its values are
// plain data: compare them, copy them, print them.
package offtake
