"""Every command's help fits a terminal of 80 columns: nothing is cut off, and no line is wider."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bluelamp.cli import app as cli
from tests.conftest import in_process


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


def helped(words: tuple[str, ...]) -> list[str]:
    status, out, _ = in_process(Path.cwd(), (*words, "--help"))
    assert status == 0, words
    return out.splitlines()


def test_no_help_is_cut_off_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    cli.load()
    # `pulumi` shows the engine's own help.
    every = [each for each in commands(get_command(cli.app)) if each != ("pulumi",)]
    assert ("check",) in every
    for words in every:
        lines = helped(words)
        assert lines, words
        assert not [line for line in lines if "…" in line], words
        assert max(map(len, lines)) <= 80, words


def test_the_help_of_quiet_says_what_is_still_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)
    assert any("Show only the result (one line per force) and errors." in line for line in helped(("check",)))
