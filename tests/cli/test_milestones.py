"""A pipe is told how far a check of many forces is."""

import pytest

from bluelamp.cli.screen import Screen


@pytest.mark.parametrize(
    ("total", "quiet", "said"),
    [
        (48, False, ["checking 48 forces", *(f"checked {count} of 48" for count in (10, 20, 30, 40))]),
        (20, False, ["checking 20 forces", "checked 10 of 20"]),
        (9, False, []),
        (48, True, []),
    ],
)
def test_the_start_and_each_tenth_force_are_told_on_stderr(
    capsys: pytest.CaptureFixture[str], total: int, quiet: bool, said: list[str]
) -> None:
    tell = Screen(quiet=quiet).milestones(total)
    for count in range(1, total + 1):
        tell(count)
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == ("", said)
