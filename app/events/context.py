"""What the handlers of page events need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..background_tasks import Background
from ..conversations.conversation import Conversation
from ..conversations.store import ConversationStore
from ..suggestions import Suggestions
from ..views.static_html import Switch

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

# HTML for a component of the page, or what `gradio.skip()` returns: the component stays as it is.
HtmlUpdate = str | dict[str, Any]
# The outputs that show a conversation: earlier exchanges, the last one, and the conversation.
ConversationUpdate = tuple[HtmlUpdate, HtmlUpdate, Conversation]
# The same with the follow-up questions before the conversation.
AnswerUpdate = tuple[HtmlUpdate, HtmlUpdate, HtmlUpdate, Conversation]


@dataclass(frozen=True, slots=True)
class PageContext:
    """The services and settings behind one page.

    Attributes:
        assistant: Answers the questions.
        suggestions: The suggested first questions.
        store: The kept conversations.
        background: The threads of the server.
        watching: Whether changes in the folder are indexed automatically.
        may_change: Whether visitors may add and remove documents.
        switch: The corpora that the page can switch to.
    """

    assistant: Assistant
    suggestions: Suggestions
    store: ConversationStore
    background: Background
    watching: bool
    may_change: bool
    switch: Switch
