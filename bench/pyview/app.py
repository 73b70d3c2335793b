"""The pages of `bench/app.py` on pyview-web, served by uvicorn on uvloop: what actorlive is measured beside.

    PYVIEW_SECRET=… uvicorn app:app --host 127.0.0.1 --port 4101 --loop uvloop --no-access-log

It runs in an environment of its own (`requirements.txt`, `.make/pyview`).
"""

from pyview import LiveView, PyView, is_connected
from pyview.events import InfoEvent
from pyview.stream import Stream
from pyview.template import LiveRender, LiveTemplate
from pyview.vendor.ibis import Template


def page(source):
    return LiveTemplate(Template(source))


class Page(LiveView):
    template = None

    async def render(self, assigns, meta):
        return LiveRender(self.template, assigns, meta)


class Counter(Page):
    template = page('<button phx-click="inc">{{count}}</button>')

    async def mount(self, socket, session):
        socket.context = {"count": 0}

    async def handle_event(self, event, payload, socket):
        socket.context["count"] += 1


class Table(Page):
    template = page(
        '<table><tbody>{% for r in rows %}<tr id="row-{{r.id}}"><td>{{r.id}}</td><td>{{r.name}}</td>'
        "<td>{{r.value}}</td></tr>{% endfor %}</tbody></table>"
    )

    async def mount(self, socket, session):
        socket.context = {"rows": [{"id": n, "name": f"Row {n}", "value": 0} for n in range(1, 1001)]}

    async def handle_event(self, event, payload, socket):
        rows = socket.context["rows"]
        if event == "update_one":
            rows[int(payload["id"]) - 1]["value"] += 1
            return
        for row in rows:
            row["value"] += 1


class Streamed(Page):
    template = page(
        '<ul id="items" phx-update="stream">{% for dom_id, item in items %}<li id="{{dom_id}}">{{item.text}}</li>'
        "{% endfor %}</ul>"
    )

    async def mount(self, socket, session):
        self.first, self.last = 0, 1000
        socket.context = {
            "items": Stream([{"id": n, "text": f"Item {n}"} for n in range(1000)], name="items")
        }

    async def handle_event(self, event, payload, socket):
        items = socket.context["items"]
        if event == "insert":
            items.insert({"id": self.last, "text": f"Item {self.last}"})
            self.last += 1
        else:
            items.delete_by_id(f"items-{self.first}")
            self.first += 1


class Async(Page):
    template = page('<button phx-click="go">Go</button><p>{{result}}</p>')

    async def mount(self, socket, session):
        socket.context = {"result": 0}

    async def handle_event(self, event, payload, socket):
        following = socket.context["result"] + 1

        async def work():
            yield following

        socket.stream_runner.start_stream(work(), on_yield=lambda result: InfoEvent("done", result))

    async def handle_info(self, event, socket):
        socket.context["result"] = event.payload


class Form(Page):
    template = page(
        '<form id="user" phx-change="validate"><input name="user[name]" value="{{name}}">'
        "{% if error %}<p>{{error}}</p>{% endif %}</form><p>{{name}}</p>"
    )

    async def mount(self, socket, session):
        socket.context = {"name": "", "error": "can't be blank"}

    async def handle_event(self, event, payload, socket):
        name = payload["user[name]"][0]
        socket.context["name"] = name
        socket.context["error"] = "" if name.strip() else "can't be blank"


class Broadcast(Page):
    template = page('<button phx-click="say">Say</button><p>{{n}}</p>')

    async def mount(self, socket, session):
        socket.context = {"n": 0}
        if is_connected(socket):
            await socket.subscribe("news")

    async def handle_event(self, event, payload, socket):
        await socket.broadcast("news", socket.context["n"] + 1)

    async def handle_info(self, event, socket):
        socket.context["n"] = event.payload


PAGES = {
    "/counter": Counter,
    "/table": Table,
    "/stream": Streamed,
    "/async": Async,
    "/form": Form,
    "/broadcast": Broadcast,
}

app = PyView()
for path, view in PAGES.items():
    app.add_live_view(path, view)
