"""HTTP requests that are tried again where the service asks for it."""

import email.utils
import http.client
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from bluelamp.workloads.lake.errors import LakeError

_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRIES: Final = 6
_LONGEST: Final = 60.0
"""Seconds to wait at the most, whatever the service asks for."""
_SECONDS: Final = 100
"""How long one answer may take."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    sleep: Sleep = time.sleep,
) -> Answer:
    """The answer to a request, whatever its status.

    A request without an answer, or with one that says that the service is busy, is made up to six times, with the delay
    that `Retry-After` asks for or else one that doubles from a second. The proxies of the environment are not used: the
    lake has a private endpoint. Raises `LakeError` where the last request had no answer.
    """
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in _LOOPBACK:
        raise LakeError(
            f"{_place(url)}: is not https; set BLUELAMP_LAKE and AZURE_AUTHORITY_HOST to https:// addresses"
        )
    problem = ""
    for attempt in range(1, _TRIES + 1):
        request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - above
        try:
            answer = _answered(request)
        except (OSError, http.client.HTTPException) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
            answer = None
        if answer is not None and (answer.status not in _AGAIN or attempt == _TRIES):
            return answer
        if attempt < _TRIES:
            sleep(_delay(attempt, "" if answer is None else answer.headers.get("retry-after", "")))
    raise LakeError(f"{_place(url)}: no answer: {problem}; check the network policy, the firewall and the DNS")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: none is documented, and it would carry the token elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Made once: the certificates of the authorities are read for each."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _answered(request: urllib.request.Request) -> Answer:
    try:
        with _opener().open(request, timeout=_SECONDS) as stream:
            return Answer(stream.status, _lower(stream.headers), stream.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers), error.read())


def _lower(headers: Any) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}


def _delay(attempt: int, asked: str) -> float:
    """Seconds until the next attempt: those that are asked for, or a second that doubles, with up to a tenth more."""
    wanted = 2.0 ** (attempt - 1)
    if asked.isdigit():
        wanted = float(asked)
    elif asked and (moment := _date(asked)) is not None:
        wanted = max(moment - time.time(), 0.0)
    return min(wanted, _LONGEST) * (1 + random.random() / 10)  # noqa: S311 - no secret


def _date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _place(url: str) -> str:
    return urlsplit(url).netloc or url
