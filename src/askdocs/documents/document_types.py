"""The type of a document as users call it: a PDF, a spreadsheet, an e-mail."""

from __future__ import annotations

from pathlib import PurePosixPath

_TYPES = {
    "PDF": "pdf",
    "Word": "doc docx docm dotx odt rtf",
    "Spreadsheet": "xls xlsx xlsm xlsb ods",
    "Table": "csv tsv",
    "Slides": "ppt pptx pptm potx ppsx odp",
    "E-mail": "eml emlx msg mbox",
    "Web page": "html htm xhtml mhtml mht",
    "Book": "epub",
    "Notebook": "ipynb",
    "Markdown": "md markdown mdx qmd rmd",
    "Data": "json jsonl ndjson xml nxml yaml yml toml ini cfg conf properties bib vcf",
    "Code": (
        "py pyi js mjs ts tsx jsx java kt scala c h cpp hpp cc cs go rs rb php swift m sh bash zsh "
        "ps1 bat sql r jl lua pl hs ex exs clj el vim proto graphql tf css scss vue svelte"
    ),
    "Subtitles": "vtt srt",
    "Picture": "png jpg jpeg gif tif tiff bmp webp",
    "Calendar": "ics",
    "Text": "txt text log rst adoc asciidoc asc org tex latex ltx wiki typ",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _TYPES.items() for suffix in suffixes.split()}


def kind_of(source: str) -> str:
    """The type of a document by its suffix; the suffix itself if the type has no common name."""
    suffix = PurePosixPath(source).suffix.lstrip(".").lower()
    return _BY_SUFFIX.get(suffix) or suffix.upper() or "Text"
