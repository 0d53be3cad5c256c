# Everything one does here, each target with its help: `make help`.

.DEFAULT_GOAL := help
.PHONY: help run test test-peers bench fmt lint doc deny openapi openapi-check ci clean packages

SERVER := cargo run --quiet --locked --all-features --bin server --

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: packages ## Build the release binaries and start a demo, with a PostgreSQL kept in .postgres/, a simulated router and simulated gateways
	@scripts/install-packages curl
	cargo build --locked --release --bin server --bin routeros-sim --bin gateways-sim
	scripts/with-postgres --keep .postgres/run scripts/with-demo-secrets .postgres/demo.env \
		scripts/with-demo-simulators "$${CARGO_TARGET_DIR:-target}/release/routeros-sim" \
		"$${CARGO_TARGET_DIR:-target}/release/gateways-sim" \
		"$${CARGO_TARGET_DIR:-target}/release/server" demo

test: packages ## Run every test, on a throw-away PostgreSQL unless DATABASE_URL is set
	scripts/with-postgres cargo test --locked --workspace --all-features

bench: ## Measure the release build (ten minutes on an idle machine), and write docs/performance.md
	scripts/bench

test-peers: ## Run the simulators against routers' clients and the gateways' official SDKs, installed into .tools/ from PyPI and npm
	scripts/test-peers

fmt: ## Format the code
	cargo fmt --all

lint: packages ## Check the formatting, and the code with clippy
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings

doc: packages ## Build the documentation of the crates, without warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --all-features --no-deps

deny: ## Check licences, sources, advisories and which crate may depend on which
	scripts/check-layers
	scripts/check-dependencies

openapi: packages ## Write docs/openapi.json from the code
	$(SERVER) openapi > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

openapi-check: packages ## Fail when docs/openapi.json is not what the code says
	@mkdir -p target
	$(SERVER) openapi > target/openapi.json
	@diff -u docs/openapi.json target/openapi.json || { echo "docs/openapi.json is out of date: make openapi" >&2; exit 1; }

ci: ## All of the checks, cheap ones first
	cargo fmt --all --check
	$(MAKE) deny
	$(MAKE) lint
	$(MAKE) doc
	$(MAKE) test
	$(MAKE) openapi-check

clean: ## Remove what was built, and the database of `make run`
	@[ ! -e .postgres/run/lock ] || flock -n .postgres/run/lock true || { echo "make run is still running" >&2; exit 1; }
	[ ! -L .postgres/run/data ] || rm -rf "$$(readlink .postgres/run/data)"
	rm -rf target .tools .postgres

packages:
	@scripts/install-packages
