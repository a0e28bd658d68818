"""The values of unquoted YAML scalars for Kubernetes clients."""

import re
from math import inf, isfinite
from typing import Any, Final

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NUMERIC: Final = frozenset("0123456789-+.")
_INTEGER: Final = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_LONGEST: Final = 100
"""The maximum number of digits of an integer; clients support 64 bits and read longer ones as floats."""
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(text: str) -> Any:
    """The value of `text`."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    plain = text.replace("_", "")
    if number := _INTEGER.fullmatch(plain):
        sign, digits = number.groups()
        octal = len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567"
        if len(digits) <= _LONGEST:
            value = int(digits, 8 if octal else 0)
            return -value if sign == "-" else value
    fraction = float(plain) if _FLOAT.fullmatch(plain) else inf
    return fraction if isfinite(fraction) else text
