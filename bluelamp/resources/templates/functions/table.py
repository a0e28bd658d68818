"""The functions of ARM templates that can be computed without a deployment.

Each follows Microsoft's function reference, whose published examples are the tests. If the reference does not specify
the result for the given arguments, or it is an error, the value is open.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from bluelamp.resources.templates.expressions import unknown
from bluelamp.resources.templates.functions import dates, lists, networks, numbers, texts
from bluelamp.resources.templates.functions.signature import Function, Unsure, Written
from bluelamp.resources.templates.grammar import BadExpression


def plain(name: str, arguments: list[Any], written: Written) -> Any:
    """The result of the function `name`; open if the function or a required argument is unknown."""
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
"""The supported functions, in lower case, except those that depend on the template."""
