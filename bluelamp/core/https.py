"""Common rules of HTTP clients: safe addresses, the size limit of a response, and retries."""

from typing import Final
from urllib.parse import urlsplit

LARGEST: Final = 20_000_000
"""The maximum bytes of a response."""
LONGEST_WAIT: Final = 60.0
"""Seconds between two tries."""
BUSY: Final = (429, 500, 502, 503, 504)
"""The statuses after which a request may be retried."""
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def is_safe(url: str) -> bool:
    """Whether the address is HTTPS, or HTTP on this machine, without a user, a password or characters to escape."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        safe = safe and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return safe and url.isascii() and url.isprintable() and " " not in url


def pause(retry_after: str | None, attempt: int) -> float:
    """Seconds before the next try: the value of `Retry-After`, or twice the last delay; at most a minute."""
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else float(2**attempt)
    return min(seconds, LONGEST_WAIT)


def no_answer(error: Exception) -> str:
    """The reason in an error of `urllib` or of a socket."""
    reason = getattr(error, "reason", error)
    return "no answer in time" if isinstance(reason, TimeoutError) else str(reason)
