# Every target sets up what it needs by itself; `make help` lists them.

STACK ?= dev
ARGS ?=
PYTHON ?=
INSTALLER ?=
SHELL := /bin/sh
PY := .venv/bin/python
LOCK := .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url

export PYTHON INSTALLER

.DEFAULT_GOAL := help
.PHONY: help preview up destroy cycle cli test fast lint format types check docs bench lock upgrade clean kube setup setup-dev

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  STACK=dev|staging|prod   stack to preview           PYTHON=python3.12   interpreter to use"
	@echo "  ARGS=\"--format json\"      more options of the tool   INSTALLER=pip       install without uv"

preview: setup ## Show the whole platform of STACK, its outputs and policy findings, with no cloud account
	@$(PY) -m rehearsal preview --stack $(STACK) $(ARGS)

up: setup ## Bring STACK up on the real Pulumi engine, in a simulated cloud
	@$(PY) -m rehearsal up --stack $(STACK) $(ARGS)

destroy: setup ## Take STACK down again
	@$(PY) -m rehearsal destroy --stack $(STACK) $(ARGS)

# What the cycle changes in the middle, and what keeps a stack from being destroyed.
UPDATE ?= eks-platform:nodeGroups.system.max=9
UNLOCK ?= eks-platform:cluster.deletionProtection=false

cycle: setup ## Live the whole life of STACK in a simulated cloud: up, refresh, UPDATE, destroy, nothing left
	@$(PY) -m rehearsal cycle --stack $(STACK) --update '$(UPDATE)' --unlock '$(UNLOCK)' $(ARGS)

cli: setup ## Find the Pulumi CLI, or build it, and say which one is used
	@$(PY) -m rehearsal.engine.executable

test: setup-dev ## Run the tests; those on the real engine too where `make cli` has found or built one
	@$(PY) -m pytest -n auto --dist loadfile $(if $(COVERAGE),--cov --cov-report=term:skip-covered) $(ARGS)

fast: setup-dev ## Run the tests that need no engine
	@$(PY) -m pytest -n auto --dist loadfile -m "not engine and not kube" $(ARGS)

lint: setup-dev ## Check style and formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: setup-dev ## Fix style and formatting
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: setup-dev ## Check types strictly, arguments of cloud resources included
	@$(PY) -m basedpyright

check: COVERAGE = 1
check: lint types test ## Do all that a pull request is checked for

kube: setup-dev ## Find kube-apiserver and etcd, or build kube-apiserver once into the cache folder
	@$(PY) -m rehearsal.engine.kube_binaries

docs: setup-dev ## Write the generated reference documents anew
	@for script in scripts/generate_*.py; do \
		echo "$$script"; \
		$(PY) -m "scripts.$$(basename "$$script" .py)" || exit 1; \
	done

bench: setup-dev ## Measure the preview against the bare import of the SDK
	@$(PY) benchmarks/preview.py --stack $(STACK) $(ARGS)

lock: setup-dev ## Lock requirements*.in into requirements*.txt, changing no version without need
	@$(LOCK) $(ARGS) requirements-bootstrap.in -o requirements-bootstrap.txt
	@$(LOCK) $(ARGS) requirements.in -o requirements.txt
	@$(LOCK) $(ARGS) requirements-dev.in -o requirements-dev.txt

upgrade: ## Lock anew with the newest versions that requirements*.in allow
	@$(MAKE) --no-print-directory lock ARGS=--upgrade

clean: ## Remove .venv and everything that was generated beside the sources
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .rehearsal .coverage .coverage.* htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: ## Make .venv ready for `pulumi` and the preview; every other target does so by itself
	@MAKE_TARGET=$(firstword $(MAKECMDGOALS)) sh scripts/setup_environment.sh runtime

setup-dev: setup
	@sh scripts/setup_environment.sh dev
