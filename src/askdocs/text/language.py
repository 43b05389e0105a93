"""Detects the language of a text, and whether it is English.

Whether a text is English is decided by its function words, which also works for one sentence. For
all other languages, py3langid compares the letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from askdocs.text.english import FUNCTION_WORDS, SHARED_WORDS
from askdocs.text.stop_words import question_language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The languages that are detected: those that the multilingual embedder's vocabulary covers best.
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_ALIKE = frozenset({"da", "nb", "sv"})  # languages that a few words do not tell apart
_FEWEST_LETTERS = 40  # of a text whose language is clear
_FEWEST_WORDS = 3  # of a question in Latin letters without form words, whose language is told
_LEAST_PROBABILITY = 0.9  # a language is named from this probability on

_WORD = re.compile(r"[^\W\d_]+")
_LATIN_SHARE = 0.7  # of the letters of an English text; the others may be names in other scripts
# Frequent words of other languages in Latin script that are not English words.
_OTHER_WORDS = (
    frozenset(
        """
    der das und ist nicht ein eine einen einem einer mit von zu auf für dem den des sich auch wird
    werden wurde sind bei nach wie oder aber durch über zum zur kann hat haben im als wenn noch nur
    le les des et est une dans pour pas sur au aux du ce cette ces qui que il elle ils par plus
    avec sont ou mais être été leur leurs son sa ses nous vous ne se
    el los las una y es en por con para del al lo como más pero sus fue son se está este esta
    il gli che di per non è della dei delle nel alla sono una anche più dal come questo questa
    o os um uma não com para dos das na no nas nos mais foi ser são pelo pela ao à também
    de het een van en dat niet op te zijn met voor aan er maar om ook als bij door naar wordt werd
    og det som til av på ikke jeg med har ble blir eller fra ved kan skal etter
    och att som på är inte av för med den till han var ett har från kan ska efter
    ja on ei että se oli mutta ovat kun niin jos mitä tai vain myös
    i w z na nie się do jest to że o jak ale po za przez od dla
    a v je se na že s z do to ve by jako které který pro
    bir ve bu da de için ile çok olarak daha ne gibi
    és az egy hogy nem is meg ez volt
    si în la cu nu este care pe din mai
    và của là có không một các cho được trong
    yang dan di itu dengan untuk tidak dari dalam akan pada ini adalah oleh sebagai juga atau
    tahun lebih telah oleh mereka dapat karena ke bisa ada sudah saat
    roku był była przez oraz jego jej są został jest które także tym dla
    ya wa na kwa ni katika za la cha vya kama hiyo huo mwaka alikuwa yake pia
    những trong với đã được và khi đến người này ra vào năm
    """.split()
    )
    - FUNCTION_WORDS
    - frozenset("a i o s d t no do to by on son den is as".split())
)
_SHARED_WEIGHT = 0.4  # of a word that is English and also a word of another language
_ENOUGH_WORDS = 8  # an English text of so many words has at least one function word

# Characters of Chinese, Japanese and Korean. Each counts as much as several letters.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTERS_OF_DENSE = 8

_MARKUP = re.compile(r"<[^<>]*>|\b[a-z]+://\S+|\[[^\[\]]*\]\([^()\s]*\)?")


def is_english(text: str, *, otherwise: bool = True) -> bool:
    """Whether a text is in English, by its script and its function words.

    Names do not count, nor do links and HTML tags.

    Args:
        text: One or more sentences.
        otherwise: The result for a text of fewer than eight words in which the function words do
            not decide, mostly because it has none. A longer one is not English then.
    """
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if letters and latin < _LATIN_SHARE * len(letters):
        return False
    words = [
        word.lower()
        for found in _WORD.finditer(_MARKUP.sub(" ", text))
        if _is_evidence(word := found.group(), opens=found.start() == 0)
    ]
    english = sum(
        _SHARED_WEIGHT if word in SHARED_WORDS else 1
        for word in words
        if word in FUNCTION_WORDS | SHARED_WORDS
    )
    other = sum(word in _OTHER_WORDS for word in words)
    if english == other:
        return otherwise and len(words) < _ENOUGH_WORDS
    return english > other


def is_dense(text: str) -> bool:
    """Whether more than half of the letters of a text are Chinese, Japanese or Korean."""
    return 2 * len(_DENSE.findall(text)) > sum(map(str.isalpha, text))


def letters_weight(text: str) -> int:
    """The number of letters of a text, a Chinese, Japanese or Korean character counted as eight."""
    return sum(map(str.isalpha, text)) + (_LETTERS_OF_DENSE - 1) * len(_DENSE.findall(text))


def is_function_word(word: str) -> bool:
    """Whether a word is a function word of English or another language in Latin script.

    A word with a capital is not: it may be a name, or a noun in German.
    """
    return word in FUNCTION_WORDS or word in _OTHER_WORDS


def asks_in_english(question: str) -> bool:
    """Whether a question is in English; it may be only a few words.

    Its function words decide. If none of them is English only, its letters decide.
    """
    if not is_english(question) or question_language(question):
        return False
    found_words = {found.group().lower() for found in _WORD.finditer(question)}
    is_clear = bool(found_words & (FUNCTION_WORDS - SHARED_WORDS))
    return is_clear or language_of(question) in ("", "en")


def language_of_question(question: str) -> str:
    """The code of the language of a question, as "de"; "" if it is not clear.

    If the letters do not decide, question words and function words do. Short questions need this,
    and Norwegian and Danish ones, whose letters are alike.
    """
    return language_of(question) or question_language(question)


def clear_languages_of_question(question: str) -> list[str]:
    """The codes of the languages that a question may be in, the likeliest first.

    Returns:
        The language of its form words and that of its letters; none if neither is clear, as for
        single words.
    """
    present = [found.group().lower() for found in _WORD.finditer(question)]
    if asks_in_english(question):
        return ["en"] if set(present) & (FUNCTION_WORDS - SHARED_WORDS) else []
    by_words, by_letters = question_language(question), language_of(question)
    if not by_words and question.isascii() and len(present) < _FEWEST_WORDS:
        return []
    return list(dict.fromkeys(filter(None, (by_words, by_letters))))


def clear_language_of_text(text: str) -> str:
    """The code of the language of a text; "" if letters and form words do not agree on it."""
    if letters_weight(text) < _FEWEST_LETTERS:
        return ""
    if is_english(text, otherwise=False):
        return "en"
    by_letters, by_words = language_of(text), question_language(text)
    if not _is_latin(text):
        return by_letters
    agrees = by_words and not is_other_language(by_letters, [by_words])
    return by_words if agrees else ""


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter < "\u0250" for letter in letters) > len(letters)


def is_other_language(language: str, others: Collection[str]) -> bool:
    """Whether a language is none of some others, and is not mistaken for one of them.

    Args:
        language: Its code. With "" it is not known, and the result is False.
        others: The codes of the others. Without any, the result is False.
    """
    known = set(others) - {""}
    alike = _ALIKE if language in _ALIKE else {language}
    return bool(language and known) and not known & alike


def _is_evidence(word: str, *, opens: bool) -> bool:
    """Whether a word is counted as a sign of the language.

    A word with a capital may be a name, so it counts only at the start of the text, or if it is an
    English function word, as "The" at the start of a second sentence.
    """
    return opens or not word[0].isupper() or word.lower() in FUNCTION_WORDS


def language_of(text: str) -> str:
    """The code of the language of a text, as "de"; "" if its probability is under 0.9.

    Args:
        text: One or more sentences. For a few words the language is seldom clear.
    """
    if not any(letter.isalpha() for letter in text):
        return ""
    ranked = _identifier().rank(_MARKUP.sub(" ", text))
    shares: dict[str, float] = {}
    for code, share in ranked:
        name = "nb" if code in ("no", "nn") else str(code)
        shares[name] = shares.get(name, 0.0) + float(share)
    likeliest = max(shares, key=shares.__getitem__)
    return likeliest if shares[likeliest] >= _LEAST_PROBABILITY else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*(LANGUAGES.keys() - {"nb"}), "no", "nn"])
    return identifier
