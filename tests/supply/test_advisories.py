"""Known vulnerabilities are found in advisories, and without a source the result is "not checked"."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from supply.__main__ import dependencies, main
from supply.advisories import AdvisoryError, NotCheckedError, accepted, from_folder
from supply.go_modules import Module
from supply.python_packages import Package
from tests.conftest import ROOT
from tests.thorough import tries

PACKAGES, MODULES = dependencies()
JINJA = next(one for one in PACKAGES if one.name == "jinja2")
NOWHERE = "http://127.0.0.1:9/v1/querybatch"
MANY = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def advisory(name: str, events: list[dict[str, str]], ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    kind = "SEMVER" if ecosystem == "Go" else "ECOSYSTEM"
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": kind, "events": events}]}
    return {"id": "TEST-1", "summary": "something is wrong", "affected": [{**affected, **more}]}


def put(folder: Path, *documents: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_a_vulnerable_dependency_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [{"introduced": "0"}, {"fixed": "99.0"}]
    folder = put(tmp_path / "osv", advisory("Jinja2", events))
    assert main(["vulnerabilities", "--advisories", str(folder)]) == 1
    output = capsys.readouterr().err
    assert f"jinja2 {JINJA.version}: TEST-1 (something is wrong); fixed in 99.0" in output


def test_a_vulnerable_module_of_the_engine_fails_the_check(tmp_path: Path) -> None:
    folder = put(tmp_path, advisory("github.com/pulumi/pulumi/pkg/v3", [{"introduced": "3.0.0"}], "Go"))
    assert main(["vulnerabilities", "--advisories", str(folder)]) == 1


def test_advisories_about_others_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = advisory("jinja2", [{"introduced": "0"}, {"fixed": "2.0"}])
    other = advisory("jinja2", [{"introduced": "0"}], "npm")
    withdrawn = {**advisory("jinja2", [{"introduced": "0"}]), "withdrawn": "2026-01-01T00:00:00Z"}
    folder = put(tmp_path, old, other, withdrawn, advisory("not-ours", [{"introduced": "0"}]))
    assert main(["vulnerabilities", "--advisories", str(folder)]) == 0
    assert "none is known" in capsys.readouterr().out


@pytest.mark.parametrize("more", [[], ["--require"]])
def test_without_a_source_the_result_is_not_checked(
    tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = 1 if more else 0
    assert main(["vulnerabilities", "--advisories", str(tmp_path), *more]) == expected
    assert "vulnerabilities: not checked" in capsys.readouterr().out
    assert main(["vulnerabilities", "--service", NOWHERE, *more]) == expected
    output = capsys.readouterr().out
    assert "vulnerabilities: not checked" in output
    assert "none is known" not in output


BROKEN = [
    "",
    "{",
    "[]",
    "1",
    '"x"',
    '{"affected":[1]}',
    '{"id":"X","affected":[{"package":3}]}',
    "[" * 100_000,
    "\ud800",
]
BROKEN += ['{"affected":[{"package":{"name":"jinja2","ecosystem":"PyPI"}}]}', '{"id":"X","affected":{"a":1}}']


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_an_unreadable_advisory_does_not_pass(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(AdvisoryError, match=r"a\.json"):
        from_folder(tmp_path, [*PACKAGES, *MODULES])
    assert main(["vulnerabilities", "--advisories", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    "affected",
    [
        {"ranges": []},
        {"versions": []},
        {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]},
        {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "not a version"}]}]},
    ],
)
def test_a_version_that_cannot_be_compared_counts_as_affected(tmp_path: Path, affected: dict[str, Any]) -> None:
    row = {"package": {"ecosystem": "PyPI", "name": "jinja2"}, **affected}
    put(tmp_path, {"id": "TEST-2", "affected": [row]})
    assert [one.advisory for one in from_folder(tmp_path, PACKAGES)] == ["TEST-2"]


VERSIONS = st.builds("{}.{}.{}".format, *[st.integers(0, 3)] * 3)


@settings(max_examples=tries(1500), **MANY)
@given(
    mine=VERSIONS,
    start=VERSIONS,
    end=VERSIONS,
    kind=st.sampled_from(["fixed", "last_affected"]),
    go=st.booleans(),
    swap=st.booleans(),
)
def test_a_range_is_read_by_its_definition(
    tmp_path_factory: pytest.TempPathFactory, mine: str, start: str, end: str, kind: str, go: bool, swap: bool
) -> None:
    if Version(end) < Version(start) or (kind == "fixed" and end == start):
        return
    events = [{"introduced": start}, {kind: end}]
    document = advisory("x", events[::-1] if swap else events, "Go" if go else "PyPI")
    one: Package | Module = Module("x", f"v{mine}", "h1:") if go else Package("x", mine, ())
    from supply.advisories import _matches

    found = list(_matches(document, {("Go" if go else "PyPI", "x"): one}))
    inside = Version(start) <= Version(mine) and (
        Version(mine) < Version(end) if kind == "fixed" else Version(mine) <= Version(end)
    )
    assert bool(found) == inside


def test_a_listed_version_is_affected(tmp_path: Path) -> None:
    row = {"package": {"ecosystem": "PyPI", "name": "JINJA2"}, "versions": ["1.0", JINJA.version]}
    put(tmp_path, {"id": "TEST-3", "affected": [row]})
    assert [one.name for one in from_folder(tmp_path, PACKAGES)] == ["jinja2"]


def test_an_accepted_advisory_counts_again_after_its_date(tmp_path: Path) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text("- {id: TEST-1, reason: never called, until: 2026-05-01}\n", encoding="utf-8")
    assert accepted(date(2026, 5, 1), path) == {"TEST-1": "never called"}
    assert accepted(date(2026, 5, 2), path) == {}
    path.write_text("- {id: TEST-1, until: 2026-05-01}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no reason"):
        accepted(date(2026, 5, 1), path)
    assert accepted(date(2026, 5, 1)) == {}


@pytest.fixture
def service() -> Iterator[Callable[[Callable[[list[Any]], bytes]], str]]:
    """A stand-in for the OSV service; `answer` makes the body from the queries."""
    servers = []

    def serve(answer: Callable[[list[Any]], bytes]) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = answer(asked["queries"])
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1/querybatch"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


Serve = Callable[[Callable[[list[Any]], bytes]], str]


def test_the_service_is_queried_about_every_dependency(service: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[str, str]] = []

    def answer(queries: list[Any]) -> bytes:
        asked.extend((query["package"]["name"], query["version"]) for query in queries)
        rows = [{"vulns": [{"id": "OSV-9"}]} if query["package"]["name"] == "jinja2" else {} for query in queries]
        return json.dumps({"results": rows}).encode()

    assert main(["vulnerabilities", "--service", service(answer)]) == 1
    assert asked[: len(PACKAGES)] == [(one.name, one.version) for one in PACKAGES]
    assert asked[len(PACKAGES) :] == [(one.path, one.version.removeprefix("v")) for one in MODULES]
    assert f"jinja2 {JINJA.version}: OSV-9" in capsys.readouterr().err


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"results":[]}', b'{"results":3}', b"<html>", b"null"])
def test_an_answer_of_another_form_is_not_checked(
    service: Serve, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["vulnerabilities", "--service", service(lambda _: body), "--require"]) == 1
    assert "not checked" in capsys.readouterr().out


def test_a_clean_answer_passes(service: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    address = service(lambda queries: json.dumps({"results": [{} for _ in queries]}).encode())
    assert main(["vulnerabilities", "--service", address, "--require"]) == 0
    assert "none is known" in capsys.readouterr().out


def test_make_check_and_the_pipeline_run_the_checks() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    assert "-m supply licences" in check
    assert "-m supply vulnerabilities" in check
    assert "make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_a_missing_folder_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError):
        from_folder(tmp_path / "none", PACKAGES)
