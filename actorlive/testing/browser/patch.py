"""Bringing new HTML into the page, as the client does it (morphdom with LiveView's callbacks).

Elements are matched by id, wherever they stand; those without an id by their place among siblings of the same tag.
A matched element keeps its identity, and with it what JS commands did to it. What is not simply overwritten:

* `phx-update="ignore"`: only `data-*` attributes follow the server.
* `phx-update="stream"`: children stay until the stream deletes them; new ones go where the stream says; limits.
* A nested view's container keeps its content; that view patches it itself.

The order of `perform` is the client's, and matters: resets and deletes go before anything is matched. So an item that
one message removes and inserts keeps its element, and goes where the stream says, not where it stood.

Unlike the browser, removals take no time: a `phx-remove` transition is not waited for.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator

from actorlive.testing.browser.dom import DomChild, DomComment, DomNode
from actorlive.testing.browser.merging import StreamOps
from actorlive.testing.errors import RenderedError

__all__ = ["VIEW_STATES", "Patch", "apply_sticky", "is_view", "owned_by"]

VIEW_STATES = ("phx-connected", "phx-loading", "phx-error", "phx-client-error", "phx-server-error")
"""The classes by which a container says how its view is."""

Insert = tuple[str, int, int | None, bool, bool]
"""ref, at, limit, update_only, reset."""


def is_view(node: DomNode) -> bool:
    """True for the container of a live view."""
    return "data-phx-session" in node.attrs


def _update(node: DomNode) -> str:
    return node.attrs.get("phx-update", "") or node.attrs.get("data-phx-update", "")


class Patch:
    """One message's worth of changes to one view's container."""

    def __init__(
        self, container: DomNode, streams: Iterable[StreamOps] = (), *, joining: bool = False
    ) -> None:
        self._container = container
        self._streams = list(streams)
        self._joining = joining
        self._inserts: dict[str, Insert] = {}
        self._kept: dict[str, DomNode] = {}
        self._by_id: dict[str, DomNode] = {}
        self.added: list[DomNode] = []
        """The elements that are new, each with all that is inside of it."""
        self.removed: list[DomNode] = []
        """The elements that are gone, each with all that was inside of it."""

    def perform(self, children: list[DomChild]) -> None:
        """Make the container's content `children`."""
        for ops in self._streams:
            self._begin_stream(ops)
        if self._joining:
            self._clear_dead_streams()
        self._by_id = {node.id: node for node in self._owned() if node.id}
        new = DomNode(self._container.tag, dict(self._container.attrs))
        for child in children:
            new.append(child)
        self._children(self._container, new)
        self.removed += self._kept.values()

    def perform_on(self, component: DomNode, new: DomNode) -> None:
        """Make one component's element what `new` is."""
        for ops in self._streams:
            self._begin_stream(ops)
        self._by_id = {node.id: node for node in self._owned() if node.id and node is not component}
        if component.tag == new.tag:
            self._element(component, new)
        elif component.parent is not None:
            component.parent.insert(component.parent.elements.index(component), self._added(new))
            component.remove()
            self.removed.append(component)
        self.removed += self._kept.values()

    def _owned(self) -> Iterator[DomNode]:
        """The view's elements, without those of views inside of it."""
        return owned_by(self._container)

    # -- streams ---------------------------------------------------------------

    def _begin_stream(self, ops: StreamOps) -> None:
        for dom_id, (at, limit, update_only) in ops.inserts.items():
            self._inserts[dom_id] = (ops.ref, at, limit, update_only, ops.reset)
        gone = set(ops.deletes)
        for node in list(self._owned()):
            in_stream = node.state is not None and node.state.stream_ref == ops.ref
            if (ops.reset and in_stream) or node.id in gone:
                self._remove_item(node)

    def _clear_dead_streams(self) -> None:
        """What the dead render streamed goes, unless the join streams it again."""
        for node in list(self._owned()):
            if _update(node) == "stream":
                for child in node.elements:
                    self._remove_item(child)

    def _remove_item(self, node: DomNode) -> None:
        if node.parent is None:
            return
        node.remove()
        if node.id in self._inserts:
            self._kept[node.id] = node
        else:
            self.removed.append(node)

    def _stream_children(self, old: DomNode, new: DomNode) -> None:
        old.children = [child for child in old.children if isinstance(child, DomNode) and child.id]
        for child in new.children:
            if isinstance(child, DomNode):
                self._stream_child(old, child)
            elif not isinstance(child, DomComment) and child.strip():
                raise RenderedError(
                    f"text {child.strip()!r:.60} stands in the stream container {old!r}; only elements with ids may"
                )

    def _stream_child(self, container: DomNode, new: DomNode) -> None:
        if not new.id:
            raise RenderedError(f"{new!r} stands in the stream container {container!r} without an id")
        insert = self._inserts.get(new.id)
        old = self._by_id.get(new.id)
        if old is not None and old.tag == new.tag:  # where it stands, even if a limit has just removed it
            self._element(old, new)
            self._place(old, insert, is_new=False)
        elif insert is None:  # not the stream's own, such as a note that the list is empty
            container.append(self._added(new))
        elif new.id in self._kept or not insert[3]:
            self._add_item(container, self._restore(new), insert)

    def _restore(self, new: DomNode) -> DomNode:
        """The element of an item that was reset and inserted again in one message, else the new one."""
        old = self._kept.pop(new.id, None)
        if old is None:
            return self._added(new)
        self._element(old, new)
        return old

    def _add_item(self, container: DomNode, item: DomNode, insert: Insert) -> None:
        at = insert[1]
        elements = container.elements
        if at == -1:
            strangers = [i for i, node in enumerate(elements) if not node.client.stream_ref]
            last_is_ours = not elements or bool(elements[-1].client.stream_ref)
            container.insert(len(elements) if last_is_ours else strangers[0], item)
        else:
            container.insert(at, item)
        self._place(item, insert, is_new=True)

    def _place(self, item: DomNode, insert: Insert | None, *, is_new: bool) -> None:
        """Tag a stream's item; put a new or reset one where the stream wants it; keep to the limit."""
        if insert is None:
            return
        ref, at, limit, _, reset = insert
        item.client.stream_ref = ref
        item.attrs["data-phx-stream"] = ref
        if item.parent is None or not (reset or is_new):
            return
        self._move(item, item.parent, at)
        if limit is not None:
            self._limit(item.parent, limit)

    def _move(self, item: DomNode, container: DomNode, at: int) -> None:
        if at >= 0:
            item.remove()
            container.insert(at, item)

    def _limit(self, container: DomNode | None, limit: int) -> None:
        if container is None:
            return
        items = container.elements
        surplus = items[:limit] if limit < 0 else items[limit:]
        for node in surplus:
            self._remove_item(node)

    # -- elements --------------------------------------------------------------

    def _element(self, old: DomNode, new: DomNode) -> None:
        """Make `old` what `new` is."""
        if _update(old) == "ignore":
            _merge_data_attributes(old, new)
        elif "data-phx-sticky" in old.attrs:
            tokens = ("data-phx-session", "data-phx-static")
            old.attrs |= {name: new.attrs[name] for name in tokens if new.attrs.get(name)}
        elif is_view(new):
            _merge_view_container(old, new)
        else:
            _forget_entered(old, new)
            _merge_attributes(old, new)
            self._children(old, new)
        apply_sticky(old)

    def _children(self, old: DomNode, new: DomNode) -> None:
        if _update(new) == "stream":
            self._stream_children(old, new)
            return
        unmatched = [child for child in old.elements if not child.id]
        before = old.elements
        old.children = []
        for child in new.children:
            if isinstance(child, DomNode):
                self._child(old, child, unmatched)
            else:
                old.children.append(child)
        self._drop(old, before)

    def _child(self, parent: DomNode, new: DomNode, unmatched: list[DomNode]) -> None:
        old = self._match(new, unmatched)
        if old is None:
            parent.append(self._added(new))
            return
        if old.parent is not parent:
            old.remove()
        self._element(old, new)
        parent.append(old)

    def _match(self, new: DomNode, unmatched: list[DomNode]) -> DomNode | None:
        if new.id:
            old = self._by_id.pop(new.id, None)
            return old if old is not None and old.tag == new.tag else None
        for index, old in enumerate(unmatched):
            if old.tag == new.tag:
                del unmatched[: index + 1]
                return old
        return None

    def _drop(self, parent: DomNode, before: list[DomNode]) -> None:
        """Forget the former children that did not find a place."""
        found = {id(child) for child in parent.children}
        for node in before:
            if node.parent is parent and id(node) not in found:
                node.parent = None
                self.removed.append(node)

    def _added(self, new: DomNode) -> DomNode:
        node = self._adopt(new)
        self.added.append(node)
        return node

    def _adopt(self, new: DomNode) -> DomNode:
        """A new element; those of its descendants that the page has already come along."""
        if _update(new) == "stream":
            items = DomNode(new.tag)
            items.children, new.children = new.children, []
            self._stream_children(new, items)
            return new
        if not is_view(new):
            fresh, new.children = new.children, []
            for child in fresh:
                if isinstance(child, DomNode):
                    old = self._match(child, []) if child.id else None
                    if old is not None:
                        old.remove()
                        self._element(old, child)
                    new.append(old or self._adopt(child))
                else:
                    new.children.append(child)
        return new


def owned_by(container: DomNode) -> Iterator[DomNode]:
    """The elements of the view in that container, without those of views inside of it."""
    for child in container.elements:
        yield child
        if not is_view(child):
            yield from owned_by(child)


# -- attributes ----------------------------------------------------------------


def _merge_data_attributes(old: DomNode, new: DomNode) -> None:
    for name in [name for name in old.attrs if name.startswith("data-") and name not in new.attrs]:
        del old.attrs[name]
    old.attrs |= {name: value for name, value in new.attrs.items() if name.startswith("data-")}


def _merge_view_container(old: DomNode, new: DomNode) -> None:
    """The client's own tokens stay, and how the view is: the parent's rendering knows of neither."""
    session = old.attrs.get("data-phx-session")
    static = old.attrs.get("data-phx-static")
    states = [name for name in old.classes if name in VIEW_STATES]
    old.attrs = dict(new.attrs)
    set_classes(old, [*old.classes, *states])
    if session:
        old.attrs["data-phx-session"] = session
    if static is not None:
        old.attrs["data-phx-static"] = static


def _merge_attributes(old: DomNode, new: DomNode) -> None:
    kept = dict(new.attrs)
    ignored = old.state.ignored_attributes if old.state else []
    if ignored:
        kept = {name: value for name, value in kept.items() if not _ignored(name, ignored)}
        kept |= {name: value for name, value in old.attrs.items() if _ignored(name, ignored)}
    old.attrs = kept


def _forget_entered(old: DomNode, new: DomNode) -> None:
    """A control whose value the server has changed holds what the server says."""
    if old.state is not None and old.state.entered is not None:
        names = ("value", "checked")
        if any(old.attrs.get(name) != new.attrs.get(name) for name in names) or _content(old) != _content(
            new
        ):
            old.state.entered = None


def _content(control: DomNode) -> str:
    return control.inner_html() if control.tag in ("select", "textarea") else ""


def _ignored(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def apply_sticky(node: DomNode) -> None:
    """Do again what JS commands did to the element; after a patch, which undid it."""
    state = node.state
    if state is None:
        return
    if state.stream_ref is not None:
        node.attrs["data-phx-stream"] = state.stream_ref
    added, taken = state.sticky_classes
    if added or taken:
        classes = [name for name in node.classes if name not in taken]
        set_classes(node, [*classes, *(name for name in added if name not in classes)])
    for name, value in state.sticky_attributes.items():
        if value is None:
            node.attrs.pop(name, None)
        else:
            node.attrs[name] = value
    if state.display is not None:
        set_display(node, state.display)


def set_classes(node: DomNode, names: list[str]) -> None:
    """Write the class attribute; an empty one is taken away unless it was there."""
    if names or "class" in node.attrs:
        node.attrs["class"] = " ".join(names)


def set_display(node: DomNode, display: str) -> None:
    """Write `style.display`."""
    rules = [rule for rule in node.attrs.get("style", "").split(";") if rule.strip()]
    others = [rule.strip() for rule in rules if rule.split(":")[0].strip() != "display"]
    node.attrs["style"] = "; ".join([*others, f"display: {display}"]) + ";"
