"""`bluelamp post`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import UsageError

_LARGEST: Final = 4_000_000
_TITLE: Final = 200


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("post")(post)


def post(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file from `--comment FILE` or `--issue FILE`.")],
    issue: Annotated[
        str | None,
        typer.Option("--issue", metavar="TITLE", help="Open an issue with this title, or update the open one."),
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Close the open issue, if there is one, with FILE as its text.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="H", help="github, azure or gitlab; by default the host of this pipeline."),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Post a comment on this pipeline's pull request, or an issue; later runs update it in place.

    A marker in the file identifies the comment. The CI host's variables give the destination. The token comes from
    GITHUB_TOKEN, SYSTEM_ACCESSTOKEN or BLUELAMP_POST_TOKEN, and is never shown. A busy host is tried four times.

    Examples: `bluelamp post comment.md` · `bluelamp post drift.md --issue "Drift in the estate"` ·
    `bluelamp post drift.md --resolved`
    """
    from bluelamp.core.files import read
    from bluelamp.posting import comment, of_environment, resolve
    from bluelamp.posting import issue as open_issue

    screen = Screen(form, quiet=quiet)
    if issue is not None and resolved:
        raise UsageError("--issue and --resolved are mutually exclusive", next_step="give one of them")
    if issue is not None and (not issue.strip() or len(issue) > _TITLE or not issue.isprintable()):
        raise UsageError(f"--issue: a title is one line of 1 to {_TITLE} characters")
    try:
        text = read(file, _LARGEST).decode()
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from None
    found = of_environment(host)
    try:
        if resolved:
            posted = resolve(found, text)
        else:
            posted = comment(found, text) if issue is None else open_issue(found, issue, text)
    except UsageError as error:
        raise UsageError(f"{file}: {error.message}", next_step=error.next_step) from None
    number = f" {posted.number}" if posted.number else ""
    screen.show(
        f"{posted.host}: {posted.what}{escape(number)} {'is not open' if posted.done == 'none' else posted.done}"
    )
    screen.give({"host": posted.host, "what": posted.what, "done": posted.done, "number": posted.number})
