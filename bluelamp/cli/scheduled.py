"""`--scheduler`: the workers of a Dask scheduler do the work on forces."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.cli.screen import Screen
from bluelamp.cli.session import Session, opened
from bluelamp.core.patience import Patience
from bluelamp.core.problems import SettingsError
from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.fleet.deploy import Result, failed

if TYPE_CHECKING:
    from bluelamp.cli.run_options import RunOptions
    from bluelamp.distributed.cluster import Cluster
    from bluelamp.distributed.jobs import EngineJob
    from bluelamp.fleet.judge import Check
    from bluelamp.fleet.saved import Opened
    from bluelamp.reports.previous_report import PreviousReport


def refuse_local_options(scheduler: str | None, given: Mapping[str, object]) -> None:
    """Raises `UsageError` for an invalid scheduler address, and for options that work on this machine only."""
    if scheduler is None:
        return
    from bluelamp.distributed.cluster import refuse_address

    refuse_address(scheduler)
    named = [option for option, value in given.items() if value is not None]
    if named:
        raise UsageError(f"--scheduler excludes {' and '.join(named)}", next_step="leave one of them out")


def refuse_question(scheduler: str | None, *, answered: bool) -> None:
    """Raises `UsageError` if a worker would have to ask for confirmation."""
    if scheduler is not None and not answered:
        raise UsageError("--scheduler cannot ask for confirmation", next_step="add --yes")


def engine_job(
    verb: str, *, previous: "PreviousReport | None" = None, plan: "Opened | None" = None, **more: Any
) -> "Callable[[str], EngineJob]":
    """The job of a worker for each force."""

    def one(force: str) -> "EngineJob":
        from bluelamp.distributed.jobs import EngineJob

        known = {name: each for name, each in previous.forces.items() if name == force} if previous else {}
        files = plan.files_of(force) if plan else None
        return EngineJob(
            verb, force, previous=replace(previous, forces=known) if previous else None, plan=files, **more
        )

    return one


def enter_cluster(screen: Screen, stack: ExitStack, root: Path, options: "RunOptions") -> "Cluster | None":
    """The workers, until `stack` closes; None without a scheduler."""
    if options.scheduler is None:
        return None
    from bluelamp.distributed.cluster import workers

    return stack.enter_context(workers(screen, options.scheduler, root, rehearse=options.rehearse))


def stopping(patience: Patience, cluster: "Cluster | None") -> Callable[[], None]:
    """The handler of an interruption: starts no new work, here or on the workers."""

    def stop() -> None:
        patience.stopped.set()
        if cluster is not None:
            cluster.stop()

    return stop


def run_on_worker(
    cluster: "Cluster", held: Session, force: str, verb: str, options: "RunOptions"
) -> tuple[Result, bool]:
    """A worker's result on a force, and whether the worker was lost before it reported one."""
    from bluelamp.distributed.results import result_of

    assert options.job is not None
    try:
        answer = cluster.run(replace(options.job(force), engine=held.version))
        result, lost = result_of(answer, force, verb, held.root, plan=options.plan is not None)
        if options.saving is not None and not lost and answer.planned is not None:
            options.saving.take(force, answer.planned)
        if options.drifting is not None and not lost:
            result = options.drifting.take(result, answer.drift)
        if options.report is not None and result.status is Status.DONE and verb not in ("destroy", "preview"):
            # Read here: neither a state nor its decryption key is sent to a worker.
            state, decrypt = opened(held, held.target(force))
            result = replace(result, state=state, decrypt=decrypt)
    except (BluelampError, SettingsError) as error:
        return failed(force, verb, error), False
    return result, lost


def checks_on_workers(
    screen: Screen, stack: ExitStack, scheduler: str, root: Path, jobs: int | None, *, keep: bool, block: bool
) -> "Callable[[list[str]], Iterator[Check]]":
    """The function that checks forces on the workers of a scheduler, until `stack` closes."""
    from bluelamp.distributed.cluster import workers
    from bluelamp.distributed.jobs import CheckJob, Interrupted
    from bluelamp.fleet.parallel import each

    def check_on_workers(forces: list[str]) -> "Iterator[Check]":
        cluster = stack.enter_context(workers(screen, scheduler, root, rehearse=False))

        def one(force: str) -> "Check":
            answer = cluster.run(CheckJob(force, block, keep))
            if isinstance(answer, Interrupted):
                raise BluelampError(f"{force}: {answer.why}", next_step="run the same command again")
            check: Check = answer
            return check

        return each(one, forces, jobs or cluster.slots, cluster.stop)

    return check_on_workers
