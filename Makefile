PORT ?= 8000
PARLEY_HOME ?= .parley
ARGS ?=
SIZE ?=
export PARLEY_HOME

# With an empty HOME, pip and npm would write into the current folder; without HOME they ask the system.
ifeq ($(strip $(HOME)),)
unexport HOME
endif

# The first suitable Python, or the one named by PYTHON=.
SETUP = set -- $(PYTHON) python3.13 python3.12 python3.11 python3; \
	for python; do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$python" tools/setup.py $(1); fi; \
	done; \
	echo "Parley needs Python 3.11 or newer, with its venv module: none of '$$*' is suitable." >&2; exit 1

.PHONY: help run setup test fix check bench practice pictures lock env compose-check

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\): ## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## sets everything up, then serves the example on PORT (8000), with its data in PARLEY_HOME (.parley)
	@$(call SETUP,run)
	@exec .venv/bin/parley serve --port $(PORT) --example

setup: ## sets up .venv/bin/parley for serving, and nothing else
	@$(call SETUP,run)

test: ## sets everything up, then runs all tests; ARGS="-k quotes" runs a part of them
	@$(call SETUP,dev)
	@exec env -u PYTHONDONTWRITEBYTECODE .venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

fix: ## formats the code and fixes what can be fixed automatically
	@$(call SETUP,dev)
	@.venv/bin/ruff format --quiet
	@.venv/bin/ruff check --fix

check: ## checks format, lint, types, the order of imports, and that routes hold no SQL
	@$(call SETUP,dev)
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/pytest -q --noconftest tests/test_routers.py

bench: ## lists the benchmarks; ARGS="import 1000000" runs one; SIZE=L measures Parley at that size
	@$(call SETUP,dev)
	@exec .venv/bin/python -m bench $(if $(SIZE),peers $(SIZE)) $(ARGS)

env: ## writes .env for docker-compose.yml with random passwords; SITE=parley.example.org; CLUSTER=yes
	@python3 tools/env.py "$(SITE)" $(if $(TLS),--tls "$(TLS)") $(if $(CLUSTER),--cluster)

compose-check: ## builds and starts docker-compose.yml with podman, as root, also as a cluster; takes some minutes
	@python3 tools/compose_check.py

practice: ## writes the tables of seeds/practice from its texts and coding files
	@$(call SETUP,run)
	@exec .venv/bin/python -m tools.practice

pictures: ## takes the pictures in README and docs, of the practice negotiation, in Chromium
	@$(call SETUP,dev)
	@.venv/bin/python -m tools.pictures
	@exec .venv/bin/python -m tools.answer_pictures

lock: ## updates all dependencies to their newest versions and writes the lock files
	@python3 tools/lock.py --upgrade
