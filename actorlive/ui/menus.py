"""A button that opens a menu of things to do (the menu button of the ARIA Authoring Practices).

The menu is a popover: the browser draws it above everything else, closes it at a click elsewhere, and knows by itself
whether it is open, so that no patch can close it. What the hook adds is the keyboard, and the place below the button.
All of it may stand in a paragraph: that is why it is made of spans.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from actorlive.template import Attrs, Slot, Template, component, heex
from actorlive.ui.commands import EventOrCommands

__all__ = ["MenuItem", "dropdown"]

_ATTRIBUTES = Attrs.include("disabled")


class MenuItem(TypedDict, total=False):
    """What `<:item>` takes: what it does, or where it leads."""

    on_click: EventOrCommands
    navigate: str
    patch: str
    href: str
    kind: Literal["danger"]
    disabled: bool


@component
def dropdown(
    *,
    id: str,
    label: str,
    item: Slot[MenuItem],
    button_label: Slot = Slot.empty,
    rest: Attrs = _ATTRIBUTES,
) -> Template:
    """A button with a menu: `<:item on_click="rename">Rename</:item>`, `<:item navigate="/help">Help</:item>`.

    Enter, Space and the arrow down open the menu at its first item, the arrow up at its last; there, the arrows, Home,
    End and letters lead to the others, Escape and Tab out of it. `label` is what the button says; where it has a
    `<:button_label>`, such as an icon, that is its accessible name. A disabled item can be reached, and does nothing.
    """
    return heex("""
      <span id={@id} class="al-dropdown" phx-hook=".Menu">
        <button
          type="button"
          id={f"{@id}-button"}
          popovertarget={f"{@id}-menu"}
          aria-haspopup="menu"
          aria-expanded="false"
          aria-controls={f"{@id}-menu"}
          aria-label={@label if @button_label else None}
          {@rest}
        >
          {% if @button_label %}{render_slot(@button_label)}{% else %}{@label}{% endif %}
        </button>
        <span
          id={f"{@id}-menu"}
          class="al-menu"
          role="menu"
          popover="auto"
          aria-labelledby={f"{@id}-button"}
        >
          {% for entry in @item %}
            {% if entry.navigate or entry.patch or entry.href %}
              <.link
                navigate={entry.navigate}
                patch={entry.patch}
                href={entry.href}
                role="menuitem"
                tabindex="-1"
                data-kind={entry.kind}
              >{render_slot(entry)}</.link>
            {% else %}
              <button
                type="button"
                role="menuitem"
                tabindex="-1"
                data-kind={entry.kind}
                aria-disabled={"true" if entry.disabled else None}
                phx-click={None if entry.disabled else entry.on_click}
              >{render_slot(entry)}</button>
            {% endif %}
          {% endfor %}
        </span>
      </span>

      <script :type={ColocatedHook} name=".Menu">
        const GAP = 4 // pixels between the button and the menu, and between the menu and the window's edge
        const PAUSE = 500 // milliseconds after which a letter begins a new word

        export default {
          mounted() {
            this.typed = ""
            const on = (name, run, capture = false) => this.el.addEventListener(name, (event) => run(event), capture)
            on("click", (event) => this.clicked(event))
            on("keydown", (event) => this.pressed(event))
            on("toggle", () => this.isOpen() || this.closed(), true)
          },

          // A patch takes the place away, which is in a style that the template knows nothing of; to have the client
          // keep it would set a style by an attribute, which policies refuse. The item with the focus may be gone.
          updated() {
            if (!this.isOpen()) return
            this.place()
            if (document.activeElement === document.body) this.focus(0)
          },

          destroyed() {
            this.watching?.abort()
          },

          button() {
            return this.el.querySelector("[aria-haspopup]")
          },

          menu() {
            return this.el.querySelector("[role=menu]")
          },

          items() {
            return [...this.menu().querySelectorAll("[role=menuitem]")]
          },

          isOpen() {
            return this.menu().matches(":popover-open")
          },

          open(index) {
            this.menu().showPopover()
            this.js().setAttribute(this.button(), "aria-expanded", "true")
            this.watching = new AbortController()
            const { signal } = this.watching
            addEventListener("scroll", () => this.place(), { signal, capture: true, passive: true })
            addEventListener("resize", () => this.place(), { signal })
            this.place()
            this.focus(index)
          },

          close() {
            this.menu().hidePopover()
            this.button().focus()
          },

          closed() {
            this.watching?.abort()
            this.js().setAttribute(this.button(), "aria-expanded", "false")
          },

          // Below the button, or above it where there is no room below, and never out of the window.
          place() {
            const menu = this.menu()
            const at = this.button().getBoundingClientRect()
            const { width, height } = menu.getBoundingClientRect()
            const above = at.top - GAP - height
            const below = at.bottom + GAP
            const top = below + height > innerHeight && above >= 0 ? above : below
            const left = Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))
            Object.assign(menu.style, { top: `${top}px`, left: `${left}px` })
          },

          focus(index) {
            const items = this.items()
            items.at(index % items.length)?.focus()
          },

          // The browser would open the menu by itself, which is what happens without this hook.
          clicked(event) {
            const item = event.target.closest("[role=menuitem]")
            if (item) {
              if (item.getAttribute("aria-disabled") !== "true") this.close()
            } else if (event.target.closest("[aria-haspopup]")) {
              event.preventDefault()
              if (this.isOpen()) this.close()
              else this.open(0)
            }
          },

          pressed(event) {
            if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
            const run = event.target.closest("[role=menu]") ? this.keyInMenu(event) : this.keyOnButton(event)
            if (!run) return
            event.preventDefault()
            event.stopPropagation() // Escape closes the menu, and not the dialog around it
            run()
          },

          keyOnButton({ key }) {
            return { ArrowDown: () => this.open(0), ArrowUp: () => this.open(-1) }[key]
          },

          keyInMenu({ key, target }) {
            const at = this.items().indexOf(document.activeElement)
            if (key === "Tab") this.close() // and on from the button
            if (key === " ") return this.typed ? () => this.type(key, at) : () => target.click()
            if (key.length === 1) return () => this.type(key, at)
            return {
              ArrowDown: () => this.focus(at + 1),
              ArrowUp: () => this.focus(at - 1),
              Home: () => this.focus(0),
              End: () => this.focus(-1),
              Escape: () => this.close(),
            }[key]
          },

          // To the next item that begins with what was typed; one letter again and again goes through its items.
          type(key, at) {
            clearTimeout(this.pause)
            this.pause = setTimeout(() => (this.typed = ""), PAUSE)
            this.typed += key.toLowerCase()
            const same = [...this.typed].every((letter) => letter === this.typed[0])
            const word = same ? this.typed[0] : this.typed
            const items = this.items()
            const from = same ? at + 1 : at
            const order = [...items.slice(from), ...items.slice(0, from)]
            order.find((item) => item.textContent.trim().toLowerCase().startsWith(word))?.focus()
          },
        }
      </script>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-dropdown {
            display: inline-block;
          }

          .al-menu {
            inset: auto;
            min-width: 10rem;
            max-width: calc(100vw - 8px);
            max-height: min(24rem, 100dvh - 8px);
            margin: 0;
            padding: 0.25rem;
            overflow-y: auto;
            border: 1px solid var(--al-line);
            border-radius: var(--al-radius);
            background: var(--al-surface);
            color: var(--al-ink);
            box-shadow: 0 8px 28px rgb(0 0 0 / 18%);
          }

          .al-menu > [role="menuitem"] {
            display: flex;
            align-items: center;
            box-sizing: border-box;
            width: 100%;
            min-height: 2.25rem;
            padding: 0.4rem 0.75rem;
            border: 0;
            border-radius: calc(var(--al-radius) - 3px);
            background: none;
            color: inherit;
            font: 400 0.9375rem/1.4 var(--al-sans);
            text-align: start;
            text-decoration: none;
          }

          .al-menu > [role="menuitem"]:is(:hover, :focus) {
            background: var(--al-sunken);
            outline: none;
          }

          .al-menu > [role="menuitem"]:focus-visible {
            box-shadow: inset 0 0 0 2px var(--al-you);
          }

          .al-menu > [role="menuitem"][data-kind="danger"] {
            color: var(--al-danger);
          }

          .al-menu > [role="menuitem"][aria-disabled] {
            color: var(--al-soft);
            cursor: not-allowed;
          }
        }
      </style>
    """)
