"""Redacts addresses and names in a report, for readers who may not see the topology.

A value has the same replacement in every place and format: `[address-3]`, `[name-12]`, `[person-1]`. The project's
own texts (rules, types, controls) and the force's name are not redacted.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from ipaddress import ip_interface
from pathlib import PurePosixPath
from typing import Any, Final

from bluelamp.reports.exemptions import ExemptionRecord
from bluelamp.reports.findings import Finding, Report, RuleRecord
from bluelamp.reports.statements import StatementRecord
from bluelamp.reports.unjudged import Unjudged
from bluelamp.resources.skipped import DOCUMENT, FILE, Skipped

_URN: Final = re.compile(r"(urn:pulumi:[^:\s]+::[^:\s]+::[^\s]+?::)(\S+)")
_WORDS: Final = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<four>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\w))"
    r"|(?P<six>(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:/\d{1,3})?(?![\w:]))"
    r"|(?P<word>[A-Za-z0-9_](?:[\w.-]*\w)?)"
)
_EVERYWHERE: Final = frozenset({"0.0.0.0", "0.0.0.0/0", "::", "::/0", "127.0.0.1", "::1"})  # noqa: S104 - only compared
"""Addresses that identify no organisation."""
_TOP_LEVEL_DOMAINS: Final = frozenset(
    {
        *(
            "biz",
            "cloud",
            "com",
            "corp",
            "dev",
            "eu",
            "example",
            "gov",
            "home",
            "info",
            "internal",
            "invalid",
            "io",
            "lan",
        ),
        *("local", "net", "org", "police", "test", "uk"),
    }
)
"""Top-level domains of host names; a dotted word with another ending is a path or a version."""
_PUBLIC: Final = (
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "k8s.io",
    "kubernetes.io",
    "microsoft.com",
    "pulumi.com",
    "quay.io",
    "x-k8s.io",
)
"""The domains of public, well-known hosts."""
_PEOPLE: Final = ("owner", "requester", "approver")
_SIGNED: Final = ("role", "email", "signer")
_TEXTS: Final = ("scope", "reason", "compensating_control", "risk_reference", "why")
_QUOTED: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]')


class Anonymous:
    """Replaces each address and name; use one instance for all reports that are shown together."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}
        self._names: set[str] = set()

    def __call__(self, report: Report) -> Report:
        """The report with addresses, people and the force's own resource names redacted."""
        self._names = {name.casefold() for name in report.names}
        kept = {"force", "name", "source", "provenance", "filters", "names", "redacted", "estate", "signature"}
        changed = {
            each.name: self._redact(getattr(report, each.name)) for each in fields(report) if each.name not in kept
        }
        return replace(report, **changed, names=frozenset(), redacted=True, estate=None)

    def _redact(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self._text(value)
        own: Mapping[type, Callable[[Any], Any]] = {
            Finding: self._finding,
            ExemptionRecord: self._exemption,
            StatementRecord: self._statement,
            Unjudged: self._unjudged,
            RuleRecord: self._rule,
        }
        if type(value) in own:
            return own[type(value)](value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{each.name: self._redact(getattr(value, each.name)) for each in fields(value)})
        if isinstance(value, Mapping):
            return {self._redact(key): self._redact(item) for key, item in value.items()}
        return type(value)(map(self._redact, value)) if isinstance(value, (list, tuple)) else value

    def _finding(self, finding: Finding) -> Finding:
        path = _QUOTED.sub(lambda found: f'["{self._text(found[1])}"]', finding.path)
        source = (self._file(finding.source[0]), finding.source[1]) if finding.source else None
        same = {"rule": self._redact(finding.rule), "verdict": finding.verdict, "type": finding.type, "path": path}
        values = {name: self._redact(getattr(finding, name)) for name in ("urn", "observed", "expected", "exemption")}
        rest = finding.message.removeprefix(finding.path)
        message = (path if finding.path and rest != finding.message else "") + self._text(rest)
        name = self._token("name", finding.name)
        return replace(finding, **same, **values, name=name, message=message, source=source)

    def _exemption(self, record: ExemptionRecord) -> ExemptionRecord:
        changed: dict[str, Any] = {name: self._token("person", getattr(record, name)) for name in _PEOPLE}
        changed |= {name: self._text(getattr(record, name)) for name in _TEXTS}
        return replace(record, **changed)

    def _statement(self, record: StatementRecord) -> StatementRecord:
        """The statement with its author, signer and file names redacted."""
        people: dict[str, Any] = {
            name: self._token("person", text) for name in _SIGNED if (text := getattr(record, name))
        }
        files = tuple(
            replace(each, path=self._token("name", each.path), flaw=bool(each.flaw) * "it is not as stated")
            for each in record.attachments
        )
        why = record.why
        for each in record.attachments:
            why = why.replace(each.path, self._token("name", each.path))
        texts: dict[str, Any] = {"statement": self._text(record.statement), "why": self._text(why)}
        return replace(record, **people, **texts, file=self._file(record.file), fingerprint="", attachments=files)

    def _rule(self, rule: RuleRecord) -> RuleRecord:
        return replace(rule, parameters=self._redact(rule.parameters))

    def _unjudged(self, each: Unjudged) -> Unjudged:
        why = self._text(each.why) if each.unread else each.why
        return replace(each, why=why, resources=tuple(map(self._skipped, each.resources)))

    def _skipped(self, one: Skipped) -> Skipped:
        source = (self._file(one.source[0]), one.source[1]) if one.source else None
        if source and one.source and one.of in (FILE, DOCUMENT):
            name = source[0] + one.name.removeprefix(one.source[0])
        else:
            name = self._token("name", one.name)
        why = self._text(one.why) if one.unread else one.why
        return replace(one, name=name, why=why, urn=self._text(one.urn), source=source)

    def _file(self, file: str) -> str:
        parts = PurePosixPath(file).parts
        stems = [part.partition(".") for part in parts]
        return str(PurePosixPath(*(self._text(stem) + dot + rest for stem, dot, rest in stems)))

    def _text(self, text: str) -> str:
        pieces = _URN.split(text)
        for place in range(0, len(pieces), 3):
            pieces[place] = _WORDS.sub(self._word, pieces[place])
        for place in range(2, len(pieces), 3):
            pieces[place] = self._token("name", pieces[place])
        return "".join(pieces)

    def _word(self, found: re.Match[str]) -> str:
        text = found[0]
        if found.lastgroup == "word":
            if text.casefold() in self._names:
                return self._token("name", text)
            return self._token("address", text) if _is_host(text) else text
        if text in _EVERYWHERE or (found.lastgroup != "mail" and not _is_address(text)):
            return text
        return self._token("address", text)

    def _token(self, kind: str, text: str) -> str:
        key = (kind, text.casefold())
        if key not in self._tokens:
            count = sum(1 for each, _ in self._tokens if each == kind)
            self._tokens[key] = f"[{kind}-{count + 1}]"
        return self._tokens[key]


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        ip_interface(text)
        return True
    return False


def _is_host(word: str) -> bool:
    host = word.casefold()
    _, dot, ending = host.rpartition(".")
    if not dot or ending not in _TOP_LEVEL_DOMAINS:
        return False
    return not any(host == domain or host.endswith(f".{domain}") for domain in _PUBLIC)
