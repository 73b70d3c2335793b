"""Parts that pages are made of: function components over plain HTML, in the default stylesheet's looks.

    from actorlive import ui, use_in_templates

    use_in_templates(ui)

    <ui.button kind="primary" phx-click="save">Save</ui.button>

Each part follows the pattern that the ARIA Authoring Practices have for it, works by keyboard alone, and stands over
patches: what the visitor opened stays open, and the focus stays where it is. A part's styles and its hook travel with
the pages of an application that uses it, and with no others.

What a part is to do is an event of the view, or JS commands: `on_sort="sort"`, or
`on_sort={JS.push("sort", target=@myself)}` in a live component.
"""

from typing import TYPE_CHECKING

from actorlive.lazy import open_door

if TYPE_CHECKING:
    from actorlive.ui.avatars import avatar as avatar
    from actorlive.ui.buttons import button as button
    from actorlive.ui.charts import (
        area_chart as area_chart,
        bar_chart as bar_chart,
        line_chart as line_chart,
        sparkline as sparkline,
    )
    from actorlive.ui.code_blocks import (
        CodeLanguageError as CodeLanguageError,
        code as code,
        highlight as highlight,
    )
    from actorlive.ui.dialogs import drawer as drawer, hide as hide, modal as modal, show as show
    from actorlive.ui.drawing.series import ChartError as ChartError
    from actorlive.ui.empty_states import empty_state as empty_state
    from actorlive.ui.fields import field as field
    from actorlive.ui.markdown_blocks import markdown as markdown
    from actorlive.ui.menus import dropdown as dropdown
    from actorlive.ui.options import (
        Choice as Choice,
        ChoiceGroup as ChoiceGroup,
        Options as Options,
        options_for_select as options_for_select,
    )
    from actorlive.ui.page_links import pagination as pagination
    from actorlive.ui.progress_bars import ProgressError as ProgressError, progress as progress
    from actorlive.ui.tab_lists import tabs as tabs
    from actorlive.ui.tables import table as table
    from actorlive.ui.toasts import toast as toast, toast_group as toast_group

open_door(__name__, globals())
