# Offtake. `make` alone says what there is to make.
#
# On a fresh Debian machine with Go, `make run` and `make test` are all there
# is to know: each installs what it needs or says in one line what is missing.

GO ?= go
GOTESTSUM  := gotest.tools/gotestsum@v1.13.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
OUT := out
# Packages that share memory between goroutines; the race detector runs on these.
RACED := ./internal/civil/... ./internal/play/... ./internal/wire/... ./internal/rights/... ./internal/journal/... ./internal/desk/... ./internal/api/... ./cmd/...
SOAK_CHECKS ?= 5000
SOAK_FUZZ   ?= 60000x

.DEFAULT_GOAL := help
.PHONY: help run build test soak mutate bench lint race schema story-amendment story-refusal story-broker story-money need-gcc clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## replay the example book before and after its amendments, and write the report
	@mkdir -p $(OUT)
	@echo "replaying four versions of the terms, and the first two with each invented number at half and at double (about two minutes)" >&2
	$(GO) run ./cmd/offtake replay examples/openai --from 2025-01-21 --to 2027-01-01 \
		--terms 2025-01-20 --terms 2025-01-21 --terms 2025-10-28 --terms 2026-06-01 \
		--sensitivity --report $(OUT)/openai.html

build: ## build the command into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/offtake ./cmd/offtake

test: lint race story-amendment story-refusal story-broker story-money ## check and test everything once, and tell the stories
	@mkdir -p $(OUT)
	$(GO) run $(GOTESTSUM) --format pkgname --jsonfile $(OUT)/test.json -- -timeout 15m ./...
	cd bench && $(GO) test ./...
	@scripts/skipped $(OUT)/test.json

soak: ## the long versions: laws over many more random cases, and the fuzzers
	@scripts/soak $(SOAK_CHECKS) $(SOAK_FUZZ)

mutate: ## see that a test catches each mistake of testdata/mutants, and write their table; MUTANTS=pattern tries some
	@scripts/need git git
	$(GO) run ./scripts/mutate -only '$(MUTANTS)' -page docs/TESTING.md

bench: ## measure speed and memory beside references, and write docs/performance.json and its tables
	cd bench && $(GO) run ./cmd/bench -json ../docs/performance.json -page ../docs/PERFORMANCE.md

lint: ## gofmt, vet and staticcheck
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo "run gofmt -w on the files above"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	cd bench && $(GO) vet ./...

race: need-gcc ## run the packages that share memory under the race detector
	CGO_ENABLED=1 $(GO) test -race -short -timeout 10m $(RACED)

schema: ## write the JSON Schema of the contract language anew
	$(GO) generate ./book

story-amendment: build ## tell the story of the amendment; fails at the first line that differs
	@scripts/story docs/stories/amendment.txt

story-refusal: build ## tell the story of a first refusal; fails at the first line that differs
	@scripts/story docs/stories/refusal.txt

story-broker: build ## tell the story of a broker; fails at the first line that differs
	@scripts/story -masked docs/stories/broker.txt

story-money: build ## tell the story of the money; fails at the first line that differs
	@scripts/story -masked docs/stories/money.txt

need-gcc:
	@scripts/need gcc gcc libc6-dev

clean: ## remove what was built
	rm -rf bin $(OUT)
