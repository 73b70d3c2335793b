"""The route of the browser's half: what is asked for by the hash of its content is kept for good.

The manifest of colocated code has no hash in its URL, because a page of before a deploy asks for it as well: it is
never kept.
"""

from __future__ import annotations

from quart import Response, abort, request

from actorlive.web.assets import FOREVER, Assets
from actorlive.web.colocated import MANIFEST, ColocatedAssets

__all__ = ["answer_asset"]


def answer_asset(assets: Assets, colocated: ColocatedAssets, name: str) -> Response:
    """Answer this request with the asset of that name; 404 where there is none."""
    if name == MANIFEST:
        return Response(
            colocated.json(), content_type="application/json", headers={"Cache-Control": "no-cache"}
        )
    asset = assets.get(name)
    if asset is None:
        abort(404)
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    body = asset.body
    if "gzip" in request.accept_encodings:
        body, headers["Content-Encoding"] = asset.gzipped, "gzip"
    return Response(body, content_type=asset.content_type, headers=headers)
