"""The live components of one view: mounted when a render first places them, gone when the client says so.

A render of the view places components; each class of them is updated at once, then each is rendered, which places
others: breadth first, until nothing is placed (`settle`). A component whose own callback ran is rendered by itself.
All of it goes out as one message, in which each component is rendered once at most (INV-2).

A component ends in two steps, since a render may place it again while the client is still fading it out: the client
says which it is about to remove (`mark`), and later which it has removed (`destroy`). Only those that no render brought
back in between are gone. The numbers and the trees are the renderer's affair.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from actorlive.live.assigns import assign, changes, clear_changes
from actorlive.live.component import LiveComponent, check_root
from actorlive.live.declaration import check_complete
from actorlive.live.events import ONLINE_ONLY
from actorlive.live.hooks import call
from actorlive.live.owner import Owner
from actorlive.live.process.spans import component_span, span
from actorlive.live.process.targets import MountedComponent
from actorlive.live.properties import readable
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.stateful import template_of
from actorlive.runtime import Shutdown
from actorlive.template import Renderer
from actorlive.template.rendering.placing import Placement

__all__ = ["Components", "naming"]

T = TypeVar("T")

UNMOUNTED = Shutdown("unmounted")

_NONE: dict[int, MountedComponent] = {}
"""The components of most views, which all share; never written to."""
_NO_CLASSES: frozenset[type] = frozenset()
"""What most views have told of; one for all, since each empty one would have 216 bytes."""


class Components:
    """The mounted components of a view, by number."""

    __slots__ = ("_by_cid", "_renderer", "_socket", "_state", "_told", "acted", "touched")

    def __init__(self, state: ViewState, socket: Socket, renderer: Renderer) -> None:
        self._state = state
        self._socket = socket
        self._renderer = renderer
        self._by_cid = _NONE
        self._told = _NO_CLASSES
        """The classes of which the page knows what does not wait for a connection."""
        self.acted: list[MountedComponent] | tuple[()] = ()
        """Those whose callbacks ran since the last message."""
        self.touched: dict[MountedComponent, bool] | None = None
        """Those that have a part in the message that is being put together; True for what it renders."""

    def __iter__(self) -> Iterator[MountedComponent]:
        return iter(list(self._by_cid.values()))

    def get(self, cid: int) -> MountedComponent | None:
        """The component of that number; None when it is gone."""
        return self._by_cid.get(cid)

    def find(self, module: type[LiveComponent[Any]], id: object) -> MountedComponent | None:
        """The component of that class and id; None when there is none."""
        cid = self._renderer.find(module, id)
        return None if cid is None else self._by_cid.get(cid)

    # -- callbacks of their own ------------------------------------------------

    async def act(self, component: MountedComponent, callback: Awaitable[T]) -> T:
        """Run a callback of one component; what it changed goes with the next message."""
        self.note(component)
        return await naming(component, callback)

    def note(self, component: MountedComponent) -> None:
        """Something of the component changed, without a callback."""
        self.acted = [*self.acted, component]

    def hand_over_flash(self) -> None:
        """The page is about to go elsewhere: what components told the person goes along with what the view did."""
        flash = self._state.owner.flash
        for component in self.acted:
            for kind, message in component.owner.flash.fresh.items():
                assign(self._state.view, "flash", flash.put(kind, message))

    # -- a render --------------------------------------------------------------

    async def settle(self, placed: Sequence[Placement]) -> None:
        """Update and render what was placed, and what that places; then those whose callbacks ran."""
        await self._spread(placed)
        acted, self.acted = self.acted, ()
        for component in acted:
            if component.cid in self._by_cid:
                await self._spread(self._render(component))

    async def update(self, component: MountedComponent, assigns: dict[str, object]) -> None:
        """Update one component, as `send_update` asks for."""
        self.note(component)
        await self._update(type(component.component), [(component, assigns)])

    def finish(self) -> None:
        """The message is put together: what was meant for it alone is over."""
        for component in self.touched or ():
            clear_changes(component.component)
            component.owner.end_of_render()
            component.owner.flash.end_of_callback()
            if component.guard is not None:
                component.guard.remember()

    def start_over(self) -> None:
        """The next render is of all that it places, in full, whatever has changed or acted before."""
        self.acted = ()
        for component in self._by_cid.values():
            component.is_shown = False
            clear_changes(component.component)

    def redraw(self) -> None:
        """Templates have been exchanged: the next render is in full, and is of all, those in streamed rows too."""
        for component in self._by_cid.values():
            component.is_shown = False
            self.note(component)

    async def after_render(self) -> None:
        """Run the `after_render` hooks of the components that were rendered."""
        touched, self.touched = self.touched, None
        for component, is_rendered in (touched or {}).items():
            if is_rendered and component.hooks.has("after_render"):
                await naming(component, component.hooks.after_render(component.socket))

    async def _spread(self, placed: Sequence[Placement]) -> None:
        while placed:
            groups: dict[object, list[Placement]] = {}
            for placement in placed:
                groups.setdefault(placement.module, []).append(placement)
            placed = []
            for group in groups.values():
                placed += await self._update_group(group)

    async def _update_group(self, group: list[Placement]) -> list[Placement]:
        """Update the components of one class; returns what their renders place."""
        updates = [(await self._mounted(placement), placement.assigns) for placement in group]
        await self._update(type(updates[0][0].component), updates)
        return [inner for component, _ in updates for inner in self._render(component)]

    async def _mounted(self, placement: Placement) -> MountedComponent:
        """The component that was placed, mounted if it is new."""
        known = self._by_cid.get(placement.cid)
        if known is not None:
            if placement.back:
                known.is_shown = False  # so that it is rendered in full
            return known
        made = self._made(cast("type[LiveComponent[Any]]", placement.module), placement)
        self._state.updating = str(made)
        await naming(made, made.component.mount(made.socket))
        self._state.updating = None
        return made

    def _made(self, module: type[LiveComponent[Any]], placement: Placement) -> MountedComponent:
        check_complete(module, LiveComponent)
        self._tell_online_only(module)
        component = module()
        values = component.__dict__
        values["myself"], values["id"] = placement.cid, placement.id
        owner = Owner(component, self._state, {}, placement.cid)
        if self._by_cid is _NONE:
            self._by_cid = {}
        made = self._by_cid[placement.cid] = MountedComponent(component, placement.cid, owner, self._state)
        self._state.owners[placement.cid] = owner
        return made

    def _tell_online_only(self, module: type[LiveComponent[Any]]) -> None:
        """Its events that do not wait while the line is broken: the page learns of them with the first of the class."""
        names = module.__events__.online_only
        if names and module not in self._told:
            self._told |= {module}
            self._state.push_event([ONLINE_ONLY, {"id": self._state.dom_id, "names": names}, True])

    async def _update(
        self,
        module: type[LiveComponent[Any]],
        updates: list[tuple[MountedComponent, dict[str, object]]],
    ) -> None:
        given = [(made.component, {"id": made.component.id, **assigns}) for made, assigns in updates]
        self._state.updating = module.__qualname__
        with component_span("update", self._state.view, component=module, updates=given):
            if _updates_many(module):
                await module.update_many(given, self._socket)
            else:
                for (made, _), (component, assigns) in zip(updates, given, strict=True):
                    await naming(made, component.update(assigns, made.socket))
        self._state.updating = None

    def _render(self, made: MountedComponent) -> list[Placement]:
        """Render a component that changed; returns what it places."""
        component = made.component
        touched = self.touched = self.touched if self.touched is not None else {}
        touched.setdefault(made, False)
        try:
            template = template_of(component)
            if made.guard is not None:
                made.guard.check(template)
            changed = changes(component)
            if made.is_shown and not changed:
                return []
            check_root(type(component), template)
            if made.properties is not None:
                changed = changed | made.properties.changes(changed)
            assigns = readable(component, made.properties)
            about = changed if made.is_shown else None
            with span(
                "render",
                self._state.view,
                component=component,
                changed=None if about is None else frozenset(about),
            ):
                placed = self._renderer.render_component(made.cid, template, assigns, about)
        except Exception as error:
            _name(error, made)
            raise
        made.is_shown = True
        touched[made] = True
        return placed

    # -- the end ---------------------------------------------------------------

    def mark(self, cids: Iterable[int]) -> None:
        """The client is about to remove these (`cids_will_destroy`)."""
        self._renderer.mark_for_deletion(cids)

    async def destroy(self, cids: Iterable[int]) -> list[int]:
        """The client has removed these (`cids_destroyed`); returns those that are gone for good."""
        gone = self._renderer.delete(cids)
        for cid in gone:
            component = self._by_cid.pop(cid, None)
            if component is not None:
                await naming(component, self._end(component))
                del self._state.owners[cid]
        return gone

    async def _end(self, component: MountedComponent) -> None:
        if component.owner.has_tasks:
            component.owner.tasks.end(UNMOUNTED)
        if component.owner.uploads is not None:
            component.owner.uploads.end()
        if component.owner.has_postponed:
            for commit in component.owner.postponed.on_exit():
                await call(commit)
        await component.component.unmount(component.socket)
        component_span.event("destroyed", self._state.view, component=component.component)


def _updates_many(module: type[LiveComponent[Any]]) -> bool:
    return getattr(module.update_many, "__func__", None) is not getattr(
        LiveComponent.update_many, "__func__", None
    )


async def naming(component: MountedComponent, callback: Awaitable[T]) -> T:
    """Wait for a callback; what it raises says which live component it was in."""
    try:
        return await callback
    except Exception as error:
        _name(error, component)
        raise


def _name(error: BaseException, component: MountedComponent) -> None:
    error.add_note(f"in {component}")
