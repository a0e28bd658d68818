#!/usr/bin/env bash
# Pulumi's Python SDK: the schema of a component has no description of an argument from a base typed dictionary.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile pulumi==3.272.0
cat > "$work/finding.py" << 'PYTHON'
import json
from importlib.metadata import version
from typing import TypedDict

import pulumi
from pulumi.provider.experimental.component import ComponentProvider


class LabelledArgs(TypedDict):
    label: str
    """The owner of the resources."""


class QueueArgs(LabelledArgs):
    length: int
    """Messages that the queue holds."""


class Queue(pulumi.ComponentResource):
    """A queue."""

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("example:index:Queue", name, {}, opts)


schema = json.loads(ComponentProvider([Queue], "example").schema)
inputs = schema["resources"]["example:index:Queue"]["inputProperties"]
seen = {key: value.get("description") for key, value in inputs.items()}

print("pulumi", version("pulumi"))
print("expected: both arguments have the description that stands below them in the source")
print("seen:", seen)

assert seen == {"label": None, "length": "Messages that the queue holds."}
PYTHON
"$work/venv/bin/python" "$work/finding.py"
