"""The tutorial quotes its commands' output; the README's test runs those that need the engine."""

import re
import shlex
from pathlib import Path

from tests.conftest import ROOT, in_process

PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")


def commands(section: str) -> list[list[str]]:
    """The words of each `bluelamp` command in a section, without the program itself."""
    text = re.split(r"^## ", PAGE, flags=re.M)[int(section)]
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines() if line.startswith("bluelamp ")]


def quoted(section: str) -> list[str]:
    """The output that a section quotes, without line breaks and up to `...`."""
    text = re.split(r"^## ", PAGE, flags=re.M)[int(section)]
    return [" ".join(each.split()).partition(" ...")[0] for each in re.findall(r"```text\n(.*?)```", text, re.S)]


def test_the_first_half_quotes_its_commands_output(tmp_path: Path) -> None:
    start, *rest = commands("2")
    assert in_process(tmp_path, start)[0] == 0
    project = tmp_path / start[1]
    for words in [*rest, *commands("3")]:
        status, out, _ = in_process(project, words)
        assert status == 0
    assert quoted("3")[0] in " ".join(out.split())
    settings = project / "stacks" / "Pulumi.dyfed-powys.yaml"
    (check,) = commands("3")
    for days, expected, output in zip((30, 90), (2, 3), quoted("4"), strict=True):
        text = re.sub(r"(retentionDays:) \d+", rf"\1 {days}", settings.read_text("utf-8"))
        settings.write_text(text, "utf-8")
        status, out, err = in_process(project, check)
        assert status == expected
        assert output in " ".join((out + err).split())
