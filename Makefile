# Two commands matter: `make playground` and `make test`. Each does all its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help playground test check format snapshots faults fuzz image soak bench train pictures lock clean

help:  ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

# pip's own resolver is used once, for uv; every file installed is checked against a hash.
$(READY): pyproject.toml requirements-uv.lock requirements-dev.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements-dev.lock requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

playground: $(READY)  ## Serve Goodword with its pretend Slack on 127.0.0.1:8000
	@$(BIN)/goodword playground $(ARGS)

test: $(READY)  ## Run every test, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest --numprocesses $${WORKERS:-4} --dist worksteal $(ARGS)

check: $(READY)  ## Formatting, lint, types, floor plan, and what is known against our dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.audit

format: $(READY)  ## Put the code in shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

snapshots: $(READY)  ## Write down anew how every view looks; read the difference aloud before you keep it
	@GOODWORD_SNAPSHOTS=write $(BIN)/python -m pytest --quiet tests/handlers/test_looks.py tests/handlers/test_digest_views.py

faults: $(READY)  ## The long run: 200 kills, every trouble 5 times, 500 orders of events, 10,000 steps, 12 weeks, stories over Socket Mode and beside a mirror; writes the table of docs/reliability.md anew
	@GOODWORD_FAULT_RUNS=$${GOODWORD_FAULT_RUNS:-200} GOODWORD_LEAK_STEPS=$${GOODWORD_LEAK_STEPS:-10000} \
		GOODWORD_ORDERS=$${GOODWORD_ORDERS:-500} GOODWORD_DIGEST_WEEKS=$${GOODWORD_DIGEST_WEEKS:-12} \
		GOODWORD_TROUBLES=$${GOODWORD_TROUBLES:-5} GOODWORD_FAULTS_TABLE=write \
		$(BIN)/python -m pytest tests/faults -s $(ARGS)
	@GOODWORD_TRANSPORT=socket $(BIN)/python -m pytest tests/stories -k sqlite --numprocesses $${WORKERS:-4} --dist worksteal
	@GOODWORD_TWICE=1 $(BIN)/python -m pytest --numprocesses $${WORKERS:-4} tests/stories $(ARGS)

fuzz: $(READY)  ## Look for input that makes Goodword fall over or tell tales: FUZZ_SECONDS of it, 600 if not set
	@GOODWORD_FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/python -m pytest tests/fuzz -s -p no:logging $(ARGS)

image: $(READY)  ## Do what the Dockerfile does in an empty folder, without Docker, and run what comes out
	@$(BIN)/python -m tests.image

soak: $(READY)  ## Half an hour of mixed load on four processes, with kills and a failing Slack; fails where anything is lost, slow or grows
	@$(BIN)/python -m tests.faults.soak $(ARGS)

bench: $(READY)  ## Measure Goodword beside bare Bolt, and write the table of docs/performance.md anew
	@$(BIN)/python -m benchmarks.speed $(ARGS)

train: $(READY)  ## Learn the weights of the language engine anew from benchmarks/language
	@$(BIN)/python -m benchmarks.language.train

pictures: $(READY)  ## Take the screenshots of the docs anew
	@$(BIN)/python -m tests.browser.pictures

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(READY)  ## Refresh the locks after a change of pyproject.toml
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) pyproject.toml --group dev -o requirements-dev.lock

clean:  ## Remove what make made
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
