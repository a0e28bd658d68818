"""`bluelamp merge`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.files import write as put
from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.merging.draft import Draft
    from bluelamp.merging.steps import Comparison, Step


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("merge")(merge)


def merge(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A force by its name in stacks/forces.yaml.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="The other force.")],
    into: Annotated[str, typer.Option("--into", metavar="FORCE", help="The id of the new force.")],
    name: Annotated[str, typer.Option("--name", help="The display name of the new force.")],
    code: Annotated[
        str,
        typer.Option("--code", help="A unique code of 2 to 5 lower-case letters, for resource names."),
    ],
    region: Annotated[
        str | None, typer.Option("--region", metavar="R", help="Its police region; by default that of the first force.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Once every question is answered, add the new force to the project.")
    ] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Compare the estates of two forces and draft the settings of their successor.

    Writes `merges/FORCE/`: `questions.yaml` with the decisions to make, `plan.md` with the steps in order, and drafts
    of the new force's files. Answer the questions and run the command again; `--write` then adds the force to the
    project, and the register names it as the successor of both forces, which stay unchanged until then.

    Examples: `bluelamp merge kent surrey --into kent-and-surrey --name "Kent and Surrey Police" --code kas` ·
    `bluelamp merge kent surrey --into kent-and-surrey --name "Kent and Surrey Police" --code kas --write`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    from bluelamp.core.problems import SettingsError
    from bluelamp.infra.settings.layers import STACK_FILE
    from bluelamp.infra.settings.register import read_register
    from bluelamp.merging.draft import Named, drafted, refuse_open
    from bluelamp.merging.draft import write as add_to_project
    from bluelamp.merging.questions import FILE, placed, read_answers, refuse_wrong, written
    from bluelamp.merging.steps import as_markdown, steps

    file = root / FILE.format(into=into)
    folder = file.parent
    answers, source = read_answers(file, root)
    named = Named(into, name, region or read_register(root).entry(first).region, code)
    try:
        draft = drafted(root, first, second, named, answers)
    except SettingsError as error:
        # A wrong answer makes the drafts wrong, whose files do not exist yet.
        refuse_wrong(answers, source)
        if source is None:
            raise
        stack_file = STACK_FILE.format(slug=into)
        raise SettingsError(
            placed(each, stack_file, source) if each.file.startswith((stack_file, f"stacks/{into}/")) else each
            for each in error.problems
        ) from None
    refuse_wrong(answers, source)
    if write:
        refuse_open(draft)  # before the two forces are planned
    compared = _compared(screen, root, draft)
    listed = steps(draft, compared)
    files = {file.name: written(answers, first, second, into), "plan.md": as_markdown(draft, listed)}
    files |= {f"draft/{path}": text for path, text in draft.files.items()}
    if write:
        made = add_to_project(draft, root)
    else:
        for each, text in files.items():
            put(folder / each, text, "grant the permission to write it")
        made = [(folder / each).relative_to(root).as_posix() for each in files]
    _show(screen, draft, compared, listed, made, wrote=write)
    screen.give(_json(draft, compared, listed, made))


def _compared(screen: Screen, root: Path, draft: "Draft") -> "Comparison":
    from bluelamp.cost.estate import cost_of_plan
    from bluelamp.merging.compare import duplicates, overlaps, same_names
    from bluelamp.merging.steps import Comparison
    from bluelamp.planning.attempt import planned

    with screen.working("planning"):
        plans = [planned(each.slug, root) for each in (draft.first, draft.second)]
    first, second = (cost_of_plan(each, root) for each in plans)
    return Comparison(
        tuple(overlaps(draft.first, draft.second)),
        tuple(same_names(plans[0], plans[1])),
        tuple(duplicates(first, second)),
        (first.total, second.total),
    )


def _show(
    screen: Screen,
    draft: "Draft",
    compared: "Comparison",
    listed: "Sequence[Step]",
    made: Sequence[str],
    *,
    wrote: bool,
) -> None:
    from bluelamp.cost.difference import pounds

    first, second, into = draft.first.slug, draft.second.slug, draft.into.slug
    open_ = draft.answers.open
    rows = [
        ("settings and files that are the same", str(sum(len(each) for each in draft.same.values()))),
        (f"only {first} has", str(_only(draft, first))),
        (f"only {second} has", str(_only(draft, second))),
        ("decisions", f"{len(draft.answers.asked)}, {len(open_)} open"),
        ("address ranges that overlap", str(len(compared.overlaps))),
        ("names that collide", str(len(compared.names) + len(draft.collisions))),
        ("addresses that move", str(len(draft.moves))),
        ("components that exist twice", str(len(compared.duplicates))),
        ("cost in a month", " and ".join(map(pounds, compared.costs))),
        ("exemptions to request again", str(len(draft.first.exemptions) + len(draft.second.exemptions))),
    ]
    screen.columns(("", f"{first} and {second}"), rows)
    screen.show("", "[bold]steps[/bold]")
    screen.show(*(f"  {number}. {escape(each.title)}" for number, each in enumerate(listed, 1)))
    screen.show("")
    if wrote:
        screen.show(f"added {escape(into)} to the project: {len(made)} files written")
        screen.say(f"next: bluelamp check {escape(into)}")
        return
    screen.show(f"wrote {len(made)} files below merges/{escape(into)}")
    if open_:
        screen.say(f"next: answer the {len(open_)} open questions in merges/{escape(into)}/questions.yaml")
    else:
        screen.say("next: the same command with --write")


def _only(draft: "Draft", force: str) -> int:
    return sum(len(each.get(force, ())) for each in draft.only.values())


def _json(draft: "Draft", compared: "Comparison", listed: "Sequence[Step]", made: Sequence[str]) -> Mapping[str, Any]:
    from bluelamp.merging.questions import listed as questions

    return {
        "forces": [draft.first.slug, draft.second.slug],
        "into": draft.into.slug,
        "questions": questions(draft.answers.asked.values()),
        "open": [each.id for each in draft.answers.open],
        "same": {name: list(paths) for name, paths in draft.same.items()},
        "only": {name: {force: list(paths) for force, paths in each.items()} for name, each in draft.only.items()},
        "higher": {name: dict(each) for name, each in draft.higher.items()},
        "overlaps": [{"first": each.first, "second": each.second} for each in compared.overlaps],
        "names": [{"type": kind, "name": name} for kind, name in compared.names],
        "renamed": list(draft.collisions),
        "dropped": list(draft.dropped),
        "moves": [{"path": each.path, "before": each.before, "after": each.after} for each in draft.moves],
        "duplicates": [
            {
                "component": each.component,
                "first": each.first,
                "second": each.second,
                "firstCost": str(each.first_cost),
                "secondCost": str(each.second_cost),
                "cheaper": None if each.cheaper is None else (draft.first.slug, draft.second.slug)[each.cheaper],
            }
            for each in compared.duplicates
        ],
        "costs": [str(each) for each in compared.costs],
        "steps": [{"title": each.title, "items": list(each.items)} for each in listed],
        "written": list(made),
    }
