# Everything starts here and needs only Python 3.11 or newer, git and make: uv is brought when it is not there.

UV_VERSION := 0.13.8
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
PYTHON := .venv/bin/python
PORT ?= 8000
DUMP ?=
BY_TURNS := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

unexport PYTHONDONTWRITEBYTECODE  # each of many processes would compile all modules again, pytest twice over
export UV_PYTHON_DOWNLOADS ?= never
export PORT
export SITE_URL ?= http://localhost:$(PORT)

.PHONY: help install demo test lint ready test-fast test-slow test-chaos test-fuzz test-long test-engines format clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /	/' | expand -t 14

demo: install ## Run the whole site with content on PORT (8000); DUMP=folder imports a Stack Exchange dump
	@exec $(PYTHON) manage.py demo --port "$(PORT)" --dump "$(DUMP)"

install: .venv/.installed ## Install uv if need be, and the locked packages into .venv

.venv/.installed: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@echo "Installing the locked packages"
	@$(UV) sync --frozen --quiet
	@touch $@

.uv/bin/uv:
	@echo "Bringing uv $(UV_VERSION)"
	@python3 -m venv .uv || { echo "python3 has no venv; install it (on Debian: python3-venv) or uv"; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

test: install ## Lint, types, contracts and all quick tests, in parallel, with a browser
	@$(MAKE) --no-print-directory --jobs=2 $(BY_TURNS) lint ready
	@$(MAKE) --no-print-directory test-fast

lint: install ## ruff, mypy, import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

ready: install # compiles every test and makes the template of databases, once for all processes of test-fast
	.venv/bin/pytest -n0 -k test_a_process_has_a_migrated_database_of_its_own

test-fast: install ## All tests but the slow proofs
	.venv/bin/pytest -n auto --dist worksteal

test-slow: install ## The longer proofs: bad input at every address, the API's permissions, servers, backups
	.venv/bin/pytest -n auto --dist worksteal -m slow

test-chaos: install ## Kill servers, web and workers under a running site and see it recover
	.venv/bin/pytest -n0 -m chaos tests/chaos

test-fuzz: install ## The API under requests generated from its schema (schemathesis)
	.venv/bin/pytest -n0 -m fuzz tests/fuzz

test-long: install ## Whole stories of experiments, simulated; other people's clients on ten thousand units each
	.venv/bin/pytest -n auto --dist worksteal -m long

test-engines: install ## Every report on DuckDB, Spark (two workers) and ClickHouse, compared; brings 1 GB, needs Java 17
	$(UV) sync --frozen --quiet --group engines
	.venv/bin/pytest -n0 -m engines tests/engines

format: install ## Format and sort imports
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean: ## Stop the embedded servers and remove var/ (the data), .venv and .uv
	@test ! -x $(PYTHON) || $(PYTHON) manage.py services stop
	rm -rf var .venv .uv
