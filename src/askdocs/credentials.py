"""Secrets in the environment: keys, tokens and the password of the server.

They are read when they are needed and are never stored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

PASSWORD = "ASKDOCS_PASSWORD"
LLM_KEY = "ASKDOCS_API_KEY"
OPENAI_KEY = "OPENAI_API_KEY"
EMBEDDER_KEY = "ASKDOCS_EMBEDDER_KEY"
VECTORS_TOKEN = "ASKDOCS_VECTORS_TOKEN"
# The secrets that are sent to the server that a setting names.
SECRETS_OF_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "llm": (LLM_KEY, OPENAI_KEY),
    "embedder": (EMBEDDER_KEY,),
    "vectors": (VECTORS_TOKEN,),
}


def read_secret(name: str) -> str:
    """The value of a secret in the environment; "" if it is not set."""
    return os.environ.get(name, "")
