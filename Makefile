PORT ?= 8000
PARLEY_HOME ?= .parley
ARGS ?=
export PARLEY_HOME

# An empty HOME would make pip and npm write into the current folder; without one they ask the system.
ifeq ($(strip $(HOME)),)
unexport HOME
endif

# The first Python that will do, or what PYTHON= names.
SETUP = set -- $(PYTHON) python3.13 python3.12 python3.11 python3; \
	for python; do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$python" tools/setup.py $(1); fi; \
	done; \
	echo "Parley needs Python 3.11 or newer, with its venv module: none of '$$*' is that." >&2; exit 1

.PHONY: help run setup test fix check bench lock env compose-check

help: ## lists what can be made
	@sed -n 's/^\([a-z-]*\): ## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## all set-up, then serves the example on PORT (8000), with its data in PARLEY_HOME (.parley)
	@$(call SETUP,run)
	@exec .venv/bin/parley serve --port $(PORT) --example

setup: ## all set-up for serving, and nothing else: .venv/bin/parley is there then
	@$(call SETUP,run)

test: ## all set-up, then the whole test suite; ARGS="-k quotes" for a part of it
	@$(call SETUP,dev)
	@exec env -u PYTHONDONTWRITEBYTECODE .venv/bin/pytest -n 2 --dist loadfile $(ARGS)

fix: ## formats the code and mends what can be mended
	@$(call SETUP,dev)
	@.venv/bin/ruff format --quiet
	@.venv/bin/ruff check --fix

check: ## format, lint, types, and that imports run downhill only
	@$(call SETUP,dev)
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

bench: ## says what can be measured; ARGS="import 1000000" measures it
	@$(call SETUP,dev)
	@exec .venv/bin/python -m bench $(ARGS)

env: ## writes .env for docker-compose.yml with random passwords; SITE=parley.example.org
	@python3 tools/env.py "$(SITE)" $(if $(TLS),--tls "$(TLS)")

compose-check: ## builds and starts docker-compose.yml for real, with podman, as root; some minutes
	@python3 tools/compose_check.py

lock: ## chooses the newest versions of all dependencies, and writes the lock files
	@python3 tools/lock.py --upgrade
