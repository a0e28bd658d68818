"""Lines are wrapped between words and after the separators of a name on a terminal, and never in a pipe."""

import io
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from bluelamp.core.folding import Folded, fold
from bluelamp.reports.terminal import short_kinds
from tests.thorough import tries

NAME = "landing-zone-records-backup-backup-vault.properties.securitySettings.immutabilitySettings.state"


def shown(thing: object, width: int, *, terminal: bool) -> list[str]:
    out = io.StringIO()
    Console(width=width, file=out, force_terminal=terminal, color_system=None, soft_wrap=not terminal).print(thing)
    return out.getvalue().splitlines()


def test_a_long_name_is_wrapped_after_a_separator_and_indented() -> None:
    lines = shown(Folded(Text(f"{NAME} stacks/Pulumi.essex.yaml:31: found Unlocked"), 4), 60, terminal=True)
    assert lines[0].startswith("    landing")
    assert all(line.startswith("      ") for line in lines[1:])
    assert any(line.endswith(".") for line in lines)
    assert not any(word in "".join(lines) for word in ("securitySetting ",))
    assert "".join(line.strip() for line in lines).startswith(NAME)
    assert shown(Folded(Text(f"{NAME} x"), 4), 60, terminal=False) == [f"    {NAME} x"]


@settings(max_examples=tries(300), deadline=None, derandomize=True)
@given(st.text(alphabet="abcdefgh. /-:", max_size=200), st.integers(20, 90))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    lines = [each.plain for each in fold(Text(text), width)]
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line, after in pairwise(lines):
        joined = line + after
        if joined in text and line[-1:].isalnum() and after[:1].isalnum():
            assert any(
                len(part) > width
                for part in text.replace("-", " ").replace(".", " ").replace("/", " ").replace(":", " ").split()
            )


def test_a_type_is_shortened_if_it_stays_unambiguous() -> None:
    kinds = {"azure-native:a:Group", "azuread:b:Group", "azure-native:c:Link", "document"}
    assert short_kinds(kinds) == {
        "azure-native:a:Group": "a:Group",
        "azuread:b:Group": "b:Group",
        "azure-native:c:Link": "Link",
        "document": "document",
    }
