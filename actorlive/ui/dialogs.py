"""Dialogs: a modal in the middle of the page, and a drawer at its side.

Both are a `<dialog>` that the browser itself puts above everything else: nothing behind it can be reached, and when it
closes the focus is where it was. The rule: **whoever opens it closes it.** With `open={@editing}` the view decides, and
Escape, a click beside the dialog and its × only run `on_cancel`, after which the view says `open={False}`, or does not.
Without `open` the page decides, by the commands `ui.show` and `ui.hide`, and no message is sent.
"""

from __future__ import annotations

from typing import Literal

from actorlive.js.commands import JS, JSCommands
from actorlive.template import Attrs, Slot, Template, component, heex
from actorlive.ui.commands import EventOrCommands, by_id, commands

__all__ = ["drawer", "hide", "modal", "show"]


def show(id: str, js: JSCommands = JS) -> JSCommands:
    """The commands `js`, then open the modal or the drawer of that id."""
    return js.dispatch("al:show", to=by_id(id), bubbles=False)


def hide(id: str, js: JSCommands = JS) -> JSCommands:
    """The commands `js`, then close the modal or the drawer of that id."""
    return js.dispatch("al:hide", to=by_id(id), bubbles=False)


@component
def modal(
    *,
    id: str,
    title: str,
    open: bool = False,
    on_cancel: EventOrCommands | None = None,
    inner_block: Slot,
    footer: Slot = Slot.empty,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """A modal dialog with a heading, a content, and a footer for its buttons.

    `open` is the view's; without it, `ui.show(id)` and `ui.hide(id)` open and close it. Escape, the × and a click
    beside the dialog run `on_cancel`, an event or commands, by default `ui.hide(id)`. The focus goes to what has
    `autofocus`, else to the first control. Mirrors `modal` of Phoenix's core components.
    """
    return heex("""
      <.dialog id={@id} title={@title} open={@open} on_cancel={@on_cancel} class="al-dialog" {@rest}>
        {render_slot(@inner_block)}
        <:footer :if={@footer}>{render_slot(@footer)}</:footer>
      </.dialog>
    """)


@component
def drawer(
    *,
    id: str,
    title: str,
    open: bool = False,
    side: Literal["left", "right"] = "right",
    on_cancel: EventOrCommands | None = None,
    inner_block: Slot,
    footer: Slot = Slot.empty,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """A modal dialog at the `side` of the window, as high as that; in everything else, a `modal`."""
    return heex("""
      <.dialog
        id={@id}
        title={@title}
        open={@open}
        on_cancel={@on_cancel}
        class={["al-dialog al-drawer", @class]}
        data-side={@side}
        {@rest}
      >
        {render_slot(@inner_block)}
        <:footer :if={@footer}>{render_slot(@footer)}</:footer>
      </.dialog>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-dialog.al-drawer {
            width: min(26rem, 100vw - 2rem);
            height: 100dvh;
            max-height: none;
            margin-block: 0;
            border-width: 0 0 0 1px;
            border-radius: 0;
          }

          .al-drawer:modal {
            margin-right: 0;
          }

          .al-drawer[data-side="left"]:modal {
            margin-right: auto;
            margin-left: 0;
            border-width: 0 1px 0 0;
          }
        }
      </style>
    """)


@component
def dialog(
    *,
    id: str,
    title: str,
    open: bool,
    on_cancel: EventOrCommands | None,
    inner_block: Slot,
    footer: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """What the two have in common.

    The × stands last, so that the focus finds the content's own controls before it.
    """
    return heex(
        """
        <dialog
          id={@id}
          open={@open}
          data-open={@open}
          data-cancel={@cancel}
          aria-labelledby={f"{@id}-title"}
          phx-hook=".Dialog"
          {@rest}
        >
          <h2 id={f"{@id}-title"}>{@title}</h2>
          {render_slot(@inner_block)}
          <footer :if={@footer}>{render_slot(@footer)}</footer>
          <button type="button" class="al-close" aria-label="Close" phx-click={@close}>×</button>
        </dialog>

        <script :type={ColocatedHook} name=".Dialog">
          const FOCUSABLE = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]"

          export default {
            mounted() {
              this.js().ignoreAttributes(this.el, ["open"])
              const on = (name, run) => this.el.addEventListener(name, (event) => run(event))
              on("al:show", () => this.show())
              on("al:hide", () => this.el.close())
              on("cancel", (event) => this.askedToClose(event))
              on("keydown", (event) => this.pressed(event))
              on("pointerdown", (event) => (this.began = this.isBeside(event)))
              on("click", (event) => this.began && this.isBeside(event) && this.cancel())
              this.updated()
            },

            // What the view wants is followed when it changes; in between the page may have its own way.
            updated() {
              const wanted = "open" in this.el.dataset
              if (wanted === this.wanted) return
              const first = this.wanted === undefined
              this.wanted = wanted
              if (wanted) this.show()
              else if (!first) this.el.close()
            },

            // A dialog that goes away while it is open does not give the focus back by itself.
            destroyed() {
              if (this.opener?.isConnected && document.activeElement === document.body) this.opener.focus()
            },

            show() {
              if (this.el.matches(":modal")) return
              this.el.close() // of the first paint: open, and not yet modal
              this.opener = document.activeElement
              this.el.showModal()
            },

            cancel() {
              this.js().exec(this.el.dataset.cancel)
            },

            // By other means than the Escape key, as the back gesture of a phone. File inputs send such an event, too.
            askedToClose(event) {
              if (event.target !== this.el) return
              event.preventDefault()
              this.cancel()
            },

            pressed(event) {
              if (event.defaultPrevented || event.isComposing) return
              if (event.key === "Tab") this.keepInside(event)
              if (event.key !== "Escape") return
              event.preventDefault()
              this.cancel()
            },

            // Behind the last element the browser's own controls would come, where a screen reader is lost.
            keepInside(event) {
              const all = [...this.el.querySelectorAll(FOCUSABLE)]
              const inside = all.filter((el) => el.tabIndex >= 0 && !el.disabled && el.checkVisibility())
              const [edge, other] = event.shiftKey ? [inside.at(0), inside.at(-1)] : [inside.at(-1), inside.at(0)]
              if (document.activeElement !== edge && document.activeElement !== this.el) return
              event.preventDefault()
              other.focus()
            },

            isBeside({ target, clientX, clientY }) {
              const { left, right, top, bottom } = this.el.getBoundingClientRect()
              return target === this.el && (clientX < left || clientX > right || clientY < top || clientY > bottom)
            },
          }
        </script>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-dialog {
              max-height: calc(100dvh - 2rem);
              overflow-y: auto;
              overscroll-behavior: contain;
            }

            .al-dialog:modal {
              position: fixed;
            }

            .al-dialog > h2 {
              margin: 0 2.5rem 1rem 0;
            }

            .al-dialog > :nth-last-child(2) {
              margin-bottom: 0;
            }

            .al-dialog > footer {
              display: flex;
              flex-wrap: wrap;
              justify-content: end;
              gap: 0.5rem;
              margin-top: 1.5rem;
            }

            .al-close:not(.primary, .danger) {
              position: absolute;
              top: 1rem;
              right: 1rem;
              min-width: 2.5rem;
              padding: 0;
              border-color: transparent;
              background: none;
              color: var(--al-soft);
              font-size: 1.25rem;
              line-height: 1;
            }
          }
        </style>
        """,
        cancel=commands(on_cancel) if on_cancel is not None else hide(id),
        close=JS.exec("data-cancel", to=by_id(id)),
    )
