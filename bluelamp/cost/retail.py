"""The Azure Retail Prices API.

Filters are case-sensitive. Amounts are read as exact decimals. The environment variable `BLUELAMP_PRICES_URL` replaces
the address, for a mirror or a test; it must be HTTPS, or HTTP on this machine.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from bluelamp import __version__
from bluelamp.core.https import BUSY, LARGEST, is_safe, no_answer, pause
from bluelamp.errors import BluelampError, UsageError

VARIABLE: Final = "BLUELAMP_PRICES_URL"
URL: Final = "https://prices.azure.com/api/retail/prices"
VERSION: Final = "2023-01-01-preview"

_SECONDS: Final = 30.0
_TRIES: Final = 5
_MOST_PAGES: Final = 500
_PORTS: Final = {"https": 443, "http": 80}
_LATER: Final = "try again later; the previous prices are unchanged"


@dataclass(frozen=True)
class Service:
    """The API at an address. `seconds` is the timeout of a request, `wait` waits between two attempts."""

    url: str = URL
    seconds: float = _SECONDS
    wait: Callable[[float], None] = time.sleep

    @classmethod
    def of_environment(cls) -> "Service":
        """The API at the address in the environment. Raises `UsageError` if that is invalid."""
        url = os.environ.get(VARIABLE) or URL
        netloc = ""
        with suppress(ValueError):
            netloc = urlsplit(url).netloc
        if "@" in netloc:
            # Messages include the address, so it must not contain a secret.
            raise UsageError(
                f"{VARIABLE}: the address contains a user name or a password",
                next_step="give the address without them; prices are public",
            )
        if not is_safe(url):
            raise UsageError(
                f"{VARIABLE}: {url!r} is not a valid URL of a price service",
                next_step="set an https:// URL, or unset it",
            )
        return cls(url)

    def items(self, condition: str) -> Iterator[Mapping[str, Any]]:
        """Every item that matches an OData filter, in GBP. Raises `BluelampError` if the service fails."""
        words = {"api-version": VERSION, "currencyCode": "'GBP'", "$filter": condition}
        page: str | None = f"{self.url}?{urlencode(words)}"
        for _ in range(_MOST_PAGES):
            if page is None:
                return
            document = self._document(page)
            found = document.get("Items")
            if not isinstance(found, list):
                raise BluelampError(f"{self.url}: the answer has no list of items", next_step=_LATER)
            yield from (each for each in found if isinstance(each, Mapping))
            page = self._next(document.get("NextPageLink"))
        raise BluelampError(f"{self.url}: more than {_MOST_PAGES} pages for {condition}", next_step=_LATER)

    def _next(self, link: object) -> str | None:
        if link is None or link == "":
            return None
        if not _same_place(self.url, str(link)) or " " in str(link) or not str(link).isprintable():
            raise BluelampError(f"{self.url}: the next page is at another address: {str(link)!r}", next_step=_LATER)
        return str(link)

    def _document(self, url: str) -> Mapping[str, Any]:
        reason = ""
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                with _opener().open(Request(url, headers=_HEADERS), timeout=self.seconds) as answer:  # noqa: S310 - checked
                    content = answer.read(LARGEST + 1)
                return _parsed(content, self.url)
            except HTTPError as error:
                reason = f"{error.code} {error.reason}"
                if error.code not in BUSY:
                    break
                if not last:
                    self.wait(pause(error.headers.get("Retry-After"), attempt))
            except (URLError, TimeoutError, ConnectionError, HTTPException) as error:
                reason = no_answer(error)
                if not last:
                    self.wait(pause(None, attempt))
        raise BluelampError(f"{self.url}: {reason}", next_step=_LATER)


def _same_place(url: str, link: str) -> bool:
    """Whether both addresses have the same scheme, host and port; Azure's links include the default port."""
    try:
        return _place(url) == _place(link)
    except ValueError:
        return False


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, _PORTS.get(parts.scheme) if parts.port is None else parts.port


class _OwnHost(HTTPRedirectHandler):
    """Follows redirects within the same host only: another host's prices are not the ones requested."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The request at the new address. Raises `HTTPError` for one of another host."""
        if not _same_place(req.full_url, newurl):
            raise HTTPError(req.full_url, code, f"redirects to another address: {newurl!r}", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache
def _opener() -> OpenerDirector:
    return build_opener(_OwnHost)


_HEADERS: Final = {"Accept": "application/json", "User-Agent": f"bluelamp/{__version__}"}


def _parsed(content: bytes, url: str) -> Mapping[str, Any]:
    if len(content) > LARGEST:
        raise BluelampError(f"{url}: the answer is larger than {LARGEST:,} bytes", next_step=_LATER)
    try:
        document = json.loads(content, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        raise BluelampError(f"{url}: the answer is not JSON", next_step=_LATER) from None
    if not isinstance(document, Mapping):
        raise BluelampError(f"{url}: the answer is not an object", next_step=_LATER)
    return document
