"""What is wrong with a live route, told where it is declared.

The path is a rule of Quart's URL map, which says what is wrong with it in its own words, and only when it is added.
So what a newcomer brings from elsewhere is told here, and the rest is put into words that name the route.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from actorlive.live.component import LiveComponent
from actorlive.live.view import LiveView
from actorlive.live.view_settings import layout_fault
from actorlive.web.errors import ConfigurationError

__all__ = ["check_page", "check_path", "check_route_options", "check_view_class", "refused_rule"]

_FOREIGN = re.compile(r":(?P<phoenix>[A-Za-z_]\w*)|\{(?P<braces>[A-Za-z_]\w*)(:[^}]*)?\}")
"""A segment of a path that is a parameter elsewhere: of Phoenix, Express, Starlette, Django's old regexes."""


def check_path(path: object) -> None:
    """Raise `ConfigurationError` for what is not the path of a route."""
    if not isinstance(path, str):
        shown = path.__qualname__ if isinstance(path, type) else repr(path)
        raise ConfigurationError(
            f'the path of a live route is a text, not {shown:.80}: write `live.route("/…", {shown:.80})`, or'
            ' `@live.route("/…")` above the class'
        )
    if not path.startswith("/"):
        raise ConfigurationError(f'the path of a live route begins with "/": write "/{path}", not {path!r}')
    for segment in path.split("/"):
        found = _FOREIGN.fullmatch(segment)
        if found is not None:
            name = found["phoenix"] or found["braces"]
            raise ConfigurationError(
                f"in the path {path!r} {segment!r} is taken as it stands; a parameter is written <{name}>, a whole"
                f" number <int:{name}>"
            )


def check_view_class(view: object) -> None:
    """Raise `ConfigurationError` for anything but a class of views."""
    made_of: str = view.__class__.__qualname__
    named: str = getattr(view, "__qualname__", repr(view))
    if isinstance(view, type) and issubclass(view, LiveView):
        return
    if isinstance(view, type) and issubclass(view, LiveComponent):
        raise ConfigurationError(
            f"{named} is a live component, a part of a page: place it in the template of a LiveView,"
            f" `<.live_component module={{{named}}} id=… />`"
        )
    if isinstance(view, LiveView):
        raise ConfigurationError(
            f"a live route leads to the class: write {made_of}, not {made_of}(); the framework makes"
            " the views"
        )
    if callable(cast("object", view)) and not isinstance(view, type):
        raise ConfigurationError(
            f"a live route leads to a class of LiveView, and {named} is a function: an ordinary page is"
            ' `@app.route("/…")` of Quart'
        )
    raise ConfigurationError(
        f"a live route leads to a class of LiveView, not to {named:.80}: write `class Page(LiveView): …`"
    )


def check_page(page: object, given: Mapping[str, object]) -> None:
    """Raise `ConfigurationError` for a page of `live.render` that is not a view, and for what no view receives."""
    if not (isinstance(page, type) and issubclass(page, LiveView)):
        shown = page.__qualname__ if isinstance(page, type) else repr(page)
        raise ConfigurationError(
            f"live.render takes a component or a class of LiveView, not {shown:.80}; a file of Jinja is rendered by"
            " `await render_template(…)` of Quart"
        )
    for name in given.keys() - {"session"}:
        raise ConfigurationError(
            f"live.render({page.__qualname__}, {name}=…): a view receives what it is given in its session, write"
            f" session={{{name!r}: …}}"
        )


def check_route_options(action: object, name: object, layout: object) -> None:
    """Raise `ConfigurationError` for an option of a route that is of no use."""
    for option, value in (("action", action), ("name", name)):
        if value is not None and not isinstance(value, str):
            raise ConfigurationError(f"route({option}={value!r:.80}): write a text, or leave it out")
    found = layout_fault(layout)
    if found is not None:
        reason, hint = found
        raise ConfigurationError(f"route(layout=…) {reason}; {hint}")


@contextmanager
def refused_rule(path: str, view: type[LiveView[Any]]) -> Generator[None]:
    """Put what the URL map refuses into a `ConfigurationError` that names the route."""
    try:
        yield
    except (ValueError, TypeError, LookupError, SyntaxError, AssertionError) as error:
        raise ConfigurationError(
            f"the route {path!r} of {view.__qualname__} is refused: {_in_words(error)}"
        ) from error


def _in_words(error: Exception) -> str:
    match error:
        case SyntaxError():  # werkzeug makes a function of the rule
            return "two of its parameters have one name"
        case LookupError():
            return f"{error.args[0]}; there are string, int, float, path, any, uuid, as in <int:id>"
        case AssertionError():  # Quart's, of two functions for one name
            return (
                "its name is that of another route; an address has one view, and other addresses of it take a"
                ' name of their own, `name="…"`'
            )
        case _:
            return f"{error}; a parameter is written <name> or <int:name>"
