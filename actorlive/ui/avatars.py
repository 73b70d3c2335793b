"""Somebody, as a picture or as initials in a colour of their own."""

from __future__ import annotations

import unicodedata
from typing import Literal
from zlib import crc32

from actorlive.template import Attrs, Template, component, heex

__all__ = ["avatar", "initials_of"]

_COLOURS = 5


@component
def avatar(
    *,
    name: str,
    src: str | None = None,
    size: Literal["small", "medium", "large"] = "medium",
    class_: object = None,
    rest: Attrs,
) -> Template:
    """A person's picture from `src`, over their initials, which show until it is there and where there is none.

    A name has the same colour everywhere. `name` is what is read out; beside the written name, put the avatar into an
    element with `aria-hidden="true"`.
    """
    return heex(
        """
        <span
          class={["al-avatar", f"al-avatar-{@size}", f"al-p{@colour}", @class]}
          role="img"
          aria-label={@name}
          {@rest}
        >{@initials}<img :if={@src} src={@src} alt="" loading="lazy" referrerpolicy="no-referrer"></span>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-avatar {
              position: relative;
              display: inline-grid;
              place-items: center;
              width: 2.25em;
              height: 2.25em;
              border-radius: 50%;
              overflow: hidden;
              color: #fff;
              font-weight: 600;
              letter-spacing: 0;
              line-height: 1;
              vertical-align: middle;
              print-color-adjust: exact;
              user-select: none;
            }

            .al-avatar-small {
              font-size: 0.75rem;
            }

            .al-avatar-medium {
              font-size: 1rem;
            }

            .al-avatar-large {
              font-size: 1.75rem;
            }

            .al-avatar img {
              position: absolute;
              inset: 0;
              width: 100%;
              height: 100%;
              object-fit: cover;
            }

            .al-p0 {
              background: #2a49d0;
            }

            .al-p1 {
              background: #08734d;
            }

            .al-p2 {
              background: #8a2d83;
            }

            .al-p3 {
              background: #a1461a;
            }

            .al-p4 {
              background: #0c6578;
            }
          }
        </style>
        """,
        initials=initials_of(name),
        colour=crc32(name.encode("utf-8", "replace")) % _COLOURS,
    )


def initials_of(name: str) -> str:
    """The first letters of the first word and the last.

    >>> initials_of("Ada King of Lovelace"), initials_of("ёлка"), initials_of(" ")
    ('AL', 'Ё', '?')
    """
    words = ["".join(filter(str.isalnum, word)) for word in unicodedata.normalize("NFC", name).split()]
    letters = [word[0].upper()[0] for word in words if word]
    return "".join(letters[:1] + letters[1:][-1:]) or "?"
