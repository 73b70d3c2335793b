"""The gallery: every example on one server, each beside its source, and the guide.

`make run`, or `actorlive run examples.gallery.app:app`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence

from markupsafe import Markup
from quart_trio import QuartTrio

from actorlive import ActorLive, Container, LiveView, heex, use_in_templates
from examples.gallery.examples import EXAMPLES, GROUPS, Group
from examples.gallery.layout import gallery_layout
from examples.gallery.shared import SharedLive
from examples.gallery.source import numbered, source
from examples.guide.view import add_guide
from examples.scratch import Turn

__all__ = ["EXAMPLES", "POLICY", "app", "create_app"]

POLICY = "base-uri 'self'; frame-ancestors 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'"
"""The default, opened for browser automation and checkers, which people point at a demo: they bring inline scripts and
evaluate text. Nothing here needs it, and an application should keep the default."""

STAGE = Container("div", class_="stage-page")

use_in_templates(SharedLive, STAGE)


class GalleryLive(LiveView):
    """The first page: something alive that its visitors share, then everything else."""

    page_title = "Pages that stay alive"
    groups: Sequence[Group] = GROUPS
    code: Markup = numbered(inspect.getsource(SharedLive), "python")

    template = heex("""
      <div class="wrap">
        <div class="hero">
          <h1>Pages that stay alive</h1>
          <p>
            One Python class on the server is the page. When its state changes, the browser gets what changed, usually
            a few bytes. There is no JavaScript to write and none to build.
          </p>
          <nav aria-label="Start">
            <a class="button primary" href="/docs/streaming">Build one in fifteen minutes</a>
            <a class="button" href={f"#{@groups[0].anchor}"}>See the examples</a>
          </nav>
        </div>
        <section class="stage" aria-label="A page that its visitors share">
          <.live_render view={SharedLive} id="shared" container={STAGE} />
          <div>
            <pre class="code" tabindex="0" role="region" aria-label="The whole page"><code>{@code}</code></pre>
          </div>
          <div class="stage-wire" id="stage" phx-update="ignore">
            <svg
              class="wire"
              id="stage-wire"
              viewBox="0 0 600 48"
              preserveAspectRatio="none"
              role="img"
              aria-label="The last frames: up from the browser, down from the server"
            >
              <line class="base" x1="0" x2="600" y1="20" y2="20" />
            </svg>
            <ul class="frames one-line" id="stage-frames"></ul>
          </div>
        </section>
        <section :for={group in @groups} class="group" aria-labelledby={group.anchor}>
          <div>
            <h2 id={group.anchor}>{group.title}</h2>
            <p>{group.line}</p>
          </div>
          <ul class="exhibits">
            <li :for={example in group.examples} class="exhibit">
              <div class="mini" aria-hidden="true">{example.mini}</div>
              <div class="text"><a href={example.path}>{example.title}</a><p>{example.line}</p></div>
            </li>
          </ul>
        </section>
      </div>
    """)


def create_app(csp: str = POLICY) -> QuartTrio:
    """The application with all its pages."""
    app = QuartTrio(__name__)
    # A fixed key, so that the pages come back to life by themselves when the server restarts. An
    # application of your own keeps its key to itself.
    key = os.environ.get("SECRET_KEY", "the key of the gallery, which everybody knows")
    live = ActorLive(app, secret_key=key, hosts=hosts(), root_layout=gallery_layout, csp=csp)
    turn = Turn()
    app.before_serving(turn.take)
    live.route("/", GalleryLive)
    for example in EXAMPLES:
        if example.add is None:
            live.route(example.path, example.view)
        else:
            example.add(app, live)
    add_guide(app, live)
    app.add_url_rule("/source/<folder>", "source", source)
    app.before_serving(turn.give_back)
    return app


def hosts() -> list[str]:
    """The names that the gallery goes by: this machine's own, or those in $HOSTS, with commas between them."""
    return os.environ.get("HOSTS", "localhost,*.localhost,127.0.0.1,[::1]").split(",")


app = create_app()
