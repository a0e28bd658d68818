#!/usr/bin/env bash
# common-expression-language: an error in one item of `exists` or `all` outweighs an item that decides.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile common-expression-language==0.10.0
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version

import cel

cases = {"[0, 2].exists(n, 4 / n == 2)": True, "[0, 2].all(n, 4 / n == 3)": False}
print("common-expression-language", version("common-expression-language"))
print("expected, as CEL's specification defines both by || and &&, which ignore an error if the other side decides:", cases)
seen = {}
for text in cases:
    try:
        seen[text] = cel.compile(text).execute({})
    except ZeroDivisionError as error:
        seen[text] = str(error)
print("seen:", seen)
assert cel.compile("4 / 0 == 2 || 4 / 2 == 2").execute({}) is True  # the operators themselves do ignore it
assert all("division by zero" in str(found) for found in seen.values())
PYTHON
"$work/venv/bin/python" "$work/finding.py"
