"""The components that every template may use without importing them. They mirror `Phoenix.Component`'s.

They are ordinary components; a module's own component of the same name, defined above the template, wins. A template in
here names only components that stand above it in its own module: the others need not be there yet.
"""

from __future__ import annotations

from actorlive.template.builtins import documents, inputs, links, wrappers
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.rendering.placing import LIVE_COMPONENT

for _module in (documents, inputs, links, wrappers):
    BUILTINS.update({name: vars(_module)[name] for name in _module.__all__})
BUILTINS["live_component"] = LIVE_COMPONENT
