"""What the command shows: data on stdout, progress and words on stderr, nothing coloured in a pipe."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress


class Format(StrEnum):
    """How results are given."""

    TEXT = "text"
    JSON = "json"


class Screen:
    """The two streams, and how much is said on them."""

    def __init__(self, form: Format = Format.TEXT, *, quiet: bool = False) -> None:
        self.form, self.quiet = form, quiet
        # Rich honours NO_COLOR and pipes by itself; a pipe also must not be wrapped at 80 columns.
        self.out = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
        self.err = Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False)

    @property
    def json(self) -> bool:
        """Whether results are wanted as JSON."""
        return self.form is Format.JSON

    def say(self, *things: Any) -> None:
        """Words on the side: not part of the result, silent when quiet."""
        if not self.quiet:
            self.err.print(*things)

    def show(self, *things: Any) -> None:
        """A result for people; nothing where JSON is wanted."""
        if not self.json:
            self.out.print(*things)

    def give(self, data: Any) -> None:
        """A result as JSON; nothing where text is wanted."""
        if self.json:
            sys.stdout.write(json.dumps(data, indent=2, sort_keys=True, default=str) + "\n")

    def progress(self) -> "Progress":
        """A progress display; it draws on a terminal only."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.err,
            transient=True,
            disable=self.quiet or not self.err.is_terminal,
        )

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Shows that something of unknown length is under way."""
        if self.quiet or not self.err.is_terminal:
            yield
            return
        with self.err.status(what):
            yield
