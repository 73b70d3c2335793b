"""What a visitor reads where there is no page: 404, 500, and whatever else a request is refused with.

They say what happened in the visitor's words and nothing of the code, and stand alone: an application's layout may be
what fails. A request for anything but HTML, as a program makes it, gets Quart's short answer. An application replaces
each by a handler of its own, before or after it was made live: `@app.errorhandler(404)`, or `HTTPException` for all.
"""

from __future__ import annotations

from typing import Any, cast

from quart import Quart, Response, has_request_context, request
from werkzeug.exceptions import HTTPException

from actorlive.template import Template, component, heex, render_to_string
from actorlive.web.assets import DIST, Assets

__all__ = ["show_status_pages"]

STYLESHEET = "pages.css"

NOT_FOUND = ("There is no page here", "The address may have a slip in it, or what it named is gone.")
FAILED = (
    "Something went wrong",
    "It is our fault, and it has been written down. Only this page is affected; what others do goes on.",
)


def show_status_pages(app: Quart, assets: Assets) -> None:
    """Answer with these pages where the application has nothing of its own."""
    file = DIST / STYLESHEET
    stylesheet = assets.add(STYLESHEET, file.read_bytes() if file.is_file() else b"")

    async def answer(error: HTTPException) -> Response | HTTPException:
        if not has_request_context() or not _wants_html():
            return error
        status = error.code or 500
        heading, text = _words(status, error)
        shown = status_page(
            status=status,
            heading=heading,
            text=text,
            asked=f"{request.method} {request.path}",
            stylesheet=stylesheet,
            icon=assets.url("icon.svg"),
        )
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if retry := dict(error.get_headers()).get("Retry-After"):
            headers["Retry-After"] = retry
        return Response(render_to_string(shown, {}), status, headers)

    handlers = app.error_handler_spec[None][None]
    if HTTPException not in handlers:
        cast("Any", app).register_error_handler(HTTPException, answer)  # it takes an exception as an answer


def _wants_html() -> bool:
    """True for who names HTML, as browsers do: a program that takes anything is no reader."""
    return any(kind == "text/html" and quality > 0 for kind, quality in request.accept_mimetypes)


def _words(status: int, error: HTTPException) -> tuple[str, str]:
    """Heading and text. A description that the application gave is its own word to the visitor."""
    is_own = error.description is not None and error.description != type(error).description
    match status:
        case 404:
            heading, text = NOT_FOUND
        case 500:
            return FAILED
        case _:
            heading, text = error.name, error.description or ""
    return heading, (error.description or text) if is_own else text


@component
def status_page(*, status: int, heading: str, text: str, asked: str, stylesheet: str, icon: str) -> Template:
    return heex("""
      <!DOCTYPE html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="robots" content="noindex">
          <title>{@heading}</title>
          <link rel="icon" href={@icon}>
          <link rel="stylesheet" href={@stylesheet}>
        </head>
        <body class="al-lost">
          <main>
            <svg viewBox="0 0 600 64" preserveAspectRatio="none" aria-hidden="true">
              <path class="line" d="M0 27H600"></path>
              <path class="up" d="M62 27V7"></path>
              <path :if={@status >= 500} class="down" d="M88 27V60M138 27V42M212 27V43"></path>
            </svg>
            <ul>
              <li class="up"><span aria-hidden="true">↑</span> <code>{@asked}</code></li>
              <li class="down"><span aria-hidden="true">↓</span> <code>{@status}</code></li>
            </ul>
            <h1>{@heading}</h1>
            <p>{@text}</p>
            <nav aria-label="From here">
              <a :if={@status >= 500} class="first" href="">Try again</a>
              <a href="/">To the start</a>
            </nav>
          </main>
        </body>
      </html>
    """)
