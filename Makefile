# Two commands matter: `make book` and `make test`. `make help` lists the others.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
.NOTPARALLEL:

# One thread per process: the chapters run side by side, and repeat exactly.
export PYTHONHASHSEED := 0
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PYTHONUTF8 := 1
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

PYTHON ?= python3
VENV := .venv/bin/python
EXT := $(VENV) needlebook/_ext
PYTEST := $(VENV) -m pytest
# Tests that do not depend on the mode of the library run once.
ONE_MODE := $(addprefix --ignore=tests/,ext page manual)
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

.PHONY: book test test-deep setup serve check sync where asof native run html \
	doctor lint format bench bench-gpu gpu-verify gpu-sanitize clean help

book: setup check native run html ## build the book and print the page to open

test: setup check native run ## execute every chapter and run the suite in both modes
	$(PYTEST) -n $(JOBS) --dist loadfile
	@echo "test: once more with the arrays of NumPy (NEEDLEBOOK_BACKEND=np)"
	NEEDLEBOOK_BACKEND=np $(PYTEST) -n $(JOBS) --dist loadfile $(ONE_MODE)

test-deep: setup check native run html ## every chapter's own library, browser, sanitizers
	$(PYTEST) -n $(JOBS) --dist loadfile --deep
	@echo "test-deep: once more with the arrays of NumPy (NEEDLEBOOK_BACKEND=np)"
	NEEDLEBOOK_BACKEND=np $(PYTEST) -n $(JOBS) --dist loadfile --deep $(ONE_MODE)
	$(EXT) deep

setup: ## make .venv from the lock (the other goals do it first)
	@command -v $(PYTHON) >/dev/null || { echo "setup: Python 3.11 to 3.13 is missing\
	 ($(PYTHON) not found); on Debian: apt-get install python3 python3-venv\
	 python3-dev" >&2; exit 1; }
	@$(PYTHON) needlebook/_ext setup

serve: setup ## show the book on localhost and rebuild on save (PORT=8000)
	@$(EXT) serve --port $(or $(PORT),8000)

check: setup ## fail where text and code differ by a byte
	@$(EXT) check

sync: setup ## carry edits from text to code and from code to text
	@$(EXT) sync

where: setup ## name the place that wrote a line: AT=needlebook/autograd.py:123
	@$(EXT) where "$(or $(AT),$(error say which line: make where AT=needlebook/autograd.py:123))"

asof: setup ## write the library as of a chapter: N=5 [OUT=build/asof/5]
	@$(EXT) asof "$(or $(N),$(error say which chapter: make asof N=5))" $(OUT)

native: setup ## compile the native parts when their sources changed
	@$(EXT) native

run: setup native ## execute the chapters that changed
	@$(EXT) run

html: setup run ## build the pages from the executed chapters
	@$(EXT) html

doctor: setup ## say what this machine offers the library
	@$(EXT) doctor

lint: setup ## formatter and linters for Python, C++ and the workflows
	@$(EXT) lint

format: setup ## format Python and C++ in place (then make sync)
	@$(EXT) lint --fix

bench: setup native ## measure against other libraries and keep the figures (GROUP=autograd, THREADS=2)
	@$(EXT) bench $(GROUP) --threads $(or $(THREADS),1)

gpu-verify: ## build, check and time the kernels on a GPU, no .venv needed (PYTHON=python3)
	@$(PYTHON) -m bench.gpu.verify

gpu-sanitize: ## the checks, small, under the tools of compute-sanitizer
	@$(PYTHON) -m bench.gpu.sanitize

bench-gpu: ## the timings of gpu-verify alone
	@$(PYTHON) -m bench.gpu.verify --only time

clean: ## remove what was built (.venv stays: rm -r .venv)
	@$(PYTHON) needlebook/_ext clean

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20
