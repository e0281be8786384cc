# CodeCollab. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# One configuration for everything: `up` and `test` share one build.
BUILD := swift build -c release --explicit-target-dependency-import-check error
PACKAGES := libsqlite3-dev libssl-dev libseccomp-dev libargon2-dev zlib1g-dev pkg-config
TEST_PACKAGES := $(shell grep -v "^\#" Tests/packages.txt)

.PHONY: help up down build test bench wasm fuzz chaos soak test-v2 format lint clean packages test-packages

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 18

up: build ## build what is needed, start the eight services, print the address
	@Deploy/codecollab up

down: ## stop everything, leave nothing running
	@Deploy/codecollab down

build: packages ## build everything that runs
	@$(BUILD)

test: packages test-packages ## build and run every test; the last line counts them
	@Deploy/test

format: ## write all Swift sources in the house format
	@swift format -i -r --parallel Contracts SharedKit Services Deploy Tests

lint: ## what the formatter would change
	@swift format lint -r --parallel Contracts SharedKit Services Deploy Tests

clean: down ## remove everything that was built; data in .codecollab stays
	@rm -rf .build

packages:
	@Deploy/packages $(PACKAGES)

test-packages:
	@Deploy/packages $(TEST_PACKAGES)

bench: build ## measure against the peers on this machine; ratios, never part of the tests
	@CODECOLLAB_BENCH=1 $(BUILD) --product codec-bench && .build/release/codec-bench
	@CODECOLLAB_BENCH=1 $(BUILD) --product sandbox-bench && .build/release/sandbox-bench
	@python3 Tests/Bench/latency.py
	@-SharedKit/CRDTWasm/build .build/wasm/crdt.wasm
	@Deploy/venv Tests/Bench/requirements.txt
	@python3 Tests/Bench/documents.py
	@.build/release/crdt measure growth
	@python3 Tests/Bench/collab.py

wasm: ## the document engine for browsers: .build/wasm/crdt.wasm
	@-Deploy/packages binaryen
	@SharedKit/CRDTWasm/build .build/wasm/crdt.wasm

fuzz: build test-packages ## feed what reads outside bytes: libFuzzer, damaged messages to both engines, chains of API calls
	@Tests/Fuzz/run
	@Deploy/venv Tests/requirements.txt
	@CODECOLLAB_FUZZ_SCENARIOS=100 .build/venv/bin/python Tests/Clients/api_fuzz.py

chaos: build ## kill services of a fleet under load for some minutes and print the ledger
	@CODECOLLAB_BARS=1 CODECOLLAB_CHAOS_ROUNDS=20 python3 Tests/Clients/chaos.py
	@CODECOLLAB_KILL_ROUNDS=100 python3 Tests/Clients/collab_kill.py

soak: packages test-packages ## 10,000 runs in a row, and the long forms of the sandbox's tests, with their figures
	@CODECOLLAB_LONG=1 CODECOLLAB_SOAK_RUNS=10000 CODECOLLAB_SUITE_SECONDS=3600 Deploy/test Sandbox; status=$$?; \
	grep -aE '^(soak|grazing|hostile|pair|flood|numbers|landlock|warden):' .build/tests/SandboxTests.log; exit $$status

test-v2: ## the sandbox's tests on another kernel, with cgroup v2 alone, under qemu
	@Deploy/packages qemu-system-x86
	@CODECOLLAB_TESTS=Sandbox $(BUILD) --product codecollabPackageTests
	@Tests/Guest/run
