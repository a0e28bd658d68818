#!/usr/bin/env bash
# datacontract-cli: a threshold in rows and one in percent of the same metric make a valid contract fail on good data.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile datacontract-cli==1.2.8 "datacontract-cli[duckdb]"
cat > "$work/finding.py" << 'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

from datacontract.data_contract import DataContract

folder = Path(sys.argv[1])
(folder / "crimes.csv").write_text("crime_id\na1\nb2\n", "utf-8")
CONTRACT = f"""
apiVersion: v3.1.0
kind: DataContract
id: recorded-crime
version: 1.0.0
status: active
servers:
- {{server: local, type: local, path: {folder}/crimes.csv, format: csv}}
schema:
- name: crimes
  physicalType: table
  properties:
  - name: crime_id
    logicalType: string
    physicalType: varchar
    quality:
"""
ROWS = "    - {type: library, metric: nullValues, mustBeLessThan: 2}\n"
PERCENT = "    - {type: library, metric: nullValues, unit: percent, mustBeLessThan: 60}\n"


def outcome(*rules: str) -> tuple[str, list[str]]:
    run = DataContract(data_contract_str=CONTRACT + "".join(rules)).test()
    return str(run.result.value), [check.reason for check in run.checks if check.reason]


print("datacontract-cli", version("datacontract-cli"))
print("expected: data without a null passes both thresholds, together as each by itself")
print(f"seen: in rows {outcome(ROWS)[0]}, in percent {outcome(PERCENT)[0]}")
result, reasons = outcome(ROWS, PERCENT)
print(f"seen: together {result}: {reasons[0]}")

assert outcome(ROWS)[0] == outcome(PERCENT)[0] == "passed"
assert result != "passed"
assert "Duplicate column name" in reasons[0]
PYTHON
"$work/venv/bin/python" "$work/finding.py" "$work" 2>/dev/null
