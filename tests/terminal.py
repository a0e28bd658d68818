"""A terminal for tests: runs a command on a pseudo-terminal and records the screens that its user would see."""

import codecs
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

_PAUSE = 0.05
"""Seconds without output after which a drawing is whole."""
_ESCAPE = re.compile(r"\x1b\[(\?)?([0-9;]*)([A-Za-z])|\x1b[=>]")


@dataclass
class Terminal:
    """The content of a terminal of `width` columns: `rows` from the top, none lost.

    `frames` has the screen at every pause in the output, and before a display is drawn again, so that no frame is
    missed however much output one read returns.
    """

    width: int
    rows: list[list[str]] = field(default_factory=lambda: [[]])
    row: int = 0
    column: int = 0
    frames: list[list[str]] = field(default_factory=list)
    _left: str = ""
    _drawn: bool = False

    def feed(self, text: str) -> None:
        """Draws the output of a program."""
        text = self._left + text
        self._left = ""
        place = 0
        while place < len(text):
            each = text[place]
            if each == "\x1b":
                found = _ESCAPE.match(text, place)
                if found is None:
                    self._left = text[place:]
                    return
                if found[0] == "\x1b[2K" and self.column == 0 and self._drawn:
                    self.frames.append(self.screen)
                    self._drawn = False
                self._control(found)
                place = found.end()
                continue
            self._put(each)
            place += 1

    def _put(self, each: str) -> None:
        if each == "\r":
            self.column = 0
        elif each == "\n":
            self.row += 1
            while len(self.rows) <= self.row:
                self.rows.append([])
        elif each >= " ":
            if self.column >= self.width:
                self._put("\n")
                self.column = 0
            line = self.rows[self.row]
            line.extend(" " * (self.column - len(line) + 1))
            line[self.column] = each
            self.column += 1
            self._drawn = True

    def _control(self, found: "re.Match[str]") -> None:
        private, number, kind = found.groups()
        if private or kind is None:
            return
        count = int(number.split(";")[0] or 0)
        if kind == "A":
            self.row = max(0, self.row - max(count, 1))
        elif kind == "K":
            line = self.rows[self.row]
            if count == 2:
                line.clear()
            else:
                del line[self.column :]
        elif kind not in "m":
            raise AssertionError(f"the terminal of the tests does not know {found[0]!r}")

    @property
    def screen(self) -> list[str]:
        """The lines as shown, without trailing blanks."""
        return ["".join(line).rstrip() for line in self.rows]


def on_terminal(
    words: Sequence[str],
    cwd: Path,
    environment: dict[str, str],
    width: int,
    *,
    interrupt: Callable[[Terminal], bool] = lambda _: False,
    patience: float = 300,
) -> tuple[int, Terminal]:
    """The status of a command on a terminal of `width` columns, and the terminal afterwards.

    If `interrupt` returns true for the screen, the terminal sends SIGINT to all processes on it, as Ctrl+C does.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {key: value for key, value in environment.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    # A read may end within a character.
    decoded = codecs.getincrementaldecoder("utf-8")("replace")
    terminal, sent, ended = Terminal(width), False, time.monotonic() + patience
    with subprocess.Popen(
        list(words),
        cwd=cwd,
        env={**kept, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as child:
        os.close(theirs)
        while time.monotonic() < ended:
            ready, _, _ = select.select([ours], [], [], 1)
            try:
                text = os.read(ours, 65536) if ready else b""
            except OSError:
                break
            if ready and not text:
                break
            terminal.feed(decoded.decode(text))
            if select.select([ours], [], [], _PAUSE)[0]:
                continue  # a read may end within a drawing, the rest of which follows
            terminal.frames.append(terminal.screen)
            if not sent and interrupt(terminal):
                sent = True
                os.killpg(child.pid, signal.SIGINT)
        else:
            os.killpg(child.pid, signal.SIGKILL)
            raise AssertionError("the command did not end")
        child.wait()
    os.close(ours)
    return child.returncode, terminal
