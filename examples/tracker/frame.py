"""What stands around each page of the tracker, and what its pages share."""

from collections.abc import Mapping

from actorlive import Slot, Template, component, heex, use_in_templates

from .accounts import User
from .auth import HOME
from .issues import STATUSES, Issue

use_in_templates(HOME, STATUSES)


@component
def frame(*, user: User, flash: Mapping[str, str], inner_block: Slot) -> Template:
    """The way back to the list, who one is, and what was refused."""
    return heex("""
      <nav class="tracker-bar" aria-label="Tracker">
        <.link navigate={HOME}>All issues</.link>
        <span>{@user.name}</span>
        <.link href={f"{HOME}/login"} method="delete" class="button">Log out</.link>
      </nav>
      <.flash_group flash={@flash} />
      {render_slot(@inner_block)}
      <style :type={ColocatedCSS}>
        .tracker-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; }
        .tracker-bar > span { margin-inline-start: auto; }
        .tracker-status > button[aria-pressed="true"] { font-weight: 650; border-color: currentColor; }
      </style>
    """)


@component
def status_of(*, issue: Issue) -> Template:
    """The issue's status, as buttons. The one that was pressed looks so at once; a refusal takes it back."""
    return heex("""
      <div
        id={f"status-{@issue.id}"}
        class="tracker-status"
        role="group"
        aria-label={f"Status of {@issue.title}"}
      >
        <button
          :for={status, title in STATUSES.items()}
          id={f"status-{@issue.id}-{status}"}
          type="button"
          aria-pressed={"true" if status == @issue.status else "false"}
          phx-click={JS.push(
            "move",
            value={"id": @issue.id, "status": status, "seen": @issue.version},
            optimistic=JS.set_attribute("aria-pressed", "false", to=f"#status-{@issue.id}-{@issue.status}")
              .set_attribute("aria-pressed", "true", to=f"#status-{@issue.id}-{status}"),
          )}
        >{title}</button>
      </div>
    """)
