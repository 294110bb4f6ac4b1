module github.com/offtake-dev/offtake

go 1.26

require github.com/cockroachdb/apd/v3 v3.2.3

require github.com/rickar/cal/v2 v2.1.30 // indirect
