"""AsyncResult means what LiveView's means."""

from actorlive.live.async_result import AsyncResult
from actorlive.live.streams import Stream
from actorlive.runtime import Error, Exit


def test_idle_and_pending_and_of() -> None:
    assert AsyncResult[int].idle() == AsyncResult()
    assert AsyncResult[int].pending() == AsyncResult(loading=True)
    assert AsyncResult[int].pending("half") == AsyncResult(loading="half")
    assert AsyncResult.of(3) == AsyncResult(ok=True, result=3)


def test_loading_again_keeps_the_result_and_forgets_the_failure() -> None:
    failed = AsyncResult.of(3).to_failed(Error("x"))
    assert failed == AsyncResult(ok=True, failed=Error("x"), result=3)
    assert failed.to_loading() == AsyncResult(ok=True, loading=True, result=3)


def test_ok_clears_everything_else() -> None:
    assert AsyncResult[int].pending().to_failed(Exit("killed")).to_ok(4) == AsyncResult(ok=True, result=4)


def test_a_stream_stays_a_stream() -> None:
    assert isinstance(Stream[int].idle().to_loading().to_ok(True), Stream)
