package play_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/offtake-dev/offtake/internal/refusal/docket"
	"pgregory.net/rapid"
)

// threeRights begins a case in which a need meets two first offers and a first
// refusal, and a launch a first placement.
const threeRights = `# A need and a launch that meet rights of every kind.
source rule of the process: what must never break does not, whatever is done.
first_offer floor=USD_5.00
another also first_offer holder=crusoe window=P5BD at_least=700
another match holders=coreweave:1:1 partial=lots
another placed first_placement declared_by=microsoft statements=cannot_support,chooses_not_to
statement one of=placed at=2025-06-09 by=microsoft says=cannot_support
amendment june on=2025-06-05 signed=openai,microsoft,crusoe,coreweave,oracle processes=apply window=P20BD
amendment july on=2025-06-20 signed=openai,microsoft,crusoe,coreweave,oracle processes=apply removes=new
`

// drawnActs are what is done in random cases.
var drawnActs = strings.Split(strings.TrimSpace(`
openai offer.invite
openai offer.invite
openai offer.invite
openai offer.invite as=it_stands
openai offer.receive price=USD_7.00
openai offer.receive price=USD_7.00 expires=2025-06-20
openai offer.revise quantity=648
openai offer.revise quantity=1080
openai offer.revise site=milam
openai offer.revise price=USD_8.00
openai offer.withdraw
openai notice.serve
microsoft offer.make price=USD_7.00
microsoft offer.make price=USD_6.50 quantity=432
microsoft offer.make price=USD_6.00 expires=2025-06-12
crusoe offer.make price=USD_6.00 quantity=504
microsoft refuse
crusoe refuse under=also
coreweave accept quantity=432
openai accept
openai accept under=also
openai refuse under=new
openai definitive.sign
openai holder.default under=new
openai third_party.sign provider=oci price=USD_6.00
openai third_party.sign provider=oci price=USD_4.00 quantity=144
openai third_party.sign provider=oci price=USD_6.00 exclusive_marketing=1
openai third_party.sign provider=oci price=USD_6.00 conditional=true
openai third_party.close
openai determine answer=for_holder signed_by=openai,microsoft
openai determine answer=for_grantor signed_by=openai,microsoft
openai extend deadline=answer until=2025-07-20 signed_by=openai
openai amend amendment=june
openai amend amendment=july
microsoft evidence of=a2 received=2025-06-03T12:00
openai product.announce on=l product=api
openai product.ship on=l provider=azure
openai product.ship on=l provider=oci
openai product.drop on=l
microsoft declare on=l says=chooses_not_to
`), "\n")

// TestWhateverIsDone plays random cases of first offers and first placements: no
// part is empty or negative, none of a need is lost, every state has its reason,
// acts sent twice have no effect, and every prefix gives the same pictures.
func TestWhateverIsDone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text, at := threeRights, time.Date(2025, 6, 3, 10, 0, 0, 0, time.UTC)
		for range rapid.IntRange(2, 12).Draw(r, "acts") {
			text += at.Format("2006-01-02T15:04") + " " + rapid.SampledFrom(drawnActs).Draw(r, "act") + "\n"
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 24, 50, 200, 800}).Draw(r, "hours")) * time.Hour)
		}
		cases, err := docket.Parse("drawn", text)
		if err != nil {
			t.Fatal(err)
		}
		s := stage(t, &cases[0])
		whole := s.run(t, join(s.lines), s.stops)
		for _, wrong := range broken(whole) {
			r.Fatalf("%s, of\n%s", wrong, text)
		}
		s.twice(t, whole)
		s.prefixes(t, whole)
		if t.Failed() {
			r.Fatalf("of\n%s", text)
		}
	})
}

// broken gives what must never be so in any picture.
func broken(got told) (wrong []string) {
	for _, picture := range got.AsOf {
		for _, p := range picture.Processes {
			var sum int64
			for _, q := range p.Parts {
				sum += q.Quantity
				if q.Quantity <= 0 {
					wrong = append(wrong, fmt.Sprintf("%s: %s has a part of %d", picture.At, p.ID, q.Quantity))
				}
			}
			if most := int64(1080); sum > most || p.Product != "" && sum != 1 {
				wrong = append(wrong, fmt.Sprintf("%s: the parts of %s come to %d", picture.At, p.ID, sum))
			}
			if len(p.Because) < 2 {
				wrong = append(wrong, fmt.Sprintf("%s: nothing says why %s is %s", picture.At, p.ID, p.State))
			}
		}
	}
	return wrong
}
