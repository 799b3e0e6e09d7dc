# Tidemark's front door. Needs Python 3.11 or newer and make; everything else installs itself.
# Paths are relative, so that the project works from a folder with a space in its name.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
TIDEMARK := $(BIN)/python -m orchestration.cli
READY := .venv/.ready
SUPERSET_READY := .venv-superset/.ready
# uv installs the lock in seconds where pip takes minutes; pinned, and itself installed by pip.
UV := uv==0.13.9

# A desk behind a proxy has the proxy's certificate in the system's store, where pip is told to look, too.
export UV_SYSTEM_CERTS := true
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := yes
# The demo keeps to itself: its own archive, warehouse, serving copy and Dagster instance.
DEMO := TIDEMARK_DATA=data/demo

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:[^#]*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || { echo "Creating .venv"; $(PYTHON) -m venv .venv; }
	@echo "Installing the locked packages into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

.PHONY: setup
setup: $(READY) ## Install everything into .venv

.PHONY: demo
demo: $(READY) ## The whole way on made-up figures, without a network
	@$(DEMO) $(TIDEMARK) demo

.PHONY: run
run: $(READY) ## Ask the publishers (ONLY=<one>), load what is new, rebuild, publish
	@$(TIDEMARK) run $(ONLY)

.PHONY: import
import: $(READY) ## Take the files of a mirror into the archive: make import FROM=<folder>
	@test -n "$(FROM)" || { echo "Say which mirror: make import FROM=<folder with an index.csv>"; exit 2; }
	@$(TIDEMARK) import "$(FROM)"

.PHONY: offline
offline: $(READY) ## The whole way from the archive alone
	@$(TIDEMARK) offline

.PHONY: status
status: $(READY) ## What is held, what is due, what is late
	@$(TIDEMARK) status

.PHONY: verify
verify: $(READY) ## Check every file of the archive against its sidecar
	@$(TIDEMARK) verify

.PHONY: sql
sql: $(READY) ## A read-only SQL prompt on the serving copy, with history and completion
# Whoever mistyped at the prompt is not told by make that something broke; a script is.
	@$(TIDEMARK) sql || test -t 0

.PHONY: bi
bi: $(READY) ## The dashboard, on http://127.0.0.1:8501 (PORT=<another>)
	@$(TIDEMARK) bi $(if $(PORT),--port $(PORT))

.PHONY: postgres
postgres: $(READY) ## Load the serving copy into the PostgreSQL database of TIDEMARK_POSTGRES
	@$(TIDEMARK) postgres

# Superset's packages and Tidemark's do not go into one environment.
$(SUPERSET_READY): $(READY) bi/superset/requirements.lock
	@echo "Installing Superset into .venv-superset"
	@test -x .venv-superset/bin/python || $(PYTHON) -m venv --without-pip .venv-superset
	@$(BIN)/uv pip install --quiet --python .venv-superset/bin/python --require-hashes --compile-bytecode \
		-r bi/superset/requirements.lock
	@touch $(SUPERSET_READY)

.PHONY: superset
superset: $(SUPERSET_READY) ## Superset, on http://127.0.0.1:8088 (PORT=<another>)
	@$(TIDEMARK) superset $(if $(PORT),--port $(PORT))

.PHONY: ui
ui: $(READY) ## The Dagster UI, on http://127.0.0.1:3000 (PORT=<another>)
	@$(TIDEMARK) ui $(if $(PORT),--port $(PORT))

.PHONY: alert
alert: $(READY) ## Send a trial message to the channels of the settings
	@$(TIDEMARK) alert

.PHONY: sample
sample: $(READY) ## Write the made-up mirror in sample/ again
	@$(TIDEMARK) sample

.PHONY: docs
docs: $(READY) ## Write the generated pages of docs/ again
	@$(TIDEMARK) docs

# Not --quiet, which would keep --strict from counting warnings. The theme's notice would bury what is wrong.
.PHONY: site
site: $(READY) ## All pages as a site in build/site, without a network; a broken link stops it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: check
check: site ## Style and structure: ruff, layers of the code, sqlfluff, links of the documents, dg check defs, dbt parse
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(TIDEMARK) prepare
	$(BIN)/dbt --quiet --warn-error parse --project-dir dbt_project --profiles-dir dbt_project
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	$(BIN)/dg check defs

.PHONY: test
test: $(READY) ## All tests but the slow ones
# In the order of their names, so that the long files of integration/ come first and the short ones fill up.
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not crash and not compat and not live and not superset"

.PHONY: test-live
test-live: $(READY) ## Whole runs against publishers that answer, fail and change their files, on loopback
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m live

.PHONY: test-superset
test-superset: $(SUPERSET_READY) ## Set up Superset twice, open its dashboards, try to break out of SQL Lab (installs it)
	$(BIN)/python -m pytest -q -m superset

.PHONY: screenshots
screenshots: $(READY) ## Take the pictures of docs/images/ again (FROM=<mirror> for the dashboard's)
	SCREENSHOTS=docs/images $(if $(FROM),PUBLISHERS="$(FROM)") $(BIN)/python -m pytest -q \
		tests/integration/test_ui.py tests/integration/test_dashboard.py \
		-k "test_ui or test_the_documentation_has_a_picture_of_each_page"

.PHONY: test-crash
test-crash: $(READY) ## Kill a run at 20 random points; the next run must mend it
	$(BIN)/python -m pytest -q -m crash -s

.PHONY: test-compat
test-compat: $(READY) ## Read the serving copy with older DuckDB releases (installs them)
	$(BIN)/python -m pytest -q -m compat -s

.PHONY: timing
timing: $(READY) ## Where the time of a run goes
	@$(BIN)/python -m tests.timing

.PHONY: lock
lock: $(READY) ## Resolve the pins of pyproject.toml, and Superset's, into the locks
	$(BIN)/uv pip compile --quiet --no-header pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes -o requirements.lock
# What a server installs: the same versions without the tools of development.
	$(BIN)/uv pip compile --quiet --no-header pyproject.toml --all-extras --group build --universal --python-version 3.11 \
		--generate-hashes --constraints requirements.lock -o requirements-deploy.lock
	$(BIN)/uv pip compile --quiet --no-header bi/superset/requirements.in --universal --python-version 3.11 \
		--generate-hashes -o bi/superset/requirements.lock
