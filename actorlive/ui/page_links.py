"""The pages of a long list, as links.

**Shown are the first page, the last, and those around the one that one is at; what is left out between two of them is
never a single page.** So a step aside moves little, and an ellipsis stands for something.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from actorlive.template import Attrs, Template, component, heex

__all__ = ["PagePath", "pages_shown", "pagination"]

PagePath = Callable[[int], str]
"""The path of a page, by its number."""


@component
def pagination(
    *,
    page: int,
    pages: int,
    patch: str | PagePath,
    label: str = "Pages",
    previous: str = "Previous",
    following: str = "Next",
    around: int = 1,
    rest: Attrs,
) -> Template:
    """Links to the `pages`, numbered from 1, of which this is `page`; nothing where there is only one.

    `patch` is the view's own path, in which `page=` is set: `patch="/items?sort=name"` leads to
    `/items?sort=name&page=3`; or a function of the page's number. `around` pages are shown on each side of this one.
    A `page` beyond the ends counts as the end.
    """
    at = min(max(page, 1), max(pages, 1))
    return heex(
        """
        <nav :if={@pages > 1} class="al-pages" aria-label={@label} {@rest}>
          <ul>
            <li :if={@at > 1}><.link patch={path_of(@patch, @at - 1)} rel="prev">{@previous}</.link></li>
            {% for number in @shown %}
              {% if number is None %}
                <li aria-hidden="true">…</li>
              {% else %}
                <li>
                  <.link patch={path_of(@patch, number)} aria-current={number == @at and "page"}>{number}</.link>
                </li>
              {% endif %}
            {% endfor %}
            <li :if={@at < @pages}><.link patch={path_of(@patch, @at + 1)} rel="next">{@following}</.link></li>
          </ul>
        </nav>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-pages {
              font-variant-numeric: tabular-nums;
            }

            .al-pages a {
              display: inline-block;
              min-width: 1.5rem;
              padding-block: 0.25rem;
              text-align: center;
            }
          }
        </style>
        """,
        at=at,
        shown=pages_shown(at, pages, around),
    )


def pages_shown(page: int, pages: int, around: int = 1) -> list[int | None]:
    """The numbers to show, None for several that are left out.

    >>> pages_shown(5, 20)
    [1, None, 4, 5, 6, None, 20]
    >>> pages_shown(3, 20)
    [1, 2, 3, 4, None, 20]
    """
    near = range(max(page - around, 1), min(page + around, pages) + 1)
    found: list[int | None] = []
    last = 0
    for number in sorted({1, *near, pages}):
        if number - last == 2:
            found.append(last + 1)
        elif number - last > 2:
            found.append(None)
        found.append(number)
        last = number
    return found


def path_of(patch: str | PagePath, number: int) -> str:
    """The path of a page; everything else that stands in it stays."""
    if callable(patch):
        return patch(number)
    parts = urlsplit(patch)
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "page"
    ]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(number))])))
