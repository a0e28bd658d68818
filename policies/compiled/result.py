"""What compiling a rule comes to: documents of another policy language, or the reason why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class CannotCompile(Exception):  # noqa: N818 - an answer, not an error
    """The rule cannot be said in the other language; the message says why, as the end of `left out because …`."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rules in another policy language.

    `documents` holds, by the rule's id, the objects that say it; `left_out` why another rule is not said. Each rule
    that was given stands in one of the two.
    """

    documents: Mapping[str, tuple[dict[str, Any], ...]]
    left_out: Mapping[str, str]
