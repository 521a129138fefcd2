# escucha: `make demo` and `make test` set everything up by themselves.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 14

setup: $(STAMP)  ## create .venv, install the lock and escucha

$(STAMP): requirements.lock pyproject.toml
	sh .ci/setup $(PYTHON)
	@touch $@
