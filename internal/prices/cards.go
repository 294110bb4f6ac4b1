package prices

import (
	"fmt"
	"slices"
	"strings"

	"github.com/offtake-dev/offtake"
)

// graphicsCard names the accelerator that a list calls by its maker's words, such
// as "NVIDIA A100 SXM4" with 40 GB, or says why it is none.
func graphicsCard(model, interconnect string, gigabytes int64) (offtake.Accelerator, string) {
	words := strings.Fields(strings.ToLower(model))
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(makers, w) })
	if len(words) == 0 {
		return "", "it names no model"
	}
	name := words[0]
	if slices.Contains(desks, name) {
		return "", "it is a card for desks and games, not for data centres"
	}
	switch name {
	case "a100", "a800", "v100": // sold with two sizes of memory under one name
		name = fmt.Sprintf("%s-%dgb", name, gigabytes)
	}
	name += cardForm(words[1:], strings.ToLower(interconnect), name)
	if !slices.ContainsFunc(Catalogue, func(a offtake.AcceleratorDecl) bool { return string(a.Name) == name }) {
		return "", "no accelerator of this name is known"
	}
	return offtake.Accelerator(name), ""
}

var (
	makers = []string{"nvidia", "amd", "tesla", "hgx"}
	desks  = []string{"rtx", "gtx", "quadro", "geforce", "a6000", "a5000", "a4000"}
)

// twoForms are sold as modules on a board and as cards.
var twoForms = []string{"a100", "b200", "h100", "h200"}

// cardForm gives the ending of a name for a card. The words of the model say it,
// and where they do not the interconnect does.
func cardForm(words []string, interconnect, name string) string {
	family, _, _ := strings.Cut(name, "-")
	if !slices.Contains(twoForms, family) {
		return ""
	}
	for _, w := range append(slices.Clone(words), interconnect) {
		switch {
		case w == "pcie", w == "nvl":
			return "-" + w
		case strings.HasPrefix(w, "sxm"):
			return ""
		}
	}
	return ""
}
