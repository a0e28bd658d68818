#!/usr/bin/env bash
# common-expression-language: the size of text is its number of bytes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile common-expression-language==0.10.0
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version

import cel

found = cel.compile("size(self)").execute({"self": "Zoë"})
print("common-expression-language", version("common-expression-language"))
print("expected: the size of text is its number of characters, as the specification of CEL says: 3")
print(f"seen: {found}")
assert found == 4
PYTHON
"$work/venv/bin/python" "$work/finding.py"
