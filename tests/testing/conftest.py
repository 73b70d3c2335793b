from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from tests.testing.views import kitchen_app


@pytest.fixture
def app() -> QuartTrio:
    return kitchen_app()
