#!/usr/bin/env bash
# pulumi-azure-native: the operators that the SDK lists for a scheduled query rule are those of another type.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps pulumi-azure-native==3.29.0
cat > "$work/finding.py" << 'PYTHON'
import ast
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

root = Path(find_spec("pulumi_azure_native").submodule_search_locations[0]) / "monitor"
tree = ast.parse((root / "_enums.py").read_text())
[operators] = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "ConditionOperator"]
values = [one.value.value for one in operators.body if isinstance(one, ast.Assign)]
inputs = (root / "_inputs.py").read_text()
condition = inputs[inputs.index("\nclass ConditionArgs:") :]
condition = condition[: condition.index("\n@pulumi.input_type", 1)]

print("pulumi-azure-native", version("pulumi-azure-native"))
print("expected: the condition of a scheduled query rule has the operators of the REST API: Equals, GreaterThan, LessThan, ...")
print("seen:", ", ".join(values))

assert "'ConditionOperator'" in condition
assert "gt" in values
assert "GreaterThan" not in values
PYTHON
"$work/venv/bin/python" "$work/finding.py"
