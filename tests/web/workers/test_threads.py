"""An application that runs threads is not forked."""

from __future__ import annotations

import _thread
import threading

import pytest

from actorlive.web.workers.threads import ThreadsRun, refuse_threads


def test_threads_are_named_with_where_they_stand() -> None:
    done = threading.Event()

    def reads_the_mail() -> None:
        done.wait()

    thread = threading.Thread(target=reads_the_mail, name="mail", daemon=True)
    thread.start()
    try:
        with pytest.raises(ThreadsRun) as refused:
            refuse_threads(4)
    finally:
        done.set()
        thread.join()
    said = str(refused.value)
    assert said.startswith("4 workers are forks, and a fork has no threads: the application runs ")
    assert "'mail' in test_threads_are_named" in said
    assert "reads_the_mail (" in said
    assert f"{__file__}:" in said
    assert said.endswith(
        "Start what needs a thread in `@app.before_serving`, which each worker does for itself,"
        " or serve with one worker"
    )


def test_a_thread_that_python_does_not_know_by_name_is_found_as_well() -> None:
    begun, done, gone = threading.Event(), threading.Event(), threading.Event()

    def works() -> None:
        begun.set()
        done.wait()
        gone.set()

    _thread.start_new_thread(works, ())
    begun.wait()
    try:
        with pytest.raises(ThreadsRun, match=r"a thread without a name in .*works \("):
            refuse_threads(2)
    finally:
        done.set()
        gone.wait()
