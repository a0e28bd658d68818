"""Folders and files of a user that Bluelamp does not expect: nothing in them is lost, and nothing hangs."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.errors import UsageError
from bluelamp.render.files import MARK, write
from bluelamp.reports.history import remember
from bluelamp.reports.keys import make_key
from tests.conftest import bluelamp
from tests.integrity.sealed import read, report_on
from tests.thorough import tries

NAMES = st.sampled_from(["a", "definitions", "manifests", "deep/definitions", "rendered/essex/manifests/one", "x/y"])
FILES = st.dictionaries(
    st.builds("{}/{}".format, NAMES, st.sampled_from(["a.yaml", "b.json", "left-out.md", "own.txt"])),
    st.sampled_from([f"# {MARK} from BL-K8S-010.\n", "mine\n"]),
    max_size=6,
)


@settings(max_examples=tries(150), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(there=FILES, older=st.booleans())
def test_a_rendering_removes_no_file_of_another_rendering_below_it(
    tmp_path_factory: pytest.TempPathFactory, there: dict[str, str], older: bool
) -> None:
    folder = tmp_path_factory.mktemp("compiled")
    for name, text in there.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    first = {"BL-K8S-010.yaml": f"# {MARK} from BL-K8S-010.\n", "kustomization.yaml": f"# {MARK}.\n"}
    second = {"BL-K8S-011.yaml": f"# {MARK} from BL-K8S-011.\n", "kustomization.yaml": f"# {MARK}.\n"}
    if older:
        write(first, folder, flat=(".", "definitions"))
    write(second, folder, flat=(".", "definitions"))
    own = {name for name, text in there.items() if text == "mine\n" or not name.startswith("definitions/")}
    assert own | set(second) <= set(read(folder))
    assert not older or "BL-K8S-010.yaml" not in read(folder)


def test_compiling_into_a_folder_above_other_renderings_keeps_them(tmp_path: Path) -> None:
    for words in (
        ("--to", "azure-policy", "--rule", "BL-STO-00*", "--management-group", "root", "--out", "out/azure"),
        ("--to", "admission", "--rule", "BL-K8S-010", "--out", "out"),
    ):
        output = bluelamp(("compile", *words), tmp_path)
        assert output.returncode == 0, output.stderr
    names = set(read(tmp_path / "out"))
    assert {"BL-K8S-010.yaml", "azure/initiative.json", "azure/definitions/BL-STO-001.json"} <= names


@pytest.mark.parametrize("name", ["history.duckdb", "history.duckdb.wal"])
def test_a_history_that_is_no_regular_file_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    remembered = remember([report_on("essex", "open", root=tmp_path)], tmp_path / "history.duckdb")
    assert "is not a regular file" in (remembered.trouble or "")
    assert len(remembered.reports) == 1


def test_a_history_reads_no_other_file(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "secret").write_text("canary-4b")
    with duckdb.connect(str(tmp_path / "history.duckdb")) as made:
        made.execute(
            "CREATE VIEW runs AS SELECT 1 AS id, now() AS ended, content AS commit_id, '{}' AS counts, 0 AS broken, "
            f"'essex' AS force, 'plan' AS source, '' AS filters FROM read_text('{tmp_path / 'secret'}')"
        )
    remembered = remember([report_on("essex", "open", root=tmp_path)], tmp_path / "history.duckdb")
    assert remembered.trouble
    assert "canary" not in repr(remembered)


@pytest.mark.parametrize("name", ["", ".", "/", "..", "../..", "a/.."])
def test_a_key_must_be_a_file_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a file"):
        make_key(Path(name))
    assert list(tmp_path.iterdir()) == []
