# Two commands set everything up on a fresh Debian or Ubuntu machine: `make brief` and `make test`.

SHELL := /bin/sh
BIN := .venv/bin
NOW := 2026-11-19T12:00:00Z

# Real documents for some tests; without the folder those tests say that they are skipped.
ifneq ($(wildcard ../shared/corpora),)
export DIGEST_CORPORA ?= $(abspath ../shared/corpora)
endif

.PHONY: help brief test test-long lint format bench picture clean

help:                    ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1  /p' Makefile

brief: .venv/.core       ## build the example issue, with a pinned clock
	$(BIN)/digest build --now $(NOW)

test: .venv/.dev         ## run the tests, with coverage
	@.ci/debian
	$(BIN)/python -m pytest -m "not long" -n auto --cov --cov-report=term:skip-covered

test-long: .venv/.dev    ## run what takes longer, whole
	@.ci/debian
	$(BIN)/python -m pytest -n auto

lint: .venv/.dev         ## ruff and mypy, strict, over package, command line and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.dev       ## lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev        ## measure reading and rendering; the other benchmarks want files: see their --help
	$(BIN)/python tests/bench/ingest.py
	$(BIN)/python tests/bench/render.py

picture: .venv/.dev brief  ## take the README's picture anew
	$(BIN)/digest preview --looks --no-open --now $(NOW)
	$(BIN)/python -m tests.support.picture

clean:                   ## remove what was rendered; nothing that matters lies there
	git clean -qfdX build

.venv/.core: pyproject.toml
	@.ci/venv core

.venv/.dev: pyproject.toml
	@.ci/venv dev
