"""Confirmation before a real cloud is changed."""

import sys

import typer

from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen
from bluelamp.core.text import printable
from bluelamp.errors import UsageError
from bluelamp.fleet.deploy import Result


class Agreement:
    """Whether the previewed change is confirmed, on a terminal and one force at a time; `seen` is the preview."""

    def __init__(self, screen: Screen, *, rehearse: bool, yes: bool, details: bool) -> None:
        self.seen: dict[str, Result] = {}
        self._screen, self._details, self._given = screen, details, rehearse or yes
        if not self._given and not (sys.stdin.isatty() and screen.err.is_terminal):
            raise UsageError("confirmation required, but there is no terminal", next_step="add --yes, or --rehearse")

    def __call__(self, planned: Result) -> bool:
        """Shows the preview and returns whether it is confirmed; with `--yes`, it is."""
        if self._given:
            return True
        with self._screen.paused():
            show_result(self._screen, planned, details=self._details)
            self.seen[planned.force] = planned
            return typer.confirm(printable(f"Do this to {planned.force}?"), err=True)

    def ask(self, question: str) -> bool:
        """Whether the user answers yes, or gave `--yes`."""
        if self._given:
            return True
        with self._screen.paused():
            return typer.confirm(printable(question), err=True)
