"""How many generated cases a test runs: some in every run, all in `make thorough`."""

import os
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

ALL: Final = bool(os.environ.get("BLUELAMP_THOROUGH"))
SHARE: Final = 5
FEWEST: Final = 40


def some(cases: Sequence[T], number: int) -> Sequence[T]:
    """All of `cases` in a thorough run, otherwise the first `number`: put those first that differ most."""
    return cases if ALL else cases[:number]


def tries(number: int) -> int:
    """`number` in a thorough run, otherwise a fifth of it, but at least 40 if there are as many."""
    return number if ALL else max(number // SHARE, min(number, FEWEST))
