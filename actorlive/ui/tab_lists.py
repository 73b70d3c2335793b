"""Tabs: panels of which one is shown (the tabs pattern of the ARIA Authoring Practices).

The rule: **whoever keeps the choice shows the panel.** With `selected` the view keeps it, a tab sends an event or leads
to another URL, and only the chosen panel has content. Without, the page keeps it: all panels are there, and the arrows
show the one that they come to, since that takes no time.
"""

from __future__ import annotations

from typing import TypedDict

from actorlive.template import Attrs, Slot, SlotEntry, Template, component, heex
from actorlive.ui.commands import EventOrCommands

__all__ = ["Tab", "tabs"]


class Tab(TypedDict, total=False):
    """What `<:tab>` takes: its `label`; the `name` that `selected` and the event have for it, by default its place from
    0; where it leads instead of sending an event."""

    label: str
    name: str
    patch: str


@component
def tabs(
    *,
    id: str,
    label: str,
    tab: Slot[Tab],
    selected: str | None = None,
    on_select: EventOrCommands | None = None,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """Tabs with their panels: `<:tab label="Bill">…</:tab>`. `label` is the list's accessible name.

    The arrows, Home and End go from tab to tab. With `selected`, the name of a tab, the view chooses: by a click, Enter
    or Space a tab sends `on_select` with `tab`, its name, or leads to its `patch`. Without, the tab that has the focus
    shows its panel.
    """
    return heex(
        """
        <div id={@id} class={["al-tabs", @class]} phx-hook=".Tabs" data-kept={@kept} {@rest}>
          <div role="tablist" aria-label={@label}>
            {% for name, entry in @named %}
              {% if entry.patch %}
                <.link
                  patch={entry.patch}
                  role="tab"
                  id={f"{@id}-{name}"}
                  aria-controls={f"{@id}-{name}-panel"}
                  aria-selected={"true" if name == @shown else "false"}
                  tabindex={"0" if name == @shown else "-1"}
                >{entry.label}</.link>
              {% else %}
                <button
                  type="button"
                  role="tab"
                  id={f"{@id}-{name}"}
                  aria-controls={f"{@id}-{name}-panel"}
                  aria-selected={"true" if name == @shown else "false"}
                  tabindex={"0" if name == @shown else "-1"}
                  phx-click={@on_select}
                  phx-value-tab={name if @on_select else None}
                >{entry.label}</button>
              {% endif %}
            {% endfor %}
          </div>
          <div
            :for={name, entry in @named}
            role="tabpanel"
            id={f"{@id}-{name}-panel"}
            aria-labelledby={f"{@id}-{name}"}
            tabindex="0"
            hidden={name != @shown}
          >
            {% if name == @shown or @kept %}{render_slot(entry)}{% endif %}
          </div>
        </div>

        <script :type={ColocatedHook} name=".Tabs">
          export default {
            mounted() {
              this.el.addEventListener("keydown", (event) => this.pressed(event))
              this.el.addEventListener("click", (event) => this.clicked(event))
            },

            // A chosen tab that is gone leaves the first one.
            updated() {
              if (this.isKept() && !this.tabs().some((tab) => tab.ariaSelected === "true")) this.choose(this.tabs()[0])
            },

            isKept() {
              return "kept" in this.el.dataset
            },

            tabs() {
              return [...this.el.querySelector("[role=tablist]").children]
            },

            clicked(event) {
              const tab = event.target.closest("[role=tab]")
              if (tab && this.isKept() && this.tabs().includes(tab)) this.choose(tab)
            },

            pressed(event) {
              const tabs = this.tabs()
              const at = tabs.indexOf(event.target)
              if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return
              if (event.key === " ") return this.followed(event)
              const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }
              if (!(event.key in steps)) return
              event.preventDefault()
              const tab = tabs.at(steps[event.key] % tabs.length)
              tab.focus()
              if (this.isKept()) this.choose(tab)
            },

            // A link does not follow the space bar by itself.
            followed(event) {
              if (event.target.tagName !== "A") return
              event.preventDefault()
              event.target.click()
            },

            // Changed by commands, which the client applies again after each patch.
            choose(chosen) {
              for (const tab of this.tabs()) {
                const panel = document.getElementById(tab.getAttribute("aria-controls"))
                this.js().setAttribute(tab, "aria-selected", String(tab === chosen))
                this.js().setAttribute(tab, "tabindex", tab === chosen ? "0" : "-1")
                if (tab === chosen) this.js().removeAttribute(panel, "hidden")
                else this.js().setAttribute(panel, "hidden", "")
              }
            },
          }
        </script>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-tabs > [role="tablist"] {
              display: flex;
              gap: 0.25rem;
              margin-bottom: 1rem;
              overflow-x: auto;
              border-bottom: 1px solid var(--al-line);
            }

            .al-tabs > [role="tablist"] > [role="tab"] {
              flex: none;
              padding: 0.5rem 0.75rem;
              border: 0;
              border-bottom: 2px solid transparent;
              border-radius: 0;
              background: none;
              color: var(--al-soft);
              font: 550 0.9375rem/1.4 var(--al-sans);
              text-decoration: none;
            }

            .al-tabs > [role="tablist"] > [role="tab"]:hover {
              color: var(--al-ink);
            }

            .al-tabs > [role="tablist"] > [role="tab"][aria-selected="true"] {
              border-bottom-color: var(--al-you);
              color: var(--al-ink);
            }

            .al-tabs > [role="tablist"] > [role="tab"]:focus-visible {
              outline-offset: -2px;
            }
          }
        </style>
        """,
        named=[(_name(entry, place), entry) for place, entry in enumerate(tab)],
        shown=_shown(tab, selected),
        kept=selected is None,
    )


def _name(entry: SlotEntry, place: int) -> str:
    return str(entry.name or place)


def _shown(tab: Slot[Tab], selected: str | None) -> str:
    """The name of the tab whose panel is shown at first: the first one where `selected` is none of them."""
    names = [_name(entry, place) for place, entry in enumerate(tab)]
    return selected if selected in names else next(iter(names), "")
