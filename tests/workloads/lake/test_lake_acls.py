"""Access control lists of the lake: set where they differ, reported, and never set twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.access.targets import acls
from bluelamp.infra.force import load
from bluelamp.infra.settings.access import access_of
from bluelamp.workloads.lake.__main__ import main
from bluelamp.workloads.lake.acls import TargetAcl, apply, read_acls
from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.rest import Client
from tests.conftest import ROOT
from tests.thorough import tries
from tests.workloads.lake.server import SIGNED_IN, Fault, Service, serving

CLOSED = "user::rwx,group::---,other::---,mask::---"
WHOLE = f"{CLOSED},{','.join(f'default:{each}' for each in CLOSED.split(','))}"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(page=3) as service:
        for path in (
            "single-view/full/a.parquet",
            "single-view/full/b.parquet",
            "street-crime/open/c.parquet",
            "other/d",
        ):
            service.write("published", path, b"1")
        yield service


@pytest.fixture
def job(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a job that is signed in."""
    (tmp_path / "token").write_text("token-of-the-account")
    for name, value in service.environment(tmp_path / "token").items():
        monkeypatch.setenv(name, value)
    return written(tmp_path, [("published", "single-view", WHOLE), ("published", "not-yet", WHOLE)])


def written(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    file = folder / "lake-acls.json"
    keys = ("fileSystem", "path", "acl")
    file.write_text(json.dumps({"acls": [dict(zip(keys, row, strict=True)) for row in rows]}))
    return file


def access(service: Service, path: str) -> dict[str, str]:
    return service.nodes["published", path].acl


def test_a_folder_and_everything_below_it_is_closed_and_reported(
    service: Service, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.nodes["published", "single-view/full/a.parquet"].acl["user:6f0c7d1e:"] = "r--"  # set by another person
    assert main(["acls", str(job)]) == 0
    out, err = capsys.readouterr()
    changed = [json.loads(line) for line in out.splitlines()]
    assert [each["path"] for each in changed] == [
        "single-view",
        "single-view/full",
        "single-view/full/a.parquet",
        "single-view/full/b.parquet",
    ]
    assert "user:6f0c7d1e:r--" in changed[2]["before"].split(",")
    assert changed[2]["after"].split(",") == sorted(CLOSED.split(","))
    assert err.splitlines() == [
        "published/not-yet: does not exist yet; run again after the first publication",
        "4 paths, 4 changed",
    ]
    assert access(service, "single-view/full/a.parquet") == {
        "user::": "rwx",
        "group::": "---",
        "other::": "---",
        "mask::": "---",
    }
    assert access(service, "single-view/full")["default:group::"] == "---"
    assert access(service, "other/d")["group::"] == "r-x", "what is not in the file stays as it is"


def test_a_second_run_changes_nothing(service: Service, job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["acls", str(job)])
    # Azure omits a mask that restricts nobody.
    del service.nodes["published", "single-view/full"].acl["mask::"]
    capsys.readouterr()
    begin = len(service.asked)
    assert main(["acls", str(job)]) == 0
    assert not [each for each in service.asked[begin:] if each.startswith(("PUT", "PATCH", "DELETE"))]
    assert capsys.readouterr().out == ""


def test_a_dry_run_shows_what_it_would_change(service: Service, job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["acls", str(job), "--dry-run"]) == 4
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert not [each for each in service.asked if each.startswith("PATCH")]
    main(["acls", str(job)])
    assert main(["acls", str(job), "--dry-run"]) == 0


def test_a_path_deleted_meanwhile_is_skipped(service: Service, tmp_path: Path) -> None:
    service.faults.append(Fault("HEAD", "b.parquet", 404))
    applied = apply(
        Client(service.address, lambda: SIGNED_IN), read_acls(written(tmp_path, [("published", "single-view", WHOLE)]))
    )
    assert applied.seen == 3


def test_a_refusal_is_reported_and_the_next_run_does_the_rest(
    service: Service, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults.append(Fault("PATCH", "b.parquet", 403, {"x-ms-error-code": "AuthorizationPermissionMismatch"}))
    assert main(["acls", str(job)]) == 1
    assert capsys.readouterr().err == (
        "published/single-view/full/b.parquet: the lake answers 403 AuthorizationPermissionMismatch; "
        "add the file system to the job's lake settings: read, write or own\n"
    )
    assert main(["acls", str(job)]) == 0
    assert [json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()] == ["single-view/full/b.parquet"]


ENTRIES = st.dictionaries(st.sampled_from(["user:a:", "group:b:", "user:c:"]), st.sampled_from(["r--", "rwx", "---"]))


@settings(max_examples=tries(40), derandomize=True, deadline=None)
@given(ENTRIES, ENTRIES, st.booleans())
def test_any_list_is_as_required_after_one_run(before: dict[str, str], wanted: dict[str, str], masked: bool) -> None:
    base = {"user::": "rwx", "group::": "r-x", "other::": "---", **({"mask::": "r-x"} if masked else {})}
    acl = ",".join(f"{key}{value}" for key, value in {**base, **wanted}.items())
    with serving() as service:
        service.write("published", "view/a", b"1")
        service.nodes["published", "view"].acl = {**base, **before}
        client = Client(service.address, lambda: SIGNED_IN)
        rows = (TargetAcl("published", "view", frozenset(acl.split(","))),)
        apply(client, rows)
        found = {key: value for key, value in access(service, "view").items() if key != "mask::" or wanted}
        assert found == {key: value for key, value in {**base, **wanted}.items() if key != "mask::" or wanted}
        assert apply(client, rows).changed == ()


def test_the_lists_of_a_real_policy_are_applied(service: Service, tmp_path: Path) -> None:
    policy = access_of(load("west-midlands"), ROOT)
    assert policy is not None
    file = tmp_path / "lake-acls.json"
    file.write_text(json.dumps(acls(policy)))
    applied = apply(Client(service.address, lambda: SIGNED_IN), read_acls(file))
    assert {each.path.split("/")[0] for each in applied.changed} == {"single-view", "street-crime"}
    assert applied.absent == ("published/demand-forecast",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not"),
        ('{"acls": [{"path": "x"}]}', "is not"),
        (
            '{"acls": [{"fileSystem": "a", "path": "", "acl": "user::rwx,group::---,other::---"}]}',
            "a/: is not a folder",
        ),
        ('{"acls": [{"fileSystem": "a", "path": "b", "acl": "user::rwx"}]}', "has no entry group::, other::"),
        (
            '{"acls": [{"fileSystem": "a", "path": "b", "acl": "user::rwz,group::---,other::---"}]}',
            "a/b: 'user::rwz' is not an entry of an access control list, such as user::rwx",
        ),
    ],
)
def test_a_wrong_file_is_refused_before_anything_is_changed(
    tmp_path: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lake-acls.json"
    file.write_text(content)
    assert main(["acls", str(file)]) == 2
    assert message in capsys.readouterr().err
    with pytest.raises(LakeError, match="cannot be read: No such file"):
        read_acls(tmp_path / "none.json")
