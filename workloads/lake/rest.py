"""A client for the parts of the Data Lake Storage Gen2 REST API that jobs use, version 2021-06-08.

Source: Microsoft, "Azure Data Lake Store REST API", Path operations.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode

from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.transport import Answer, Sleep, send

VERSION: Final = "2021-06-08"
PART: Final = 8 * 1024 * 1024
"""The chunk size of reads and writes, in bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a directory in a file system."""

    path: str
    """From the file system's root, without a leading slash."""
    directory: bool
    size: int


class Client:
    """A lake. `token` returns the token for a request. Every method raises `LakeError` if a request fails."""

    def __init__(self, address: str, token: Callable[[], str], *, part: int = PART, sleep: Sleep = time.sleep) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._part = part
        self._sleep = sleep

    def entries(self, file_system: str, path: str, *, recursive: bool = True) -> Iterator[Entry]:
        """The entries below a directory, page by page. Raises `LakeError` with status 404 if it does not exist."""
        query = {"resource": "filesystem", "directory": path, "recursive": str(recursive).lower()}
        continuation = ""
        while True:
            more = {"continuation": continuation} if continuation else {}
            answer = self._send("GET", file_system, "", {**query, **more}, place=f"{file_system}/{path}")
            for each in json.loads(answer.body)["paths"]:
                # The service returns both as strings.
                directory = str(each.get("isDirectory", "false")).lower() == "true"
                yield Entry(str(each["name"]), directory, int(each.get("contentLength", 0)))
            continuation = answer.headers.get("x-ms-continuation", "")
            if not continuation:
                return

    def read(self, file_system: str, path: str) -> tuple[bytes, str]:
        """A small file's content, and its ETag."""
        answer = self._send("GET", file_system, path)
        return answer.body, answer.headers.get("etag", "")

    def download(self, file_system: str, path: str, target: BinaryIO, size: int) -> None:
        """Downloads a file of `size` bytes into `target`, in chunks. Fails if the file changes meanwhile."""
        etag, start = "", 0
        while start < size:
            end = min(start + self._part, size) - 1
            headers = {"Range": f"bytes={start}-{end}", **({"If-Match": etag} if etag else {})}
            answer = self._send("GET", file_system, path, headers=headers)
            if len(answer.body) != end - start + 1:
                raise LakeError(
                    f"{file_system}/{path}: ends after {start + len(answer.body)} of {size} bytes; run again"
                )
            etag = answer.headers.get("etag", "")
            target.write(answer.body)
            start = end + 1

    def upload(self, file_system: str, path: str, source: BinaryIO) -> None:
        """Creates or overwrites a file with the content of `source`, in chunks."""
        self._send("PUT", file_system, path, {"resource": "file"}, body=b"")
        position = 0
        while content := source.read(self._part):
            self._send("PATCH", file_system, path, {"action": "append", "position": str(position)}, body=content)
            position += len(content)
        # The content is not readable before the flush.
        self._send(
            "PATCH", file_system, path, {"action": "flush", "position": str(position), "close": "true"}, body=b""
        )

    def rename(self, file_system: str, path: str, to: str, *, only: Mapping[str, str] | None = None) -> None:
        """Renames a file atomically; replaces an existing file.

        `only` are conditions on the existing file: `{"If-None-Match": "*"}` (must not exist) or `{"If-Match": etag}`.
        If they are not met, raises `LakeError` with status 409 or 412 and changes nothing.
        """
        source = {"x-ms-rename-source": f"/{quote(file_system)}/{quote(path)}"}
        self._send("PUT", file_system, to, headers={**source, **(only or {})}, body=b"")

    def make_directory(self, file_system: str, path: str) -> None:
        """Creates a directory and its parents; an existing one is kept."""
        try:
            self._send("PUT", file_system, path, {"resource": "directory"}, {"If-None-Match": "*"}, body=b"")
        except LakeError as error:
            if error.status != 409:
                raise

    def delete(self, file_system: str, path: str, *, recursive: bool = False) -> None:
        """Deletes a file, or a directory with its content. Succeeds if it does not exist."""
        query = {"recursive": "true"} if recursive else {}
        while True:
            try:
                answer = self._send("DELETE", file_system, path, query)
            except LakeError as error:
                if error.status == 404:
                    return
                raise
            continuation = answer.headers.get("x-ms-continuation", "")
            if not continuation:
                return
            query["continuation"] = continuation

    def acl(self, file_system: str, path: str) -> str:
        """The access control list of a file or a directory, such as `user::rwx,group::r-x,other::---`."""
        answer = self._send("HEAD", file_system, path, {"action": "getAccessControl"})
        return answer.headers.get("x-ms-acl", "")

    def set_acl(self, file_system: str, path: str, acl: str) -> None:
        """Replaces the access control list of a file or directory."""
        self._send("PATCH", file_system, path, {"action": "setAccessControl"}, {"x-ms-acl": acl}, body=b"")

    def _send(
        self,
        method: str,
        file_system: str,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        place: str = "",
    ) -> Answer:
        url = f"{self._address}/{quote(file_system)}" + (f"/{quote(path)}" if path else "")
        if query:
            url += f"?{urlencode(query)}"
        own = {"Authorization": f"Bearer {self._token()}", "x-ms-version": VERSION, "Accept": "application/json"}
        if body is not None:
            own["Content-Type"] = "application/octet-stream"
        answer = send(method, url, {**own, **(headers or {})}, body, sleep=self._sleep)
        if answer.status >= 300:
            raise _refused(place or f"{file_system}/{path}", answer)
        return answer


def _refused(place: str, answer: Answer) -> LakeError:
    """The error for a response, with a next step if there is one."""
    code = answer.headers.get("x-ms-error-code", "")
    if not code:
        try:
            code = str(json.loads(answer.body)["error"]["code"])
        except (ValueError, KeyError, TypeError):
            code = ""
    step = _STEPS.get(answer.status, "")
    message = f"the lake answers {answer.status}{f' {code}' if code else ''}"
    return LakeError(f"{place}: {message}" + (f"; {step}" if step else ""), answer.status, code)


_STEPS: Final[Mapping[int, str]] = {
    401: "compare BLUELAMP_LAKE and the job's identity with its settings",
    403: "add the file system to the job's lake settings: read, write or own",
    404: "check the path, and that the job before has published",
    409: "it was changed meanwhile; run again",
    412: "it was changed meanwhile; run again",
    429: "the lake is busy; run again later",
}


def walk(folder: Path) -> Iterator[Path]:
    """The files below a local folder, sorted by path. Raises `LakeError` for links and special files."""
    for each in sorted(folder.rglob("*")):
        if each.is_symlink() or not (each.is_dir() or each.is_file()):
            raise LakeError(f"{each}: is not a regular file; publish only regular files and folders")
        if each.is_file():
            yield each


def as_json(content: Any) -> bytes:
    """A JSON document for the lake."""
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
