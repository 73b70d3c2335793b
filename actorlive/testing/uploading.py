"""Sending files as the client does: preflight, a topic for each file, chunk by chunk, progress after each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from actorlive.testing.browser import forms, gestures
from actorlive.testing.browser.aiming import aims
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.files import ChosenFile, refs_in
from actorlive.testing.browser.messages import ClientPush
from actorlive.testing.errors import Failure, hide_frames

if TYPE_CHECKING:
    from actorlive.testing.view import View

__all__ = ["preflight", "send_file", "send_pending", "tell_progress"]

__tracebackhide__ = hide_frames


async def preflight(view: View, node: DomNode) -> dict[str, Any]:
    """Ask whether the files of an input may be sent that wait for that; the answer."""
    page = view.page
    waiting = [file for file in page.files.active(node) if file.allowed is None]
    payload = {"ref": _upload_ref(node), "entries": [file.announced() for file in waiting]}
    [push] = _push(view, node, "allow_upload", payload, f"the preflight of {node!r}")
    await view.perform([push], wait=True)
    response = push.response
    for file in waiting:
        file.allowed = response.get("entries", {}).get(file.ref)
        file.chunk_size = response.get("config", {}).get("chunk_size", file.chunk_size)
    return response


async def send_file(view: View, node: DomNode, file: ChosenFile, percent: float) -> str:
    """Send a file up to so many percent; the view's inner HTML. Raises `Failure` when the server stops it."""
    content = file.file.content
    end = math.ceil(len(content) * min(percent, 100) / 100)
    if not file.is_external and file.join_ref is None:
        await _join(view, file)
    html = view.client_view.container.inner_html()
    while True:
        chunk = content[file.sent : min(file.sent + file.chunk_size, end)]
        if chunk and not file.is_external:
            await _answered(view, file, view.page.files.push_chunk(file, chunk))
        file.sent += len(chunk)
        done = math.floor(file.sent / len(content) * 100) if content else 100
        html = await tell_progress(view, node, file, done)
        if file.sent >= end:
            return html


async def _join(view: View, file: ChosenFile) -> None:
    await _answered(view, file, view.page.files.join(file))


async def _answered(view: View, file: ChosenFile, push: ClientPush) -> None:
    await view.perform([push], wait=True)
    if push.lost or push.status != "ok":
        reason = push.response.get("reason", "the connection is gone")
        file.join_ref = None
        raise Failure(f"the server does not take the file {file.file.name!r}: {reason}")


async def tell_progress(view: View, node: DomNode, file: ChosenFile, progress: Any) -> str:
    """Tell the view how far a file is; its inner HTML."""
    payload = {"event": None, "ref": _upload_ref(node), "entry_ref": file.ref, "progress": progress}
    pushes = _push(view, node, "progress", payload, f"the progress of {file.file.name!r}")
    return await view.perform(pushes, wait=True)


async def send_pending(view: View, form: DomNode) -> bool:
    """Send the chosen files of a form, as the client does before its submit; False where one of them is refused, and
    nothing is to be submitted."""
    page = view.page
    inputs = [node for node in forms.controls(page.document, form) if "data-phx-upload-ref" in node.attrs]
    for node in inputs:
        if refs_in(node, "error"):
            return False
        files = page.files.active(node)
        if any(file.ref not in refs_in(node, "done") for file in files):
            view.require_network(form)
        if any(file.allowed is None for file in files):
            await preflight(view, node)
        for file in files:
            if file.allowed is None:
                return False
            if file.ref not in refs_in(node, "done"):
                await send_file(view, node, file, 100)
    return True


def _upload_ref(node: DomNode) -> str:
    return node.attrs["data-phx-upload-ref"]


def _push(view: View, node: DomNode, event: str, payload: dict[str, Any], what: str) -> list[ClientPush]:
    """To the views and components that the input's form is aimed at."""
    form = gestures.form_of(view.page, node)
    return [
        view.page.send(aimed, event, payload if cid is None else {**payload, "cid": cid}, what)
        for aimed, cid in aims(view.page, form, form.attrs.get("phx-target"))
    ]
