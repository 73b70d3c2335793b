"""A counter: one assign, two events."""

from actorlive import Event, LiveView, Socket, heex


class Inc(Event): ...


class Dec(Event): ...


class CounterLive(LiveView[Inc | Dec]):
    count: int = 0

    template = heex("""
      <h1>Counter</h1>
      <p class="row">
        <button phx-click="dec">−</button>
        <output id="count">{@count}</output>
        <button phx-click="inc">+</button>
      </p>
    """)

    async def handle_event(self, event: Inc | Dec, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
            case Dec():
                self.count -= 1
