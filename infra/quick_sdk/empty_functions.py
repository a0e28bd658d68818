"""A test for functions without a body (`is_empty_function` in pulumi/_utils.py).

The SDK runs it for each property of each class that it defines, and compares all constants, including the docstring,
before the code.
"""

from collections.abc import Callable
from typing import Any, Final

from pulumi import _utils

_IS_EMPTY: Final = _utils.is_empty_function
_CODES: Final = frozenset(
    each.__code__.co_code for each in (_utils._empty, _utils._empty_doc, _utils._empty_lambda, _utils._empty_lambda_doc)
)


def is_empty_function(fn: Callable[..., Any]) -> bool:
    """As the SDK's, which compares the rest only where the code is the same."""
    return fn.__code__.co_code in _CODES and _IS_EMPTY(fn)
