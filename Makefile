# What a newcomer needs: `make run` (the gallery) and `make test`. Each target sets up what it uses, and no more; stamp
# files in .make/ keep the second time quick.

PORT ?= 4000
HOST ?= 127.0.0.1
TO ?= build/docs
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTHON_VERSIONS ?= 3.12 3.13
PROCESSES ?= 2

BIN := .venv/bin
# Nothing is installed that is not the very file that was pinned.
PINNED := --quiet --disable-pip-version-check --require-hashes
NPM := npm --no-audit --no-fund
# Two processes, each with a Chromium of its own; on two cores a third gained nothing (PROCESSES=). A file stays in one
# process, because its tests share a server (a fixture of the module). Files start in the order of tests/conftest.py, the
# longest first, not in xdist's own order by number of tests, so that no long file is left to run alone at the end.
PARALLEL := --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

CLIENT_SOURCES := $(shell find actorlive/client/src -type f) actorlive/client/build.mjs package.json
CLIENT := actorlive/client/dist/actorlive.js

# One step of the set-up says what it does: some of them take half a minute, and are silent meanwhile.
SETTING_UP = @mkdir -p .make; echo "Setting up, once:"

.PHONY: help run run-cluster dev test test-all coverage soak lint format audit states news bench bench-server
.PHONY: docs wheel release-check vscode lock setup setup-run clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: setup-run  ## serve the gallery of examples on http://localhost:4000 (HOST=, PORT=, HOSTS=)
	@$(if $(HOSTS),HOSTS='$(HOSTS)') $(BIN)/python -m actorlive.cli run examples.gallery.app:app --host $(HOST) --port $(PORT)

run-cluster: setup .make/redis  ## the same by two workers, whose topics cross over a Redis of its own (HOST=, PORT=, HOSTS=, WORKERS=)
	@$(if $(HOSTS),HOSTS='$(HOSTS)') $(if $(WORKERS),WORKERS='$(WORKERS)') .ci/run-cluster --host $(HOST) --port $(PORT)

docs: setup-run  ## write the guide as HTML that reads without a server, to build/docs (TO=)
	@$(BIN)/python -m examples.guide.export $(TO)

dev: setup-run  ## serve the gallery as it is developed: reload, and errors in the browser (HOST=, PORT=)
	@$(if $(HOSTS),HOSTS='$(HOSTS)') $(BIN)/python -m actorlive.cli dev examples.gallery.app:app --host $(HOST) --port $(PORT)

# The second run, of the whole suite only, is for the long way of a page through Quart (tests/support/dispatch.py).
test: setup .make/chromium .make/nginx .make/redis  ## all tests, with those in a real browser (ARGS= goes to pytest)
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)
	$(if $(ARGS),,THROUGH_QUART=1 $(BIN)/python -m pytest $(PARALLEL) tests/web tests/hostile)

test-all: setup .make/nginx .make/redis  ## the tests without a browser on other Pythons, if pyenv or the system has them (PYTHON_VERSIONS=)
	@failed=; for version in $(PYTHON_VERSIONS); do \
	  .ci/test-on $$version $(ARGS) || failed="$$failed $$version"; \
	done; test -z "$$failed" || { echo "failed on Python$$failed" >&2; exit 1; }

# Random programs and garbage run nothing that the other tests do not, and many times slower when they are measured.
coverage: setup .make/nginx .make/redis  ## the tests of examples and modules; fails where too few lines and branches of actorlive/ run
	@rm -rf .make/coverage && mkdir -p .make/coverage
	$(BIN)/coverage run -m pytest $(addprefix --ignore=tests/,browser ordering fuzz) $(PARALLEL) $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

soak: setup .make/chromium .make/nginx .make/redis  ## what takes too long for every run
	$(BIN)/python -m pytest -m soak --hypothesis-profile=soak -o faulthandler_timeout=14400 $(ARGS)
	.ci/fuzz
	$(BIN)/python -m tests.hostile.soak
	$(BIN)/python -m tests.pubsub.soak
	$(BIN)/python bench/churn.py
	$(BIN)/python bench/growth.py --joins 100000 --views 10000
	$(BIN)/python bench/uploads.py

lint: setup  ## style, spelling, types and the import law
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	node_modules/.bin/pyright --pythonpath $(BIN)/python
	$(BIN)/python .ci/typed.py
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/actorlive fmt --check actorlive examples bench
	$(BIN)/actorlive check actorlive examples bench
	npm run --silent format:check
	npm run --silent types

format: setup  ## rewrite what is not in style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/actorlive fmt actorlive examples bench
	npm run --silent format

audit: setup  ## known vulnerabilities of the packages, and where no data can be had
	@.ci/audit

states: setup  ## draw docs/design/states.md from the tables in the code
	$(BIN)/python .ci/draw_states.py

news: setup  ## show what the fragments in news/ make of CHANGELOG.md
	@$(BIN)/towncrier build --draft --version Unreleased 2>/dev/null

.make/pyview: bench/pyview/requirements.txt
	rm -rf $@ $@.new
	$(PYTHON) -m venv $@.new
	$@.new/bin/python -m pip install $(PINNED) -r $<
	mv $@.new $@

bench: setup .make/triotp .make/pyview .make/redis  ## print the tables of bench/README.md (ARGS= goes to bench/beside.py)
	$(BIN)/python bench/runtime.py --triotp .make/triotp
	$(BIN)/python bench/templates.py
	$(BIN)/python bench/live.py
	$(BIN)/python bench/pubsub.py
	$(BIN)/python bench/testing.py
	$(BIN)/python bench/run.py
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/beside.py $(ARGS)

bench-server: setup  ## the benchmark app alone, in one process (PORT=)
	@$(BIN)/python bench/app.py --port $(PORT)

wheel: .make/build $(CLIENT)  ## the wheel in dist/, with the client in it: pip installs it without Node
	@rm -f dist/*.whl
	@$(BIN)/python -m hatchling build -t wheel

release-check: setup  ## build wheel and sdist, and try each in an empty environment without Node
	@$(BIN)/python .ci/release_check.py

vscode: .make/vscode  ## the extension for VS Code, as editors/vscode/actorlive-heex.vsix
	@npm --prefix editors/vscode run --silent package

lock:  ## pin what requirements/ and pyproject.toml ask for, with hashes (ARGS=--upgrade for newer versions)
	PYTHON=$(PYTHON) .ci/lock $(ARGS)

setup: .make/python .make/node $(CLIENT)  ## all that work on actorlive needs; the other targets do it themselves

setup-run: .make/run $(CLIENT)

clean:  ## forget what was set up and built
	rm -rf .make .venv node_modules editors/vscode/node_modules actorlive/client/dist

# ---- set-up, each step once ----

# The Python packages: those that run and build pages, then those of all work here. The latter hold the former, in the
# same versions (requirements/), so whoever has the second needs no look at the first.

$(BIN)/python:
	$(SETTING_UP) "a Python environment in .venv (five seconds)…"
	@$(PYTHON) -m venv .venv

.make/run: requirements/run.txt | $(BIN)/python
	$(SETTING_UP) "the Python packages that pages need (half a minute)…"
	@$(BIN)/python -m pip install $(PINNED) -r $<
	@touch $@

.make/build: requirements/build.txt | $(BIN)/python
	$(SETTING_UP) "what wheels are built with (five seconds)…"
	@$(BIN)/python -m pip install $(PINNED) -r $<
	@touch $@

.make/python: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(SETTING_UP) "the Python packages for tests and all other work (a minute)…"
	@$(BIN)/python -m pip install $(PINNED) -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch .make/run .make/build $@

# The Node packages: those of the bundle, then all. The same again.

.make/bundler: package-lock.json package.json .npmrc
	$(SETTING_UP) "the Node packages of the browser client (ten seconds)…"
	@$(NPM) ci --silent --omit=dev
	@touch $@

.make/node: package-lock.json package.json .npmrc
	$(SETTING_UP) "the Node packages for tests and all other work (twenty seconds)…"
	@$(NPM) ci --silent
	@touch .make/bundler $@

$(CLIENT): $(CLIENT_SOURCES) | .make/bundler
	$(SETTING_UP) "the browser client (one second)…"
	@npm run --silent build

.make/vscode: editors/vscode/package-lock.json editors/vscode/package.json
	$(SETTING_UP) "what packs the extension for VS Code (half a minute)…"
	@$(NPM) --prefix editors/vscode ci --silent
	@touch $@

# triotp, to measure beside. Its newest release wants Python 3.13 for two `type` statements in its mailbox; as
# plain assignments they mean the same, and it runs on our Python and our Trio.
.make/triotp: requirements/triotp.txt .make/python
	rm -rf $@ $@.new
	$(BIN)/python -m pip install $(PINNED) --no-deps --no-compile \
	  --ignore-requires-python --target $@.new -r requirements/triotp.txt
	sed -i -E 's/^type ([A-Za-z]+) = /\1 = /' $@.new/triotp/mailbox.py
	mv $@.new $@

# Debian's Chromium, where there is none and we may install one.
.make/chromium:
	$(SETTING_UP) "Chromium for the tests in a browser…"
	@if test -x /usr/bin/chromium; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "the browser tests need /usr/bin/chromium: install Debian's package chromium" >&2; exit 1; fi
	@touch $@

# Debian's nginx, in which the blocks of docs/deployment.md are tried.
.make/nginx:
	@mkdir -p .make
	@if command -v nginx >/dev/null; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx-light >/dev/null; \
	else echo "the tests of a deploy need nginx: install Debian's package nginx-light" >&2; exit 1; fi
	@touch $@

# Debian's Redis, which the tests of pubsub start by themselves, on ports of their own.
.make/redis:
	$(SETTING_UP) "Redis for the tests of several nodes…"
	@if command -v redis-server >/dev/null; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; \
	else echo "the tests of pubsub need redis-server: install Debian's package redis-server" >&2; exit 1; fi
	@touch $@
