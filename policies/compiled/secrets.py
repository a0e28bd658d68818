"""Secrets in plain text, in CEL: the test of `policies/literal_secrets.py` as an expression for the API server.

    is_secret(place.name, place.value)

in `<module>.cel.yaml` is expanded to that expression. A value that may be the name of a secret is admitted; the offline
rule's verdict is unknown. In a value longer than `LONGEST` only private keys are detected, as the API server limits the
cost of expressions; the offline rule reads all of it.
"""

import re
from collections.abc import Mapping
from typing import Final

from bluelamp.policies.compiled.cel import literal
from bluelamp.policies.literal_secrets import LONGEST, expressions

_CALL: Final = re.compile(r"\bis_secret\(([\w.]+), ([\w.\[\]]+)\)")
_ANCHORED: Final = frozenset({"harmless", "number", "prose", "words"})
_USED: Final = ("about", "ambiguous", "assigned", "assigned_harmless", "format", "password", "word", *sorted(_ANCHORED))
_TEST: Final = rf"""
(size(VALUE) > {LONGEST} ? VALUE.contains('PRIVATE KEY-----') : VALUE.trim() != '' && (
VALUE.matches(variables.secret_format) ||
VALUE.replace(',', '\n').replace(';', '\n').replace('{{"', '\n"').split('\n').exists(line,
line.matches(variables.secret_assigned) && !line.matches(variables.secret_assigned_harmless)) ||
(NAME.lowerAscii().matches(variables.secret_word) && !NAME.lowerAscii().matches(variables.secret_about) &&
!VALUE.trim().contains('\n') && !VALUE.trim().matches(variables.secret_harmless) &&
!VALUE.trim().matches(variables.secret_number) &&
(NAME.lowerAscii().matches(variables.secret_password) || !VALUE.trim().matches('^[0-9]+$')) &&
!(NAME.lowerAscii().matches(variables.secret_ambiguous) && VALUE.trim().matches(variables.secret_words)) &&
(NAME.lowerAscii().contains('passphrase') || !VALUE.trim().matches(variables.secret_prose)))))
"""


def expanded(expression: str) -> str:
    """`expression` with calls of `is_secret` expanded."""
    text = " ".join(_TEST.split())
    return _CALL.sub(lambda call: text.replace("NAME", call[1]).replace("VALUE", call[2]), expression)


def variables() -> Mapping[str, str]:
    """The variables that the expansion of `is_secret` uses."""
    return {f"secret_{name}": literal(_regex(name)) for name in _USED}


def _regex(name: str) -> str:
    return f"^(?:{expressions()[name]})$" if name in _ANCHORED else expressions()[name]
