"""The examples as the gallery serves them."""

from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from examples.gallery.app import create_app


@pytest.fixture
def app() -> QuartTrio:
    return create_app()
