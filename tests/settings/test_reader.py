"""Plain scalars in YAML are read as the engine reads them, or refused: never as something else."""

import pytest

from bluelamp.core.reader import parse

ENGINE_READS = {
    "true": True, "True": True, "FALSE": False, "tRUE": "tRUE", "yes": "yes", "No": "No", "on": "on", "n": "n",
    "~": None, "null": None, "Null": None, "nUll": "nUll", "": None,
    "0": 0, "+5": 5, "-0": 0, "1e3": 1000, "1.": 1, "1.0": 1, "1.10": 1.1, "1e-7": 1e-7, "-1.5e3": -1500,
    "1.2.3": "1.2.3", "12:30": "12:30", "190:20:30": "190:20:30", "2026-04": "2026-04", "20010101": 20010101,
    "0x": "0x", "inf": "inf", "nan": "nan", "_1": "_1", "1,000": "1,000", "=": "=", ".": ".", "1 000": "1 000",
    "'yes'": "yes", '"1.0"': "1.0", '"\\u00e9"': "é", "a#b": "a#b", "\U0001f46e": "\U0001f46e",
}  # fmt: skip
"""The output of `pulumi config --json` of engine 3.259 for each."""

READ_IN_TWO_WAYS = [
    "0041", "017", "0o7", "0x1f", "0b1", "1_000", ".5", "+.5", "08", ".inf", "-.INF", ".NaN", "1e999", "9" * 20,
    "2026-04-01", "2026-4-1", "2026-04-01T10:00:00Z", "2026-04-01 10:00:00",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ENGINE_READS.items())
def test_plain_scalars_are_read_as_the_engine_reads_them(text, value):
    source = parse(f"a: {text}\n".encode(), "file")
    assert source.problems == []
    assert source.values == {"a": value}
    assert type(source.values["a"]) is type(value)


@pytest.mark.parametrize("text", READ_IN_TWO_WAYS)
def test_an_ambiguous_scalar_is_refused_unless_quoted(text):
    [problem] = parse(f"a: {text}\n".encode(), "file").problems
    assert (problem.path, problem.line, problem.column) == ("a", 1, 4)
    assert "in quotes" in problem.next_step
    assert parse(f'a: "{text}"\n'.encode(), "file").values == {"a": text}


def test_locations_are_those_of_an_editor():
    source = parse(b"a:\n  b: [x, {c: d}]\n", "file")
    assert source.at(("a", "b")) == (2, 6)
    assert source.at(("a", "b"), key=True) == (2, 3)
    assert source.at(("a", "b", 1, "c")) == (2, 14)
    assert source.at(("a", "z")) == (1, 1), "what is missing is reported at what it is missing from"
