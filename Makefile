# escucha: `make demo` and `make test` set everything up by themselves.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
CARD ?= palos-cnn
CLIP ?=
DEMO ?= full

.DEFAULT_GOAL := help
.PHONY: help setup data train evaluate predict demo report lab test lint bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 14

setup: $(STAMP)  ## create .venv, install the lock and escucha

$(STAMP): requirements.lock pyproject.toml .ci/setup
	sh .ci/setup $(PYTHON)
	@touch $@

data: setup  ## render 60 clips with stems and a manifest into data/palos
	$(BIN)/escucha corpus make data/palos --clips 60 --stems

train: setup  ## train palos-cnn afresh from its committed experiment
	$(BIN)/escucha run experiments/train-palos-cnn.toml --force

evaluate: setup  ## accuracy of palos-cnn on families it never saw
	$(BIN)/escucha run experiments/palos-cnn-accuracy.toml

predict: setup  ## what a model says of a file: make predict CLIP=song.mp3 [CARD=palos-cnn]
	@test -n "$(CLIP)" || { echo "name a file: make predict CLIP=song.mp3" >&2; exit 2; }
	$(BIN)/escucha predict $(CARD) "$(CLIP)"

demo: setup  ## the main job: accuracy, two explanations, concepts, probes, pages [CLIP=song.mp3]
	$(BIN)/escucha demo --size $(DEMO) $(if $(CLIP),--clip "$(CLIP)")

report: setup  ## make the index page over reports/ afresh
	$(BIN)/escucha report

lab: setup  ## open the notebooks in jupyterlab
	$(BIN)/jupyter lab notebooks

test: setup  ## run the tests on all cores
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist worksteal

lint: setup  ## ruff and mypy
	$(BIN)/ruff check src tests
	$(BIN)/mypy

bench: setup  ## speed, side by side, as ratios
	$(BIN)/python -m tests.bench

clean:  ## remove caches and unpublished reports, keep .venv
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache data
	find reports -mindepth 1 -maxdepth 1 ! -name published -exec rm -rf {} +
