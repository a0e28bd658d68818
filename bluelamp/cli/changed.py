"""The forces that `--changed` finds: base and working files are planned and compared."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.cli.screen import Screen, escape
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.comparison import Comparison, Force
    from bluelamp.plans import Plans

_MOST: Final = 3
"""Reasons of a force that are shown in its line."""


class Comparing:
    """Finds the forces that differ from a revision, lists them with reasons on stderr, and keeps the comparison.

    With `listed` it compares only the given forces, else every force on either side. `removed` are those whose stack
    file was removed: there is nothing to do for them.
    """

    def __init__(self, screen: Screen, root: Path, jobs: int | None, plans: "Plans | None", *, listed: bool) -> None:
        self.found: Comparison | None = None
        self.removed: list[str] = []
        self._screen, self._root, self._jobs, self._plans, self._listed = screen, root, jobs, plans, listed

    def __call__(self, forces: Sequence[str], reference: str) -> Sequence[str]:
        """The forces that differ."""
        listed = forces if self._listed else None
        self.found = comparison(self._screen, self._root, reference, listed, self._jobs, self._plans)
        for each in self.found.affected:
            self._screen.say(f"[bold]{escape(each.force)}[/bold]: {escape(summary(each))}")
        self.removed = [each.force for each in self.found.affected if each.force not in forces]
        return [each.force for each in self.found.affected]


def comparison(
    screen: Screen,
    root: Path,
    reference: str,
    forces: Sequence[str] | None,
    jobs: int | None,
    plans: "Plans | None",
    *,
    option: str = "--changed",
) -> "Comparison":
    """The comparison with a revision, with its progress and its notes on stderr."""
    from bluelamp.comparison import compare

    with screen.progress() as progress:
        task = progress.add_task("comparing", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        found = compare(root, reference, forces, jobs=jobs, option=option, plans=plans, progress=tell)
    for note in found.notes:
        screen.say(f"[dim]note: {escape(note)}[/dim]")
    if plans is not None and any(not each.reused or each.affected for each in found.forces):
        screen.say(f"{some(len(found.forces), 'force')} compared with {found.base[:12]}: {found.reused} reused")
    return found


def summary(force: "Force") -> str:
    """A force's changes and their reasons, in one line."""
    summary = ", ".join([*counts(force), *_verdicts(force), *money(force)]) or "the comparison is not complete"
    return f"{summary} ({'; '.join(_reasons(force))})" if force.reasons else summary


def counts(force: "Force") -> list[str]:
    """The numbers of resources deleted, replaced, updated and created, as words; zeros are left out."""
    errors = [f"{side} does not plan" for side, error in _sides(force) if error]
    found = [f"{count} {what}" for what, count in force.counts.items() if count]
    outputs = [f"{some(len(force.outputs), 'output')} changed"] if force.outputs else []
    return [*errors, *found, *outputs, *([f"{len(force.refused)} refused"] if force.refused else [])]


def _sides(force: "Force") -> list[tuple[str, str]]:
    return [("the base", force.base_error), ("the force", force.head_error)]


def _verdicts(force: "Force") -> list[str]:
    new = [each for each in force.verdicts if each.turn == "new" and each.verdict != "exempt"]
    gone = [each for each in force.verdicts if each.turn == "gone" and each.verdict != "exempt"]
    broken = len(force.breaks)
    found = (
        [some(len(new), "new finding") + (f" ({some(broken, 'mandatory failure')})" if broken else "")] if new else []
    )
    return [*found, *([f"{some(len(gone), 'finding')} gone"] if gone else [])]


def money(force: "Force") -> list[str]:
    """The difference in monthly cost, as words; empty if there is none."""
    amount = force.cost.change
    return [f"{'+' if amount > 0 else '-'}£{abs(amount):,.2f} a month"] if amount else []


def _reasons(force: "Force") -> list[str]:
    """The first reasons, and how many more there are."""
    rest = len(force.reasons) - _MOST
    return [*map(str, force.reasons[:_MOST]), *([f"{rest} more"] if rest > 0 else [])]
