// Package rights says what a book of agreements permits: its terms as of an
// instant, the four questions with their reasons, and what is wrong with a
// draft.
//
// Compile makes a Law of a book, once. A Law never changes and may be used by
// many at once; it reads no clock and knows nothing of what was done under the
// book. What was measured of a consent comes in with the question.
//
// # Terms
//
// An agreement is in force from its effective instant until its end. One with a
// renewal renews on, since no document of the language gives notice against it,
// and a note says so. Amendments take hold in the order of their instants, at
// one instant in the order written. One without every signature it needs
// changes nothing: everyone whose right a removed or replaced clause was, whom
// a clause that a consent lifts protects, and whom an added clause puts under a
// duty. A right that has run out is not taken away any more. Whether a change is
// to somebody's advantage is not weighed, and one who decides a question signs
// nothing.
//
// A statement counts from its instant if the clause it is of is in force then
// and names who makes it. The first yes to a determination is final: what it
// ended does not revive. While nobody has answered one with `meanwhile: hold`,
// a clause that hangs on it may be in force or not; where that matters the
// answer is undetermined. With `meanwhile: continue` the clause is in force.
//
// # Boxes
//
// Every clause is compiled to boxes: a set of cells in each dimension. A cell is
// a declared word, a free word some clause uses, the rest of the words that
// begin alike, or a stretch between the bounds that clauses set. Lengths are
// counted from 1 January 2001. The route is no dimension of its own: it follows
// from the provider. A table keeps for each cell the rows that cover it as a bit
// mask; a request's rows are the masks of its cells, and-ed.
//
// # Questions
//
// `procure`: an exclusivity for another provider forbids. A first refusal binds
// its grantor, buying from a third party or, where the grantor supplies,
// selling to one; the holders that come before that party must be offered its
// terms. A first offer binds the buyer. Whoever is a holder, or its affiliate,
// is no third party, but for holders of a smaller rank.
//
// `place` and `serve`: an exclusivity forbids, a first placement asks that the
// product be placed there first. All of the statements that excuse a product
// must have been made for it. Work for no product is not touched, and by the
// book alone no head start has run.
//
// `use`: permitted to the licensor; to the buyer, for an asset that no licence
// names another licensor of; and under a licence for that party, not its
// affiliates, unless somebody else's exclusive licence covers the use too. A
// licence names its licensor also before it begins and after it has ended:
// what runs out is the leave to use, not whose the asset is.
//
// A consent lifts what it names for a request that its scope covers wholly, as
// a licence grants; one purpose in its scope is enough for a restriction. For
// `procure` the quantity asked for counts against a consent's limit; for
// capacity held already it counts where it is stated. Limits of megawatts and
// money, and shares, are met until they are measured.
//
// Of a fact not stated every value is tried that the book declares, and for
// free words some other one: where verdict and duties agree, that is the
// answer. Otherwise it is undetermined, and what is missing are the facts of
// which a change alone changes the answer. See weighing for how, and for the
// bound on the effort.
package rights
