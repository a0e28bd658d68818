"""Each piece of code exists once: no ten lines of it are in two places."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT

LINES = 10
ROOMS = ("benchmarks", "bluelamp", "docs", "findings", "infra", "modules", "policies", "supply", "tests", "workloads")
EXAMPLES = re.compile(r"/examples/|^docs/modules/|^docs/rules/|^tests/endtoend/programs/")
DECLARED = re.compile(
    r"^[ \t]*(?:(?:from \S+ )?import (?:\([^)]*\)|[^\n]*)|(?:async )?def \w+\(.*?\)(?: -> [^\n]+?)?:(?:\s*#[^\n]*)?$)",
    re.MULTILINE | re.DOTALL,
)
"""Imports and signatures: an override repeats those of its base type."""


def code(text: str) -> list[tuple[int, str]]:
    """The lines that count, with their numbers: those with a word in them that are neither an import nor a signature."""
    kept = DECLARED.sub(lambda found: "\n" * found[0].count("\n"), text)
    return [(number, line.strip()) for number, line in enumerate(kept.split("\n"), 1) if re.search(r"\w", line)]


def repeated(files: Mapping[str, str], lines: int = LINES) -> list[str]:
    """The places of every run of this many `lines` that exists more than once; the first of overlapping runs."""
    places: defaultdict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for name, text in files.items():
        counted = code(text)
        for start in range(len(counted) - lines + 1):
            places[tuple(line for _, line in counted[start : start + lines])].append((name, counted[start][0]))
    found: dict[tuple[str, ...], str] = {}
    for same in places.values():
        if len(same) > 1:
            found.setdefault(tuple(name for name, _ in same), " and ".join(f"{name}:{number}" for name, number in same))
    return list(found.values())


def python(room: Path) -> dict[str, str]:
    """The files of a top-level folder by name; links lead to another folder."""
    paths = {path: path.relative_to(ROOT).as_posix() for path in sorted(room.rglob("*.py"))}
    return {name: path.read_text("utf-8") for path, name in paths.items() if not EXAMPLES.search(name)}


def test_no_ten_lines_of_code_are_in_two_places() -> None:
    files = {name: text for room in ROOMS for name, text in python(ROOT / room).items()}
    assert len(files) > 1500
    assert repeated(files) == [], (
        "give these lines one place: a function, a fixture, a parametrised test or a base type"
    )


def test_a_repetition_is_found() -> None:
    body = "".join(f"    total += {number}\n" for number in range(LINES))
    assert repeated({"a.py": f"def first():\n{body}", "b.py": f"x = 1\n\ndef second(\n):\n{body}"}) == [
        "a.py:2 and b.py:5"
    ]
    nested = body.replace("    ", "        ").replace("5\n", "5\n\n    )\n")
    assert repeated({"a.py": f"def first():\n{body}{nested}"}) == ["a.py:2 and a.py:12"]
    assert repeated({"a.py": body, "b.py": body.replace("5", "6")}) == []
    declared = "from a import (\n" + "".join(f"    a{number},\n" for number in range(LINES)) + ")\n"
    assert repeated({"a.py": declared, "b.py": declared + declared.replace("from a import ", "def f")}) == []
