#!/usr/bin/env bash
# cel-python: true is equal to 1, and becomes the text "True".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile cel-python==0.5.0
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version

import celpy


def evaluated(expression: str) -> object:
    environment = celpy.Environment()
    return environment.program(environment.compile(expression)).evaluate({"enabled": celpy.json_to_cel(True)})


equal, text = evaluated("enabled == 1"), evaluated("string(enabled)")
labelled = evaluated("string(enabled) == 'true'")
try:
    reverse = str(evaluated("1 == enabled"))
except celpy.CELEvalError:
    reverse = "an error"

print("cel-python", version("cel-python"))
print('expected: true is not equal to 1, and string(true) is "true", as the specification of CEL says')
print(f"seen: true == 1 is {bool(equal)}; 1 == true is {reverse}")
print(f"seen: string(true) is {str(text)!r}; string(true) == 'true' is {bool(labelled)}")

assert equal and reverse == "an error"
assert text == "True" and not labelled
PYTHON
"$work/venv/bin/python" "$work/finding.py"
