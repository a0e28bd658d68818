"""The JSON Schemas of Bluelamp's output; those of settings files are in `editor`.

`output-1.json` describes the output of every command with `--format json`, `findings-1.json` a report's
`findings.json`. The first consists of the envelope's schema, below, and a file for each command in `results/`, named
after the command (`cloud.ls.json`); `make docs` writes it here and to `docs/schemas/`.
"""

import json
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = "bluelamp/1"
"""The output format and its version. Within a version, members are only added, never removed or changed."""
HERE: Final = Path(__file__).parent
OUTPUT: Final = "output-1.json"
FINDINGS: Final = "findings-1.json"
_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}
_PROBLEM: Final = {
    "type": "object",
    "description": "One thing that is wrong. A text that does not apply is empty, a place that is not known is null.",
    "additionalProperties": False,
    "required": ["allowed", "column", "file", "found", "line", "message", "nextStep", "path"],
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "file": {"type": "string", "description": "Relative to the project's folder where it is inside it."},
        "line": _NUMBER,
        "column": _NUMBER,
        "path": {"type": "string", "description": "The setting or property: `bluelamp:azure.hub.addressSpace`."},
        "found": _TEXT,
        "allowed": _TEXT,
        "nextStep": _TEXT,
    },
}


def commands() -> dict[str, Any]:
    """The schema of each command's result, by the command's words joined with a dot."""
    return {path.stem: _read(path) for path in sorted((HERE / "results").glob("*.json"))}


def findings() -> dict[str, Any]:
    """The schema of `findings.json`."""
    return _read(HERE / FINDINGS)


def output() -> dict[str, Any]:
    """The self-contained schema of every command's standard output with `--format json`."""
    results = commands()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:bluelamp:output:1",
        "title": "Output of a Bluelamp command, format 1",
        "type": "object",
        "description": "One document for each run of a command, also where it fails.",
        "additionalProperties": False,
        "required": ["command", "problems", "result", "schema", "status", "version"],
        "properties": {
            "schema": {"const": SCHEMA},
            "command": {"type": "string", "description": "The command's words; empty where none was recognised."},
            "version": {"type": "string", "description": "Bluelamp's version."},
            "status": {
                "type": "integer",
                "description": "The exit status: 0 done; 1 the program or the engine failed; 2 invalid usage or "
                "settings; 3 mandatory rules broken; 4 changes or drift where none were expected; 130 interrupted.",
            },
            "problems": {"type": "array", "items": {"$ref": "#/$defs/problem"}},
            "result": {"description": "Null where the command failed before it had one."},
        },
        "allOf": [
            {
                "if": {"properties": {"command": {"const": name.replace(".", " ")}}},
                "then": {"properties": {"result": {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}}},
            }
            for name in results
        ],
        "$defs": {"problem": _PROBLEM, "findings": findings(), **results},
    }


def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def write(*folders: Path) -> None:
    """Writes both schemas into each folder."""
    for folder in folders:
        folder.mkdir(exist_ok=True)
        for name, schema in ((OUTPUT, output()), (FINDINGS, findings())):
            text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
