# Everything below uses .venv and nothing else; `make help` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
SETUP := .venv/.setup-done

# The tests start hundreds of programs, and pytest rewrites every assertion: both are compiled once and kept, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup pin quickstart gen fmt check docs pictures test test-all explore test-lowest test-matrix api-diff spec-diff contract baseline bench build clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(SETUP) ## make .venv with the package, its extras and the developers' tools

$(SETUP): pyproject.toml constraints.txt
	@echo "Setting up .venv: the package, its extras and the developers' tools. About a minute, once."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --progress-bar off --constraint constraints.txt --group dev --editable ".[contract,local,local-code,local-javascript,mcp,otel,pool-redis,progress,pty,socks]"
	@touch $@

pin: ## resolve the newest versions that fit and write them to constraints.txt
	$(PYTHON) -m venv --clear build/pin
	build/pin/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/pin/bin/python -m pip install --quiet --group dev --editable ".[contract,local,local-code,local-javascript,mcp,otel,pool-redis,progress,pty,socks]"
	grep '^#' constraints.txt > build/pin/constraints.txt
	build/pin/bin/python -m pip freeze --exclude-editable >> build/pin/constraints.txt
	mv build/pin/constraints.txt constraints.txt

quickstart: $(SETUP) ## the main job, for real: a server, a sandbox, a command, a file
	$(BIN)/python examples/quickstart.py

gen: $(SETUP) ## write what machines write: API clients, types of dicts, blocking twins
	$(BIN)/python scripts/generate.py
	$(BIN)/python -m scripts.dicts
	$(BIN)/python scripts/unasync.py

fmt: $(SETUP) ## format and sort
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

check: $(SETUP) ## lint, format, types, drift of generated trees, breaking changes
	$(BIN)/python scripts/check.py

docs: $(SETUP) ## the documentation as a site, in build/site; a dead link or an unknown name fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --clean

pictures: $(SETUP) ## draw docs/pictures anew; needs Graphviz
	$(BIN)/python scripts/pictures.py

test: $(SETUP) ## the whole behaviour of the package, once, on this Python: minutes
	$(PYTEST) -m "not long" $(COVERAGE)

# The published interpreter streams by itself, and does not bear a busy context.
MANNERED := tests/_async tests/_sync tests/acceptance tests/companions tests/contract/test_program.py --deselect tests/companions/test_interpreter.py

test-all: $(SETUP) ## test, what takes longer, how much of the package both run, real manners, both twins over httpx2, and test-lowest
	$(MAKE) test COVERAGE="--cov --cov-report= --cov-fail-under=0"
	$(PYTEST) -m long --cov --cov-append
	OPEN_SANDBOX_LOCAL_MANNERS=real $(PYTEST) $(MANNERED)
	$(PYTEST) -p tests.support.as_httpx2 tests/_async tests/_sync
	$(BIN)/python scripts/test_lowest.py

explore: $(SETUP) ## look for faults at random: interrupts at every instant, calls and answers drawn anew; tens of minutes
	OPENSANDBOX_EXPLORE=1 $(PYTEST) -m explore

test-lowest: $(SETUP) ## tests that use every dependency, on the oldest versions that pyproject.toml allows
	$(BIN)/python scripts/test_lowest.py

test-matrix: $(SETUP) ## the package elsewhere: other Pythons, installers, places, accounts; frameworks that use it
	$(BIN)/python -m scripts.matrix --docs

api-diff: $(SETUP) ## public names against the last release (or OLD=<git reference>)
	$(BIN)/python -m scripts.api_diff $(OLD)

spec-diff: $(SETUP) ## specs against the last release (or OLD=<git reference or directory>): what is compatible, what breaks
	$(BIN)/python -m scripts.spec_diff $(OLD)

contract: $(SETUP) ## a server against the contract: DOMAIN=host:port, KEY=…, and ARGUMENTS="--level 1.2" if wanted
	@OPEN_SANDBOX_API_KEY="$(or $(KEY),$(OPEN_SANDBOX_API_KEY))" $(BIN)/python -m opensandbox.contract $(if $(DOMAIN),--domain $(DOMAIN)) $(ARGUMENTS)

baseline: $(SETUP) ## with a release: what api-diff and spec-diff compare with from then on (REF=<git reference>)
	$(BIN)/python -m scripts.baseline $(REF)

bench: $(SETUP) ## measure, side by side with the published package where it can do the same
	$(BIN)/python -m scripts.bench --docs

build: $(SETUP) ## wheel and sdist in dist/
	$(BIN)/python -m build

clean: ## remove what the targets above made
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
