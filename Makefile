# What CI runs and what a developer types are the same commands. See .ci/run.
GOLANGCI_LINT ?= golangci-lint

.PHONY: check build test lint bench golden demo

check: lint test

build: ## The binary, in this folder.
	go build ./cmd/breachwindow

test:
	go test -race ./...

lint:
	go vet ./...
	$(GOLANGCI_LINT) run ./...

bench: ## Speed of the load and of the detections, beside DuckDB's own.
	go run ./internal/bench

golden: ## Rewrite the golden files. Read the diff before committing it.
	go test ./report ./cmd/... ./detect/... -update

demo:
	go run ./cmd/breachwindow demo
