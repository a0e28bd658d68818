"""Options that several verbs share."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.screen import Format
from bluelamp.core import current
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

Forces = Annotated[
    list[str] | None, typer.Argument(metavar="[FORCE]...", help="Forces by their name in stacks/forces.yaml.")
]
All = Annotated[bool, typer.Option("--all", help="Every force that has a stack file.")]
Region = Annotated[str | None, typer.Option("--region", metavar="R", help="The forces of a police region.")]
Environment = Annotated[
    str | None,
    typer.Option("--environment", metavar="ENV", help="Only this environment of the forces: prod, preprod, test, dev."),
]
Changed = Annotated[
    str | None,
    typer.Option(
        "--changed", metavar="REF", help="The forces whose resources, verdicts or cost differ from a git revision."
    ),
]
Comment = Annotated[
    Path | None,
    typer.Option(
        "--comment",
        metavar="FILE",
        help="With --changed: write one comment in Markdown on what changes against the base. In GitHub Actions and "
        "Azure Pipelines it is also the job's summary, and new failures are annotations.",
    ),
]
CommentLimit = Annotated[
    int | None,
    typer.Option(
        "--comment-limit",
        metavar="N",
        help="The maximum characters of the comment: 65,536 by default, as on GitHub; Azure DevOps allows 150,000.",
    ),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="The number of forces at once; by default, one per core.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run on the workers of this Dask scheduler (tcp://HOST:PORT or tls://HOST:PORT), one force per worker.",
    ),
]
Form = Annotated[Format, typer.Option("--format", "-f", help="The output format.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Plan every force again, including those without changes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show only the result (one line per force) and errors.")]


def _working_on(start: Path | None) -> Path | None:
    """Loads the project's own rules before the verb runs."""
    with suppress(UsageError):
        current.use(find_project(start))
        return start
    current.use(None)
    return start


Project = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project's folder, also before the command's name; by default the current folder, or one above it.",
        callback=_working_on,
    ),
]
Rehearse = Annotated[
    bool, typer.Option("--rehearse", help="Use the embedded rehearsal cloud; no real cloud is changed.")
]
ArmTypes = Annotated[
    Path | None,
    typer.Option(
        "--arm-types",
        metavar="DIR",
        envvar="BLUELAMP_ARM_TYPES",
        exists=True,
        file_okay=False,
        help="Judge Azure resources by Microsoft's type definitions in this folder (bicep-types-az, `generated`).",
    ),
]
Kubeconfig = Annotated[
    Path | None,
    typer.Option(
        "--kubeconfig",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="With --rehearse: apply Kubernetes resources to this real cluster.",
    ),
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="DIR", help="Write the policy report into this folder.")
]
BlockUnknown = Annotated[
    bool,
    typer.Option(
        "--block-unknown",
        help="Status 3 also if a mandatory rule cannot be judged yet; a baseline may require this too.",
    ),
]
Details = Annotated[
    bool, typer.Option("--details", help="Show every change separately, with all its properties in full.")
]
Owner = Annotated[
    str | None, typer.Option("--owner", metavar="EMAIL", help="The mailbox of the estate's business owner.")
]
CostCentre = Annotated[str | None, typer.Option("--cost-centre", metavar="CODE", help="The cost centre to charge.")]
Passes = Annotated[
    bool, typer.Option("--passes", help="In JSON and SARIF, include passes and rules that do not apply.")
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="REPORT",
        help="The folder of an earlier report, which must verify: its failures are shown as known, and only new "
        "ones fail the run.",
    ),
]
AdvisoryFailures = Annotated[
    bool, typer.Option("--advisory-failures", help="In JUnit, count advisory failures as failures, not as skipped.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Change a real cloud without confirmation.")]
Framework = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        metavar="NAME[:PROFILE]",
        help="Only the rules of this framework, or of a part of it: `caf:B3`. Repeatable; `bluelamp list frameworks` "
        "lists them.",
    ),
]
RuleIds = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="ID", help="Only this rule, or rules that match `BL-NET-*`. Repeatable."),
]
AtLeast = Annotated[
    str | None,
    typer.Option("--severity", metavar="S", help="Only rules of this severity or higher: critical, high, medium, low."),
]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", metavar="A", help="Only the rules of this area: azure, kubernetes, data, own."),
]
Formats = Annotated[
    str | None,
    typer.Option(
        "--formats",
        metavar="F,F",
        help="Of json, html, csv, sarif, junit, markdown, oscal, or all; by default all, and of more than ten forces "
        "json, html, markdown.",
    ),
]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Leave out addresses and names; secrets are always left out."),
]
SignWith = Annotated[
    Path | None,
    typer.Option("--sign-with", metavar="KEY", help="Sign the report with this key; `bluelamp key` makes one."),
]
Previous = Annotated[
    Path | None,
    typer.Option(
        "--previous", metavar="DIR", help="The report before this one; by default the report that it replaces."
    ),
]
History = Annotated[
    Path | None,
    typer.Option("--history", metavar="FILE", help="The file of the findings history; by default in .bluelamp/."),
]
NoHistory = Annotated[
    bool, typer.Option("--no-history", help="Keep no findings history, and show no changes since the last run.")
]
