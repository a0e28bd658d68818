"""Answers to functions (invokes): from what is stored, else values that depend on the arguments alone."""

import json
import re
from collections.abc import Mapping
from random import Random
from typing import Any

from bluelamp.rehearsal.sdk import sample_values
from bluelamp.rehearsal.sdk.memory import Memory
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.sdk.shapes import FunctionShape
from bluelamp.rehearsal.values import plain


def answer(catalogue: Catalogue, memory: Memory, function: FunctionShape, args: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `function`: a stored resource that `args` describe, or something that is the same every time."""
    name = re.sub(r"^(?:get|list)", "", _last(function.token))
    for token in catalogue.tokens() if args else ():
        if _last(token).lower() == name.lower():
            for record in memory.all(token):
                if _describes(args, plain(record.outputs)):
                    return _result(function, {**args, **record.outputs})
    return _result(function, args)


def _describes(args: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
    return all(outputs.get(key) == value for key, value in args.items() if not isinstance(value, bool))


def _result(function: FunctionShape, known: Mapping[str, Any]) -> dict[str, Any]:
    question = json.dumps([function.token, plain(dict(known))], sort_keys=True, default=str)
    chance = Random(question)  # noqa: S311 - the same question has the same answer
    name = str(next(iter(known.values()), _last(function.token)))
    return {
        key: known[key] if known.get(key) is not None else sample_values.value(one.shape, key, name, chance)
        for key, one in function.outputs.properties.items()
        if one.required or known.get(key) is not None
    }


def _last(token: str) -> str:
    return token.rpartition(":")[2]
