"""The result of compiling rules: documents in another policy language, or the reason why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class CannotCompile(Exception):  # noqa: N818 - an answer, not an error
    """The rule cannot be expressed in the other language; the message is the reason, to follow `left out because`."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rules in another policy language.

    `documents` has the objects of each compiled rule, by rule id; `left_out` has the reason for each other rule.
    """

    documents: Mapping[str, tuple[dict[str, Any], ...]]
    left_out: Mapping[str, str]
