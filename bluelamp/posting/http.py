"""A code host's REST API: JSON over HTTPS with a token that is sent to this address only and never shown."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from bluelamp import __version__
from bluelamp.core.https import BUSY, LARGEST, is_safe, no_answer, pause
from bluelamp.core.text import cut, printable
from bluelamp.errors import BluelampError, UsageError

SECONDS: Final = 30.0
TRIES: Final = 4
_MESSAGE: Final = 300
Answer = TypeVar("Answer")


class BusyError(Exception):
    """The host did not respond or asks for a retry: the reason, and the requested wait in seconds (`Retry-After`)."""

    def __init__(self, reason: str, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirects, as urllib would send the token to the new address."""

    def redirect_request(self, *_: Any) -> None:
        """Makes the redirect an error."""
        return


@dataclass(frozen=True)
class Api:
    """An API at `url`; `headers` contain the token. `wait` waits between two attempts, at most a minute."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    permissions: str = ""
    wait: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        """Raises `UsageError` unless the address is HTTPS or on this machine."""
        if not is_safe(self.url):
            raise UsageError(
                f"the address of the host's API is not https://: {cut(printable(self.url.rpartition('@')[2]), 200)!r}",
                next_step="run in the host's own pipeline, which names the address",
            )

    def get(self, path: str) -> Any:
        """The response to GET. Raises `BusyError`, and `BluelampError` if the host refuses."""
        return self.send("GET", path)

    def send(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The response to one request, without retries. Raises `BusyError`, and `BluelampError` if it is refused."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "User-Agent": f"bluelamp/{__version__}", **self.headers}
        if data is not None:
            headers["Content-Type"] = kind
        request = Request(f"{self.url}{path}", data=data, headers=headers, method=method)  # noqa: S310 - checked above
        try:
            with build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
                content = answer.read(LARGEST + 1)
        except HTTPError as error:
            raise self._refused(error, method, path) from None
        except (URLError, TimeoutError, ConnectionError, HTTPException) as error:
            raise BusyError(no_answer(error)) from None
        return self._parsed(content, method, path)

    def with_retries(self, work: "Callable[[], Answer]") -> "Answer":
        """The result of `work`, which is retried from its beginning while the host is busy, at most `TRIES` times.

        `work` looks for an existing comment first, so that a lost response does not cause a second comment. Raises
        `BluelampError` if the host stays busy.
        """
        for attempt in range(TRIES):
            try:
                return work()
            except BusyError as error:
                last = error
                if attempt < TRIES - 1:
                    self.wait(pause(error.retry_after, attempt))
        raise BluelampError(f"{self._at}: {last.reason}, {TRIES} times", next_step="run the job again later")

    @property
    def _at(self) -> str:
        return urlsplit(self.url).netloc

    def _refused(self, error: HTTPError, method: str, path: str) -> Exception:
        place = f"{self._at}: {method} {path.partition('?')[0]}"
        status = f"{error.code} {printable(str(error.reason))}"
        limited = error.code == 403 and error.headers.get("X-RateLimit-Remaining") == "0"
        if error.code in BUSY or limited:
            return BusyError(status, error.headers.get("Retry-After"))
        message = self._message(error)
        problem = f"{place}: {status}{f': {message}' if message else ''}"
        if error.code in (401, 403):
            return BluelampError(problem, next_step=f"give the token {self.permissions or 'the permission to write'}")
        if 300 <= error.code < 400:
            return BluelampError(f"{problem}; redirects are not followed", next_step="name the API's own address")
        return BluelampError(problem, next_step="check the repository and the number of the pull request")

    def _message(self, error: HTTPError) -> str:
        """The host's message on one line, without the token."""
        try:
            message = json.loads(error.read(10_000)).get("message", "")
        except (OSError, ValueError, AttributeError, HTTPException):
            return ""
        text = str(message)
        for value in self.headers.values():
            text = text.replace(value, "…").replace(value.rpartition(" ")[2], "…")
        return cut(printable(text), _MESSAGE)

    def _parsed(self, content: bytes, method: str, path: str) -> Any:
        place = f"{self._at}: {method} {path.partition('?')[0]}"
        if len(content) > LARGEST:
            raise BluelampError(f"{place}: the answer is larger than {LARGEST:,} bytes")
        try:
            return json.loads(content) if content.strip() else None
        except (ValueError, RecursionError):
            # Azure DevOps responds to an expired token with a sign-in page.
            raise BluelampError(
                f"{place}: the answer is not JSON", next_step=f"give the token {self.permissions or 'its permissions'}"
            ) from None
