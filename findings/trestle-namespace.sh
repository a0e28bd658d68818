#!/usr/bin/env bash
# compliance-trestle: reading and writing OSCAL changes the namespace of a property.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile compliance-trestle==5.2.0 pydantic==2.14.3
cat > "$work/finding.py" << 'PYTHON'
import json
from importlib.metadata import version

from trestle.oscal.common import Property

GIVEN = ("https://baseline.example", "https://Baseline.example/ns", "https://baseline.example:443/ns", "urn:example:baseline")


def written(namespace: str) -> str:
    one = Property.model_validate({"name": "rule", "ns": namespace, "value": "encryption"})
    return json.loads(one.oscal_serialize_json())["property"]["ns"]


found = {namespace: written(namespace) for namespace in GIVEN}

print("compliance-trestle", version("compliance-trestle"), "with pydantic", version("pydantic"))
print("expected: ns is written as it was read; it is an identifier, by which tools tell properties apart")
for given, seen in found.items():
    print(f"seen: {given} -> {seen}")

assert found == {
    "https://baseline.example": "https://baseline.example/",
    "https://Baseline.example/ns": "https://baseline.example/ns",
    "https://baseline.example:443/ns": "https://baseline.example/ns",
    "urn:example:baseline": "urn:example:baseline",
}
PYTHON
"$work/venv/bin/python" "$work/finding.py"
