"""The JSON document that every command writes to stdout under `--format json`, even if the command fails.

A command gives its result with `Screen.give(result)` and reports errors with `Screen.error(...)` or an exception.
`main` writes the document once, when the exit status is known. Its schema is in `bluelamp/schemas/`.
"""

import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from bluelamp import __version__
from bluelamp.cli.json_text import text
from bluelamp.core.camel import as_json
from bluelamp.core.problems import Problem
from bluelamp.schemas import SCHEMA

_ASKED: Final = re.compile(r"--format=json|-[a-z]*f=?json")
_NAMED: Final = re.compile(r"--format|-[a-z]*f")


def emit(command: str, result: Any, status: int, problems: Sequence[Problem]) -> None:
    """Writes the document to stdout. `command` is the command's words (`cloud ls`), `result` is JSON or None."""
    document = {
        "schema": SCHEMA,
        "command": command,
        "version": __version__,
        "status": int(status),
        "problems": [problem_as_json(problem) for problem in problems],
        "result": result,
    }
    members = (f' "{name}": {text(value, " ")}' for name, value in document.items())
    sys.stdout.write("{\n" + ",\n".join(members) + "\n}\n")


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """A problem as JSON with every member; an unknown place is null."""
    return {**as_json(problem), "line": problem.line or None, "column": problem.column or None}


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether a command line requests JSON; words after `--` belong to another command."""
    own = list(words[: words.index("--")] if "--" in words else words)
    pairs = pairwise(own)
    return any(_ASKED.fullmatch(word) for word in own) or any(
        _NAMED.fullmatch(word) and value == "json" for word, value in pairs
    )
