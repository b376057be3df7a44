# One command for each thing that a person wants to do here; `make help` lists them.
# Everything is installed into .venv in this folder, from requirements.lock.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$name" && break; done)

# Three processes keep the two cores of a small machine busy: one of them drives a browser, and
# waits for it.  PYTEST_WORKERS=0 runs everything in one.
PYTEST_WORKERS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadscope --durations 10

.PHONY: help setup debian compiled pages run test verify soak bench screenshots lint docs migration lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: compiled $(VENV)/warm pages ## make .venv, install the pinned packages, build the web pages

$(VENV)/pinned: requirements.lock
	@test -n "$(PYTHON)" || { echo "grid-dispatch needs Python 3.11 or newer, and none was found: install it, or name it with 'make PYTHON=/path/to/python3 …'." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "A virtual environment could not be made: on Debian, 'apt-get install python3-venv' first." >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	@touch $@

# The build needs nothing from the network: its requirements are in requirements.lock.
$(VENV)/installed: $(VENV)/pinned pyproject.toml hatch_build.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Compiles the kernels into the cache, so that neither a test nor a first request waits.  The cache
# is emptied first: numba compares a kernel's own file only, not those of the kernels it calls.
KERNELS := geo/road dispatch dispatch/planning dispatch/planning/simulation

$(VENV)/warm: $(VENV)/installed $(wildcard $(addsuffix /*.py,$(KERNELS)))
	rm -f $(addsuffix /__pycache__/*.nb[ic],$(KERNELS))
	$(BIN)/python -m dispatch.warm
	@touch $@

# Where Python is told to cache nothing that it imports, as on machines for CI, each of the hundreds
# of processes that tests start would compile all of it anew.  Only what has changed is compiled.
compiled: $(VENV)/installed
	@$(BIN)/python -m compileall -q api dispatch geo fixtures tests

# Rebuilds only if a source of the pages has changed.
pages: $(VENV)/installed
	@$(BIN)/python hatch_build.py

debian: ## install the Debian packages that the tests use, or say which are missing
	@.ci/debian

run: setup ## serve the demo city at http://127.0.0.1:8000
	$(BIN)/grid-dispatch demo --preset standard

test: debian setup ## run every test with reduced counts (15 minutes at most)
	$(PYTEST)

verify: debian setup ## run every test with the full counts, on the real data (80 minutes at most)
	@.ci/data
	$(PYTEST) --counts full

# What lasts as long as told is loaded for HOURS, each store in turn; TESTS picks some of the tests.
HOURS ?= 4
TESTS ?=

soak: debian setup ## run every test with the longest counts, a server in use for HOURS=4 (only some: TESTS=tests/faults)
	@.ci/data
	$(PYTEST) --counts long --hours $(HOURS) $(TESTS)

bench: setup ## measure, beside other engines, into tests/bench/results (25 minutes; the first time twice that)
	@.ci/data
	$(BIN)/python -m tests.bench

# Only the tests that leave a picture which a document shows.
PICTURED := in_both_languages_and_at_night or with_a_drawn_route or both_sign_in_one_dialog \
	or a_report_is_made or prints_a_link or wrong_password_and_too_many or second_factor

screenshots: debian setup ## take the pictures of the pages that the documents show (5 minutes)
	$(BIN)/python -m pytest --counts full --pictures docs/images tests/web -k "$(PICTURED)"

lint: setup ## ruff, mypy and numpydoc only
	$(BIN)/python -m pytest -q tests/test_lint.py

docs: setup ## write docs/commands.md anew from the commands themselves
	$(BIN)/typer api.cli utils docs --name grid-dispatch --output docs/commands.md

migration: setup ## write the first migration anew from the tables, while nothing is released
	$(BIN)/python -m dispatch.store.first_revision
	$(BIN)/ruff check --quiet --fix dispatch/store/migrations
	$(BIN)/ruff format --quiet dispatch/store/migrations

lock: $(VENV)/pinned ## resolve the packages anew and pin them in requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml

clean: ## remove .venv, the built pages, and what tests and builds left
	rm -rf $(VENV) dist build var api/web/dist api/web/node_modules .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
