"""Terminal output: data on stdout, progress and messages on stderr, no colours in a pipe.

Text from a file, a cloud or another program may try to forge a line of the command's output. All output to a terminal
therefore passes through `Screen`, the only code that prints:

- A text is one line of markup: a line feed within it is shown as `\\n`, so that no value can start a line.
- `escape` makes a value a literal part of that markup.
- Other invisible characters (control characters, bidirectional and zero-width marks) are shown as escapes, also in
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
    """The output format of results."""

    TEXT = "text"
    JSON = "json"


def escape(value: object) -> str:
    """`value` as a literal part of a line of markup: on one line, with every character visible."""
    return printable(str(value)).replace("[", _BRACKET).replace("\\", _BACKSLASH)


class SafeConsole(Console):
    """A console whose only invisible characters are its own colours and line ends."""

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
    """A rendered line of markup: line feeds within it are visible, those at its ends are blank lines."""
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
    """The two output streams, the output format and the verbosity."""

    wanted: ClassVar[bool] = False
    """Whether the command gives its result as JSON. `main` then writes only one document to stdout."""
    result: ClassVar[Any] = None
    """The command's result for JSON."""
    problems: ClassVar[list[Problem]] = []
    """The errors already shown."""

    def __init__(self, form: Format = Format.TEXT, *, quiet: bool = False) -> None:
        self.form, self.quiet = form, quiet
        if self.json:
            Screen.wanted = True
        self.out, self.err = console(), console(stderr=True)

    @property
    def json(self) -> bool:
        """Whether the result is given as JSON."""
        return self.form is Format.JSON

    def say(self, *things: RenderableType) -> None:
        """Messages on stderr, one a line: not part of the result, suppressed by `--quiet`."""
        if not self.quiet:
            _print(self.err, things)

    def show(self, *things: RenderableType) -> None:
        """Lines of the text result; suppressed by `--format json`."""
        if not self.json:
            _print(self.out, things)

    def text(self, text: str) -> None:
        """A multi-line text result from the project's own files, without markup; suppressed by `--format json`."""
        self.show(*(escape(each) for each in text.split("\n")))

    def columns(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table without truncation or markup: wrapped on a terminal, a line for each row in a pipe."""
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
        """A warning on stderr; `message` is not markup. Suppressed by `--quiet`."""
        self.say(f"[yellow]warning:[/yellow] {escape(message)}")

    def error(self, message: object, next_step: object = "", *, more: Iterable[str] = ()) -> None:
        """An error on stderr; no text is markup. `more` holds lines of another program. Never suppressed.

        The JSON document lists it under `problems`, with its file and line if `message` is a `Problem`.
        """
        more = list(more)
        Screen.problems.append(problem_of(message, next_step, more))
        lines = [f"[red]error:[/red] {escape(message)}", *(each for text in more for each in gutter(text))]
        if next_step:
            first, *further = str(next_step).splitlines()
            lines += [f"  next: {escape(first)}", *(f"        {escape(each)}" for each in further)]
        _print(self.err, lines)

    def instruct(self, *lines: str) -> None:
        """Lines for a CI host's agent, which also reads stderr; never suppressed."""
        _print(self.err, [escape(each) for each in lines])

    def give(self, data: Any) -> None:
        """The command's result for JSON; `main` writes it when the exit status is known.

        Dataclasses become objects in camel case (`bluelamp.core.camel`). Nothing where text is wanted.
        """
        if self.json:
            Screen.result = data

    @classmethod
    def begin(cls) -> None:
        """Discards the result of an earlier command of this process."""
        cls.wanted, cls.result, cls.problems = False, None, []

    def paused(self) -> AbstractContextManager[None]:
        """Suspends progress displays, for a question or a result of several parts."""
        return paused()

    @contextmanager
    def progress(self, *, left: bool = False) -> Iterator["Progress"]:
        """A progress display, drawn on a terminal only and removed at the end. Descriptions are not markup.

        With `left` each line ends with the estimated time remaining, and the bars are shorter.
        """
        from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, SpinnerColumn, TimeElapsedColumn
        from rich.progress import Task as Shown
        from rich.table import Column

        whole = Column(no_wrap=True)  # the description is cut, figures never are

        class Left(ProgressColumn):
            max_refresh = 0.5

            def render(self, task: Shown) -> Text:
                seconds = task.time_remaining
                if seconds is None or task.finished:
                    return Text("")
                minutes, rest = divmod(int(seconds), 60)
                return Text(f"{minutes}:{rest:02d} left", no_wrap=True)

        display = self._display(
            SpinnerColumn(table_column=whole),
            None,
            BarColumn(bar_width=10 if left else 20, table_column=whole),
            MofNCompleteColumn(table_column=whole),
            TimeElapsedColumn(table_column=whole),
            *([Left(table_column=whole)] if left else []),
        )
        with self._drawn(display):
            yield display

    def milestones(self, total: int, doing: str = "checking", done: str = "checked") -> Callable[[int], None]:
        """Reports progress over many forces on stderr without a display, as in a pipe: at the start, then at each tenth
        force. The returned function takes the number of forces done. Reports nothing for fewer than ten.
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
        """Shows progress on work of unknown length."""
        if not self._draws:
            yield
            return
        from rich.progress import SpinnerColumn

        display = self._display(SpinnerColumn(), None)
        display.add_task(what, total=None)
        with self._drawn(display):
            yield

    @property
    def _draws(self) -> bool:
        """Whether progress is drawn at all."""
        return self.err.is_interactive and not self.quiet

    def _drawn(self, display: "Progress") -> AbstractContextManager[None]:
        return nullcontext() if display.disable else drawn(display)

    def _display(self, *columns: "ProgressColumn | None") -> "Progress":
        """A display of these columns; None is the description, which is cut to the width of the line."""
        from rich.progress import Progress, TextColumn
        from rich.progress import Task as Shown
        from rich.table import Column

        class Description(TextColumn):
            def render(self, task: Shown) -> Text:
                return Text(printable(task.description), no_wrap=True, overflow="ellipsis")

        fit = Column(overflow="ellipsis")
        return Progress(
            *(column or Description("", table_column=fit) for column in columns),
            console=self.err,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not self._draws,
        )


class Logged(logging.Handler):
    """Shows log records of libraries and exceptions of threads as lines of the command."""

    def emit(self, record: logging.LogRecord) -> None:
        """Shows one record. Never raises."""
        with suppress(Exception):
            more = "".join(format_exception(record.exc_info[1])) if record.exc_info else ""
            label = "[red]error:[/red]" if record.levelno >= logging.ERROR else "[yellow]warning:[/yellow]"
            _print(console(stderr=True), [f"{label} {escape(record.getMessage())}", *gutter(more)])

    @classmethod
    def take_over(cls) -> None:
        """Routes logs, warnings and thread exceptions, which would bypass `Screen`, through it."""
        logging.lastResort = cls(logging.WARNING)
        warnings.showwarning = lambda message, *_: logging.getLogger(__name__).warning("%s", message)
        threading.excepthook = lambda failed: logging.getLogger(__name__).error(
            "a thread failed", exc_info=failed.exc_value
        )


def problem_of(message: object, next_step: object = "", more: Iterable[str] = ()) -> Problem:
    """An error message as a `Problem`."""
    if isinstance(message, Problem):
        return message
    text = "\n".join([str(message), *more])
    return Problem("", message=text, next_step=str(next_step))


def gutter(text: str) -> list[str]:
    """Another program's text as lines of markup, each after a bar that sets it apart from the command's lines."""
    return [f"    [dim]│[/dim] {escape(each)}" for each in text.splitlines() if each.strip()]


def _print(where: Console, things: Iterable[RenderableType]) -> None:
    with paused() if where.is_terminal else nullcontext():
        for thing in things:
            where.print(_folded(line(thing)) if isinstance(thing, str) else thing)


def _folded(text: Text) -> RenderableType:
    """Keeps the indentation of a line that the terminal wraps."""
    plain = text.plain
    lead = len(plain) - len(plain.lstrip(" "))
    if "\n" in plain or not plain.strip():
        return text
    return Folded(text[lead:], lead) if lead else Folded(text, 0, 0)
