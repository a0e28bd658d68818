"""One force's result, as text: the answer in a line, then what changes (deletions first), then what is wrong."""

import json
from typing import Any

from bluelamp.cli.screen import Screen, escape, gutter
from bluelamp.core.wire import KNOWN_LATER, shown_text
from bluelamp.engine.events import Step, Violation
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result

_MARKS = {
    "delete": ("-", "red"),
    "delete-replaced": ("-", "red"),
    "replace": ("±", "magenta"),
    "create-replacement": ("±", "magenta"),
    "update": ("~", "yellow"),
    "import": ("=", "cyan"),
    "create": ("+", "green"),
}
_ORDER = list(_MARKS)
_WORDS = {
    "delete": ("to delete", "deleted"),
    "replace": ("to replace", "replaced"),
    "update": ("to update", "updated"),
    "import": ("to import", "imported"),
    "create": ("to create", "created"),
}
_SHORT = {Status.WRONG_USE: "[red]refused[/red]; nothing was changed", Status.FAILED: "[red]failed[/red]"}
_LONGEST = 80
_MOST_PROPERTIES = 8
_MOST = 40
"""How many changes of one kind are listed before the rest is only counted."""


def show_result(screen: Screen, result: Result) -> None:
    """Shows it on stdout; what went wrong also where JSON is wanted, on stderr."""
    if screen.json:
        return
    steps = visible(result.steps)
    for note in result.notes:
        screen.say(f"[dim]{escape(result.force)}: {escape(note)}[/dim]")
    if result.verb in ("preview", "drift") or result.status is not Status.DONE:
        for step in steps[:_MOST]:
            screen.show(*_lines(step))
        if len(steps) > _MOST:
            screen.show(f"  … and {len(steps) - _MOST} more")
    for violation in sorted(result.violations, key=lambda one: (not one.mandatory, one.policy, one.urn)):
        screen.show(*_violation(violation))
    for warning in result.warnings:
        first, *more = warning.splitlines() or [""]
        screen.warn(f"{result.force}: {first}")
        screen.say(*gutter("\n".join(more)))
    for error in result.errors:
        first, *more = error.splitlines() or [""]
        screen.error(first, more=more)
    screen.show(f"[bold]{escape(result.force)}[/bold]: {answer(result)}")


def visible(steps: tuple[Step, ...]) -> list[Step]:
    """The steps that are told: of a replacement only the one that names what forces it, deletions first."""
    replaced = {step.urn for step in steps if step.op == "replace"}
    kept = [
        step for step in steps if not (step.urn in replaced and step.op in ("create-replacement", "delete-replaced"))
    ]
    return sorted(kept, key=lambda step: (_ORDER.index(step.op) if step.op in _ORDER else len(_ORDER), step.urn))


def answer(result: Result) -> str:
    """The result in one line."""
    broken = sum(1 for violation in result.violations if violation.mandatory)
    if result.status is Status.RULES_BROKEN:
        rules = "rule is" if broken == 1 else "rules are"
        return f"[red]refused: {broken} mandatory {rules} broken[/red]; nothing was changed"
    if not result.deployed:
        return f"{'[green]' if result.status is Status.DONE else '[red]'}nothing is deployed[/]"
    if result.status in _SHORT:
        return _SHORT[result.status]
    if result.verb == "drift":
        count = len(result.steps)
        some = f"[yellow]drifted: {count} {'resource' if count == 1 else 'resources'}[/yellow]"
        return some if count else "[green]no drift[/green]"
    if not result.steps:
        return f"[green]unchanged[/green] ({result.counts.get('same', 0)} resources)"
    future = result.verb == "preview"
    counted: dict[str, int] = {}
    for step in visible(result.steps):
        word = "replace" if step.op in ("create-replacement", "delete-replaced") else step.op
        counted[word] = counted.get(word, 0) + 1
    said = ", ".join(
        f"{count} {escape(_WORDS.get(word, (word, word))[0 if future else 1])}" for word, count in counted.items()
    )
    seconds = "" if future else f" in {result.seconds:.0f} s"
    return f"[green]{said}[/green]{seconds}"


def _lines(step: Step) -> list[str]:
    mark, colour = _MARKS.get(step.op, ("?", "white"))
    lines = [f"  [{colour}]{mark}[/{colour}] {escape(step.type)} [bold]{escape(step.name)}[/bold]"]
    for path in sorted(step.changes)[:_MOST_PROPERTIES]:
        try:
            was, now = step.values(path)
        except ValueError:
            # A key that no property path can name.
            lines.append(f"      {escape(shown_text(path))}: changes")
            continue
        lines.append(f"      {escape(shown_text(path))}: {escape(_brief(was))} → {escape(_brief(now))}")
    if len(step.changes) > _MOST_PROPERTIES:
        lines.append(f"      … and {len(step.changes) - _MOST_PROPERTIES} more properties")
    return lines


def _brief(value: Any) -> str:
    """A value in a line: what is not there is `nothing`."""
    if value is None:
        return "nothing"
    text = KNOWN_LATER if value == KNOWN_LATER else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _violation(violation: Violation) -> list[str]:
    colour, word = ("red", "mandatory") if violation.mandatory else ("yellow", "advisory")
    name = violation.urn.split("::", 3)[-1] if violation.urn else "the stack"
    rule = f"  [{colour}]{word}[/{colour}] {escape(violation.policy)} [bold]{escape(name)}[/bold]"
    message = violation.message.removeprefix(f"{violation.policy} ")
    return [rule, *gutter(message)]
