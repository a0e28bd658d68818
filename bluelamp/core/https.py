"""What every client of a service over HTTP keeps to: which addresses are safe, how much is read, when to try again."""

from typing import Final
from urllib.parse import urlsplit

LARGEST: Final = 20_000_000
"""Bytes of one answer."""
LONGEST_WAIT: Final = 60.0
"""Seconds between two tries."""
BUSY: Final = (429, 500, 502, 503, 504)
"""The statuses after which a request may be tried again."""
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def is_safe(url: str) -> bool:
    """Whether the address is HTTPS, or HTTP on this machine, and holds no user, password or character to escape."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        safe = safe and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return safe and url.isascii() and url.isprintable() and " " not in url


def pause(asked: str | None, attempt: int) -> float:
    """Seconds before the next try: what `Retry-After` asks for, or twice as long each time; at most a minute."""
    seconds = float(asked) if asked and asked.isdecimal() else float(2**attempt)
    return min(seconds, LONGEST_WAIT)


def no_answer(error: Exception) -> str:
    """Why there was no answer, of an error of `urllib` or of a socket."""
    reason = getattr(error, "reason", error)
    return "no answer in time" if isinstance(reason, TimeoutError) else str(reason)
