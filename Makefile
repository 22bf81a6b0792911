# Everward's targets. A bare `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CASES ?= $(wildcard $(addprefix $(EVERWARD_CASES)/conformance/,policy/*.jsonl policy/*.jsonl.gz \
	arm/functions.json arm/templates/*.json arm/pairs.tar.gz arm/bicepparam.tar.gz \
	network/*.jsonl network/*.jsonl.gz identity/*.jsonl identity/*.jsonl.gz))

.PHONY: help setup dev assess test lint format conformance interop bench docs wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

$(VENV)/.core: requirements/core.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("everward needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/core.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q src/everward
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.core  ## install what running needs into .venv
dev: $(VENV)/.dev  ## install what developing needs into .venv

assess: setup  ## assess the faulty example: findings are the point
	@$(BIN)/everward assess examples/faulty/terraform; status=$$?; \
	 echo; \
	 echo "These findings are the point: examples/README.md lists the faults that were planted."; \
	 echo "The hardened twin is clean: $(BIN)/everward assess examples/hardened/terraform"; \
	 if [ $$status -le 1 ]; then exit 0; else exit $$status; fi

test: dev  ## run all tests; branch coverage must be 95 % or above
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: dev  ## format and rules (ruff), types (mypy strict)
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy

format: dev  ## let ruff format and mend
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

conformance: dev  ## run conformance files: make conformance CASES="a.jsonl b.json"
	$(if $(strip $(CASES)),$(BIN)/python -m tests.conformance $(CASES),@echo "no cases: give CASES=FILE… or set EVERWARD_CASES to their folder")

interop: dev  ## ask Terraform and our evaluator the same; skipped where terraform is not on PATH
	$(BIN)/python -m tests.interop

bench: dev  ## measure beside Checkov and beside parsing, in one run
	$(BIN)/python -m tests.bench

docs: dev  ## write what is generated: the catalogue in one file, and one page a criterion
	$(BIN)/python -m everward.criteria.folders
	$(BIN)/python -m everward.criteria.documentation docs/criteria

wheel: dev  ## build the wheel into dist
	$(BIN)/python -m hatchling build -t wheel

clean:  ## remove what the other targets made
	rm -rf $(VENV) build dist .bench .pytest_cache .mypy_cache .ruff_cache .coverage* site
