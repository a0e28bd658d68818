"""One force's result as text: changes (replacements and deletions first), errors, and a summary line."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from bluelamp.cli.changes import lines, visible
from bluelamp.cli.screen import Screen, escape, gutter
from bluelamp.core.resource import name_of
from bluelamp.cost.difference import change_line
from bluelamp.engine.events import Step, Violation
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from bluelamp.reports.words import some

_WORDS = {
    "delete": ("to delete", "deleted"),
    "replace": ("to replace", "replaced"),
    "update": ("to update", "updated"),
    "import": ("to import", "imported"),
    "create": ("to create", "created"),
}
_SHORT = {Status.WRONG_USE: "[red]refused[/red]; nothing was changed", Status.FAILED: "[red]failed[/red]"}
_REPLACING = ("replace", "create-replacement", "delete-replaced", "import-replacement")
_MOST_NAMES: Final = 5
"""The number of resources named for an advisory failure; a mandatory failure names all."""


def show_result(screen: Screen, result: Result, *, details: bool = False, seen: Result | None = None) -> None:
    """Shows the result on stdout, and its errors on stderr, which are also shown under `--format json`.

    `details` shows every change by itself, with all its properties, and every resource that fails a rule. What was
    shown in the preview `seen` is not shown again.
    """
    if screen.json:
        _show_errors(screen, result)
        return
    with screen.paused():
        for note in result.notes:
            screen.say(f"[dim]{escape(result.force)}: {escape(note)}[/dim]")
        if not screen.quiet and (result.verb in ("preview", "drift") or details or result.status is not Status.DONE):
            screen.show(*lines(result.steps, details=details))
        old = seen or Result(result.force, "preview", Status.DONE)
        for rule in _by_rule([one for one in result.violations if one not in old.violations]):
            if rule[0].mandatory or not screen.quiet:
                screen.show(*_violated(rule, details=details))
        for warning in dict.fromkeys(each for each in result.warnings if each not in old.warnings):
            first, *more = warning.splitlines() or [""]
            screen.warn(f"{result.force}: {first}")
            screen.say(*gutter("\n".join(more)))
        for error in result.errors:
            message, _, step = error.partition("; next: ") if "\n" in error else (error, "", "")
            first, *more = message.splitlines() or [""]
            screen.error(first, step, more=more)
        screen.show(f"[bold]{escape(result.force)}[/bold]: {answer(result)}")
        if result.cost is not None and result.steps and not screen.quiet:
            screen.show(f"[bold]cost[/bold]: {change_line(result.cost)}")


def _show_errors(screen: Screen, result: Result) -> None:
    """Reports the result's errors with their next steps."""
    for message, _, step in (error.partition("; next: ") for error in result.errors):
        first, *more = f"{result.force}: {message}".splitlines()
        screen.error(first, step, more=more)


def answer(result: Result) -> str:
    """The result in one line."""
    known = len({(each.policy, each.urn) for each in result.violations if each.known})
    excepted = len({(each.policy, each.urn) for each in result.violations if each.exceptions})
    in_report = f"; {known} known in the earlier report" if known else ""
    return f"{_answer(result)}{in_report}{f'; {excepted} excepted' if excepted else ''}"


def _answer(result: Result) -> str:
    broken = len({violation.policy for violation in result.violations if violation.mandatory})
    if result.status is Status.RULES_BROKEN:
        rules = "rule is" if broken == 1 else "rules are"
        return f"[red]refused: {broken} mandatory {rules} broken[/red]; nothing was changed"
    if not result.deployed:
        return f"{'[green]' if result.status is Status.DONE else '[red]'}nothing is deployed[/]"
    if result.status in _SHORT:
        return _SHORT[result.status]
    if result.verb == "drift":
        count = len(result.steps)
        drifted = f"[yellow]drifted: {count} {'resource' if count == 1 else 'resources'}[/yellow]"
        return drifted if count else "[green]no drift[/green]"
    same = result.counts.get("same", 0)
    if not result.steps:
        return f"[green]unchanged[/green] ({same} resources, components and stack)"
    future = result.verb == "preview"
    counted: dict[str, list[Step]] = {}
    for step in visible(result.steps):
        counted.setdefault("replace" if step.op in _REPLACING else step.op, []).append(step)
    summary = ", ".join(
        f"{len(steps)} {escape(_WORDS.get(word, (word, word))[0 if future else 1])}{_kinds(steps)}"
        for word, steps in counted.items()
    )
    seconds = "" if future else f" in {result.seconds:.0f} s"
    return f"[green]{summary}[/green]{f', {same} unchanged' if same else ''}{seconds}"


def _kinds(steps: Sequence[Step]) -> str:
    """The kinds of the steps' targets, in brackets; empty if all are resources, the only kind that `check` counts."""
    kinds = Counter(_kind(step) for step in steps)
    if set(kinds) == {"resource"}:
        return ""
    parts = [some(kinds[kind], kind) for kind in ("resource", "provider", "component") if kinds[kind]]
    return f" ({', '.join([*parts, *(['the stack'] if kinds['stack'] else [])])})"


def _kind(step: Step) -> str:
    if step.type == "pulumi:pulumi:Stack":
        return "stack"
    if step.type.startswith("pulumi:providers:"):
        return "provider"
    return "resource" if step.custom else "component"


def _by_rule(violations: Sequence[Violation]) -> list[list[Violation]]:
    """The violations of each rule together, mandatory ones first, known and excepted ones last; a message that names
    its resource is one of many."""
    groups: dict[tuple[Any, ...], list[Violation]] = {}
    for one in sorted(violations, key=lambda one: (one.known, one.exceptions, not one.mandatory, one.policy, one.urn)):
        groups.setdefault((one.known, one.exceptions, not one.mandatory, one.policy, one.pack), []).append(one)
    return list(groups.values())


def _violated(same: list[Violation], *, details: bool) -> list[str]:
    """One rule and the resources that break it: all names if it is mandatory, and each message once."""
    first = same[0]
    colour, word = ("red", "mandatory") if first.mandatory else ("yellow", "advisory")
    if first.known:
        colour, word = "dim", "known"
    elif first.exceptions:
        colour, word = "dim", "excepted"
    names = list(dict.fromkeys(name_of(one.urn) if one.urn else "the stack" for one in same))
    counted = f" ({len(names)} resources)" if len(names) > 1 else ""
    head = f"  [{colour}]{word}[/{colour}] {escape(first.policy)}"
    by = [text for name, reason in first.exceptions for text in gutter(f"by {name}: {reason}")]
    messages = list(dict.fromkeys(_message(one) for one in same))
    if len(names) == 1:
        texts = [text for each in messages for text in gutter(each)]
        return [f"{head} [bold]{escape(names[0])}[/bold]", *by, *texts]
    found = [f"{head}{counted}", *by]
    if first.mandatory or details:
        for each in messages:
            of = list(dict.fromkeys(name_of(one.urn) for one in same if _message(one) == each))
            found += [f"    [bold]{escape(name)}[/bold]" for name in of]
            found += gutter(each)
        return found
    rest = len(names) - _MOST_NAMES
    found.append(
        f"    {', '.join(escape(name) for name in names[:_MOST_NAMES])}{f' and {rest} more' if rest > 0 else ''}"
    )
    found += gutter(messages[0])
    if rest > 0 or len(messages) > 1:
        found.append("    [dim]--details shows each resource[/dim]")
    return found


def _message(violation: Violation) -> str:
    return violation.message.removeprefix(f"{violation.policy} ")
