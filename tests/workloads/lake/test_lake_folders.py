"""Folders of the lake: fetched completely, published in one step, and undamaged by an interrupted run."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.lake import Client, Lake, LakeError, fetched, lake_path, published
from bluelamp.workloads.lake.sign_in import Tokens
from tests.thorough import tries
from tests.workloads.lake.server import SIGNED_IN, Fault, Service, serving

PLACE = lake_path("lake:curated/view")
assert PLACE is not None


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(page=2) as service:
        yield service


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def lake(service: Service, waits: list[float]) -> Lake:
    return Lake(Client(service.address, lambda: SIGNED_IN, part=4, sleep=waits.append))


def folder(where: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(content)
    return where


def content(where: Path) -> dict[str, bytes]:
    return {each.relative_to(where).as_posix(): each.read_bytes() for each in where.rglob("*") if each.is_file()}


def fetch(lake: Lake, where: Path) -> dict[str, bytes]:
    where.mkdir()
    lake.fetch(PLACE, where)
    return content(where)


FILES = {"a.parquet": b"0123456789", "more/b c%.json": b"{}", "empty": b""}


def test_a_published_folder_is_fetched_unchanged(lake: Lake, tmp_path: Path) -> None:
    lake.publish(folder(tmp_path / "out", FILES), PLACE)
    assert fetch(lake, tmp_path / "in") == FILES


@settings(max_examples=tries(12), derandomize=True, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b", "x/c", "x/y/d"]), st.binary(max_size=11), min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_the_last_of_several_publications_is_current(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, bytes]], plain: bool
) -> None:
    work = tmp_path_factory.mktemp("runs")
    with serving(page=2) as service:
        lake = Lake(Client(service.address, lambda: SIGNED_IN, part=4))
        for number, files in enumerate(runs):
            lake.publish(folder(work / str(number), files), PLACE, plain=plain)
            assert fetch(lake, work / f"{number}-in") == files
        there = {path.removeprefix("view/"): found for path, found in service.files("curated").items()}
    if plain:
        del there["current.json"]
        assert there == runs[-1], "the folder itself has these files and no others"


def test_files_of_other_programs_are_copied_page_by_page(service: Service, lake: Lake, tmp_path: Path) -> None:
    for number in range(5):
        service.write("landing", f"sources/{number}/part.csv", str(number).encode() * 9)
    place = lake_path("lake:landing/sources/")
    assert place is not None
    lake.copy(place, tmp_path)
    assert content(tmp_path) == {f"{number}/part.csv": str(number).encode() * 9 for number in range(5)}
    assert sum("continuation=" in each for each in service.asked) == 4  # ten entries, two per page


def test_a_run_interrupted_anywhere_publishes_nothing(service: Service, lake: Lake, tmp_path: Path) -> None:
    first, second = folder(tmp_path / "1", FILES), folder(tmp_path / "2", {"a.parquet": b"new", "z": b"new"})
    lake.publish(first, PLACE)
    before = len(service.asked)
    lake.publish(folder(tmp_path / "probe", {"a.parquet": b"new", "z": b"new"}), PLACE)
    requests = service.asked[before:]
    switch = next(
        number for number, each in enumerate(requests) if each.endswith("/view/current.json") and "PUT" in each
    )
    lake.publish(first, PLACE)
    for stop in range(switch + 1):
        with pytest.raises(StopIteration):
            Lake(Client(service.address, repeat(SIGNED_IN, stop).__next__, part=4)).publish(second, PLACE)
        assert fetch(lake, tmp_path / f"in-{stop}") == FILES


def test_two_concurrent_publications_cannot_both_succeed(service: Service, lake: Lake, tmp_path: Path) -> None:
    lake.publish(folder(tmp_path / "1", {"a": b"1"}), PLACE)

    class Slow(Lake):
        def _switch(self, *args: object) -> None:  # type: ignore[override]
            lake.publish(folder(tmp_path / "2", {"a": b"2"}), PLACE)
            super()._switch(*args)  # type: ignore[arg-type]

    with pytest.raises(LakeError, match="412 ConditionNotMet; it was changed meanwhile; run again"):
        Slow(lake.client).publish(folder(tmp_path / "3", {"a": b"3"}), PLACE)
    assert fetch(lake, tmp_path / "in") == {"a": b"2"}
    other = lake_path("lake:curated/new")
    assert other is not None

    class First(Lake):
        def _switch(self, *args: object) -> None:  # type: ignore[override]
            lake.publish(folder(tmp_path / "4", {"a": b"4"}), other)
            super()._switch(*args)  # type: ignore[arg-type]

    with pytest.raises(LakeError, match="409 PathAlreadyExists"):
        First(lake.client).publish(folder(tmp_path / "5", {"a": b"5"}), other)


def test_a_busy_lake_is_retried_after_the_delay_it_states(
    service: Service, lake: Lake, waits: list[float], tmp_path: Path
) -> None:
    service.faults += [
        Fault("PATCH", "action=append", 429, {"Retry-After": "7"}),
        Fault("PATCH", "action=flush", 503),
        Fault("GET", "a.parquet", 500),
    ]
    lake.publish(folder(tmp_path / "out", FILES), PLACE)
    assert fetch(lake, tmp_path / "in") == FILES
    assert [int(each) for each in waits] == [7, 1, 1]
    service.faults += [Fault("GET", "current.json", 429) for _ in range(6)]
    with pytest.raises(
        LakeError,
        match=r"curated/view/current.json: the lake answers 429 ServerBusy; the lake is busy; run again later",
    ):
        lake.current(PLACE)
    doubled = [1, 2, 4, 8, 16]
    assert all(least <= each <= least * 1.1 for least, each in zip(doubled, waits[3:], strict=True))


def test_a_lost_response_is_no_failure(service: Service, lake: Lake, tmp_path: Path) -> None:
    for part in ("resource=file", "view/current.json", "action=flush", "action=append"):
        method = "PATCH" if "action" in part else "PUT"
        service.faults.append(Fault(method, part, 503, after=True))
    lake.publish(folder(tmp_path / "1", FILES), PLACE)
    service.faults += [Fault("PUT", "view/a.parquet", 503, after=True), Fault("DELETE", "/runs/", 503, after=True)]
    lake.publish(folder(tmp_path / "2", FILES), PLACE, plain=True)
    assert service.faults == []
    assert fetch(lake, tmp_path / "in") == FILES


def test_a_file_with_out_of_band_changes_is_refused(service: Service, lake: Lake, tmp_path: Path) -> None:
    lake.publish(folder(tmp_path / "out", {"a.parquet": b"0123456789"}), PLACE, plain=True)
    service.write("curated", "view/a.parquet", b"012345678X")
    with pytest.raises(LakeError, match=r"lake:curated/view: a.parquet is not what was published; publish it again"):
        fetch(lake, tmp_path / "in")
    service.write("curated", "view/a.parquet", b"0")
    with pytest.raises(LakeError, match=r"curated/view/a.parquet: ends after 1 of 10 bytes"):
        fetch(lake, tmp_path / "again")


def test_nothing_outside_the_folder_is_written(service: Service, lake: Lake, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    for name in ("../x", "/etc/x"):
        files = {name: {"bytes": 1, "sha256": digest}}
        document = {"run": "20260101T000000Z-00000000", "plain": True, "files": files}
        service.write("curated", "view/current.json", json.dumps(document).encode())
        with pytest.raises(LakeError, match="names files outside of the folder"):
            fetch(lake, tmp_path / name.replace("/", "-"))
    lake.publish(folder(tmp_path / "out", {"a": b"1"}), PLACE)
    assert fetch(lake, tmp_path / "in") == {"a": b"1"}, "the next publication repairs it"
    (tmp_path / "out" / "link").symlink_to("/etc/passwd")
    with pytest.raises(LakeError, match="is not a regular file"):
        lake.publish(tmp_path / "out", PLACE)


def test_old_runs_are_removed_and_the_last_two_stay(service: Service, lake: Lake, tmp_path: Path) -> None:
    out = folder(tmp_path / "out", {"a": b"1"})
    first = lake.publish(out, PLACE)
    service.write("curated", "view/runs/20200101T000000Z-00000000/a", b"old")
    service.write("curated", "view/runs/20200101T000000Z-00000001.json", b"interrupted")
    service.write("curated", "view/runs/notes.txt", b"somebody's own")
    second = lake.publish(out, PLACE)
    left = {path.split("/")[2] for path in service.files("curated") if path.startswith("view/runs/")}
    assert left == {first, second, "notes.txt"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lake:", "lake:: is not a folder of the lake; write lake:FILE_SYSTEM/PATH"),
        ("lake:curated", "lake:curated: is not a folder of the lake"),
        ("lake:Curated/x", "lake:Curated/x: is not a folder of the lake"),
        ("lake:curated/../published", "lake:curated/../published: is not a folder of the lake"),
        ("lake:curated//x", "lake:curated//x: is not a folder of the lake"),
    ],
)
def test_a_wrong_folder_is_named(text: str, message: str) -> None:
    with pytest.raises(LakeError, match=re.escape(message)):
        lake_path(text)


def test_a_job_signs_in_with_its_service_accounts_token(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("token-of-the-account\n")
    for name, value in service.environment(token).items():
        monkeypatch.setenv(name, value)
    with published("lake:curated/view") as out:
        (out / "a").write_bytes(b"1")
    with fetched("lake:curated/view") as found:
        assert content(found) == {"a": b"1"}
    assert {tuple(sorted(each.items())) for each in service.forms} == {
        (
            ("client_assertion", "token-of-the-account"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_id", "client"),
            ("grant_type", "client_credentials"),
            ("scope", "https://storage.azure.com/.default"),
        )
    }
    with pytest.raises(OSError, match="No space left"), published("lake:curated/view") as out:  # noqa: PT012
        assert content(out) == {"a": b"1"}, "it begins with what is there"
        (out / "a").write_bytes(b"2")
        raise OSError("No space left")
    assert service.files("curated")[next(each for each in service.files("curated") if each.endswith("/a"))] == b"1"


def test_a_token_is_replaced_before_it_ends(service: Service, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one")
    tokens = Tokens(service.environment(token))
    assert tokens() == tokens() == SIGNED_IN
    assert len(service.forms) == 1
    service.expires = 200  # less than the five minutes that a token must have left
    tokens = Tokens(service.environment(token))
    tokens()
    token.write_text("two")
    tokens()
    assert [each["client_assertion"] for each in service.forms] == ["one", "one", "two"]


def test_a_failed_sign_in_is_reported_and_no_token_is_shown(service: Service, tmp_path: Path) -> None:
    token = tmp_path / "token"
    environment = service.environment(token)
    with pytest.raises(
        LakeError, match="the environment has no AZURE_CLIENT_ID, AZURE_TENANT_ID; add lake: to the job"
    ):
        Tokens({**environment, "AZURE_CLIENT_ID": "", "AZURE_TENANT_ID": ""})
    with pytest.raises(LakeError, match="token: the service account's token cannot be read: No such file"):
        Tokens(environment)()
    token.write_text("hidden")
    service.tokens.clear()
    with pytest.raises(
        LakeError, match=r"no token: AADSTS70021: No matching federated identity record found.; compare"
    ) as caught:
        Tokens(environment)()
    assert "hidden" not in str(caught.value)
    with pytest.raises(LakeError, match=re.escape("lake.example: is not https")):
        Client("http://lake.example", lambda: "x").read("curated", "a")
    with pytest.raises(LakeError, match="the environment has no BLUELAMP_LAKE"):
        Lake.of({})


def test_a_refusal_by_the_lake_is_reported_with_the_next_step(service: Service, lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="lake:curated/view: nothing is published there; run the job that publishes it"):
        fetch(lake, tmp_path / "in")
    service.faults.append(Fault("PUT", "curated", 403, {"x-ms-error-code": "AuthorizationPermissionMismatch"}))
    with pytest.raises(
        LakeError, match="the lake answers 403 AuthorizationPermissionMismatch; add the file system to the job's lake"
    ):
        lake.client.upload("curated", "a", io.BytesIO(b"1"))
    with pytest.raises(LakeError, match="the lake answers 401 InvalidAuthenticationInfo; compare BLUELAMP_LAKE"):
        Client(service.address, lambda: "another").read("curated", "a")
