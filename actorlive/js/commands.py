"""JS commands: what the browser does by itself on an event, without waiting for the server.

A chain of commands is a value. `JS` is the empty chain, each method returns a longer one, and a chain put
into a `phx-*` attribute renders as the JSON that the official client runs, left to right:

    JS.push("delete", value={"id": 7}).add_class("opacity-50", to="#row-7")

Each command is encoded and checked when it is added. So a chain is truly immutable (a `value=` changed
later does not change it), equal chains compare and hash equal, and rendering one is joining strings.
Mirrors Phoenix.LiveView.JS, with delays in seconds.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from actorlive.js import options
from actorlive.js.options import CommandError, Names, RelativeSelector, Target, Transition

__all__ = ["JS", "CommandError", "JSCommands", "Names", "RelativeSelector", "Target", "Transition"]

_encoder = msgspec.json.Encoder(order="deterministic")

# What the client's overlay can lay over an element and remove again (see `JSCommands.push`).
_CLASSES_AND_ATTRIBUTES = {
    "add_class",
    "remove_class",
    "toggle_class",
    "set_attr",
    "remove_attr",
    "toggle_attr",
}
_REVERSIBLE = _CLASSES_AND_ATTRIBUTES | {"show", "hide", "toggle"}
_NOT_REVERSIBLE = {"transition", "ins", "outs", "time", "blocking"}


class JSCommands:
    """An immutable chain of commands. Start from `JS`, the empty one.

    Common options: `to=` is a selector, `JS.closest(…)` or `JS.inner(…)`, by default the element itself.
    `transition=` names classes for the time of the change, or (during, start, end). `time=` is its
    duration in seconds, by default 0.2. `blocking=False` lets patches through while it runs.
    All methods raise `CommandError` on arguments that the client would not understand.
    """

    # Not a dataclass: msgspec would encode one by its fields, and never ask `to_encodable`.
    __slots__ = ("_ops",)

    def __init__(self, _ops: tuple[str, ...] = ()) -> None:
        self._ops = _ops

    # -- to and from -----------------------------------------------------------

    def to_encodable(self) -> list[list[Any]]:
        """The chain as plain lists, `[[name, arguments], …]`, for payloads of `push_event`."""
        return [msgspec.json.decode(op) for op in self._ops]

    def __attr__(self) -> str:
        """The text of an attribute that holds the chain, not yet escaped."""
        return f"[{','.join(self._ops)}]"

    __str__ = __attr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JSCommands) and self._ops == other._ops

    __looks_equal__ = __eq__

    def __hash__(self) -> int:
        return hash(self._ops)

    def __repr__(self) -> str:
        return f"JS{self.__attr__()}"

    def concat(self, other: JSCommands) -> JSCommands:
        """This chain, then `other`."""
        return JSCommands(self._ops + other._ops)

    @staticmethod
    def closest(selector: str) -> RelativeSelector:
        """`to=`: the nearest ancestor that matches, beginning with the element itself."""
        return RelativeSelector("closest", options.required("The selector", selector))

    @staticmethod
    def inner(selector: str) -> RelativeSelector:
        """`to=`: the matches inside of the element."""
        return RelativeSelector("inner", options.required("The selector", selector))

    def _add(self, op: str, **arguments: object) -> JSCommands:
        given = {name: value for name, value in arguments.items() if value is not None}
        return JSCommands((*self._ops, _encoder.encode((op, given)).decode()))

    # -- to the server ---------------------------------------------------------

    def push(
        self,
        event: str,
        *,
        value: object = None,
        target: str | int | None = None,
        loading: str | None = None,
        page_loading: bool = False,
        optimistic: JSCommands | None = None,
    ) -> JSCommands:
        """Send `event` to the view, or to the component or selector given by `target=`.

        `value=` (anything that encodes to a JSON object) is merged over the element's `phx-value-*`.
        `loading=` is a selector whose matches get the loading class too; `page_loading=True` shows the
        page's progress bar until the answer.

        `optimistic=` is a chain that is shown at once and undone, exactly, if the server rejects the event
        or never gets it. It may change classes and attributes, and show, hide and toggle without
        transitions: only such changes can be taken back.
        """
        if optimistic is not None:
            shown = self.concat(_overlay(optimistic))
            return shown.push(event, value=value, target=target, loading=loading, page_loading=page_loading)
        return self._add(
            "push",
            event=options.required("The event's name", event),
            target=options.receiver(target),
            loading=None if loading is None else options.required("loading=", loading),
            page_loading=page_loading or None,
            value=options.payload("value=", value),
        )

    def navigate(self, href: str, *, replace: bool = False) -> JSCommands:
        """Go to another view of the same live session; `replace=True` replaces the history entry."""
        return self._add("navigate", href=options.href(href), replace=replace)

    def patch(self, href: str, *, replace: bool = False) -> JSCommands:
        """Go to another URL of the same view, which gets `handle_params`."""
        return self._add("patch", href=options.href(href), replace=replace)

    # -- to other code in the browser ------------------------------------------

    def dispatch(
        self,
        event: str,
        *,
        to: Target | None = None,
        detail: object = None,
        bubbles: bool = True,
        blocking: bool = False,
    ) -> JSCommands:
        """Dispatch a DOM event. The client adds `detail.dispatcher`, the element the command runs on.

        With `blocking=True` patches wait until a listener calls `detail.done()`.
        """
        return self._add(
            "dispatch",
            event=options.required("The event's name", event),
            to=options.target(to),
            detail=options.detail(event, detail, blocking=blocking),
            bubbles=None if bubbles else False,
            blocking=blocking or None,
        )

    def exec(self, attribute: str, *, to: Target | None = None) -> JSCommands:
        """Run the commands in an attribute of each target: `JS.exec("data-cancel", to="#modal")`."""
        return self._add("exec", attr=options.attribute(attribute)[0], to=options.target(to))

    # -- visibility ------------------------------------------------------------

    def show(
        self,
        *,
        to: Target | None = None,
        transition: Transition | None = None,
        time: float | None = None,
        display: str | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Show hidden elements, with `display=` as their CSS display, by default "block" or a table's own."""
        return self._add(
            "show", to=options.target(to), display=display, **_animation(transition, time, blocking=blocking)
        )

    def hide(
        self,
        *,
        to: Target | None = None,
        transition: Transition | None = None,
        time: float | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Hide visible elements."""
        return self._add("hide", to=options.target(to), **_animation(transition, time, blocking=blocking))

    def toggle(
        self,
        *,
        to: Target | None = None,
        in_: Transition | None = None,
        out: Transition | None = None,
        time: float | None = None,
        display: str | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Show hidden elements with the transition `in_=`, hide visible ones with `out=`."""
        return self._add(
            "toggle",
            to=options.target(to),
            display=display,
            ins=options.transition(in_),
            outs=options.transition(out),
            time=options.milliseconds(time),
            blocking=None if blocking else False,
        )

    # -- classes ---------------------------------------------------------------

    def add_class(
        self,
        names: Names,
        *,
        to: Target | None = None,
        transition: Transition | None = None,
        time: float | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Add classes; they stay over later patches."""
        return self._classes("add_class", names, to, transition, time, blocking=blocking)

    def remove_class(
        self,
        names: Names,
        *,
        to: Target | None = None,
        transition: Transition | None = None,
        time: float | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Remove classes; they stay away over later patches."""
        return self._classes("remove_class", names, to, transition, time, blocking=blocking)

    def toggle_class(
        self,
        names: Names,
        *,
        to: Target | None = None,
        transition: Transition | None = None,
        time: float | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Add the classes that an element lacks, remove those that it has."""
        return self._classes("toggle_class", names, to, transition, time, blocking=blocking)

    def _classes(
        self,
        op: str,
        names: Names,
        to: Target | None,
        transition: Transition | None,
        time: float | None,
        *,
        blocking: bool,
    ) -> JSCommands:
        animation = _animation(transition, time, blocking=blocking)
        return self._add(op, names=options.names(names), to=options.target(to), **animation)

    def transition(
        self,
        transition: Transition,
        *,
        to: Target | None = None,
        time: float | None = None,
        blocking: bool = True,
    ) -> JSCommands:
        """Run a transition. The end classes stay on the element; they are not removed by themselves."""
        animation = _animation(transition, time, blocking=blocking)
        return self._add("transition", to=options.target(to), **animation)

    # -- attributes ------------------------------------------------------------

    def set_attribute(self, name: str, value: str, *, to: Target | None = None) -> JSCommands:
        """Set an attribute; it stays over later patches."""
        return self._add("set_attr", attr=options.attribute(name, value), to=options.target(to))

    def remove_attribute(self, name: str, *, to: Target | None = None) -> JSCommands:
        """Remove an attribute; it stays away over later patches."""
        return self._add("remove_attr", attr=options.attribute(name)[0], to=options.target(to))

    def toggle_attribute(
        self, name: str, value: str, other: str | None = None, *, to: Target | None = None
    ) -> JSCommands:
        """Swap two values (an absent attribute becomes `value`); without `other`, set and remove `value`."""
        values = (value,) if other is None else (value, other)
        return self._add("toggle_attr", attr=options.attribute(name, *values), to=options.target(to))

    def ignore_attributes(self, names: Names, *, to: Target | None = None) -> JSCommands:
        """Leave attributes to the browser: patches do not touch them. For `phx-mounted`.

        Each name may hold `*`, as in `JS.ignore_attributes(["open", "data-*"])`.
        """
        return self._add("ignore_attrs", attrs=options.attributes(names), to=options.target(to))

    # -- focus -----------------------------------------------------------------

    def focus(self, *, to: Target | None = None) -> JSCommands:
        """Focus an element."""
        return self._add("focus", to=options.target(to))

    def focus_first(self, *, to: Target | None = None) -> JSCommands:
        """Focus the first interactive element inside of the target, else the first focusable one."""
        return self._add("focus_first", to=options.target(to))

    def push_focus(self, *, to: Target | None = None) -> JSCommands:
        """Remember an element, by default the one the command runs on, for a later `pop_focus`."""
        return self._add("push_focus", to=options.target(to))

    def pop_focus(self) -> JSCommands:
        """Focus the element remembered last."""
        return self._add("pop_focus")


JS: Final = JSCommands()
"""The empty chain, from which all others are made: `JS.push("save").hide(to="#dialog")`."""


def _animation(transition: Transition | None, time: float | None, *, blocking: bool) -> dict[str, object]:
    return {
        "transition": options.transition(transition),
        "time": options.milliseconds(time),
        "blocking": None if blocking else False,
    }


def _overlay(commands: JSCommands) -> JSCommands:
    """The event that shows `commands` for the time of the push behind it. Raises `CommandError`."""
    ops = commands.to_encodable()
    if not ops:
        raise CommandError(
            'optimistic= is an empty chain. Give it a change to show, as in JS.add_class("busy").'
        )
    for name, arguments in ops:
        _check_reversible(name, arguments)
    return JS.dispatch("al:opt", detail={"ops": ops})


def _check_reversible(name: str, arguments: dict[str, object]) -> None:
    if name not in _REVERSIBLE:
        raise CommandError(
            f"optimistic= cannot undo {name}. It takes class and attribute commands, show, hide and toggle; "
            f"put {name} in the chain beside the push instead."
        )
    refused = sorted(_NOT_REVERSIBLE & arguments.keys())
    if refused:
        raise CommandError(
            f"optimistic= shows {name} at once and takes it back at once: leave out {', '.join(refused)}. "
            "A CSS transition on the element itself animates both ways."
        )
