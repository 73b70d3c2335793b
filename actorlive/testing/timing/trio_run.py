"""Around one run of Trio: its scheduler's seed, what it leaves behind, how its exceptions leave it."""

from __future__ import annotations

import trio

from actorlive.live.process.turnstile import TURNER
from actorlive.testing.errors import Failure, Leak, hide_frames

__all__ = ["check_tasks", "require_trio", "seed_trio", "system_tasks"]

__tracebackhide__ = hide_frames


def require_trio() -> None:
    """Raises `Failure` where another loop than Trio's runs the test."""
    if not trio.lowlevel.in_trio_run():
        raise Failure(
            "views run on Trio, and something else runs this test. With anyio's plugin let the fixture `anyio_backend`"
            ' return "trio"; what no other plugin claims (by a marker or an "auto" mode) runs on Trio by itself.'
        )


def seed_trio(seed: int) -> None:
    """Make Trio's own scheduling a function of the seed, as hypothesis and pytest-trio do."""
    run = trio._core._run  # pyright: ignore[reportPrivateUsage]
    run._ALLOW_DETERMINISTIC_SCHEDULING = True  # pyright: ignore[reportPrivateUsage]
    run._r.seed(seed)  # pyright: ignore[reportPrivateUsage]


def system_tasks() -> set[trio.lowlevel.Task]:
    """The tasks that outlive every nursery of a test, but for the turnstile's, which sleeps to the end of the run."""
    root = trio.lowlevel.current_root_task()
    nurseries = [] if root is None else root.child_nurseries
    tasks = {task for nursery in nurseries for task in nursery.child_tasks}
    inner = {task for parent in tasks for nursery in parent.child_nurseries for task in nursery.child_tasks}
    return {task for task in tasks | inner if _is_system(task)}


def _is_system(task: trio.lowlevel.Task) -> bool:
    nursery = task.parent_nursery
    return (
        nursery is not None and nursery.parent_task.name == "<init>" and task.name not in ("<main>", TURNER)
    )


def check_tasks(before: set[trio.lowlevel.Task]) -> None:
    """Raises `Leak` for system tasks that were not there before."""
    left = sorted(task.name for task in system_tasks() - before)
    if left:
        raise Leak(f"the test is over, but these system tasks go on: {', '.join(left)}")
