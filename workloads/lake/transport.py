"""HTTP requests with retries."""

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

_RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRIES: Final = 6
_LONGEST: Final = 60.0
"""The maximum delay in seconds, whatever the service requests."""
_SECONDS: Final = 100
"""The timeout of a request, in seconds."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of a service."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    sleep: Sleep = time.sleep,
) -> Answer:
    """The response to a request, whatever its status.

    A request without a response, or with a status such as 429 or 503, is sent up to six times, after the delay in
    `Retry-After` or with exponential backoff from a second. Proxies of the environment are not used, as the lake has a
    private endpoint. Raises `LakeError` if there was no response.
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
        if answer is not None and (answer.status not in _RETRIED or attempt == _TRIES):
            return answer
        if attempt < _TRIES:
            sleep(_delay(attempt, "" if answer is None else answer.headers.get("retry-after", "")))
    raise LakeError(f"{_place(url)}: no answer: {problem}; check the network policy, the firewall and the DNS")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirects: none is documented, and a redirect would send the token elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Cached, as each opener reads the CA certificates."""
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


def _delay(attempt: int, retry_after: str) -> float:
    """Seconds until the next attempt: those in `Retry-After`, or exponential backoff; with up to 10% jitter."""
    wanted = 2.0 ** (attempt - 1)
    if retry_after.isdigit():
        wanted = float(retry_after)
    elif retry_after and (moment := _date(retry_after)) is not None:
        wanted = max(moment - time.time(), 0.0)
    return min(wanted, _LONGEST) * (1 + random.random() / 10)  # noqa: S311 - no secret


def _date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _place(url: str) -> str:
    return urlsplit(url).netloc or url
