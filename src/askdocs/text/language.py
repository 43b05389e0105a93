"""The language of a text: whether it is English, which most models have learnt, or which it is."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from askdocs.text.english import FUNCTION_WORDS, SHARED_WORDS
from askdocs.text.stop_words import question_language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The languages that are told by name: those whose words the multilingual embedder keeps best.
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_SURE = 0.9  # share of the likelihood from which a language is named

_WORD = re.compile(r"[^\W\d_]+")
_LATIN_SHARE = 0.7  # of the letters of an English text, names in other scripts included
# Frequent words of other languages in Latin script that are no English words.
_OTHER = (
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
_SHARED_WEIGHT = 0.4
_TELLING = 8  # words, among which an English sentence has one of the frequent ones

# Letters of Chinese, Japanese and Korean, of which one says as much as several of an alphabet.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTERS_OF_DENSE = 8

_MARKUP = re.compile(r"<[^<>]*>|\b[a-z]+://\S+|\[[^\[\]]*\]\([^()\s]*\)?")


def is_english(text: str, *, otherwise: bool = True) -> bool:
    """Tell whether a text is in English, by its script and its function words.

    Args:
        text: One or more sentences.
        otherwise: The result for a text that has no function words of any language known here.

    Returns:
        True for English.
    """
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if letters and latin < _LATIN_SHARE * len(letters):
        return False
    words = [
        word.lower()
        for found in _WORD.finditer(_MARKUP.sub(" ", text))
        if _may_tell(word := found.group(), opens=found.start() == 0)
    ]
    english = sum(
        _SHARED_WEIGHT if word in SHARED_WORDS else 1
        for word in words
        if word in FUNCTION_WORDS | SHARED_WORDS
    )
    other = sum(word in _OTHER for word in words)
    if english == other:
        return otherwise and len(words) < _TELLING
    return english > other


def is_dense(text: str) -> bool:
    """Whether most letters of a text are Chinese, Japanese or Korean."""
    return 2 * len(_DENSE.findall(text)) > sum(map(str.isalpha, text))


def letters_weight(text: str) -> int:
    """How many letters of an alphabet say as much as those of a text."""
    return sum(map(str.isalpha, text)) + (_LETTERS_OF_DENSE - 1) * len(_DENSE.findall(text))


def is_function_word(word: str) -> bool:
    """Whether a word, as it is written, is one of the most frequent of English or other languages.

    One with a capital is none: it may be a name, or a noun in German.
    """
    return word in FUNCTION_WORDS or word in _OTHER


def asks_in_english(question: str) -> bool:
    """Whether a question, which may be a few words, is in English.

    Its function words tell it. Where it has none that is English only, the letters do.
    """
    if not is_english(question) or question_language(question):
        return False
    held = {found.group().lower() for found in _WORD.finditer(question)}
    return bool(held & (FUNCTION_WORDS - SHARED_WORDS)) or language_of(question) in ("", "en")


def language_of_question(question: str) -> str:
    """The code of the language of a question, which may be a few words; "" where it is not clear.

    Its form words tell it where its letters do not: those of Norwegian and Danish are alike.
    """
    return language_of(question) or question_language(question)


def _may_tell(word: str, *, opens: bool) -> bool:
    """Whether a word tells the language: names do not, but "The" may begin a second sentence."""
    return opens or not word[0].isupper() or word.lower() in FUNCTION_WORDS


def language_of(text: str) -> str:
    """The code of the language of a text, as in "de"; "" where it is not clear.

    Args:
        text: One sentence or more; of a few words the language is seldom clear.
    """
    if not any(letter.isalpha() for letter in text):
        return ""
    ranked = _identifier().rank(_MARKUP.sub(" ", text))
    shares: dict[str, float] = {}
    for code, share in ranked:
        name = "nb" if code in ("no", "nn") else str(code)
        shares[name] = shares.get(name, 0.0) + float(share)
    likeliest = max(shares, key=shares.__getitem__)
    return likeliest if shares[likeliest] >= _SURE else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*(LANGUAGES.keys() - {"nb"}), "no", "nn"])
    return identifier
