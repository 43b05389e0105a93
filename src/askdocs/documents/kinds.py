"""What people call a document of a format: a PDF, a spreadsheet, an e-mail."""

from __future__ import annotations

from pathlib import PurePosixPath

_KINDS = {
    "PDF": "pdf",
    "Word": "doc docx odt rtf",
    "Spreadsheet": "xls xlsx xlsm xlsb ods",
    "Table": "csv tsv",
    "Slides": "ppt pptx odp",
    "E-mail": "eml emlx msg mbox",
    "Web page": "html htm xhtml mhtml mht",
    "Book": "epub",
    "Notebook": "ipynb",
    "Markdown": "md markdown",
    "Data": "json jsonl ndjson xml yaml yml",
    "Subtitles": "vtt srt",
    "Picture": "png jpg jpeg gif tif tiff bmp webp",
    "Calendar": "ics",
    "Text": "txt text log rst adoc asciidoc org tex",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}


def kind_of(source: str) -> str:
    """The kind of a document by its suffix; the suffix itself where it has no common name."""
    suffix = PurePosixPath(source).suffix.lstrip(".").lower()
    return _BY_SUFFIX.get(suffix) or suffix.upper() or "Text"
