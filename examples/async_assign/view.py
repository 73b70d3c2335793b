"""A value that takes its time: loaded on the side, shown when it is there."""

import trio

from actorlive import AsyncResult, Event, LiveView, Socket, heex


class Output(Event): ...


class AsyncAssignLive(LiveView[Output]):
    page_title = "A slow value"
    async_output: AsyncResult[str] = AsyncResult.idle()

    template = heex("""
      <h1>assign_async</h1>
      <p class="lead">A value that takes two seconds to find. The page takes clicks all the while.</p>
      <p><button phx-click="output">Async output!</button></p>
      <div id="output" aria-live="polite" aria-busy={"true" if @async_output.loading else None}>
        <p :if={@async_output.ok}>{@async_output.result}</p>
      </div>
    """)

    async def handle_event(self, event: Output, socket: Socket) -> None:
        socket.assign_async("async_output", simulate_work)


async def simulate_work() -> str:
    await trio.sleep(2)
    return "Well that took a long time!"
