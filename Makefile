# `make run` and `make test` do everything on a machine with Python 3.11 or newer, make and a package index.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv

.PHONY: help run test faults torture check format bench lock audit clean schema packs pictures

help:
	@echo "make run     start the daemon with the rules of this folder (Ctrl-C ends it)"
	@echo "make test    run the test suite"
	@echo "make faults  kill, cut, fill and flood the real program (a quarter of an hour); make torture does it in full"
	@echo "make check   format, lint, types, import contracts"
	@echo "make audit   look the pinned packages up in the advisories of known vulnerabilities"
	@echo "make packs   make the gazetteer's packs anew"
	@echo "make pictures   photograph every sample digest into dist/pictures"
	@echo "make bench   time the pipeline beside the reader library, and the rules"

run: .venv/.run-ready
	@exec $(BIN)/dateline run

test: .venv/.test-ready
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(PYTEST)

# The real program as processes, killed and starved; the tests of one file go one after the other.
faults: .venv/.test-ready
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --durations 20 $(PYTEST) tests/faults

torture: .venv/.test-ready
	DATELINE_TORTURE=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --durations 0 $(PYTEST) tests/faults tests/pipeline/test_promises.py tests/pipeline/test_crash.py

check: .venv/.test-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m monitor.rules.schema --check rules/schema.json

format: .venv/.test-ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: .venv/.run-ready
	$(BIN)/python -m monitor.rules.schema rules/schema.json

bench: .venv/.bench-ready
	$(BIN)/python -m benchmarks

# Mail and Slack, on a phone and on a desk, light and dark. Wants Chromium on the PATH.
pictures: .venv/.test-ready
	$(BIN)/python -m tests.pictures dist/pictures

# Rewrites the lock files from pyproject.toml: hashes, no index address. Wants `uv` on the PATH.
lock:
	printf 'hatchling\neditables\n' > requirements/build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group test -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/test.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header tools/gazetteer/requirements.in -o tools/gazetteer/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header tools/audit/requirements.in -o tools/audit/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group bench --group test -c requirements/test.txt pyproject.toml requirements/build.in -o requirements/bench.txt

# Fails on a known vulnerability that tools/audit/ignored.toml does not pass over; without a network it only says so.
audit: .venv-audit/.ready
	.venv-audit/bin/python -m tools.audit requirements/run.txt requirements/test.txt requirements/bench.txt tools/*/requirements.txt

.venv-audit/.ready: tools/audit/requirements.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/audit/requirements.txt
	@touch $@

# Makes the places of monitor/regions/packs anew from the inputs that tools/gazetteer pins. Wants `npm` on the PATH.
packs: .venv-packs/.ready
	.venv-packs/bin/python -m tools.gazetteer.fetch .venv-packs/npm
	.venv-packs/bin/python -m tools.gazetteer .venv-packs/npm

.venv-packs/.ready: tools/gazetteer/requirements.txt
	$(PYTHON) -m venv .venv-packs
	.venv-packs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/gazetteer/requirements.txt
	@touch $@

clean:
	rm -rf .venv .venv-packs .venv-audit dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make run PYTHON=python3.12")'
	@echo "Setting up .venv (once) ..."
	$(PYTHON) -m venv .venv

.venv/.run-ready: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test-ready: requirements/test.txt .venv/.run-ready
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

.venv/.bench-ready: requirements/bench.txt .venv/.test-ready
	$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
