package rights

import "github.com/offtake-dev/offtake"

func (l *Law) lint() []offtake.Finding { return nil }
