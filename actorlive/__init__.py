"""actorlive: Phoenix LiveView for Python, on Trio.

A view is an actor: one mailbox for client events, messages, async results and timers, handled one at a time.
This module is the one public door; what is used more rarely is in `actorlive.runtime`, `actorlive.pubsub` and
`actorlive.testing`. Names are loaded when they are first used: `import actorlive.runtime` brings in no web.
"""

from typing import TYPE_CHECKING

from actorlive.lazy import open_door

if TYPE_CHECKING:
    from actorlive.errors import ActorLiveError as ActorLiveError
    from actorlive.forms.form import (
        Field as Field,
        Form as Form,
        to_form as to_form,
        used_input as used_input,
    )
    from actorlive.forms.validate import validate as validate
    from actorlive.js.commands import JS as JS
    from actorlive.live.async_result import AsyncResult as AsyncResult
    from actorlive.live.component import LiveComponent as LiveComponent
    from actorlive.live.container import Container as Container
    from actorlive.live.events import Event as Event, RawEvent as RawEvent
    from actorlive.live.examining import ViewSnapshot as ViewSnapshot, examine as examine
    from actorlive.live.hooks import Cont as Cont, Halt as Halt
    from actorlive.live.kept import Kept as Kept
    from actorlive.live.rejection import Rejected as Rejected, Stale as Stale
    from actorlive.live.socket import Socket as Socket
    from actorlive.live.streams import Stream as Stream, StreamResult as StreamResult
    from actorlive.live.updates import send_update as send_update, send_update_after as send_update_after
    from actorlive.live.uploads.config import UploadConfig as UploadConfig
    from actorlive.live.uploads.entry import UploadEntry as UploadEntry
    from actorlive.live.uploads.errors import UploadError as UploadError
    from actorlive.live.uploads.external import External as External, Postpone as Postpone
    from actorlive.live.uploads.upload import Upload as Upload
    from actorlive.live.uploads.writer import UploadedFile as UploadedFile, UploadWriter as UploadWriter
    from actorlive.live.view import LiveView as LiveView
    from actorlive.pubsub import (
        Gap as Gap,
        Message as Message,
        Presence as Presence,
        PresenceDiff as PresenceDiff,
    )
    from actorlive.rendered import Markup as Markup
    from actorlive.runtime import (
        Down as Down,
        Error as Error,
        Exit as Exit,
        Ok as Ok,
        Pid as Pid,
        Ref as Ref,
        Shutdown as Shutdown,
        Timer as Timer,
        cancel_timer as cancel_timer,
        demonitor as demonitor,
        exit as exit,
        link as link,
        make_ref as make_ref,
        monitor as monitor,
        register as register,
        send as send,
        send_after as send_after,
        spawn as spawn,
        spawn_link as spawn_link,
        spawn_monitor as spawn_monitor,
        unlink as unlink,
        whereis as whereis,
    )
    from actorlive.template import (
        Attrs as Attrs,
        ColocatedCSS as ColocatedCSS,
        ColocatedHook as ColocatedHook,
        ColocatedJS as ColocatedJS,
        MacroComponent as MacroComponent,
        MacroContent as MacroContent,
        MacroElement as MacroElement,
        Slot as Slot,
        Template as Template,
        component as component,
        heex as heex,
        render_slot as render_slot,
        static_path as static_path,
        upload_errors as upload_errors,
        url_for as url_for,
        use_in_templates as use_in_templates,
    )
    from actorlive.web import ActorLive as ActorLive, csp_nonce as csp_nonce, csrf_token as csrf_token

__version__ = "0.1.0"
"""The one place that states it: the wheel's metadata is read from here."""

open_door(__name__, globals())
