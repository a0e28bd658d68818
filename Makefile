# The verbs a newcomer needs. Each brings .venv up to date first; nothing but Python 3.11+ and a shell is assumed.
PYTHON ?= python3
FORCE ?= west-midlands
VENV := .venv
RUN := $(VENV)/bin
# datacontract-cli cannot live beside the project: it needs an older DuckDB and typer.
INTEROP := .bluelamp/interop

# Known vulnerabilities: a folder of OSV documents in place of the service, and whether a check there must be.
ADVISORIES ?=
REQUIRE_ADVISORIES ?=

.PHONY: rehearse test thorough oldest agreement check bench single-view interop docs site golden lock sbom resilience clean

rehearse: $(VENV)/.ready  ## bring FORCE up in the rehearsal cloud, judged, with a report
	@$(RUN)/bluelamp up --rehearse $(FORCE)

test: $(VENV)/.ready  ## every test, with the real engine and a real Kubernetes API server
	$(RUN)/bluelamp engine install
	$(RUN)/pytest -n auto --dist loadgroup

thorough: $(VENV)/.ready  ## every test with all of its generated cases; before a release
	BLUELAMP_THOROUGH=1 $(MAKE) test

oldest: $(VENV)/.ready  ## programs and a force on the oldest engine and packages that are supported; minutes, the first time more
	$(RUN)/python -m tests.oldest

agreement: $(VENV)/.ready  ## how often the rehearsal and the templates' reader decide as the real services do; minutes
	$(RUN)/python -m tests.agreement.kubernetes
	$(RUN)/python -m tests.agreement.templates

check: $(VENV)/.ready  ## what needs no running: formatting, lint, types, imports, licences, known vulnerabilities
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python -m supply licences
	$(RUN)/python -m supply vulnerabilities $(if $(ADVISORIES),--advisories '$(ADVISORIES)') $(if $(REQUIRE_ADVISORIES),--require)

bench: $(VENV)/.ready $(INTEROP)/.ready  ## ratios measured in one run: Bluelamp against the stock SDK and its peers
	$(RUN)/bluelamp engine install
	$(RUN)/python -m benchmarks
	$(RUN)/python -m benchmarks.explaining
	$(RUN)/python -m benchmarks.fleet
	$(RUN)/python -m benchmarks.preview
	$(RUN)/python -m benchmarks.watching
	$(RUN)/python -m benchmarks.single_view
	$(RUN)/python -m benchmarks.contracts
	$(RUN)/python -m benchmarks.growth
	$(RUN)/python -m benchmarks.auditing

single-view: $(VENV)/.ready  ## contracts, linking, a single view and a forecast, on published crime data and generated people
	@$(RUN)/python -m bluelamp.demonstration.single_view

interop: $(VENV)/.ready $(INTEROP)/.ready  ## contract checks, compared one by one with those of datacontract-cli
	@$(RUN)/python -m tests.interop

docs: $(VENV)/.ready  ## the reference pages, written from the code
	$(RUN)/python -m docs.write

site: $(VENV)/.ready  ## the documentation as a site, into site/; a warning is an error
	$(RUN)/sphinx-build --fail-on-warning --nitpicky --quiet --jobs auto docs site

golden: $(VENV)/.ready  ## for a release: what the forces hold now is what later changes must leave alone
	$(RUN)/python -m tests.golden
	$(RUN)/python -m tests.golden.unchanged --write

lock: $(VENV)/.ready  ## requirements.lock anew from pyproject.toml
	$(RUN)/uv pip compile pyproject.toml --extra data --extra dask --group dev --group docs --group build --universal --generate-hashes --no-emit-index-url \
	    --quiet --upgrade --custom-compile-command "make lock" --output-file requirements.lock
	$(RUN)/uv pip compile tests/interop/requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --quiet --upgrade --custom-compile-command "make lock" --output-file tests/interop/requirements.lock

sbom: $(VENV)/.ready  ## the bill of materials of this version, in CycloneDX, into dist/
	$(RUN)/python -m supply sbom

clean:  ## forget the environment and every rehearsal
	rm -rf $(VENV) .bluelamp

# uv installs the locked set in seconds; pip fetches it once, of the version and with the hashes in the lock.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Bluelamp needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@echo "setting up $(VENV), once: installing packages, a few minutes the first time, seconds where they are cached" >&2
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' requirements.lock > $(VENV)/uv.lock
	@test -x $(RUN)/uv || $(RUN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.lock
	@$(RUN)/uv pip sync --quiet --python $(RUN)/python --require-hashes requirements.lock
	@$(RUN)/uv pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(INTEROP)/.ready: tests/interop/requirements.lock $(VENV)/.ready
	@echo "setting up $(INTEROP), once"
	@$(RUN)/uv venv --quiet --allow-existing $(INTEROP)
	@$(RUN)/uv pip sync --quiet --python $(INTEROP)/bin/python --require-hashes $<
	@touch $@

resilience: $(VENV)/.ready  ## stop commands at hundreds of random points, and see that the next run puts everything right; hours
	$(RUN)/bluelamp engine install
	$(RUN)/python -m tests.resilience --markdown resilience.md
	$(RUN)/python -m tests.resilience.fleet --markdown fleet.md
