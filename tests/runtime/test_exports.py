"""The public door: what it names exists, is documented and is all there is."""

from __future__ import annotations

import inspect

from actorlive import runtime


def test_everything_named_is_there_and_documented():
    for name in runtime.__all__:
        thing = getattr(runtime, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), name


def test_nothing_public_is_left_out():
    public = {
        name
        for name, thing in vars(runtime).items()
        if not name.startswith("_") and getattr(thing, "__module__", "").startswith("actorlive.runtime.")
    }
    assert public <= set(runtime.__all__)
