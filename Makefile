# Every target sets up what it needs. `make help` lists them.
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
VM32 := .cache/vm32
SHELL := /bin/bash
TORTURE_S ?= 300
# More than most machines' two cores: tests that wait leave the processor to others, and among busy programs each
# worker gets its share. `WORKERS=0`: one by one.
WORKERS ?= 5

.PHONY: help demo test torture lint types types-host types-firmware types-tests format spec sbom bench vm32 hardware firmware release enclosure test-hil docs pictures coverage mutation clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Poise needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.cache/typings: $(STAMP)
	@rm -rf $@
	$(BIN)/pip install --quiet --disable-pip-version-check --target .cache/typings micropython-esp32-stubs==1.26.0.post1
	@cat tools/viper_builtins.pyi >> $@/__builtins__.pyi
	@touch $@

.cache/typings-newest: $(STAMP)
	@rm -rf $@
	$(BIN)/pip install --quiet --disable-pip-version-check --target $@ micropython-esp32-stubs==1.29.0.post1
	@touch $@

.cache/stubs: $(STAMP) .cache/typings-newest host/src/poise/build/boards.py
	$(BIN)/python -m tools.check_boards --fetch $@
	@touch $@

demo: $(STAMP) ## The main job on the virtual clip, in about a minute: needs no hardware
	$(BIN)/poise demo

test: $(STAMP) vm32 ## Every test: CPython, 64-bit and 32-bit MicroPython, the whole chain
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-hil: $(STAMP) ## Tests on a real clip, and on the twin: make test-hil PORT=/dev/ttyACM0
	@test -n "$(PORT)" || echo "no PORT: on the twin alone; make test-hil PORT=/dev/ttyACM0 takes the clip there as well"
	POISE_HIL_PORT="$(PORT)" $(BIN)/python -m pytest tests/hil
coverage: $(STAMP) vm32 ## Every test, and how much of the code they run: fails below the floor (COVERAGE_ARGS="tests/store" runs a part)
	@rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(COVERAGE_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutation: $(STAMP) vm32 ## Small faults planted in the code that matters most: fails when no test notices one (MUTATION_ARGS="--only log --sample 50")
	$(BIN)/python -m tests.mutation $(MUTATION_ARGS)

torture: $(STAMP) vm32 ## Long seeded searches: power cuts, 90 days of life (TORTURE_S=300 seconds)
	$(BIN)/python -m tests.torture --seconds $(TORTURE_S)

lint: $(STAMP) .cache/typings .cache/typings-newest .cache/stubs ## Style and types: host, firmware, tests, bench and tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory -j 2 types
	$(BIN)/python -m tools.check_boards .cache/stubs

# Side by side, because each takes one core: those of the host and of the tests take about a minute.
types: types-host types-tests types-firmware ## The types alone

types-host: $(STAMP)
	$(BIN)/pyright

types-tests: $(STAMP)
	$(BIN)/pyright -p tests/pyrightconfig.json

types-firmware: $(STAMP) .cache/typings
	$(BIN)/pyright -p firmware/pyrightconfig.json

format: $(STAMP) ## Put the code in its style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

spec: $(STAMP) ## Make docs/SPEC.md from the wire table
	$(BIN)/python -m poise.wire.spec > docs/SPEC.md

sbom: $(STAMP) ## Make docs/sbom.cdx.json, what Poise is made of: at each release
	$(BIN)/python tools/sbom.py

firmware: $(STAMP) ## Build every board's bundle twice into dist, with the size of each module (KEY=release.key signs)
	$(BIN)/python -m tools.firmware $(if $(KEY),--key $(KEY))

release: $(STAMP) ## Make a release: VERSION=0.2.0, KEY=release.key signs its bundles, DRY_RUN=1 changes nothing
	@test -n "$(VERSION)" || { echo "Say which: make release VERSION=0.2.0"; exit 1; }
	$(BIN)/python -m tools.release $(VERSION) $(if $(KEY),--key $(KEY)) $(if $(DRY_RUN),--dry-run)
docs: $(STAMP) ## The documentation as a site, in build/site; each link is checked
	$(BIN)/python -m tools.website

pictures: $(STAMP) ## The pictures of the docs anew (PICTURES="clinic demo": only these); needs Chromium
	$(BIN)/python -m tools.pictures $(PICTURES)

bench: $(STAMP) vm32 ## Speed and size beside their yardsticks, into docs/BENCHMARKS.md (BENCH_ARGS="--trace FILE.npz" adds a recording)
	$(BIN)/python -m bench $(BENCH_ARGS)

vm32: ## The 32-bit MicroPython that the tests need (Debian and its relatives)
	@tools/fetch_vm32.sh $(VM32) || { echo "no 32-bit MicroPython: its tests will be skipped"; test -z "$$CI"; }

hardware: $(STAMP) ## Check both builds of hardware/, and draw their wiring and schematics anew (needs graphviz)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[hardware]"
	$(BIN)/python -m hardware

# A venv of its own: CAD is large, and nothing else needs it.
.cache/cad: pyproject.toml
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check $$($(PYTHON) -c 'import tomllib; \
	  print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["cad"])')
	@touch $@

enclosure: .cache/cad ## Build and check the clip's case: STEP and STL in build/enclosure (ENCLOSURE_ARGS=--pictures draws it)
	.cache/cad/bin/python -m hardware.enclosure $(ENCLOSURE_ARGS)

clean: ## Remove what these targets made
	rm -rf $(VENV) .cache build dist .pytest_cache .ruff_cache .hypothesis
