"""The `random` package: random values with the length, alphabet and encodings in the inputs.

Every input forces a replacement, as in terraform-provider-random, on which the package is built.
"""

import base64
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from typing_extensions import override

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.behaviour import Creation, Package
from bluelamp.rehearsal.sdk.shapes import ResourceShape
from bluelamp.rehearsal.values import UNKNOWN

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_TEXT = {
    "lower": True,
    "upper": True,
    "numeric": True,
    "number": True,
    "special": True,
    "minLower": 0,
    "minUpper": 0,
    "minNumeric": 0,
    "minSpecial": 0,
}
_DEFAULTS: dict[str, Mapping[str, Any]] = {
    "RandomString": _TEXT,
    "RandomPassword": _TEXT,
    "RandomPet": {"length": 2, "separator": "-"},
}
_LEAST = {"RandomBytes": "length", "RandomId": "byteLength", "RandomString": "length", "RandomPassword": "length"}
_NAMELESS = {"RandomPassword": "none", "RandomBytes": "none", "RandomShuffle": "-"}


class Rehearsed(Package):
    """The package's resources."""

    @override
    def defaults(self, resource: ResourceShape) -> Mapping[str, Any]:
        return _DEFAULTS.get(resource.name, {})

    @override
    def replaces(self, resource: ResourceShape, name: str) -> bool:
        return True

    @override
    def check(self, resource: ResourceShape, inputs: Mapping[str, Any]) -> Iterator[Failure]:
        least = _LEAST.get(resource.name, "")
        if _known(inputs, least) and inputs[least] < 1:
            yield Failure(least, f"{least} must be at least 1, found {inputs[least]}")
        if _known(inputs, "min", "max") and inputs["min"] > inputs["max"]:
            yield Failure("min", f"the minimum {inputs['min']} is more than the maximum {inputs['max']}")
        if resource.name in ("RandomString", "RandomPassword"):
            yield from _check_text(_TEXT | {key: value for key, value in inputs.items() if value is not None})

    @override
    def computed(self, creation: Creation) -> dict[str, Any]:
        return _GENERATORS[creation.kind](creation) if creation.kind in _GENERATORS else {}

    @override
    def identity(self, creation: Creation, outputs: Mapping[str, Any]) -> str:
        if creation.kind == "RandomPet":
            length, separator = int(creation.inputs["length"]), creation.inputs["separator"]
            prefix = creation.inputs.get("prefix")
            return str(separator).join([*([prefix] if prefix else []), *_words(length, creation.random)])
        if creation.kind == "RandomId":
            return str(outputs["b64Url"]).removeprefix(creation.inputs.get("prefix") or "")
        return _NAMELESS.get(creation.kind) or str(outputs["result"])


def _known(inputs: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(inputs.get(name), (int, float)) for name in names)


def _check_text(inputs: Mapping[str, Any]) -> Iterator[Failure]:
    least = ("minLower", "minUpper", "minNumeric", "minSpecial")
    if _known(inputs, "length", *least):
        total = sum(inputs[name] for name in least)
        if inputs["length"] < total:
            needs = " + ".join(least)
            yield Failure("length", f"length must be at least {total} ({needs}), found {inputs['length']}")
    if UNKNOWN not in inputs.values() and not _alphabet(inputs):
        yield Failure("lower", "at least one of lower, upper, numeric and special must be true")


def _alphabets(inputs: Mapping[str, Any]) -> dict[str, str]:
    numeric = inputs["numeric"] and inputs["number"]
    return {
        "Lower": string.ascii_lowercase if inputs["lower"] else "",
        "Upper": string.ascii_uppercase if inputs["upper"] else "",
        "Numeric": string.digits if numeric else "",
        "Special": (inputs.get("overrideSpecial") or _SPECIAL) if inputs["special"] else "",
    }


def _alphabet(inputs: Mapping[str, Any]) -> str:
    return "".join(_alphabets(inputs).values())


def _text(inputs: Mapping[str, Any], chance: Random) -> str:
    least = {"Lower": string.ascii_lowercase, "Upper": string.ascii_uppercase, "Numeric": string.digits}
    least["Special"] = inputs.get("overrideSpecial") or _SPECIAL
    made = [chance.choice(least[kind]) for kind in least for _ in range(int(inputs[f"min{kind}"]))]
    made += [chance.choice(_alphabet(inputs)) for _ in range(int(inputs["length"]) - len(made))]
    chance.shuffle(made)
    return "".join(made)


def _bcrypt(chance: Random) -> str:
    """A random string in bcrypt's format. It is not the password's hash: a rehearsal does not include bcrypt."""
    alphabet = f"./{string.ascii_letters}{string.digits}"
    return "$2a$10$" + "".join(chance.choice(alphabet) for _ in range(53))


def _bytes(creation: Creation) -> dict[str, Any]:
    made = creation.random.randbytes(int(creation.inputs["length"]))
    return {"base64": base64.b64encode(made).decode(), "hex": made.hex()}


def _id(creation: Creation) -> dict[str, Any]:
    made = creation.random.randbytes(int(creation.inputs["byteLength"]))
    prefix = creation.inputs.get("prefix") or ""
    return {
        "hex": prefix + made.hex(),
        "dec": prefix + str(int.from_bytes(made, "big")),
        "b64Std": prefix + base64.b64encode(made).decode(),
        "b64Url": prefix + base64.urlsafe_b64encode(made).decode().rstrip("="),
    }


def _integer(creation: Creation) -> dict[str, Any]:
    return {"result": _seeded(creation).randint(int(creation.inputs["min"]), int(creation.inputs["max"]))}


def _password(creation: Creation) -> dict[str, Any]:
    return {"result": _text(creation.inputs, creation.random), "bcryptHash": _bcrypt(creation.random)}


def _seeded(creation: Creation) -> Random:
    """A seeded generator. The same seed gives the same result, but not the real provider's."""
    seed = creation.inputs.get("seed")
    return Random(seed) if seed else creation.random  # noqa: S311 - the program asks for a repeatable sequence


def _shuffle(creation: Creation) -> dict[str, Any]:
    items = list(creation.inputs["inputs"])
    count = creation.inputs.get("resultCount")
    wanted = len(items) if count is None else int(count)
    chance, made = _seeded(creation), list[Any]()
    while items and len(made) < wanted:
        made += chance.sample(items, min(len(items), wanted - len(made)))
    return {"results": made}


def _uuid7(creation: Creation) -> dict[str, Any]:
    """A UUID that begins with the time in milliseconds (RFC 9562, version 7)."""
    stamp = int(datetime.now(UTC).timestamp() * 1000)
    chance = creation.random
    whole = stamp << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    return {"result": str(uuid.UUID(int=whole))}


@cache
def _vocabulary() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    return loaded


def _words(count: int, chance: Random) -> list[str]:
    """`count` words for a pet name: adverbs, an adjective, an animal."""
    known = _vocabulary()
    kinds = ["adverbs"] * (count - 2) + ["adjectives", "names"][-count:] if count > 0 else []
    return [chance.choice(known[kind]) for kind in kinds]


_GENERATORS: Mapping[str, Callable[[Creation], dict[str, Any]]] = {
    "RandomString": lambda creation: {"result": _text(creation.inputs, creation.random)},
    "RandomPassword": _password,
    "RandomId": _id,
    "RandomBytes": _bytes,
    "RandomInteger": _integer,
    "RandomShuffle": _shuffle,
    "RandomUuid": lambda creation: {"result": creation.uuid()},
    "RandomUuid4": lambda creation: {"result": creation.uuid()},
    "RandomUuid7": _uuid7,
}
