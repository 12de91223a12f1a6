# make       set up, build the warehouse from the example delivery, render the report
# make test  set up, run every check
# make proof the long proofs: faults put into the SQL, more random patients, the search
# make test-spark  every table of five deliveries on Spark as on DuckDB (an hour; Java 17)
# make bench every measurement in one table (hours; see tests/benchmarks/bench.py)
# make lock  pin the requirements anew (needs uv)

PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
IN_VENV = PATH="$(CURDIR)/.venv/bin:$$PATH"
WAREHOUSE_FILE = $${WAREHOUSE:-warehouse.duckdb}
# The checks build in a place of their own, whatever the caller has set; they start Python
# some hundred times, and compile what it imports once, as dbt parses the project once.
CHECKED = env -u DELIVERY_DIR -u DBT_TARGET_PATH -u PYTHONDONTWRITEBYTECODE \
    WAREHOUSE=.build/test/warehouse.duckdb $(IN_VENV)
# One more than there are cores: a build waits for its own child now and then.
WORKERS = $$(.venv/bin/python -c 'import os; print(os.cpu_count() + 1)')
PROOF_PATH = tests/python/support:tests/python/derivation:tests/python/estimators

.PHONY: all test types sql parsed test-spark bench proof lock
.DEFAULT_GOAL := all

all: .venv/installed
	$(IN_VENV) dbt build
	$(IN_VENV) dbt docs generate --static --quiet
	$(IN_VENV) survival report
	@echo "warehouse: $(WAREHOUSE_FILE)"
	@echo "report: target/report/index.html"

test: .venv/installed
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	@$(MAKE) --no-print-directory --jobs types sql parsed
	$(CHECKED) pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

types:
	$(IN_VENV) mypy

sql:
	$(CHECKED) sqlfluff lint --processes 2 models tests dbt_project/analyses

parsed:
	$(CHECKED) dbt parse --quiet

proof: .venv/installed
	$(CHECKED) pytest -m proof tests
	$(CHECKED) env PYTHONPATH=$(PROOF_PATH) python tests/proof/mutate.py

test-spark: .venv/with-spark
	$(CHECKED) pytest --import-mode=importlib tests/spark

bench: .venv/installed
	$(IN_VENV) python tests/benchmarks/bench.py

.venv/installed: requirements.lock pyproject.toml
	@for python in python3.11 python3.12 python3.13 python3 python; do \
	    if $$python -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	        2> /dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "make needs Python 3.11, 3.12 or 3.13 with its venv module; none is on PATH" >&2; exit 1; \
	fi; \
	[ -x .venv/bin/python ] || $$found -m venv .venv
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements.lock
	@.venv/bin/python -W ignore -m compileall -q -j 0 .venv/lib
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Beside what is installed: the extra `spark`, and no other version of anything.
.venv/with-spark: .venv/installed requirements-spark.lock
	@command -v java > /dev/null || { echo "make test-spark needs Java 17 on PATH" >&2; exit 1; }
	$(PIP) install --no-deps --no-build-isolation --require-hashes -r requirements-spark.lock
	@touch $@

lock:
	uv pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate --no-strip-extras --no-emit-index-url \
	    --output-file requirements.lock
	uv pip compile --quiet pyproject.toml --extra dev --extra spark --universal \
	    --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras \
	    --no-emit-index-url --constraint requirements.lock \
	  | diff requirements.lock - | sed -n 's/^> //p' > requirements-spark.lock
