#!/usr/bin/env bash
# jsonschema: the extra `format-nongpl` makes every `import jsonschema` compile 38 grammars, formats checked or not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/plain"
python3 -m venv "$work/extra"
"$work/plain/bin/python" -m pip install --quiet --disable-pip-version-check jsonschema==4.26.0
"$work/extra/bin/python" -m pip install --quiet --disable-pip-version-check "jsonschema[format-nongpl]==4.26.0" rfc3987-syntax==1.1.0 lark==1.3.1
cat > "$work/finding.py" << 'PYTHON'
import json
import sys
from time import process_time

start = process_time()
import jsonschema

print(json.dumps({"seconds": process_time() - start, "parser": "lark" in sys.modules}))
PYTHON
for each in plain extra; do
  "$work/$each/bin/python" "$work/finding.py" > /dev/null # compiles the bytecode
  "$work/$each/bin/python" "$work/finding.py" > "$work/$each.json"
done
"$work/plain/bin/python" - "$work/plain.json" "$work/extra.json" << 'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

plain, extra = (json.loads(Path(path).read_text()) for path in sys.argv[1:])
print("jsonschema", version("jsonschema"), "without and with the extra format-nongpl (rfc3987-syntax 1.1.0)")
print("expected: an optional format costs nothing until a schema with that format is checked")
print(f"seen: the import takes {extra['seconds'] / plain['seconds']:.0f} times as long, as it builds Lark parsers")

assert not plain["parser"]
assert extra["parser"]
assert extra["seconds"] > 4 * plain["seconds"]
PYTHON
