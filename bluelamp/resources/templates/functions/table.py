"""The functions of ARM templates that can be computed without a deployment.

What each does is that of Microsoft's function reference, whose published examples are the tests. Where the reference
does not say what a function does with what it is given, or that is an error, the value is open.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from bluelamp.resources.templates.expressions import unknown
from bluelamp.resources.templates.functions import dates, lists, networks, numbers, texts
from bluelamp.resources.templates.functions.signature import Function, Unsure, Written
from bluelamp.resources.templates.grammar import BadExpression


def plain(name: str, arguments: list[Any], written: Written) -> Any:
    """What the function `name` gives; open where it is not known here, or needs what is not known yet."""
    found = _FUNCTIONS.get(name)
    if found is None:
        return unknown(written())
    try:
        if found.early:
            made = found.early(arguments)
            if made is not None:
                return made
        if not found.takes(arguments) or any(map(found.is_open, arguments)):
            return unknown(written())
        return found.compute(*arguments)
    except BadExpression:
        raise
    except (Unsure, TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError):
        return unknown(written())


_FUNCTIONS: Final[Mapping[str, Function]] = dict(
    chain.from_iterable(each.FUNCTIONS.items() for each in (texts, lists, numbers, dates, networks))
)
NAMES: Final = frozenset(_FUNCTIONS)
"""The functions that are computed, in lower case, beside those that need the template around them."""
