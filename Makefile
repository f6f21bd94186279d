# `make` lists what there is. Everything lives in $(VENV) and .cache, and is set up on first use.

PYTHON ?= $(shell tools/pythons preferred)
VENV ?= .venv
BIN = $(VENV)/bin
PYTEST = "$(BIN)/python" -m pytest
TEST_FLAGS ?= --numprocesses=auto --maxprocesses=8 --dist=worksteal
NAME ?= engine

LOCK_FLAGS = pyproject.toml --upgrade --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

SHELL = /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint fix docs benchmark lock test-pythons test-lowest clean

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

demo: $(VENV)/.runtime ## train a network on handwritten digits
	"$(BIN)/rightfit" demo

test: $(VENV)/.development ## run all tests
	$(PYTEST) $(TEST_FLAGS)

check: $(VENV)/.development ## run the fast tests
	$(PYTEST) $(TEST_FLAGS) -m "not slow"

lint: $(VENV)/.development ## check form, types, levels and spelling; changes nothing
	"$(BIN)/ruff" format --check
	"$(BIN)/ruff" check
	"$(BIN)/mypy"
	"$(BIN)/lint-imports" --no-logo --cache-dir .cache/import-linter
	"$(BIN)/codespell"

fix: $(VENV)/.development ## format, and repair what can be repaired safely
	"$(BIN)/ruff" check --fix
	"$(BIN)/ruff" format

docs: $(VENV)/.development ## build the documents strictly, into build/site
	"$(BIN)/python" docs/make_reference.py
	"$(BIN)/zensical" build --strict --clean

benchmark: $(VENV)/.benchmark ## measure: make benchmark NAME=engine
	"$(BIN)/python" "benchmarks/$(NAME).py"

test-pythons: $(VENV)/.development ## run all tests on the oldest and on the newest Python of this machine
	@tools/pythons ends | while read -r version python; do \
		venv=".venv-$$version"; \
		if "$(BIN)/python" --version | grep -qF " $$version."; then venv="$(VENV)"; fi; \
		echo "Python $$version:"; \
		$(MAKE) --no-print-directory test PYTHON="$$python" VENV="$$venv" </dev/null || exit 1; \
	done

# Old releases may warn.
test-lowest: PYTHON = $(shell tools/pythons | head -n 1 | cut -d ' ' -f 2-)
test-lowest: .venv-lowest/.lowest ## run all tests with the oldest releases that pyproject.toml allows
	.venv-lowest/bin/python -m pytest $(TEST_FLAGS) --override-ini filterwarnings=default

lock: .venv-lock/.lock ## renew the versions in requirements/
	.venv-lock/bin/uv pip compile $(LOCK_FLAGS) --extra excel --extra graph --extra onnx --extra play --extra report --group dev \
		--output-file requirements/dev.txt
	.venv-lock/bin/uv pip compile $(LOCK_FLAGS) --extra graph --extra report --constraints requirements/dev.txt \
		--output-file requirements/demo.txt
	.venv-lock/bin/uv pip compile $(LOCK_FLAGS) --resolution lowest-direct --extra excel --extra graph --extra onnx --extra play --extra report --group test \
		--output-file requirements/lowest.txt

clean: ## remove what was set up
	rm -rf .cache .venv .venv-*

# Stamps: each says that a set of packages is in place, and is renewed when what it depends on changes.

# $(call install,ENVIRONMENT,LIST): what the list pins, then RightFit itself. Compiling on all cores halves the time.
define install
	@echo "Installing $(2) into $(1); this takes a minute, once."
	@"$(1)/bin/python" -m pip $(PIP_FLAGS) install --no-compile --requirement "$(2)"
	@"$(1)/bin/python" -m compileall -qq -j 0 "$(1)/lib" || true
	@"$(1)/bin/python" -m pip $(PIP_FLAGS) install --no-deps --editable .
endef
PIP_FLAGS = --disable-pip-version-check --quiet

%/.created:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer with the venv module was found." \
		"Install one, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(@D)"
	@"$(@D)/bin/python" -m pip $(PIP_FLAGS) install --upgrade "pip>=25.1"
	@touch "$@"

$(VENV)/.runtime: requirements/demo.txt pyproject.toml | $(VENV)/.created
	$(call install,$(VENV),requirements/demo.txt)
	@touch "$@"

$(VENV)/.development: requirements/dev.txt pyproject.toml | $(VENV)/.created
	$(call install,$(VENV),requirements/dev.txt)
	@touch "$(VENV)/.runtime" "$@"

$(VENV)/.benchmark: $(VENV)/.development
	"$(BIN)/python" -m pip $(PIP_FLAGS) install --group benchmark
	@touch "$@"

.venv-lowest/.lowest: requirements/lowest.txt pyproject.toml | .venv-lowest/.created
	$(call install,.venv-lowest,requirements/lowest.txt)
	@touch "$@"

.venv-lock/.lock: pyproject.toml | .venv-lock/.created
	.venv-lock/bin/python -m pip $(PIP_FLAGS) install --group lock
	@touch "$@"
