#!/usr/bin/env bash
# regopy, the Rego interpreter rego-cpp for Python: semver.compare compares versions as text.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile regopy==1.5.2
cat > "$work/finding.py" << 'PYTHON'
import json
from importlib.metadata import version

import regopy


def compared(first: str, second: str) -> int:
    found = str(regopy.Interpreter().query(f'x := semver.compare("{first}", "{second}")'))
    return json.loads(found)["bindings"]["x"]


print("regopy", version("regopy"))
print("expected: 1.10.0 is newer than 1.9.0, and 1.0.0 newer than 1.0.0-rc.1, as Semantic Versioning says: 1 and 1")
seen = compared("1.10.0", "1.9.0"), compared("1.0.0", "1.0.0-rc.1")
print(f"seen: {seen[0]} and {seen[1]}")

assert compared("1.9.0", "1.8.0") == 1
assert seen == (-1, -1)
PYTHON
"$work/venv/bin/python" "$work/finding.py"
