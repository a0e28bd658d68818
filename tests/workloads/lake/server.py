"""A lake and a sign-in service on the loopback interface, following Microsoft's Data Lake Storage Gen2 documentation."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

SIGNED_IN = "token-of-the-identity"
CLOSED = {"user::": "rwx", "group::": "r-x", "other::": "---"}


@dataclass
class Node:
    """A file or a directory; a file's content is what was flushed."""

    directory: bool
    etag: str
    content: bytes = b""
    waiting: dict[int, bytes] = field(default_factory=dict)
    acl: dict[str, str] = field(default_factory=lambda: dict(CLOSED))


@dataclass
class Fault:
    """A response that the server gives once, to the first matching request."""

    method: str
    part: str
    """A part of the address."""
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    """Whether the request is carried out, and only its answer is lost."""


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Service:
    """The state of the lake, and its requests."""

    def __init__(self, *, page: int = 5000) -> None:
        self.page = page
        self.nodes: dict[tuple[str, str], Node] = {}
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.tokens = {SIGNED_IN}
        self.expires = 3600
        self.lock = threading.RLock()
        self._etags = count(1)
        self.address = ""

    def environment(self, token_file: Any) -> dict[str, str]:
        """The environment of a job's pod."""
        return {
            "BLUELAMP_LAKE": self.address,
            "AZURE_AUTHORITY_HOST": self.address,
            "AZURE_CLIENT_ID": "client",
            "AZURE_TENANT_ID": "tenant",
            "AZURE_FEDERATED_TOKEN_FILE": str(token_file),
        }

    def write(self, file_system: str, path: str, content: bytes) -> None:
        """Writes a file there as another client would."""
        self._parents(file_system, path)
        self.nodes[file_system, path] = Node(False, self.etag(), content)

    def files(self, file_system: str) -> dict[str, bytes]:
        return {
            path: node.content
            for (system, path), node in sorted(self.nodes.items())
            if system == file_system and not node.directory
        }

    def etag(self) -> str:
        return f'"0x{next(self._etags):X}"'

    def _parents(self, file_system: str, path: str) -> None:
        parts = path.split("/")[:-1]
        for length in range(1, len(parts) + 1):
            where = (file_system, "/".join(parts[:length]))
            self.nodes.setdefault(where, Node(True, self.etag()))

    def get(self, file_system: str, path: str) -> Node:
        node = self.nodes.get((file_system, path))
        if node is None:
            raise Refused(404, "PathNotFound")
        return node

    def create(self, file_system: str, path: str, headers: Any, *, directory: bool) -> Node:
        there = self.nodes.get((file_system, path))
        if there is not None and headers.get("If-None-Match") == "*":
            raise Refused(409, "PathAlreadyExists")
        if there is not None and there.directory:
            if not directory:
                raise Refused(409, "PathConflict")
            return there
        self._parents(file_system, path)
        node = self.nodes[file_system, path] = Node(directory, self.etag())
        return node

    def rename(self, file_system: str, path: str, headers: Any) -> Node:
        system, _, old = unquote(headers["x-ms-rename-source"]).lstrip("/").partition("/")
        source, there = self.nodes.get((system, old)), self.nodes.get((file_system, path))
        if source is None:
            raise Refused(404, "SourcePathNotFound")
        parent = path.rpartition("/")[0]
        if parent and (file_system, parent) not in self.nodes:
            raise Refused(404, "RenameDestinationParentPathNotFound")
        if headers.get("If-None-Match") == "*" and there is not None:
            raise Refused(409, "PathAlreadyExists")
        wanted = headers.get("If-Match")
        if wanted and (there is None or there.etag != wanted):
            raise Refused(412, "ConditionNotMet")
        if there is not None and there.directory:
            raise Refused(409, "PathConflict")
        moved = {
            key: node for key, node in self.nodes.items() if key[0] == system and f"{key[1]}/".startswith(f"{old}/")
        }
        for key, node in moved.items():
            del self.nodes[key]
            self.nodes[file_system, path + key[1][len(old) :]] = node
        source.etag = self.etag()
        return source

    def flush(self, node: Node, position: int) -> None:
        content = bytearray(node.content)
        for start in sorted(node.waiting):
            if start != len(content):
                raise Refused(400, "InvalidFlushPosition")
            content += node.waiting[start]
        if len(content) != position:
            raise Refused(400, "InvalidFlushPosition")
        node.content, node.waiting, node.etag = bytes(content), {}, self.etag()

    def listing(self, file_system: str, query: dict[str, str]) -> tuple[list[dict[str, str]], str]:
        directory, recursive = query["directory"], query["recursive"] == "true"
        if not self.get(file_system, directory).directory:
            raise Refused(409, "PathConflict")
        below = sorted(
            path
            for system, path in self.nodes
            if system == file_system
            and path.startswith(f"{directory}/")
            and (recursive or "/" not in path[len(directory) + 1 :])
        )
        begin = int(query.get("continuation", "0"))
        rows = []
        for path in below[begin : begin + self.page]:
            node = self.nodes[file_system, path]
            row = {"name": path, "contentLength": str(len(node.content)), "etag": node.etag}
            rows.append({**row, "isDirectory": "true"} if node.directory else row)
        more = begin + self.page
        return rows, str(more) if more < len(below) else ""


def acl_text(acl: dict[str, str]) -> str:
    return ",".join(f"{key}{value}" for key, value in acl.items())


class Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Logs nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = f"{self.command} {self.path}"
        with self.service.lock:
            self.service.asked.append(address)
            fault = next(
                (each for each in self.service.faults if each.method == self.command and each.part in self.path), None
            )
            if fault is not None:
                self.service.faults.remove(fault)
                if not fault.after:
                    self._answer(fault.status, fault.headers, b'{"error": {"code": "ServerBusy"}}')
                    return
            try:
                status, headers, content = self._done(body)
            except Refused as error:
                status, headers = error.status, {"x-ms-error-code": error.code}
                content = json.dumps({"error": {"code": error.code, "message": error.code}}).encode()
            if fault is not None:
                status, headers, content = fault.status, fault.headers, b""
        self._answer(status, headers, content)

    do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = do_HEAD = _serve

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _done(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        split, service = urlsplit(self.path), self.service
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        if split.path.endswith("/oauth2/v2.0/token"):
            service.forms.append(dict(parse_qsl(body.decode())))
            if not service.tokens:
                output = "AADSTS70021: No matching federated identity record found.\r\nTrace ID: 1"
                return 401, {}, json.dumps({"error": "invalid_request", "error_description": output}).encode()
            given = {"access_token": sorted(service.tokens)[0], "expires_in": service.expires, "token_type": "Bearer"}
            return 200, {}, json.dumps(given).encode()
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in service.tokens:
            raise Refused(401, "InvalidAuthenticationInfo")
        if not self.headers.get("x-ms-version"):
            raise Refused(400, "MissingRequiredHeader")
        file_system, _, path = unquote(split.path).lstrip("/").partition("/")
        return getattr(self, f"_{self.command.lower()}")(file_system, path, query, body)

    def _get(self, system: str, path: str, query: dict[str, str], _: bytes) -> tuple[int, dict[str, str], bytes]:
        if query.get("resource") == "filesystem":
            rows, more = self.service.listing(system, query)
            return 200, {"x-ms-continuation": more} if more else {}, json.dumps({"paths": rows}).encode()
        node = self.service.get(system, path)
        if (wanted := self.headers.get("If-Match")) and wanted != node.etag:
            raise Refused(412, "ConditionNotMet")
        if span := self.headers.get("Range"):
            first, last = (int(each) for each in span.removeprefix("bytes=").split("-"))
            return 206, {"ETag": node.etag}, node.content[first : last + 1]
        return 200, {"ETag": node.etag}, node.content

    def _put(self, system: str, path: str, query: dict[str, str], _: bytes) -> tuple[int, dict[str, str], bytes]:
        if "x-ms-rename-source" in self.headers:
            node = self.service.rename(system, path, self.headers)
        else:
            node = self.service.create(system, path, self.headers, directory=query["resource"] == "directory")
        return 201, {"ETag": node.etag}, b""

    def _patch(self, system: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        node = self.service.get(system, path)
        if query["action"] == "append":
            node.waiting[int(query["position"])] = body
            return 202, {}, b""
        if query["action"] == "flush":
            self.service.flush(node, int(query["position"]))
        elif query["action"] == "setAccessControl":
            given = [each.rpartition(":") for each in self.headers["x-ms-acl"].split(",")]
            if not node.directory and any(key.startswith("default:") for key, _, _ in given):
                raise Refused(400, "DefaultAclOnFileNotAllowed")
            node.acl = {f"{key}:": value for key, _, value in given}
        else:
            raise Refused(400, "InvalidQueryParameterValue")
        return 200, {"ETag": node.etag}, b""

    def _head(self, system: str, path: str, query: dict[str, str], _: bytes) -> tuple[int, dict[str, str], bytes]:
        assert query["action"] == "getAccessControl"
        return 200, {"x-ms-acl": acl_text(self.service.get(system, path).acl)}, b""

    def _delete(self, system: str, path: str, query: dict[str, str], _: bytes) -> tuple[int, dict[str, str], bytes]:
        node = self.service.get(system, path)
        below = [key for key in self.service.nodes if key[0] == system and key[1].startswith(f"{path}/")]
        if node.directory and below and query.get("recursive") != "true":
            raise Refused(409, "DirectoryNotEmpty")
        for key in [*below, (system, path)]:
            del self.service.nodes[key]
        return 200, {}, b""


@contextmanager
def serving(*, page: int = 5000) -> Iterator[Service]:
    """A lake that serves while the block runs."""
    service = Service(page=page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"service": service}))
    server.daemon_threads = True
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
