"""Writing a file whole or not at all."""

import os
import threading
from pathlib import Path


def replace(path: Path, content: str | bytes) -> None:
    """Puts `content` (text as UTF-8) in place of what `path` holds, in one step, making its folder where there is none.

    Raises `OSError` where that cannot be done; what was there before is then still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several forces are worked on at once, in threads that may write the same file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
