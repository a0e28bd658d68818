#!/usr/bin/env bash
# DuckDB: an interval of six years arrives in Python as 2,160 days.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile duckdb==2.0.1
cat > "$work/finding.py" << 'PYTHON'
from datetime import date
from importlib.metadata import version

import duckdb


def value(sql: str) -> object:
    return duckdb.sql(sql).fetchall()[0][0]


start = date(2026, 1, 1)
interval = value("SELECT INTERVAL 6 YEAR")
in_sql = value("SELECT CAST(DATE '2026-01-01' + INTERVAL 6 YEAR AS DATE)")
in_python = start + interval
by_epoch = value("SELECT epoch(INTERVAL 6 YEAR) / 86400")

print("duckdb", version("duckdb"))
print("expected: six years after 2026-01-01 is one day, in SQL and in Python; or Python gets no plain number of days")
print(f"seen: in SQL {in_sql}; in Python {in_python} (the interval arrives as {interval.days:,} days)")
print(f"seen: epoch() of the same interval gives {by_epoch:,} days")

assert in_sql == date(2032, 1, 1)
assert interval.days == 6 * 12 * 30
assert in_python == date(2031, 12, 1)
assert by_epoch == 6 * 365.25
PYTHON
"$work/venv/bin/python" "$work/finding.py"
