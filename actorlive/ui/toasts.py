"""Messages that come and go in a corner of the window.

They stand in a live region that is there before them, so that a screen reader says them when it is not speaking. One
that goes by itself waits for whoever points at it, has the focus in it, or looks at another tab; an error stays until
somebody closes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from actorlive.js.commands import JS
from actorlive.template import Slot, Template, component, heex
from actorlive.ui.commands import EventOrCommands, commands

__all__ = ["ToastKind", "toast", "toast_group"]

ToastKind: TypeAlias = Literal["info", "success", "warning", "error"]

_CLEAR = "lv:clear-flash"


@component
def toast_group(
    *,
    flash: Mapping[str, str] | None = None,
    id: str = "toasts",
    timeout: float | None = 5.0,
    inner_block: Slot = Slot.empty,
) -> Template:
    """The flash messages as toasts, and whatever `ui.toast` stand between its tags: once on each page, in the layout.

    A flash of the kind "error" stays until it is closed, any other for `timeout` seconds; None keeps them all. It takes
    the place of `flash_group`.
    """
    return heex("""
      <div
        id={@id}
        class="al-flash-group"
        role="region"
        aria-label="Notifications"
        aria-live="polite"
        aria-relevant="additions text"
      >
        <.toast
          :for={kind, message in (@flash or {}).items()}
          :key={kind}
          id={f"{@id}-{kind}"}
          kind={kind}
          timeout={None if kind == "error" else @timeout}
          on_close={JS.push(_CLEAR, value={"key": kind})}
        >{message}</.toast>
        {render_slot(@inner_block)}
      </div>
    """)


@component
def toast(
    *,
    id: str,
    kind: str = "info",
    timeout: float | None = 5.0,
    on_close: EventOrCommands | None = None,
    inner_block: Slot,
) -> Template:
    """One message, in a `ui.toast_group`. After `timeout` seconds, or by its ×, it runs `on_close`, event or commands.

    `kind` is "info", "success", "warning", "error", or a name of your own, as `data-kind` for your stylesheet. By
    default `on_close` hides it; where the view keeps a list of toasts, have it take the toast out of that.
    """
    return heex(
        """
        <div
          id={@id}
          class="al-flash"
          data-kind={@kind}
          data-timeout={@timeout}
          data-close={@close}
          phx-hook=".Toast"
        >
          <span>{render_slot(@inner_block)}</span>
          <button
            type="button"
            phx-click={JS.exec("data-close", to=JS.closest(".al-flash"))}
            aria-label="Close"
          >×</button>
        </div>

        <script :type={ColocatedHook} name=".Toast">
          export default {
            mounted() {
              this.holds = new Set()
              this.hold("mouseenter", "mouseleave")
              this.hold("focusin", "focusout")
              this.el.addEventListener("focusin", ({ relatedTarget }) => (this.from ??= relatedTarget))
              this.el.addEventListener("keydown", ({ key }) => key === "Escape" && this.close())
              this.seen = () => this.set("hidden", document.hidden)
              document.addEventListener("visibilitychange", this.seen)
              this.seen()
            },

            // Another message in the same place has its own time.
            updated() {
              if (this.text !== this.el.textContent) this.start()
            },

            destroyed() {
              clearTimeout(this.timer)
              document.removeEventListener("visibilitychange", this.seen)
              if (this.from?.isConnected && document.activeElement === document.body) this.from.focus()
            },

            hold(begin, end) {
              this.el.addEventListener(begin, () => this.set(begin, true))
              this.el.addEventListener(end, () => this.set(begin, false))
            },

            set(reason, held) {
              if (held) this.holds.add(reason)
              else this.holds.delete(reason)
              this.start()
            },

            start() {
              clearTimeout(this.timer)
              this.text = this.el.textContent
              const seconds = Number(this.el.dataset.timeout)
              if (seconds && !this.holds.size) this.timer = setTimeout(() => this.close(), seconds * 1000)
            },

            close() {
              this.js().exec(this.el.dataset.close)
            },
          }
        </script>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-flash[data-kind="warning"] {
              border-left-color: var(--al-warn);
            }
          }
        </style>
        """,
        close=commands(on_close) if on_close is not None else JS.hide(),
    )
