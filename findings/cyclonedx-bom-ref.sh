#!/usr/bin/env bash
# cyclonedx-python-lib: one Bom object, written twice, gives two different documents.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile cyclonedx-python-lib==11.12.0
cat > "$work/finding.py" << 'PYTHON'
import json
from importlib.metadata import version

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component
from cyclonedx.output.json import JsonV1Dot6


def written(bom: Bom) -> str:
    return JsonV1Dot6(bom).output_as_string()


bom = Bom(components=[Component(name="example", version="1.0")])
first, second = written(bom), written(bom)
references = [json.loads(text)["components"][0]["bom-ref"] for text in (first, second)]
same = [json.loads(first)[key] == json.loads(second)[key] for key in ("serialNumber", "version", "metadata")]
named = Bom(components=[Component(name="example", version="1.0", bom_ref="example")])

print("cyclonedx-python-lib", version("cyclonedx-python-lib"))
print("expected: the same text; the object keeps its serial number and its time")
print("seen: serial number, version and metadata are the same; the component's bom-ref is")
print(f"  {references[0]}\n  {references[1]}")
print("seen: with a bom_ref of its own the text is the same")

assert all(same)
assert first != second and references[0] != references[1]
assert bom.components[0].bom_ref.value is None
assert written(named) == written(named)
PYTHON
"$work/venv/bin/python" "$work/finding.py"
