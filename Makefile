# The two commands of the README: `make verify` and `make test`. They need Python 3.11 or newer, make and a C compiler only.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPORT ?= report
SEEDS ?= 200
COUNT ?= 2000
JOBS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() or 1)')

.PHONY: verify test coverage test-slow fuzz lint benchmarks docs kernel clean

verify: $(VENV)/bin/icl-theory
	$(BIN)/icl-theory run --output $(REPORT) --jobs $(JOBS)

test: $(VENV)/installed
	$(BIN)/python -m pytest -n auto

# The same with the coverage of theory/ and proofs_check/, which takes half as long again.
coverage: $(VENV)/installed
	$(BIN)/python -m pytest -n auto --cov=theory --cov=proofs_check --cov-report=term:skip-covered

# The whole verify run at SEEDS seeds, hours of work; what is finished stays in REPORT/seeds, and a second call goes on.
test-slow: $(VENV)/installed
	ICL_THEORY_SEEDS=$(SEEDS) ICL_THEORY_SLOW_DIR=$(abspath $(REPORT))/seeds $(BIN)/python -m pytest -n auto -m slow

# Random formulas of every law, sum and inverse, COUNT a family, against exact brute force.
fuzz: $(VENV)/installed
	$(BIN)/python -m tests.theory.fuzz --count $(COUNT)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmarks: $(VENV)/installed
	for name in engine flow monte_carlo; do $(BIN)/python -m benchmarks.$$name || exit 1; done

# The site of the documentation, in build/docs: Sphinx reads the pages and the docstrings, and warnings are errors.
docs: $(VENV)/docs-installed
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs

# The formal proofs: needs coqc, and says how to install it where it is missing.
kernel: $(VENV)/bin/icl-theory
	$(BIN)/icl-theory kernel export --check
	$(BIN)/icl-theory kernel check --jobs $(JOBS)

$(VENV)/bin/icl-theory: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("icl-theory needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# What tests, lint and types need beside it: browsers' driver, clusters, mypy.
$(VENV)/installed: $(VENV)/bin/icl-theory
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/docs-installed: $(VENV)/bin/icl-theory
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $@

clean:
	rm -rf $(VENV) $(REPORT) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
