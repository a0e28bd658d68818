"""What the command shows: data on stdout, progress and words on stderr, nothing coloured in a pipe.

Whatever comes from a file, a cloud or another program may try to forge a line of the command's own. All output to a
terminal therefore passes through `Screen`, which is the only place that prints:

- A text is one line of markup: a line feed within it is shown as `\\n`, so that no value can begin a line.
- `escape` makes a value part of that markup without being markup itself.
- Whatever else is not visible (control characters, bidirectional and zero-width marks) is shown by its escape, also in
  tables, progress displays and error messages; see `bluelamp.core.text.printable`.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from enum import StrEnum
from traceback import format_exception
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console, ConsoleOptions, RenderableType
from rich.errors import MarkupError
from rich.segment import Segment
from rich.text import Text

from bluelamp.cli.displays import drawn, paused
from bluelamp.core.folding import Folded
from bluelamp.core.problems import Problem
from bluelamp.core.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

_MANY = 10
"""From this many forces on, and after each further as many, a pipe gets a line of progress."""
_BRACKET, _BACKSLASH = "\ue000", "\ue001"
"""Stand for `[` and `\\` while markup is read. No value can hold them: `printable` escapes private characters."""
_BACK = {ord(_BRACKET): "[", ord(_BACKSLASH): "\\"}


class Format(StrEnum):
    """How results are given."""

    TEXT = "text"
    JSON = "json"


def escape(value: object) -> str:
    """`value` as a part of a line of markup: on one line, all of it visible, and no markup."""
    return printable(str(value)).replace("[", _BRACKET).replace("\\", _BACKSLASH)


class SafeConsole(Console):
    """A console that writes no character that a reader cannot see, other than its own colours and line ends."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Rich's own rendering, made visible."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control:
                yield segment
                continue
            if style is not None and style.link:
                style = style.update_link(None)
            yield Segment(printable(text.translate(_BACK), keep="\n"), style)


def console(*, stderr: bool = False) -> Console:
    """A console for one of the streams. Rich honours NO_COLOR and pipes; a pipe is also not wrapped at 80 columns."""
    stream = sys.stderr if stderr else sys.stdout
    return SafeConsole(stderr=stderr, soft_wrap=not stream.isatty(), highlight=False, emoji=False)


def line(markup: str) -> Text:
    """A line of markup, as it is shown: line feeds within it are visible, those at its ends are blank lines."""
    body = markup.strip("\n")
    lead = len(markup) - len(markup.lstrip("\n"))
    trail = len(markup) - lead - len(body)
    body = body.replace("\n", _BACKSLASH + "n")
    try:
        text = Text.from_markup(body, emoji=False)
    except MarkupError:
        text = Text(body)
    return Text.assemble("\n" * lead, text, "\n" * trail)


class Screen:
    """The two streams, and how much is said on them."""

    wanted: ClassVar[bool] = False
    """Whether the command gives its result as JSON. `main` then writes one document, and nothing else, to stdout."""
    result: ClassVar[Any] = None
    """What the command has given."""
    problems: ClassVar[list[Problem]] = []
    """The errors that were shown."""

    def __init__(self, form: Format = Format.TEXT, *, quiet: bool = False) -> None:
        self.form, self.quiet = form, quiet
        if self.json:
            Screen.wanted = True
        self.out, self.err = console(), console(stderr=True)

    @property
    def json(self) -> bool:
        """Whether results are wanted as JSON."""
        return self.form is Format.JSON

    def say(self, *things: RenderableType) -> None:
        """Words on the side, each on a line of its own: not part of the result, silent when quiet."""
        if not self.quiet:
            _print(self.err, things)

    def show(self, *things: RenderableType) -> None:
        """A result for people, each thing on a line of its own; nothing where JSON is wanted."""
        if not self.json:
            _print(self.out, things)

    def text(self, text: str) -> None:
        """A result of several lines that the project itself wrote, without markup; nothing where JSON is wanted."""
        self.show(*(escape(each) for each in text.split("\n")))

    def columns(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table, of which nothing is left out: folded on a terminal, a line for each row in a pipe; no markup."""
        if self.out.is_terminal:
            from rich.table import Table

            table = Table(box=None)
            for heading in headings:
                table.add_column(heading, overflow="fold")
            for row in rows:
                table.add_row(*map(escape, row))
            self.show(table)
            return
        cells = [[printable(cell) for cell in row] for row in (headings, *rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.show(escape("  ".join(padded).rstrip()))

    def warn(self, message: object) -> None:
        """A warning on the side; `message` is no markup. Silent when quiet."""
        self.say(f"[yellow]warning:[/yellow] {escape(message)}")

    def error(self, message: object, next_step: object = "", *, more: Iterable[str] = ()) -> None:
        """An error, as every error reads; no text is markup. `more` are lines of another program. Never silent.

        It is also one of the `problems` of the JSON document, with its file and line where `message` is a `Problem`.
        """
        more = list(more)
        Screen.problems.append(problem_of(message, next_step, more))
        lines = [f"[red]error:[/red] {escape(message)}", *(each for text in more for each in gutter(text))]
        if next_step:
            first, *further = str(next_step).splitlines()
            lines += [f"  next: {escape(first)}", *(f"        {escape(each)}" for each in further)]
        _print(self.err, lines)

    def instruct(self, *lines: str) -> None:
        """Lines for the agent of a CI host, which reads them from stderr as well; never silent."""
        _print(self.err, [escape(each) for each in lines])

    def give(self, data: Any) -> None:
        """The command's result for JSON; `main` writes it when the exit status is known.

        Dataclasses become objects in camel case (`bluelamp.core.camel`). Nothing where text is wanted.
        """
        if self.json:
            Screen.result = data

    @classmethod
    def begin(cls) -> None:
        """Forgets what an earlier command of this process gave."""
        cls.wanted, cls.result, cls.problems = False, None, []

    def paused(self) -> AbstractContextManager[None]:
        """No progress is drawn meanwhile: for a question, or a result of several parts that belong together."""
        return paused()

    @contextmanager
    def progress(self) -> Iterator["Progress"]:
        """A progress display; it draws on a terminal only, and leaves nothing behind. Descriptions are no markup."""
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TimeElapsedColumn

        display = self._display(
            SpinnerColumn(), None, BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn()
        )
        with self._drawn(display):
            yield display

    def milestones(self, total: int, doing: str = "checking", done: str = "checked") -> Callable[[int], None]:
        """Says on stderr how far work on many forces is where no display is drawn, as in a pipe: at once, then at each
        tenth force, whose number the returned function is given. Says nothing of fewer than ten.
        """
        silent = total < _MANY or self.err.is_interactive

        def tell(count: int) -> None:
            if not silent and count % _MANY == 0 and count < total:
                self.say(f"{done} {count} of {total}")

        if not silent:
            self.say(f"{doing} {total} forces")
        return tell

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Shows that something of unknown length is under way."""
        from rich.progress import SpinnerColumn

        display = self._display(SpinnerColumn(), None)
        display.add_task(what, total=None)
        with self._drawn(display):
            yield

    def _drawn(self, display: "Progress") -> AbstractContextManager[None]:
        return nullcontext() if display.disable else drawn(display)

    def _display(self, *columns: "ProgressColumn | None") -> "Progress":
        """A display of these columns, of which None is the description: it is cut where the line has no room for it."""
        from rich.progress import Progress, TextColumn
        from rich.progress import Task as Shown
        from rich.table import Column

        class Description(TextColumn):
            def render(self, task: Shown) -> Text:
                return Text(printable(task.description), no_wrap=True, overflow="ellipsis")

        fit = Column(no_wrap=True, overflow="ellipsis")
        return Progress(
            *(column or Description("", table_column=fit) for column in columns),
            console=self.err,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=self.quiet or not self.err.is_interactive,
        )


class Logged(logging.Handler):
    """Shows what libraries log, and where an exception in a thread was raised, as lines of the command's own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Shows one record. Never raises."""
        with suppress(Exception):
            more = "".join(format_exception(record.exc_info[1])) if record.exc_info else ""
            label = "[red]error:[/red]" if record.levelno >= logging.ERROR else "[yellow]warning:[/yellow]"
            _print(console(stderr=True), [f"{label} {escape(record.getMessage())}", *gutter(more)])

    @classmethod
    def take_over(cls) -> None:
        """Has all that would be written to stderr past `Screen` go through it: logs, warnings, failures of threads."""
        logging.lastResort = cls(logging.WARNING)
        warnings.showwarning = lambda message, *_: logging.getLogger(__name__).warning("%s", message)
        threading.excepthook = lambda failed: logging.getLogger(__name__).error(
            "a thread failed", exc_info=failed.exc_value
        )


def problem_of(message: object, next_step: object = "", more: Iterable[str] = ()) -> Problem:
    """What `Screen.error` shows, as a `Problem`."""
    if isinstance(message, Problem):
        return message
    text = "\n".join([str(message), *more])
    return Problem("", message=text, next_step=str(next_step))


def gutter(text: str) -> list[str]:
    """The lines of another program's text as markup, each behind a bar that tells it from the command's own lines."""
    return [f"    [dim]│[/dim] {escape(each)}" for each in text.splitlines() if each.strip()]


def _print(where: Console, things: Iterable[RenderableType]) -> None:
    with paused() if where.is_terminal else nullcontext():
        for thing in things:
            where.print(_folded(line(thing)) if isinstance(thing, str) else thing)


def _folded(text: Text) -> RenderableType:
    """A line that begins with spaces keeps its place where a terminal folds it."""
    plain = text.plain
    lead = len(plain) - len(plain.lstrip(" "))
    if "\n" in plain or not plain.strip():
        return text
    return Folded(text[lead:], lead) if lead else Folded(text, 0, 0)
