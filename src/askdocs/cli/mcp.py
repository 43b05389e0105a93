"""`askdocs mcp`: the documents as tools of the Model Context Protocol."""

from __future__ import annotations

from askdocs.cli.options import Llm, with_paths
from askdocs.cli.session import Paths, following, open_assistant
from askdocs.errors import AskdocsError


@with_paths
def mcp(
    llm: Llm = None,
    *,
    paths: Paths,
) -> None:
    """Serve the documents to assistants over MCP (standard input and output)."""
    from askdocs import __version__

    try:
        from askdocs.integrations.mcp_server import build_server
    except ImportError as error:
        raise AskdocsError(
            f"The MCP library is missing ({error.name}): pip install 'askdocs[mcp]'."
        ) from error

    with open_assistant(paths, llm=llm) as assistant, following(assistant):
        build_server(assistant, version=__version__).run("stdio")
