"""Validates submitted records. Each is accepted unchanged, or goes into quarantine with the reasons."""

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError, validators

from bluelamp.core.files import FileRefusedError, read
from bluelamp.core.folders import Owned, files_in, replace_folder
from bluelamp.core.os_errors import reason_of
from bluelamp.core.source import show
from bluelamp.workloads.capture import patterns
from bluelamp.workloads.capture.formats import FORMATS, moment
from bluelamp.workloads.capture.schema import RecordSchema

ACCEPTED: Final = "accepted.jsonl"
QUARANTINE: Final = "quarantine.jsonl"
SUMMARY: Final = "summary.json"
MOST_BYTES: Final = 256_000_000
_OURS: Final = frozenset({ACCEPTED, QUARANTINE, SUMMARY})


class UnreadableError(Exception):
    """The file contains no readable records; nothing was written."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


class LostRecordsError(Exception):
    """The number of written records differs from the number read; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking a file; `read` is the sum of `accepted` and `quarantined`."""

    read: int
    accepted: int
    quarantined: int
    reasons: Mapping[str, int]
    """The number of records by reason, without values; most frequent first."""
    truncated: bool
    """Whether the last record is incomplete, so that further records may be missing."""
    folder: Path
    """Where `accepted.jsonl`, `quarantine.jsonl` and `summary.json` are."""


def check(schema: RecordSchema, source: Path, target: Path) -> Checked:
    """Checks the JSON records of `source`, one per line, and writes the results into a folder in `target`.

    The folder's name contains the file's name and a digest of its content, so that another file does not replace it. It
    is written atomically, and `source` is not changed. Raises `UnreadableError`, or `OSError` if it cannot be written.
    """
    content = _content(source)
    folder = target / f"{source.stem}-{hashlib.sha256(content).hexdigest()[:12]}"
    lines = [(number, line.removesuffix(b"\r")) for number, line in enumerate(content.split(b"\n"), 1)]
    records = [(number, line) for number, line in lines if line.strip()]
    if not records:
        raise UnreadableError("contains no records", "export the records again: an empty file may be a failed export")
    validator = _RecordValidator(schema)
    accepted, quarantined, reasons = [], [], Counter[str]()
    truncated = False
    for number, line in records:
        found = validator.reasons(number, line)
        if not found:
            accepted.append(line)
            continue
        if number == lines[-1][0] and not _is_json(line):
            truncated = True
            found = ["is truncated: the file ends within it", *found]
        reasons.update(found)
        quarantined.append(_quarantine_line(number, line, found))
    summary = {
        "asset": schema.asset,
        "table": schema.name,
        "schema": schema.document["$id"],
        "source": source.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "read": len(records),
        "accepted": len(accepted),
        "quarantined": len(quarantined),
        "truncated": truncated,
        "reasons": dict(reasons.most_common()),
    }

    def fill(work: Path) -> None:
        (work / ACCEPTED).write_bytes(b"".join(line + b"\n" for line in accepted))
        (work / QUARANTINE).write_text("".join(f"{each}\n" for each in quarantined), encoding="utf-8")
        (work / SUMMARY).write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written = sum((work / name).read_bytes().count(b"\n") for name in (ACCEPTED, QUARANTINE))
        if written != len(records):
            raise LostRecordsError(f"{len(records):,} records were read, and {written:,} written")

    replace_folder(folder, fill, _owned, last=SUMMARY)
    return Checked(len(records), len(accepted), len(quarantined), dict(reasons.most_common()), truncated, folder)


def _owned(folder: Path) -> Owned:
    ours = [PurePosixPath(name) for name in sorted(_OURS) if PurePosixPath(name) in set(files_in(folder))]
    return Owned(stale=ours, replaceable=ours)


def _content(source: Path) -> bytes:
    try:
        content = read(source, MOST_BYTES)
    except FileRefusedError as error:
        raise UnreadableError(f"{error.strerror}", "name a file with one JSON record on each line") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {reason_of(error)}", "name an existing file") from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableError("is in UTF-16", "save it as UTF-8")
    return content.removeprefix(b"\xef\xbb\xbf")


def _quarantine_line(number: int, line: bytes, reasons: list[str]) -> str:
    """A line of the quarantine, from which the submitted line can be restored exactly."""
    try:
        record = {"record": line.decode("utf-8")}
    except UnicodeDecodeError:
        record = {"base64": base64.b64encode(line).decode("ascii")}
    return json.dumps({"line": number, "reasons": reasons, **record}, ensure_ascii=False)


class _BadJsonError(ValueError):
    pass


def _parse(line: bytes) -> Any:
    """The value of a line. Raises `ValueError` if it is not JSON or is ambiguous."""
    return json.loads(
        line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique
    )


def _parse_error(error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return "is not UTF-8 text"
        case _BadJsonError():
            return str(error)
        case RecursionError():
            return "is nested too deeply"
        case _:
            return "is not JSON"


def _refuse_constant(name: str) -> None:
    raise _BadJsonError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise _BadJsonError("a number is too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _BadJsonError("has a duplicate property")
    return found


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


class _RecordValidator:
    """Validates the records of a file, in order."""

    def __init__(self, schema: RecordSchema) -> None:
        self._validator = _validator(schema.document)
        self._keys = schema.keys
        self._seen: dict[str, int] = {}

    def reasons(self, number: int, line: bytes) -> list[str]:
        """Why the record is rejected; empty if it is accepted."""
        try:
            record = _parse(line)
        except (ValueError, RecursionError) as error:
            return [_parse_error(error)]
        found = list(dict.fromkeys(text for error in self._validator.iter_errors(record) for text in _messages(error)))
        if found:
            return sorted(found)
        keys = [(key, text) for key in self._keys if (text := _key(key, record)) is not None]
        repeated = [key for key, text in keys if text in self._seen]
        if repeated:
            return [f"{', '.join(key)}: has the values of an earlier record" for key in repeated]
        self._seen.update(dict.fromkeys((text for _, text in keys), number))
        return []


def _key(key: tuple[str, ...], record: Mapping[str, Any]) -> str | None:
    values = [record.get(each) for each in key]
    if any(each is None for each in values):
        return None
    return json.dumps([key, [_plain(each) for each in values]], sort_keys=True)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not patterns.for_python(pattern).search(instance):
        yield ValidationError("pattern")


def _format(_: Any, name: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and name in FORMATS and not FORMATS[name](instance):
        yield ValidationError("format")


def _multiple(_: Any, of: float, instance: Any, __: Any) -> Iterator[ValidationError]:
    # As binary floats, 4.35 is not a multiple of 0.01.
    if isinstance(instance, int | float) and not isinstance(instance, bool):
        quotient = Decimal(str(instance)) / Decimal(str(of))
        if quotient != quotient.to_integral_value():
            yield ValidationError("multipleOf")


def _bound(keyword: str) -> Any:
    def compare(_: Any, bound: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
        if not isinstance(instance, str):
            return
        found: Any = moment(schema["format"], instance)
        limit: Any = moment(schema["format"], bound)
        if found is None or limit is None:
            return  # `format` reports it
        holds = {
            "formatMinimum": found >= limit,
            "formatMaximum": found <= limit,
            "formatExclusiveMinimum": found > limit,
            "formatExclusiveMaximum": found < limit,
        }[keyword]
        if not holds:
            yield ValidationError(keyword)

    return compare


def _validator(document: Mapping[str, Any]) -> Any:
    bounds = ("formatMinimum", "formatMaximum", "formatExclusiveMinimum", "formatExclusiveMaximum")
    own = {"pattern": _pattern, "format": _format, "multipleOf": _multiple, **{each: _bound(each) for each in bounds}}
    return validators.extend(Draft202012Validator, own)(document)  # type: ignore[no-untyped-call]


_MESSAGES: Final = {
    "enum": "is not a listed value",
    "not": "is a value that stands for none",
    "pattern": "has another form",
    "minimum": "is less than {}",
    "exclusiveMinimum": "is not more than {}",
    "maximum": "is more than {}",
    "exclusiveMaximum": "is not less than {}",
    "multipleOf": "is not a multiple of {}",
    "minLength": "has fewer characters than {}",
    "maxLength": "has more characters than {}",
    "minItems": "has fewer entries than {}",
    "maxItems": "has more entries than {}",
    "minProperties": "has fewer properties than {}",
    "maxProperties": "has more properties than {}",
    "uniqueItems": "has an entry twice",
    "formatMinimum": "is earlier than {}",
    "formatExclusiveMinimum": "is not later than {}",
    "formatMaximum": "is later than {}",
    "formatExclusiveMaximum": "is not earlier than {}",
    "format": "is not of the format {}",
}


def _messages(error: Any) -> Iterator[str]:
    """The messages of an error, without the record's value, as reasons are counted and printed."""
    where = ".".join(str(each) for each in error.absolute_path if not isinstance(each, int))
    head = f"{where}: " if where else ""
    match error.validator:
        case "required":
            yield from (f"{head}{each} is missing" for each in error.validator_value if each not in error.instance)
        case "additionalProperties":
            known = error.schema.get("properties", {})
            yield from (
                f"{head}{show(each)} is not a property of the contract" for each in error.instance if each not in known
            )
        case "type":
            kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
            yield f"{head or 'the record '}is not of type {' or '.join(each for each in kinds if each != 'null')}"
        case _:
            text = _MESSAGES.get(error.validator, "is not as the contract says")
            yield head + text.format(show(error.validator_value, quote=False))
