"""The functions of ARM templates that can be computed without a deployment.

Each follows Microsoft's function reference, whose published examples are the tests. If the result for the arguments is
unspecified or an error, the value is open.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from bluelamp.resources.templates.expressions import unknown
from bluelamp.resources.templates.functions import dates, lists, networks, numbers, texts
from bluelamp.resources.templates.functions.signature import CallText, Function, Unsure
from bluelamp.resources.templates.grammar import BadExpression


def plain(name: str, arguments: list[Any], call_text: CallText) -> Any:
    """The result of the function `name`; open if the function or a required argument is unknown."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return unknown(call_text())
    try:
        if function.early:
            result = function.early(arguments)
            if result is not None:
                return result
        if not function.takes(arguments) or any(map(function.is_open, arguments)):
            return unknown(call_text())
        return function.compute(*arguments)
    except BadExpression:
        raise
    except (Unsure, TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError):
        return unknown(call_text())


_FUNCTIONS: Final[Mapping[str, Function]] = dict(
    chain.from_iterable(each.FUNCTIONS.items() for each in (texts, lists, numbers, dates, networks))
)
NAMES: Final = frozenset(_FUNCTIONS)
"""The supported functions, in lower case, except those that depend on the template."""
