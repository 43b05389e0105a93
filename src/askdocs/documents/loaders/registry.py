"""The registry of loaders: which loader reads a file, by its suffix and its first bytes.

A loader is a function from a path and a source name to the documents in the file. There are several
documents if the file contains other files (attachments). A loader raises LoadError with a reason
that a user understands. To add one:

    from askdocs.loaders import register
    register(".log2", load_my_logs)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.errors import LoadError, TransientLoadError
from askdocs.documents.loaders.file_type import REASONS, true_suffix
from askdocs.types import Document

Loader = Callable[[Path, str], Sequence[Document]]

# module of `loaders` whose function `load` reads a family of formats → their suffixes
_FAMILIES: dict[str, str] = {
    "markup.markdown": ".md .markdown .mdx .qmd .rmd",
    "markup.rst_asciidoc": ".rst .adoc .asciidoc .asc",
    "html.page": ".html .htm .xhtml",
    "html.mhtml": ".mhtml .mht",
    "pdf.document": ".pdf",
    "image": ".png .jpg .jpeg .tif .tiff .bmp .webp",
    "office.word": ".docx .docm .dotx",
    "office.slides": ".pptx .pptm .potx .ppsx",
    "office.odf": ".odt .odp",
    "spreadsheets.sheets": ".xlsx .xlsm .xlsb .xls .ods",
    "spreadsheets.csv_tsv": ".csv .tsv",
    "epub": ".epub",
    "mail.message": ".eml .emlx .mbox .msg",
    "mail.calendar": ".ics",
    "mail.contacts": ".vcf",
    "rtf": ".rtf",
    "json_records": ".json .jsonl .ndjson",
    "notebook": ".ipynb",
    "subtitles": ".srt .vtt",
    "xml_tree": ".xml .nxml",
    "markup.latex": ".tex .latex .ltx",
    "markup.org": ".org",
    "markup.mediawiki": ".wiki",
    "markup.typst": ".typ",
    "text": (
        ".txt .text .log .py .pyi .js .mjs .ts .tsx .jsx .java .kt .scala .c .h .cpp .hpp .cc .cs "
        ".go .rs .rb .php .swift .m .sh .bash .zsh .ps1 .bat .sql .r .jl .lua .pl .hs .ex .exs "
        ".clj .el .vim .toml .ini .cfg .conf .yaml .yml .properties .proto .graphql .tf .css "
        ".scss .vue .svelte .bib"
    ),
}
_BUILTIN = {suffix: family for family, names in _FAMILIES.items() for suffix in names.split()}
_REGISTERED: dict[str, Loader] = {}
OCR_LIBRARY = "rapidocr"  # the library of the extra `ocr`
TOO_MUCH_MEMORY = "reading the file takes too much memory"


def register(suffix: str, loader: Loader) -> None:
    """Read files of a format with a loader from now on.

    Args:
        suffix: The end of their names with its dot, such as ".log2".
        loader: Called with the path of a file and its path in the corpus. Returns its documents.

    Raises:
        ValueError: The suffix does not begin with a dot.
    """
    if not suffix.startswith("."):
        raise ValueError(f"A suffix begins with a dot: {suffix!r}")
    _REGISTERED[suffix.lower()] = loader


def suffixes() -> frozenset[str]:
    """The suffixes, in lower case, that can be read."""
    return frozenset(_BUILTIN) | frozenset(_REGISTERED)


def family_of(path: Path, source: str) -> str:
    """The module of the loader that reads the file, or "" if a program registered the loader.

    Reads the beginning of the file, since its name may be wrong. Raises LoadError if no loader
    reads it.
    """
    suffix = PurePosixPath(source).suffix.lower()
    if suffix in _REGISTERED:
        return ""
    try:
        if path.exists() and not path.is_file():
            raise LoadError("it is not a regular file")
        suffix = true_suffix(path, suffix, _BUILTIN)
    except OSError as error:
        raise TransientLoadError(f"the file cannot be opened: {_error_reason(error)}") from error
    if suffix in _BUILTIN:
        return _BUILTIN[suffix]
    raise LoadError(REASONS.get(suffix, f"no loader for {suffix or 'files without a suffix'}"))


def is_registered(source: str) -> bool:
    """Whether a program registered the loader of the file. Such a loader runs in this process."""
    return PurePosixPath(source).suffix.lower() in _REGISTERED


def load(path: Path, source: str) -> Sequence[Document]:
    """The documents in the file at `path`, whose name in the corpus is `source`.

    Runs in this process. `sandbox.client.load_guarded` does the same with limits on time and
    memory.

    Raises:
        LoadError: The file cannot be read or contains no text. No other error is raised.
    """
    family = family_of(path, source)
    loader = _REGISTERED[PurePosixPath(source).suffix.lower()] if not family else None
    try:
        if loader is None:
            loader = import_module(f"askdocs.documents.loaders.{family}").load
        documents = loader(path, source)
    except LoadError:
        raise
    except RecursionError:
        raise LoadError("the file is nested too deeply") from None
    except MemoryError:
        raise LoadError(TOO_MUCH_MEMORY) from None
    except ImportError as error:
        raise LoadError(f"the library for this format is missing: {error.name}") from error
    except OSError as error:
        raise LoadError(f"the file cannot be read: {_error_reason(error)}") from error
    except Exception as error:
        raise LoadError(f"the file is damaged ({type(error).__name__})") from error
    if not any(document.text.strip() for document in documents):
        raise LoadError(_reason_without_text(documents))
    return documents


def _reason_without_text(documents: Sequence[Document]) -> str:
    left_out = "; ".join(what for document in documents for what in document.left_out)
    if not left_out:
        return "the file contains no text"
    return f"the file contains no text (not read: {left_out})"


def _error_reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
