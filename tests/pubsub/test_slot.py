"""The place of a program among the nodes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from actorlive.pubsub.slot import NodeSlot, claimed_slot, random_slot

HOLDER = """
import sys, pathlib
from actorlive.pubsub.slot import claimed_slot
with claimed_slot(pathlib.Path(sys.argv[1])) as slot:
    print(slot.name, slot.start, flush=True)
    sys.stdin.read()
"""


def number(slot: NodeSlot) -> str:
    return slot.name.rpartition("/")[2]


def test_each_has_the_first_that_is_free(tmp_path: Path) -> None:
    with claimed_slot(tmp_path) as first:
        with claimed_slot(tmp_path) as second:
            assert (number(first), number(second)) == ("0", "1")
        with claimed_slot(tmp_path) as third:
            assert number(third) == "1"
    with claimed_slot(tmp_path) as again:
        assert again.name == first.name
        assert again.start > third.start > second.start > first.start


def test_one_that_is_killed_leaves_its_slot_to_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        name, start = holder.stdout.readline().split()
        with claimed_slot(tmp_path) as beside:
            assert beside.name != name
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with claimed_slot(tmp_path) as after:
        assert after.name == name
        assert after.start > int(start)


def test_where_no_lock_can_be_had_it_is_a_name_that_nobody_else_has(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    link = tmp_path / "a link"
    link.symlink_to(tmp_path)
    for folder in (file, link, Path("/no/such/place")):
        with claimed_slot(folder) as one, claimed_slot(folder) as two:
            assert one.name != two.name
    assert random_slot() != random_slot()


def test_the_folder_is_of_this_user_alone(tmp_path: Path) -> None:
    with claimed_slot(tmp_path / "slots"):
        assert (tmp_path / "slots").stat().st_mode & 0o777 == 0o700
        assert [path.name for path in (tmp_path / "slots").iterdir()] == ["0"]
