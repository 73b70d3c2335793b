"""The test kit: LiveViewTest for Trio. See docs/testing.md.

Names are loaded when they are first used, so that the pytest plugin costs nothing where no view is tested.
"""

from typing import TYPE_CHECKING

from actorlive.lazy import open_door

if TYPE_CHECKING:
    from actorlive.testing.browser.files import LocalFile as LocalFile
    from actorlive.testing.components import (
        render_component as render_component,
        rendered_to_string as rendered_to_string,
    )
    from actorlive.testing.element import Element as Element, FormElement as FormElement
    from actorlive.testing.errors import (
        CommandFailure as CommandFailure,
        ElementError as ElementError,
        Failure as Failure,
        FormError as FormError,
        JoinFailed as JoinFailed,
        Leak as Leak,
        NotIdle as NotIdle,
        PageWarning as PageWarning,
        Redirected as Redirected,
        RenderedError as RenderedError,
        SelectorError as SelectorError,
        UnexpectedStatus as UnexpectedStatus,
        ViewGone as ViewGone,
    )
    from actorlive.testing.file_input import FileInput as FileInput
    from actorlive.testing.remote_session import connect as connect
    from actorlive.testing.session import live as live, live_isolated as live_isolated
    from actorlive.testing.timing.exploration import (
        ExplorationFailure as ExplorationFailure,
        explore as explore,
    )
    from actorlive.testing.timing.network import Network as Network
    from actorlive.testing.view import Destination as Destination, View as View

open_door(__name__, globals(), extra="actorlive[testing]", needs=("selectolax", "trio_websocket"))
