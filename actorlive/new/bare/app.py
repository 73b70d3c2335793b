from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex


class Inc(Event): ...


class CounterLive(LiveView[Inc]):
    count: int = 0
    template = heex("""<h1>Counter</h1> <output>{@count}</output> <button phx-click="inc">+</button>""")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += 1


app = QuartTrio(__name__)
ActorLive(app, secret_key="for development only").route("/", CounterLive)
