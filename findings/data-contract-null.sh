#!/usr/bin/env bash
# open-data-contract-standard: reading and writing a valid data contract makes it invalid if a value is null.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile open-data-contract-standard==3.2.0 jsonschema==4.26.0
cat > "$work/finding.py" << 'PYTHON'
import json
from importlib.metadata import version

import yaml
from jsonschema import Draft201909Validator
from open_data_contract_standard.model import OpenDataContractStandard

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: recorded-crime
version: 1.0.0
status: active
schema:
- name: crimes
  properties:
  - name: outcome
    logicalType: string
    enum:
    - value: charged
    - value: null
      label: no outcome yet
"""

schema = Draft201909Validator(json.loads(OpenDataContractStandard.json_schema()))


def errors(text: str) -> list[str]:
    return sorted({error.message for error in schema.iter_errors(yaml.safe_load(text))})


written = OpenDataContractStandard.from_string(CONTRACT).to_yaml()
values = yaml.safe_load(written)["schema"][0]["properties"][0]["enum"]

print("open-data-contract-standard", version("open-data-contract-standard"))
print("expected: a contract that is valid by the package's own JSON Schema is still valid after from_string().to_yaml()")
print(f"seen before: {len(errors(CONTRACT))} errors")
print(f"seen after: enum is {values}; {errors(written)[0]}")

assert not errors(CONTRACT)
assert values == [{"value": "charged"}, {"label": "no outcome yet"}]
assert "'value' is a required property" in errors(written)
PYTHON
"$work/venv/bin/python" "$work/finding.py"
