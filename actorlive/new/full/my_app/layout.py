"""What stands around every page."""

from collections.abc import Mapping

from actorlive import Slot, Template, component, heex

from my_app.accounts import User


@component
def frame(*, flash: Mapping[str, str], user: User | None = None, inner_block: Slot) -> Template:
    return heex("""
      <header>
        <nav aria-label="Site">
          <ul>
            <li><.link navigate="/">My app</.link></li>
            {% if @user %}
              <li>{@user.email}</li>
              <li><.link href="/login" method="delete">Log out</.link></li>
            {% endif %}
          </ul>
        </nav>
      </header>
      <main>
        <.flash_group flash={@flash} />
        {render_slot(@inner_block)}
      </main>
    """)
