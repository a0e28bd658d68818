#!/usr/bin/env bash
# kubernetes-validate: a custom resource is validated as a built-in kind if its API group begins with the same word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile kubernetes-validate==1.37.0
cat > "$work/finding.py" << 'PYTHON'
from importlib.metadata import version

import kubernetes_validate


def verdict(api_version: str) -> str:
    resource = {"apiVersion": api_version, "kind": "CronJob", "metadata": {"name": "nightly"}, "spec": {"schedule": "0 2 * * *"}}
    try:
        kubernetes_validate.validate(resource, "1.36")
    except kubernetes_validate.SchemaNotFoundError:
        return "SchemaNotFoundError"
    except kubernetes_validate.ValidationError as error:
        return f"ValidationError: {error.message}"
    return "valid"


elsewhere, same_word = verdict("jobs.example.com/v1"), verdict("batch.example.com/v1")

print("kubernetes-validate", version("kubernetes-validate"))
print("expected: SchemaNotFoundError for a CronJob of any custom API group, so that a caller can leave it out")
print(f"seen: jobs.example.com/v1 CronJob -> {elsewhere}")
print(f"seen: batch.example.com/v1 CronJob -> {same_word}")

assert elsewhere == "SchemaNotFoundError"
assert same_word == "ValidationError: 'batch.example.com/v1' is not one of ['batch/v1']"
PYTHON
"$work/venv/bin/python" "$work/finding.py"
