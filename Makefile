PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= $(if $(filter lambda,$(MAKECMDGOALS)),9000,8000)
STAGE ?= dev
# An address that answers: a server on all addresses is also on the loopback one.
ADDRESS = $(patsubst 0.0.0.0,127.0.0.1,$(patsubst ::,::1,$(HOST)))
URL = http://$(if $(findstring :,$(ADDRESS)),[$(ADDRESS)],$(ADDRESS)):$(PORT)
BIN = .venv/bin
# The tests that `make test` runs on the Lambda emulator; `make test-long` runs all.
ON_LAMBDA = $(addprefix accounts/tests/test_,signup_and_login.py sessions.py) \
	$(addprefix todos/tests/test_,todos.py bulk.py clear_completed.py sync.py) \
	$(addprefix todoproject/tests/test_,flask_api.py errors.py whole_log.py)
# Two runs on each database, so that they run side by side.
ON_SQLITE = $(addprefix test-on-sqlite-,todoproject+accounts+web todos+examples)
ON_POSTGRESQL = $(addprefix test-on-postgresql-,todos todoproject+accounts+web+deploy)
BROWSER_TOOLS = .cache/browser
CLIENT_TOOLS = .cache/clients
PEERS = .cache/benchmark-peers
MACHINE = $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
export HOST PORT
export PYTHONDONTWRITEBYTECODE =  # Bytecode saves each test server and command a second.

.PHONY: help run lambda package test test-browser test-clients test-on-sqlite $(ON_SQLITE) test-on-postgresql $(ON_POSTGRESQL) test-deployment test-emulator test-on-lambda test-long lint schema screenshots bench bench-plots bench-scale bench-workers bench-cost bench-cpu bench-cold bench-purge bench-login bench-admin clean

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run  ## Serve the API at http://127.0.0.1:8000 (HOST=, PORT= override)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0 --ignore redoc
	@echo "Todos $(URL)/   docs $(URL)/docs/   admin $(URL)/admin/   (stop with Ctrl-C)"
	@exec $(BIN)/python -m todoproject.serving.server

lambda: .venv/dev  ## Serve the package on an emulated Lambda at http://127.0.0.1:9000/dev/ (PORT=, INSTANCES=, EVENTS=)
	@mkdir -p .cache
	@LAMBDA_ARCHITECTURE=$(MACHINE) $(BIN)/zappa package $(STAGE) --output .cache/lambda.zip
	@[ -z "$$DATABASE_URL" ] || $(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python -m lambda_emulator .cache/lambda.zip

package: .venv/run  ## Build the package that `zappa deploy` would upload (STAGE=production for the other stage)
	@$(BIN)/zappa package $(STAGE)

test: .venv/dev  ## Run all tests: on SQLite, on PostgreSQL, and against the Lambda emulator
	@$(MAKE) --no-print-directory --jobs=4 --output-sync test-deployment test-on-sqlite test-on-postgresql test-emulator test-on-lambda

test-on-sqlite: $(ON_SQLITE)

$(ON_SQLITE): test-on-sqlite-%: .venv/dev
	$(BIN)/pytest $(subst +, ,$*) $(PYTEST)

test-deployment: .venv/dev
	$(BIN)/pytest deploy $(PYTEST)

test-emulator: .venv/dev
	$(BIN)/pytest lambda_emulator $(PYTEST)

test-on-postgresql: $(ON_POSTGRESQL)

$(ON_POSTGRESQL): test-on-postgresql-%: .venv/dev
	$(BIN)/pytest --postgresql $(subst +, ,$*) $(PYTEST)

test-on-lambda: .venv/dev
	$(BIN)/pytest --lambda $(ON_LAMBDA)

test-long:  ## Run all tests with all rounds of races, fuzzing and sizes (slow)
	@$(MAKE) --no-print-directory test PYTEST=--long ON_LAMBDA=

test-browser: .venv/dev $(BROWSER_TOOLS)/ready  ## Test the pages in Chromium: on a real server, and on the Lambda emulator
	$(BIN)/pytest browser $(PYTEST)
	$(BIN)/pytest --lambda browser $(PYTEST)

screenshots: .venv/dev  ## Take the pictures in docs/screenshots
	$(BIN)/python -m browser.screenshots

test-clients: .venv/dev $(CLIENT_TOOLS)/ready  ## Test schema.yml with generated clients, linters and generated requests
	$(BIN)/pytest clients $(PYTEST)
	$(BIN)/pytest --postgresql clients/tests/test_generated_requests.py $(PYTEST)
	$(BIN)/pytest --lambda clients/tests/test_generated_requests.py $(PYTEST)

lint: .venv/dev  ## Check style, types, migrations and deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	PRODUCTION=1 ALLOWED_HOSTS=todo.example.com SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

schema: .venv/dev  ## Regenerate schema.yml
	$(BIN)/python manage.py spectacular --file schema.yml --validate --fail-on-warn

bench: .venv/dev $(PEERS)/ready  ## Compare the API with other frameworks under load (BENCH=--postgresql for PostgreSQL)
	$(BIN)/python -m benchmarks.compare $(BENCH)

bench-plots: $(PEERS)/ready  ## Draw the results of the comparison and of bench-scale, and print their tables
	$(PEERS)/bin/python -m benchmarks.plot $(wildcard $(addprefix benchmarks/results/,*sqlite.json *postgresql.json))

bench-scale: .venv/dev  ## Measure calls against the number of todos (BENCH=--postgresql for PostgreSQL)
	@mkdir -p .cache
	$(BIN)/python -m benchmarks.scale $(BENCH)

bench-workers: .venv/dev  ## Measure the throughput of many users against the number of processes
	$(BIN)/python -m benchmarks.workers $(BENCH)

bench-cpu: .venv/dev  ## Measure the CPU time of single requests (BENCH="--profile create" shows where it goes)
	$(BIN)/python -m benchmarks.cpu $(BENCH) 2>/dev/null

bench-cost: .venv/dev $(PEERS)/ready  ## Measure what a million requests cost on Lambda, beside two other frameworks
	$(BIN)/python -m benchmarks.lambda_cost $(BENCH)

bench-cold: .venv/dev  ## Measure the cold start, with and without bytecode
	$(BIN)/python -m benchmarks.cold_start $(BENCH)

bench-purge: .venv/dev  ## Measure how much a purge slows down writers
	$(BIN)/python -m benchmarks.purge

bench-login: .venv/dev  ## Measure whether login timing reveals accounts, and the cost of a login
	$(BIN)/python -m benchmarks.login

bench-admin: .venv/dev  ## Measure pages of the admin with 1,000,000 todos (BENCH=--postgresql for PostgreSQL)
	$(BIN)/python -m benchmarks.admin $(BENCH) 2>/dev/null

clean:  ## Remove the virtual environment and caches, not the database
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis staticfiles

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; set PYTHON= to another" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

$(CLIENT_TOOLS)/ready: clients/requirements.txt clients/package.json clients/package-lock.json
	$(PYTHON) -m venv --clear $(CLIENT_TOOLS)/venv
	$(CLIENT_TOOLS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r clients/requirements.txt
	cp clients/package.json clients/package-lock.json $(CLIENT_TOOLS)
	cd $(CLIENT_TOOLS) && PATH="$$PWD/venv/bin:$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@

$(BROWSER_TOOLS)/ready: browser/package.json browser/package-lock.json
	mkdir -p $(BROWSER_TOOLS)
	cp browser/package.json browser/package-lock.json $(BROWSER_TOOLS)
	cd $(BROWSER_TOOLS) && npm ci --silent --no-audit --no-fund
	@touch $@

$(PEERS)/ready: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	@touch $@

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/run $@
