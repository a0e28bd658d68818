"""Stand-ins for the code hosts' APIs on this machine: they store comments and issues, and can be busy or refuse."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-7d1c9-never-to-be-shown"


@dataclass
class Kept:
    """The data of a host, its requests, and the responses that it gives before it works: `(status, headers, body)`."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    first: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    lose: int = 0
    """The number of responses to a POST that are lost after the host has done the work."""
    tokens: set[str] = field(default_factory=set)


def _github(kept: Kept, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    page, size = int(query.get("page", 1)), int(query.get("per_page", 30))
    part = slice((page - 1) * size, page * size)
    if path == "/user":
        return 403, {"message": "Resource not accessible by integration"}
    if path == "/repos/force/estate/issues/7/comments":
        if method == "GET":
            return 200, kept.comments[part]
        kept.comments.append({"id": len(kept.comments) + 1, "user": {"type": "Bot", "login": "ci[bot]"}, **body})
        return 201, kept.comments[-1]
    if found := re.fullmatch(r"/repos/force/estate/issues/comments/(\d+)", path):
        kept.comments[int(found[1]) - 1].update(body)
        return 200, {}
    if path == "/repos/force/estate/issues":
        if method == "GET":
            return 200, [each for each in kept.issues if each["state"] == "open"][part]
        kept.issues.append({"number": len(kept.issues) + 1, "state": "open", **body})
        return 201, kept.issues[-1]
    if found := re.fullmatch(r"/repos/force/estate/issues/(\d+)", path):
        kept.issues[int(found[1]) - 1].update(body)
        return 200, {}
    return 404, {"message": "Not Found"}


def _azure(kept: Kept, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    threads = "/p-1/_apis/git/repositories/r-1/pullRequests/7/threads"
    if path == "/_apis/connectionData":
        return 200, {"authenticatedUser": {"id": "build"}}
    if path == threads and method == "GET":
        return 200, {"value": [{"id": each["id"], "comments": [each | {"id": 1}]} for each in kept.comments]}
    if path == threads:
        kept.comments.append({"id": len(kept.comments) + 1, "author": {"id": "build"}, **body["comments"][0]})
        return 200, {"id": len(kept.comments)}
    if found := re.fullmatch(re.escape(threads) + r"/(\d+)/comments/1", path):
        kept.comments[int(found[1]) - 1].update(body)
        return 200, {}
    if path == "/p-1/_apis/wit/wiql":
        return 200, {"workItems": [{"id": each["number"]} for each in kept.issues]}
    if path == "/p-1/_apis/wit/workitems/$Task":
        kept.issues.append({"number": len(kept.issues) + 1, "state": "open", "steps": body})
        return 200, {"id": len(kept.issues)}
    if found := re.fullmatch(r"/p-1/_apis/wit/workitems/(\d+)", path):
        if method == "PATCH":
            kept.issues[int(found[1]) - 1]["steps"] = body
        return 200, {"id": int(found[1]), "fields": {"System.Description": "without the comment"}}
    return 404, {"message": "Not Found"}


def _gitlab(kept: Kept, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    page, size = int(query.get("page", 1)), int(query.get("per_page", 20))
    part = slice((page - 1) * size, page * size)
    if path == "/user":
        return 200, {"id": 5}
    if path == "/projects/3/merge_requests/7/notes":
        if method == "GET":
            return 200, kept.comments[part]
        kept.comments.append({"id": len(kept.comments) + 1, "author": {"id": 5}, **body})
        return 201, kept.comments[-1]
    if found := re.fullmatch(r"/projects/3/merge_requests/7/notes/(\d+)", path):
        kept.comments[int(found[1]) - 1].update(body)
        return 200, {}
    if path == "/projects/3/issues":
        if method == "GET":
            return 200, [each for each in kept.issues if each["state"] == "open"][part]
        kept.issues.append({"iid": len(kept.issues) + 1, "state": "open", **body})
        return 201, kept.issues[-1]
    if found := re.fullmatch(r"/projects/3/issues/(\d+)", path):
        issue = kept.issues[int(found[1]) - 1]
        issue.update(body)
        issue["state"] = "closed" if body.get("state_event") == "close" else issue["state"]
        return 200, {}
    return 404, {"message": "Not Found"}


HOSTS = {"github": _github, "azure": _azure, "gitlab": _gitlab}


@contextmanager
def host(name: str) -> Iterator[Kept]:
    """A host that listens on a free port until the block ends."""
    kept, answer = Kept(), HOSTS[name]

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            kept.requests.append((self.command, parts.path))
            kept.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            if kept.first:
                status, headers, output = kept.first.pop(0)
                return self._say(status, output, headers)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            status, output = answer(kept, self.command, parts.path, query, body)
            if self.command == "POST" and kept.lose:
                kept.lose -= 1
                self.close_connection = True
                return None
            return self._say(status, output, {})

        do_GET = do_POST = do_PATCH = do_PUT = _do

        def _say(self, status: int, output: Any, headers: dict[str, str]) -> None:
            content = json.dumps(output).encode()
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
