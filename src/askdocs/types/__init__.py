"""The records that are passed between packages.

They are by subject: `documents`, `search`, `answers`, `status` (of an index) and `guide`. All are
immutable, and all are imported from here.
"""

from __future__ import annotations

from askdocs.types.answers import (
    DOUBTS,
    NOT_LEARNT,
    NOT_LEARNT_SIGN,
    Answer,
    AnswerKind,
    AskOptions,
    Band,
    Check,
    CheckedStatement,
    Citation,
    Quotation,
    Statement,
    Turn,
    Verdict,
)
from askdocs.types.documents import Anchor, Document, Passage, location_text
from askdocs.types.guide import DocumentGuide, Excerpt, Guide, Section, SuggestedQuestion
from askdocs.types.search import DocumentMatches, Hit, Match, SearchResult
from askdocs.types.status import (
    Activity,
    Changes,
    DocumentRecord,
    Failure,
    PagesRead,
    Progress,
    ProgressListener,
    Stage,
    Status,
)

__all__ = [
    "DOUBTS",
    "NOT_LEARNT",
    "NOT_LEARNT_SIGN",
    "Activity",
    "Anchor",
    "Answer",
    "AnswerKind",
    "AskOptions",
    "Band",
    "Changes",
    "Check",
    "CheckedStatement",
    "Citation",
    "Document",
    "DocumentGuide",
    "DocumentMatches",
    "DocumentRecord",
    "Excerpt",
    "Failure",
    "Guide",
    "Hit",
    "Match",
    "PagesRead",
    "Passage",
    "Progress",
    "ProgressListener",
    "Quotation",
    "SearchResult",
    "Section",
    "Stage",
    "Statement",
    "Status",
    "SuggestedQuestion",
    "Turn",
    "Verdict",
    "location_text",
]
