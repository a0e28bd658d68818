"""Changes as text: each replacement and deletion first, then the others grouped by similarity."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bluelamp.cli.screen import escape
from bluelamp.core.wire import KNOWN_LATER, SIGNATURE, shown, shown_text
from bluelamp.engine.events import Step

MARKS: Final = {
    "delete": ("-", "red"),
    "delete-replaced": ("-", "red"),
    "discard": ("-", "red"),
    "replace": ("+-", "magenta"),
    "create-replacement": ("+-", "magenta"),
    "import-replacement": ("+-", "magenta"),
    "update": ("~", "yellow"),
    "import": ("=", "cyan"),
    "create": ("+", "green"),
}
_DESTRUCTIVE: Final = frozenset(
    {"delete", "delete-replaced", "discard", "replace", "create-replacement", "import-replacement"}
)
_KINDS: Final = {"add": "+", "delete": "-", "update": "~"}
_LONGEST: Final = 80
_MOST_NAMES: Final = 3
_NOTHING: Final = "nothing"

Row = tuple[str, str, Any, Any]
"""A property change: its mark (`+`, `~`, `-`), path, old value and new value."""


def order(step: Step) -> tuple[int, str, str]:
    """Deletions and replacements first, then by type and name."""
    known = list(MARKS)
    return (known.index(step.op) if step.op in MARKS else len(known), step.type, step.urn)


def visible(steps: tuple[Step, ...]) -> list[Step]:
    """The steps to show, in order: of a replacement, only the step that names the properties that force it."""
    replaced = {step.urn for step in steps if step.op == "replace"}
    kept = [step for step in steps if not (step.urn in replaced and step.op in _DESTRUCTIVE and step.op != "replace")]
    return sorted(kept, key=order)


def lines(steps: tuple[Step, ...], *, details: bool) -> list[str]:
    """Every change as lines of markup; with `details` each by itself, with all its properties in full."""
    shown_steps = visible(steps)
    if details:
        return [text for step in shown_steps for text in _full(step)]
    found: list[str] = []
    abridged: list[bool] = []
    for alike in _grouped(shown_steps):
        found += _one(alike[0], abridged) if len(alike) == 1 else _several(alike, abridged)
    return [*found, *_note(abridged)]


def _note(abridged: list[bool]) -> list[str]:
    if not abridged:
        return []
    return ["  [dim]similar changes are grouped and long values are cut (…); --details shows everything[/dim]"]


def _grouped(steps: list[Step]) -> list[list[Step]]:
    """Groups steps of one type with the same changes to the same properties. Destructive steps are never grouped."""
    groups: dict[object, list[Step]] = {}
    for step in steps:
        alike = (step.op, step.type, tuple((mark, path) for mark, path, _, _ in _rows(step)))
        groups.setdefault(step.urn if step.op in _DESTRUCTIVE else alike, []).append(step)
    return list(groups.values())


def _head(step: Step, count: int = 1) -> str:
    mark, colour = MARKS.get(step.op, ("?", "white"))
    many = f"{count} x " if count > 1 else ""
    word = "" if step.op in MARKS else f" ({escape(step.op)})"
    return f"  [{colour}]{mark}[/{colour}] {many}{escape(step.type)}{word}"


def _one(step: Step, abridged: list[bool]) -> list[str]:
    found = [f"{_head(step)} [bold]{escape(step.name)}[/bold]"]
    for mark, path, was, now in _rows(step):
        found.append(f"      {mark} {escape(path)}: {_change(was, now, abridged)}{_forces(step, path)}")
    if not step.changes:
        abridged.append(True)
    return found


def _several(steps: list[Step], abridged: list[bool]) -> list[str]:
    """A group of similar steps: properties, with their values where all steps share them."""
    abridged.append(True)
    rows = [_rows(step) for step in steps]
    paths = ", ".join(f"{mark} {escape(path)}" for mark, path, _, _ in rows[0])
    found = [_head(steps[0], len(steps)) + (f": {paths}" if paths else "")]
    names = ", ".join(escape(step.name) for step in steps[:_MOST_NAMES])
    rest = len(steps) - _MOST_NAMES
    found.append(f"      [dim]{names}{f' and {rest} more' if rest > 0 else ''}[/dim]")
    for column in zip(*rows, strict=True):
        mark, path, was, now = column[0]
        if all(_same(row, column[0]) for row in column):
            found.append(f"      {mark} {escape(path)}: {_change(was, now, abridged)}")
        else:
            found.append(f"      {mark} {escape(path)}: [dim]values differ[/dim]")
    return found


def _same(one: Row, other: Row) -> bool:
    return repr(one[2:]) == repr(other[2:])


def _full(step: Step) -> list[str]:
    found = [f"{_head(step)} [bold]{escape(step.name)}[/bold]"]
    rows = _rows(step)
    for mark, path, was, now in rows:
        found.append(f"      {mark} {escape(path)}: {_value(was)} => {_value(now)}{_forces(step, path)}")
    if not rows and step.op != "update":
        mark, _ = MARKS.get(step.op, ("?", ""))
        new = bool(step.inputs) and step.op not in ("delete", "delete-replaced", "discard")
        for path, value in _leaves(step.inputs if new else step.old):
            found.append(f"      {'+' if new else mark} {escape(path)}: {_value(value)}")
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The contents of a value by property path, without the engine's internal keys."""
    value = shown(value) if not path or (isinstance(value, Mapping) and SIGNATURE in value) else value
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            if not str(key).startswith("__"):
                plain = str(key).replace("-", "").replace("_", "").replace("$", "").isalnum()
                step = str(key) if plain else f"[{json.dumps(str(key), ensure_ascii=False)}]"
                yield from _leaves(item, f"{path}.{step}" if path and plain else f"{path}{step}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif path:
        yield path, value


def _rows(step: Step) -> list[Row]:
    found: list[Row] = []
    for path, kind in sorted(step.changes.items()):
        mark = _KINDS.get(kind.partition("-")[0], "~")
        try:
            was, now = step.values(path)
        except ValueError:
            # A key that no property path can name.
            was = now = None
        found.append((mark, shown_text(path), was, now))
    return found


def _forces(step: Step, path: str) -> str:
    kinds = {shown_text(name): kind for name, kind in step.changes.items()}
    return " [magenta](forces replacement)[/magenta]" if kinds.get(path, "").endswith("-replace") else ""


def _change(was: Any, now: Any, abridged: list[bool]) -> str:
    return f"{_brief(was, abridged)} => {_brief(now, abridged)}"


def _value(value: Any) -> str:
    """A value in full, on one line; a missing value is `nothing`."""
    if value is None:
        return _NOTHING
    return escape(KNOWN_LATER if value == KNOWN_LATER else json.dumps(value, ensure_ascii=False))


def _brief(value: Any, abridged: list[bool]) -> str:
    if value is None or value == KNOWN_LATER:
        return _value(value)
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST:
        abridged.append(True)
        text = f"{text[: _LONGEST - 1]}…"
    return escape(text)
