package wire

import (
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"
)

// Names that were read are kept, so that a long log does not hold each as often
// as it says it. A slot holds the name that came there last.
var spoken [512]atomic.Pointer[string]

// longestName is that of one worth keeping.
const longestName = 32

// slot gives the place of a name, by its FNV-1a hash.
func slot[T string | jsontext.Value](s T) *atomic.Pointer[string] {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return &spoken[h%uint32(len(spoken))]
}

// spokenBefore gives the name that a plain quoted text stands for, if it is kept.
func spokenBefore(v jsontext.Value) (string, bool) {
	if len(v) < 2 || len(v)-2 > longestName || v[0] != '"' {
		return "", false
	}
	for _, c := range v[1 : len(v)-1] {
		if c == '\\' || c < ' ' || c > '~' {
			return "", false
		}
	}
	bare := v[1 : len(v)-1]
	p := slot(bare).Load()
	if p == nil || *p != string(bare) {
		return "", false
	}
	return *p, true
}

// remembered keeps a name.
func remembered(s string) string {
	if s != "" && len(s) <= longestName {
		slot(s).Store(&s)
	}
	return s
}
