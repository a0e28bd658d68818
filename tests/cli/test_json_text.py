"""JSON text of a result: `json` reads it back unchanged, and a value that fits on one line is on one line."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.json_text import text
from bluelamp.core.camel import as_json
from tests.thorough import tries

_WIDTH = 118


class Word(StrEnum):
    """A subclass of text."""

    QUOTED = 'a "word"'


@dataclass
class Step:
    """A result with fields of its own."""

    next_step: Any
    why: Any


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.sampled_from([Word.QUOTED, Path("a/b"), date(2026, 11, 30)])
)
KEYS = st.text(max_size=20) | st.integers() | st.just(Word.QUOTED)
RESULTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner) | st.builds(Step, inner, inner)
    ),
    max_leaves=30,
)


def expected(value: Any, indent: str) -> str:
    """The same text from the standard library, which writes each value again for every enclosing value."""
    flat = json.dumps(value, sort_keys=True, default=str)
    if len(flat) <= _WIDTH or not isinstance(value, dict | list):
        return flat
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {expected(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{expected(each, inner)}" for each in value) + f"\n{indent}]"


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(RESULTS)
def test_the_text_is_that_of_the_standard_library_with_long_lines_broken(result: Any) -> None:
    assert text(result, " ") == expected(as_json(result), " ")
