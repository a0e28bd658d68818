#!/usr/bin/env bash
# license-expression: get_spdx_licensing() reads and indexes every licence again at each call.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile license-expression==30.4.4
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version
from time import process_time
from unittest.mock import patch

import license_expression
from license_expression import get_spdx_licensing

ROUNDS = 5
EXPRESSION = "MIT OR Apache-2.0"

with patch.object(license_expression, "get_license_index", wraps=license_expression.get_license_index) as reads:
    first, second = get_spdx_licensing(), get_spdx_licensing()

start = process_time()
for _ in range(ROUNDS):
    get_spdx_licensing().parse(EXPRESSION, validate=True)
each_time = process_time() - start

first.parse(EXPRESSION)
start = process_time()
for _ in range(ROUNDS):
    first.parse(EXPRESSION, validate=True)
ratio = each_time / max(process_time() - start, 1e-6)

print("license-expression", version("license-expression"))
print("expected: a getter without arguments hands out one object, made once")
print(f"seen: two calls read the index {reads.call_count} times and return two objects")
print(f"seen: parsing with a call each time takes {'over 20' if ratio > 20 else f'{ratio:.1f}'} times as long as with one object")

assert reads.call_count == 2
assert first is not second
assert ratio > 20
PYTHON
"$work/venv/bin/python" "$work/finding.py"
