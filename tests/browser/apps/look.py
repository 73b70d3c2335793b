"""Plain markup, drawn by the default stylesheet alone: no class but the few that it knows, no stylesheet beside it."""

from __future__ import annotations

from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex


class Say(Event):
    kind: str


class Add(Event):
    title: str


class Filter(Event):
    pass


class EverythingLive(LiveView[Say | Filter]):
    """What text consists of, and what one can press."""

    template = heex("""
      <nav aria-label="Site">
        <ul>
          <li><a href="/everything" aria-current="page">Everything</a></li>
          <li><a href="/table">Table</a></li>
          <li><a href="/form">Form</a></li>
        </ul>
      </nav>
      <h1>Everything</h1>
      <p>
        Text with <strong>weight</strong>, <em>stress</em>, <mark>marks</mark>, <code>self.count += 1</code>,
        <kbd>Alt</kbd>, <s>what was</s>, <small>small print</small> and <a href="/table">links</a>, and a word
        without end: Donaudampfschiffahrtsgesellschaftskapitänsmützenabzeichenverordnung.
      </p>
      <blockquote>One mailbox, one message at a time.</blockquote>
      <h2>Buttons</h2>
      <div role="group">
        <button type="button" class="primary" phx-click="say" phx-value-kind="info">Save</button>
        <button type="button" phx-click="say" phx-value-kind="error">Edit</button>
        <button type="button" disabled>Archiving…</button>
        <button type="button" class="danger">Delete</button>
      </div>
      <h2>Fields</h2>
      <form phx-change="filter" id="fields">
        <label>Search <input type="search" name="q" value="celadon"></label>
        <label>Day <input type="date" name="day" value="2026-11-26"></label>
        <label>Warmth <input type="range" name="warmth" value="60"></label>
        <label>Colour <input type="color" name="colour" value="#2a49d0"></label>
        <label>Picture <input type="file" name="picture"></label>
      </form>
      <h2>What opens</h2>
      <details open><summary>What happens to my data?</summary><p>It stays in the process of your page.</p></details>
      <dialog open aria-labelledby="sure">
        <h3 id="sure">Delete “Blue bowl”?</h3>
        <p>It leaves the list for everybody.</p>
        <menu>
          <li><button type="button" class="danger">Delete</button></li>
          <li><button type="button">Keep</button></li>
        </menu>
      </dialog>
      <h2>Progress</h2>
      <p><label>Upload <progress value="64" max="100"></progress></label></p>
      <h2>Code</h2>
      <pre tabindex="0" aria-label="Example"><code>async def handle_event(self, event: Inc, socket: Socket) -> None:
      self.count += event.by  # a line that is longer than a phone is wide, which scrolls in its own frame</code></pre>
      <h2>Lists</h2>
      <ol><li>One mailbox<ul><li>and one message</li></ul></li><li>At most one render</li></ol>
      <dl><dt>Mailbox</dt><dd>Where messages wait.</dd><dt>Assign</dt><dd>What the template reads.</dd></dl>
      <article><h3>A card</h3><p>Whose last margin is gone.</p></article>
      <hr>
      <.flash_group flash={@flash} />
    """)

    async def handle_event(self, event: Say | Filter, socket: Socket) -> None:
        if isinstance(event, Say):
            socket.put_flash(event.kind, "A word about what has just become of it, longer than one line")


class FormLive(LiveView):
    """A form with faults in it."""

    page_title: str | None = "Sign up"

    template = heex("""
      <h1>Sign up</h1>
      <p>We write twice a year.</p>
      <form novalidate id="sign-up" phx-change="typed" phx-submit="save">
        <label>Name <input name="name" value="Ada" autocomplete="name"></label>
        <label>
          E-mail
          <input
            name="email"
            type="email"
            value="ada@example"
            aria-invalid="true"
            aria-describedby="email-error"
          >
          <span class="error" id="email-error">An address has a dot after the @, like ada@example.org.</span>
        </label>
        <label>
          Age
          <input name="age" value="twelve" aria-invalid="true" aria-describedby="age-error">
          <span id="age-error">Please write it as a number.</span>
        </label>
        <label>Country <select name="country"><option>Norway</option><option>Switzerland</option></select></label>
        <fieldset>
          <legend>Topics</legend>
          <label><input type="checkbox" name="topics" checked> Releases</label>
          <label><input type="checkbox" name="topics"> Guides</label>
        </fieldset>
        <fieldset>
          <legend>How often</legend>
          <label><input type="radio" name="often" checked> As it happens</label>
          <label><input type="radio" name="often"> Once a month</label>
        </fieldset>
        <fieldset>
          <legend>Address</legend>
          <label>Street <input name="street" value=""></label>
          <label>Town <input name="town" value=""></label>
        </fieldset>
        <label>Anything else <textarea name="note" placeholder="Optional"></textarea></label>
        <label><input type="checkbox" name="terms"> I have read what happens to my data</label>
        <div role="group"><button type="submit">Sign up</button><button type="reset">Start over</button></div>
      </form>
    """)


class TableLive(LiveView):
    """A chart, a filter, a table."""

    rows: list[tuple[int, str, str, float]] = [
        (282 + at, ("Bern", "Oslo", "Rome")[at % 3], f"2026-06-{at + 10}", 1204.5 - at) for at in range(9)
    ]

    template = heex("""
      <h1>Sales</h1>
      <figure>
        <svg viewBox="0 0 700 120" role="img" aria-label="Sales by month, rising">
          <line x1="58" x2="690" y1="100" y2="100" /><text x="48" y="104" text-anchor="end">0</text>
          <polyline points="70,90 200,60 350,70 500,30 678,20" /><circle cx="500" cy="30" r="4" />
        </svg>
        <figcaption>Thousands per month.</figcaption>
      </figure>
      <form phx-change="filter" id="filter">
        <label>City <select name="city"><option>All</option><option>Bern</option></select></label>
        <label>Product <input type="search" name="q" value="" placeholder="tea, tofu, toast"></label>
        <label>At least <input type="number" name="least" value="990"></label>
      </form>
      <figure>
        <table>
          <caption>{len(@rows)} of 500 rows</caption>
          <thead>
            <tr>
              <th scope="col"><button type="button">Id</button></th>
              <th scope="col"><button type="button">City</button></th>
              <th scope="col">Date</th>
              <th scope="col" data-type="number" aria-sort="descending"><button type="button">Amount</button></th>
              <th scope="col"><span class="sr-only">What to do</span></th>
            </tr>
          </thead>
          <tbody>
            <tr :for={id, city, day, amount in @rows}>
              <td>{id}</td>
              <td>{city}</td>
              <td><time>{day}</time></td>
              <td data-type="number">{f"{amount:,.2f}"}</td>
              <td><button type="button" aria-label={f"Delete {id}"}>×</button></td>
            </tr>
          </tbody>
          <tfoot><tr><th scope="row" colspan="3">Total</th><td data-type="number">10,804.50</td><td></td></tr></tfoot>
        </table>
      </figure>
    """)


class TodosLive(LiveView[Add]):
    """One field and its button; rows that one can act on."""

    todos: list[tuple[str, bool]] = [
        ("Milk", True),
        ("Return the ladder", False),
        (
            "Order glaze: two celadon, one oxblood, and ask whether the grey one is coming back in the spring",
            False,
        ),
    ]

    template = heex("""
      <h1>Todos</h1>
      <form id="new" phx-submit="add">
        <input name="title" value="" aria-label="What needs doing?" placeholder="What needs doing?">
        <button>Add</button>
      </form>
      <ul aria-label="Todos">
        <li :for={title, done in @todos}>
          <label><input type="checkbox" checked={done}> {title}</label>
          <button type="button" aria-label={f"Delete {title}"}>×</button>
        </li>
      </ul>
      <ul aria-label="Archive">
        <li :for={title in ("Bread", "Butter")}>
          <span>{title}</span> <div><button type="button">Restore</button> <button type="button">Forget</button></div>
        </li>
      </ul>
      <p><small>2 of 3 to do.</small></p>
    """)

    async def handle_event(self, event: Add, socket: Socket) -> None:
        self.todos = [*self.todos, (event.title, False)]


class ManyLive(LiveView[Add]):
    """Two thousand rows, of which one changes."""

    rows: list[str] = [f"Row {at}" for at in range(2000)]

    template = heex("""
      <h1>Many</h1>
      <form id="new" phx-submit="add"><input name="title" value="" aria-label="Title"><button>Add</button></form>
      <ul id="many">
        <li :for={at, row in enumerate(@rows)} :key={at}>
          <span>{row}</span> <button type="button">Edit</button>
        </li>
      </ul>
    """)

    async def handle_event(self, event: Add, socket: Socket) -> None:
        self.rows = [event.title, *self.rows[1:]]


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for the tests of the look only")
live.route("/everything", EverythingLive)
live.route("/form", FormLive)
live.route("/table", TableLive)
live.route("/todos", TodosLive)
live.route("/many", ManyLive)


@app.get("/fails")
async def fails() -> str:
    """The page of a 500."""
    raise ValueError("not for visitors")


bare = QuartTrio("bare")
"""The same without the default stylesheet."""

bare_live = ActorLive(
    bare, secret_key="a secret key that is for the tests of the look only", default_style=False
)
bare_live.route("/everything", EverythingLive)
