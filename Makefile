# Two commands do everything: `make demo` and `make test`. The rest are their parts.
PYTHON ?= python3
BIN := .venv/bin
NPM := $(shell command -v npm 2>/dev/null || echo $(CURDIR)/.venv/bin/npm)
DEMO_OPTIONS ?=

.PHONY: demo test bench install install-dev lint lock clean

demo: install
	$(BIN)/jiuzhi demo $(DEMO_OPTIONS)

# The tables are made from the models: that they are those of the migrations one test says, and the command-line tests migrate for real.
test: install-dev lint
	$(BIN)/pytest -n 2 -m "not browser" --nomigrations

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: install-dev
	$(BIN)/python -m bench

install: .venv/.run node_modules/.installed

install-dev: .venv/.dev node_modules/.installed

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Jiuzhi needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

# A touched stamp means "this lock is installed"; a changed lock installs again, nothing else does.
.venv/.run: requirements/run.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.lock
	touch $@

node_modules/.installed: package-lock.json | .venv/.run
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

lock:
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --extra build pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --all-extras -c requirements/run.lock pyproject.toml -o requirements/dev.lock

clean:
	rm -rf .venv node_modules var build *.egg-info
