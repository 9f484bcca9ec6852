# Every target sets up what it needs; nothing has to be installed by hand but Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
# What is compiled has to be compiled anew when it changes.
TYPES := $(shell find src -name '*.pxd')
COMPILED := $(TYPES) $(TYPES:.pxd=.py)
AUTOBAHN := .autobahn/bin/kosoku
FUZZ := $(VENV)/.fuzz

.PHONY: help setup chat test check lint types floors unit conformance conformance-asyncio conformance-uvloop autobahn autobahn-quick applications bench screenshots chat-offline fuzz soak clean

help:  ## Show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(RUNTIME): pyproject.toml setup.py $(COMPILED)
	@echo "Setting up Fujita in $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Fujita needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@find src -name '*.so' -delete
	@$(BIN)/python -m pip install --quiet --editable ".[chat]"
	@touch $(RUNTIME)

$(DEVELOPMENT): $(RUNTIME)
	@echo "Installing the development tools in $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable ".[all]" --group dev
	@touch $(DEVELOPMENT)

setup: $(DEVELOPMENT)  ## Create .venv with Fujita and its development tools

chat: $(RUNTIME)  ## Open the chat room on http://127.0.0.1:8888
	@$(BIN)/fujita chat

test: check unit conformance autobahn-quick  ## Run every check and every test, as CI does

check: lint types floors  ## Run the checks that need no test

lint: $(DEVELOPMENT)
	@echo "ruff ..."
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check . ; exit 1; }

types: $(DEVELOPMENT)
	@echo "mypy --strict ..."
	@$(BIN)/mypy src tests

floors: $(DEVELOPMENT)
	@echo "import-linter ..."
	@$(BIN)/lint-imports --no-cache

unit: $(DEVELOPMENT)  ## Run the tests, and those of what is compiled from its sources too
	@echo "pytest ..."
	@$(BIN)/python -m pytest -q
	@echo "pytest, in pure Python what is compiled else ..."
	@FUJITA_PURE=1 $(BIN)/python -m pytest -q tests/wire tests/httputil tests/httpserver tests/web tests/test_tasks.py

conformance: $(DEVELOPMENT)  ## Run Tornado's own test suite on Fujita, on both loops, compiled and pure
	@echo "Tornado's own tests, on asyncio and on uvloop, compiled and in pure Python ..."
	@$(BIN)/python -m tests.conformance.run --fetch
	@$(MAKE) --no-print-directory --jobs=2 --output-sync conformance-asyncio conformance-uvloop
	@FUJITA_PURE=1 $(MAKE) --no-print-directory --jobs=2 --output-sync conformance-asyncio conformance-uvloop

conformance-asyncio conformance-uvloop: conformance-%:
	@$(BIN)/python -m tests.conformance.run --loop $*

$(AUTOBAHN): | $(RUNTIME)
	@echo "Setting up Autobahn's WebSocket cases in .autobahn (once) ..."
	@$(BIN)/python -m venv .autobahn
	@.autobahn/bin/pip install --quiet --disable-pip-version-check kosoku==0.1.0

autobahn: $(DEVELOPMENT) $(AUTOBAHN)  ## Run all of Autobahn's WebSocket cases, as a server and as a client
	@$(BIN)/python -m tests.autobahn.run --kosoku $(AUTOBAHN)

autobahn-quick: $(DEVELOPMENT) $(AUTOBAHN)  ## Run those that take seconds
	@echo "Autobahn's WebSocket cases, without limits and compression ..."
	@$(BIN)/python -m tests.autobahn.run --kosoku $(AUTOBAHN) 1 2 3 4 5 6 7 10

applications: $(DEVELOPMENT)  ## Run the test suite of an application on Tornado and on Fujita (ONLY=its name)
	@$(BIN)/python -m tests.applications.run $(or $(ONLY),--help)

bench: $(DEVELOPMENT)  ## Measure Fujita beside its peers (ONLY=ws-echo for one row, QUICK=1 for a short run)
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only "$(ONLY)") $(if $(QUICK),--quick) $(if $(AGAINST),--against "$(AGAINST)")

screenshots: $(DEVELOPMENT)  ## Take the pictures of the chat room in docs/images (needs Chromium)
	@$(BIN)/python docs/screenshots.py

$(FUZZ): $(DEVELOPMENT)
	@echo "Installing atheris in $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --group fuzz
	@touch $(FUZZ)

chat-offline: $(DEVELOPMENT)  ## Cut a chat member's network for 30 s, in Chromium too
	@FUJITA_CUT_SECONDS=$(or $(SECONDS),30) $(BIN)/python -m pytest -q tests/chat/test_cut.py

fuzz: $(FUZZ)  ## Fuzz every parser for a minute (SECONDS=600 for longer, ONLY=cookies for one)
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(ONLY)

# All of it is built, and in another place: what is in src is not to be slow.
fuzz-asan: $(DEVELOPMENT)  ## The same with the compiled parts under AddressSanitizer (needs gcc)
	@echo "Building Fujita for AddressSanitizer in .asan ..."
	@rm -rf .asan && mkdir -p .asan/source
	@cp -r src setup.py pyproject.toml README.md LICENSE .asan/source
	@find .asan -name '*.so' -delete
	@CC=gcc CFLAGS="-fsanitize=address -fno-omit-frame-pointer -g -O1" LDFLAGS=-fsanitize=address \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target .asan/site ./.asan/source
	@$(BIN)/python -m tests.fuzz.sanitized --seconds $(or $(SECONDS),60) .asan/site $(ONLY)

soak: $(DEVELOPMENT)  ## Work a server for an hour and watch its memory (MINUTES=3 for less)
	@$(BIN)/python -m tests.soak.run $(if $(MINUTES),--minutes "$(MINUTES)")

clean:  ## Remove what the other targets have made
	@find src -name '*.so' -delete
	rm -rf $(VENV) build dist .asan .autobahn .conformance .fuzz .mypy_cache .pytest_cache .ruff_cache .hypothesis
