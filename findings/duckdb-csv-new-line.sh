#!/usr/bin/env bash
# DuckDB: strict reading of a CSV file with an explicit CRLF line end returns no rows and no error.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile duckdb==2.0.1
cat > "$work/finding.py" << 'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb

FILE = Path(sys.argv[1]) / "incidents.csv"
FILE.write_bytes(b"force,incidents\r\nessex,12\r\nkent,15\r\n")
COLUMNS = "columns={'force': 'VARCHAR', 'incidents': 'INTEGER'}, header=true, auto_detect=false"


def rows(*options: str) -> list[tuple[str, int]]:
    return duckdb.sql(f"SELECT * FROM read_csv('{FILE}', {', '.join((COLUMNS, *options))})").fetchall()


named, strict = r"new_line='\r\n'", "strict_mode=true"
plain, only_named, only_strict, both = rows(), rows(named, "strict_mode=false"), rows(strict), rows(strict, named)

print("duckdb", version("duckdb"))
print("expected: two rows whether the line end is found or named; or an error in strict mode")
print(f"seen: {len(plain)} rows by default, {len(only_named)} with the line end named, {len(only_strict)} in strict mode")
print(f"seen: {len(both)} rows, and no error, in strict mode with the line end named")

assert plain == only_named == only_strict == [("essex", 12), ("kent", 15)]
assert both == []
PYTHON
"$work/venv/bin/python" "$work/finding.py" "$work"
