"""The tools of the Model Context Protocol at /mcp, with the same security as other routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

import askdocs

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

_PATH = "/mcp"


@asynccontextmanager
async def _nothing(_: Any) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class McpRoutes:
    """The routes of the tools and their lifespan. Without the extra `mcp` there are none."""

    routes: list[BaseRoute] = field(default_factory=list)
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]] = _nothing


def mcp_routes(assistant: Assistant) -> McpRoutes:
    """The tools of an assistant as routes without sessions.

    The security middleware has already checked Host, Origin and password.
    """
    try:
        from mcp.server.transport_security import TransportSecuritySettings

        from askdocs.integrations.mcp_server import build_server
    except ImportError:
        return McpRoutes()
    server = build_server(assistant, version=askdocs.__version__)
    application = server.streamable_http_app(
        streamable_http_path=_PATH,
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return McpRoutes(application.routes, lifespan)
