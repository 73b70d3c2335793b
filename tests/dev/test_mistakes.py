"""What a newcomer does wrong in the first hour, and what the terminal and the page say to it.

Each row is one mistake: what is written, what one does then, and words that both must say. The words name what is
wrong; that it also says where is checked for all of them.
"""

from __future__ import annotations

import html
import logging
import re
from contextlib import suppress
from dataclasses import dataclass

import pytest
from quart_trio import QuartTrio

from actorlive.cli import main
from actorlive.dev.worker import ShortFormatter, told
from actorlive.redaction import Redactor
from actorlive.testing import live as visit
from actorlive.web.listeners import listen
from tests.dev.conftest import Develop
from tests.web.visitor import get, serving


@dataclass(frozen=True)
class Mistake:
    """A mistake, and what has to be said: in the terminal, and in the page."""

    name: str
    text: str
    says: str
    head: str | None = None

    def __str__(self) -> str:
        return self.name


def view(body: str, template: str = "<button phx-click='go'>{@count}</button>", events: str = "[Go]") -> str:
    """A module with one view of this body."""
    shown = f'    template = heex("""{template}""")\n' if template else ""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    head = f"class Go(Event):\n    by: int = 1\n\nclass V(LiveView{events}):\n    count: int = 0\n"
    return f"{head}{lines}{shown}\nlive.route('/', V)\n"


HANDLE = "async def handle_event(self, event, socket):\n    {}"

AT_LOAD = [
    Mistake("a misspelt assign", view("", "<p>{@cuont}</p>", ""), "@cuont is not an assign of V"),
    Mistake("an open tag", view("", "<div><p>text</div>", ""), "<p>"),
    Mistake(
        "a misspelt event",
        view(HANDLE.format("pass"), "<b phx-click='og'>x</b>"),
        "V declares no event 'og'",
    ),
    Mistake("a container without id", view("", "<ul phx-update='stream'></ul>", ""), "id"),
    Mistake(
        "a stream's row without id",
        view(
            "rows: Stream[str]",
            "<ul id='l' phx-update='stream'><li :for={_, row in @streams.rows}>{row}</li></ul>",
            "",
        ),
        "the stream's row <li> has no id",
    ),
    Mistake(
        "a handler that is not async",
        view("def handle_event(self, event, socket):\n    pass"),
        "V.handle_event is not async",
    ),
    Mistake(
        "a handler without socket",
        view("async def handle_event(self, event):\n    pass"),
        "V.handle_event does not take what it is called with",
    ),
    Mistake("no handler", view("pass"), "V declares the events go but has no handle_event"),
    Mistake("no template", view("pass", "", ""), "V has no template"),
    Mistake(
        "an __init__ of one's own",
        view("def __init__(self):\n    self.count = 1", "<p>{@count}</p>", ""),
        "V has an __init__ of its own",
    ),
    Mistake("a Jinja habit", view("", "<p>{{ n }}</p>", ""), "one pair of braces holds an expression"),
    Mistake("a misspelt import", "from actorlive import Liveview\n", "cannot import name 'Liveview'"),
    Mistake("a syntax error", "class V(LiveView)\n    pass\n", "expected ':'"),
    Mistake(
        "no secret key",
        "import quart_trio, actorlive\napp = quart_trio.QuartTrio(__name__)\nactorlive.ActorLive(app)\n",
        "no secret key",
        head="",
    ),
    Mistake(
        "Quart instead of QuartTrio",
        "import quart, actorlive\napp = quart.Quart(__name__)\nactorlive.ActorLive(app)\n",
        "from quart_trio import QuartTrio",
        head="",
    ),
    Mistake("no application", "app = 1\n", "has no application 'app'", head=""),
]


@pytest.mark.parametrize("mistake", AT_LOAD, ids=str)
def test_what_is_wrong_at_the_start_is_said_in_the_terminal_and_over_the_page(
    mistake: Mistake, develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(mistake.text) if mistake.head is None else develop(mistake.text, head=mistake.head)
    assert mistake.says in terminal(caplog)
    assert mistake.says in text_of(developed.overlay)
    if mistake.name not in ("no secret key", "no application", "Quart instead of QuartTrio"):
        assert re.search(r"developed_\d+\.py:\d+", text_of(developed.overlay)), "it does not say where"


def test_a_misspelt_module_is_said(develop: Develop, caplog: pytest.LogCaptureFixture) -> None:
    developed = develop("", target="no_module_of_that_name:app")
    assert "there is no module 'no_module_of_that_name'" in terminal(caplog)
    assert "there is no module 'no_module_of_that_name'" in text_of(developed.overlay)


def test_a_taken_port_is_one_line(develop: Develop) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit) as ended:
        main(["dev", "app:app", "--port", str(taken.getsockname()[1])])
    assert "is taken" in str(ended.value.code)


AT_THE_PAGE = [
    Mistake(
        "an exception in mount",
        view(
            "async def mount(self, params, session, socket):\n    raise ValueError('no luck')", "<p>x</p>", ""
        ),
        "no luck",
    ),
    Mistake("an exception in the template", view("", "<p>{1 / @count}</p>", ""), "division by zero"),
    Mistake("an assign that was never set", view("user: str", "<p>{@user}</p>", ""), "user"),
    Mistake(
        "a row without an id",
        view(
            "rows: Stream[str]\nasync def mount(self, params, session, socket):\n    socket.stream('rows', ['a'])",
            "<ul id='l' phx-update='stream'><li :for={dom_id, row in @streams.rows} id={dom_id}>{row}</li></ul>",
            "",
        ),
        "an item of stream 'rows' has no id",
    ),
]


@pytest.mark.parametrize("mistake", AT_THE_PAGE, ids=str)
async def test_what_fails_at_the_first_paint_is_the_page(
    mistake: Mistake, develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(mistake.text)
    async with serving(developed.live.app) as url:
        page = await get(url, "/")
    assert page.status == 500
    assert mistake.says in text_of(page.body)
    assert mistake.says in terminal(caplog)
    assert re.search(r"developed_\d+\.py:\d+", text_of(page.body)), "it does not say where"


AT_A_CLICK = [
    Mistake("an exception", view(HANDLE.format("raise ValueError('no luck')")), "no luck"),
    Mistake(
        "an exception in the template",
        view(HANDLE.format("self.count = 2"), "<button phx-click='go'>{[1, 2][@count]}</button>"),
        "list index out of range",
    ),
    Mistake("a misspelt assign", view(HANDLE.format("self.cuont = 1")), "V declares no assign 'cuont'"),
    Mistake(
        "a task that fails, and nobody to hear of it",
        view(
            HANDLE.format("socket.start_async('work', self.work)")
            + "\nasync def work(self):\n    raise ValueError('no luck')"
        ),
        "has no handle_async",
    ),
    Mistake(
        "asyncio",
        view(HANDLE.format("await asyncio.sleep(1)")),
        "actorlive runs on Trio",
    ),
]


@pytest.mark.parametrize("mistake", AT_A_CLICK, ids=str)
async def test_what_ends_a_view_is_said_over_its_page(
    mistake: Mistake, develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(mistake.text)
    await click(developed.live.app)
    overlay = text_of(developed.told.overlay)
    assert mistake.says in overlay
    assert mistake.says in terminal(caplog)
    assert "V ended, and is mounted anew" in overlay
    assert re.search(r"developed_\d+\.py:\d+", overlay), "it does not say where"
    assert "V crashed" not in developed.told.notes, "told twice"


SECRETS = """
    user = {'name': 'ada', 'password': 'hun' + 'ter2'}
    raise ValueError(f"no {user}; see https://ada:{user['password']}@h/?token={user['password']}")
"""


async def test_an_overlay_keeps_the_secrets_of_an_exception(develop: Develop) -> None:
    developed = develop(view(HANDLE.format(SECRETS.strip())))
    await click(developed.live.app)
    overlay = text_of(developed.told.overlay)
    assert "'name': 'ada', 'password': [filtered]" in overlay
    assert "https://ada:[filtered]@h/?token=[filtered]" in overlay
    assert "hunter2" not in developed.told.overlay
    assert "hunter2" not in developed.told.notes


def test_the_terminal_keeps_the_secrets_of_an_exception() -> None:
    error = ValueError("password=hunter2, and iban=DE1")
    raised = (ValueError, error, None)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "with %s", ("token: hunter2",), raised)
    line = ShortFormatter(Redactor(["iban"])).format(record)
    assert "with token: [filtered]" in line
    assert "password=[filtered], and iban=[filtered]" in line


NOTED = [
    Mistake(
        "an event that does not fit",
        view(HANDLE.format("pass"), "<button phx-click='go' phx-value-by='lots'>x</button>"),
        "V did not handle an event of its client",
    ),
    Mistake(
        "an assign changed in place",
        view(
            "rows: list[int] = []\n" + HANDLE.format("self.rows.append(1)"),
            "<b phx-click='go'>{len(@rows)}</b>",
        ),
        "V.rows was changed in place",
    ),
    Mistake(
        "a message that nobody handles",
        view(HANDLE.format("send(socket.pid, 'hello')")),
        "V handles no message of the type str",
    ),
    Mistake(
        "an input without value",
        view(
            HANDLE.format("pass"),
            "<button phx-click='go'>x</button><form phx-change='go'><input name='q'></form>",
        ),
        "value",
    ),
    Mistake(
        "a page that mount returns",
        view(
            HANDLE.format("pass") + "\nasync def mount(self, params, session, socket):\n    return 'x'",
        ),
        "V.mount returned 'x', which is not used",
    ),
    Mistake("a call that is not awaited", view(HANDLE.format("trio.sleep(1)")), "was never awaited"),
    Mistake(
        "a method that is not awaited",
        view(HANDLE.format("self.save()") + "\nasync def save(self):\n    pass"),
        "was never awaited",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("mistake", NOTED, ids=str)
async def test_lesser_things_are_notes(
    mistake: Mistake, develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(mistake.text)
    await click(developed.live.app)
    assert mistake.says in text_of(developed.told.notes)
    assert mistake.says in terminal(caplog)
    assert developed.told.overlay == ""
    assert "was detached" not in terminal(caplog), "and what comes next is not told any more"


async def test_a_view_at_no_route_is_told_of_like_any_other(
    develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    page = """
class V(LiveView):
    template = heex("<p>x</p>")

@app.route('/')
async def index():
    return await live.render(V)
"""
    developed = develop(page)
    async with serving(developed.live.app) as url:
        assert (await get(url, "/")).status == 200
    assert "was detached" not in terminal(caplog)


@pytest.mark.real_clock
async def test_a_held_loop_is_a_note_with_the_line_that_holds_it(
    develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(view(HANDLE.format("time.sleep(0.4)")))
    await click(developed.live.app)
    notes = text_of(developed.told.notes)
    assert "has held the loop for" in notes
    assert re.search(r"developed_\d+\.py:\d+", notes)
    assert "has held the loop for" in terminal(caplog)


async def click(app: QuartTrio) -> None:
    """Open the page and click what it has; the view may end by that."""
    with suppress(Exception):
        async with visit(app, "/") as page:
            await page.element("[phx-click]").click()
            await page.settle()


def terminal(caplog: pytest.LogCaptureFixture) -> str:
    """The log, with each exception as the development server prints it."""
    lines: list[str] = []
    for record in caplog.records:
        if record.levelno >= logging.WARNING:
            lines.append(record.getMessage())
            if record.exc_info and record.exc_info[1]:
                lines.append(told(record.exc_info[1]))
    return "\n".join(lines)


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))
