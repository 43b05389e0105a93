"""Recognises requests for an overview in other languages: "Worum geht es in den Dokumenten?".

Each language is one entry of `_LANGUAGES`: regular expressions for polite words, for the words
before a noun, for nouns for documents, and for the requests. In a request, `{}` is the place of the
document's name. To add a language, add an entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple


class OverviewRequest(NamedTuple):
    """What a question asks for an overview of.

    Attributes:
        named: The words that name it, without articles; "" if there are none.
        of_documents: Whether these words mean documents in general ("the texts"), or are missing.
            Otherwise they name one thing.
    """

    named: str
    of_documents: bool


@dataclass(frozen=True, slots=True)
class _Language:
    """The words of one language, as regular expressions.

    Attributes:
        polite: Polite words. They are removed before the question is matched.
        determiners: Articles, prepositions and pronouns before a noun.
        nouns: Nouns for documents and folders, and pronouns for them.
        requests: Questions what something is about, and requests to summarise it.
        contents: Questions what is in something. They count only for documents in general: "What is
            in the box?" is no request for an overview.
        gap: The separator of two words.
        after: Words after a noun that add nothing, such as "的内容".
    """

    polite: str
    determiners: str
    nouns: str
    requests: tuple[str, ...]
    contents: tuple[str, ...]
    gap: str = r"\s+"
    after: str = ""


_LANGUAGES = (
    _Language(  # German
        polite=r"\b(?:bitte|mal|kurz|kannst du|könntest du|können sie|könnten sie"
        r"|ich (?:möchte|will|brauche|hätte gerne?|würde gerne?))\b",
        determiners=r"in|im|bei|über|von|vom|aus|zu|der|die|das|den|dem|des|diese[rmns]?|alle[rn]?"
        r"|meine[rmns]?|unsere[rmns]?|eure[rmns]?|ein(?:e[rmns]?)?",
        nouns=r"dokumente?n?s?|unterlagen|texte?n?s?|berichte?n?s?|artikeln?s?|dateien|datei"
        r"|ordners?|verzeichnis(?:ses)?|aufsatz(?:es)?|aufsätzen?|studien?|bücher|buche?s?"
        r"|handbuch(?:e?s)?|briefe?n?s?|verträgen?|vertrage?s?|protokolle?n?s?|sammlung|arbeit"
        r"|hier|darin|es|das|dies|alles|ganze",
        requests=(
            r"(?:worum|um was) (?:geht|ging|dreht|drehte)(?: es|['’]s)?(?: sich)?(?: {})?",
            r"(?:wovon|von was) handel(?:t|n)(?: {})?",
            r"fass(?:e|en sie|t)?(?: mir| uns)? {} zusammen",
            r"(?:mir |uns )?(?:{} )?zusammenfassen",
            r"(?:(?:gib|geben sie|gebt|schreibe?|erstelle?|mache?)(?: mir| uns)? |mir |uns )?"
            r"(?:(?:einen?|die|den) )?(?:\w+ )?(?:zusammenfassung|überblick|übersicht)(?: {})?"
            r"(?: geben| schreiben| erstellen)?",
            r"(?:was|welches) (?:ist|sind) (?:das|die|der) (?:thema|themen|gegenstand|inhalte?)"
            r"(?: {})?",
        ),
        contents=(
            r"was (?:steht|enthalten|enthält|beinhalte[nt]|sagt|sagen|gibt es) {}",
            r"was ist (?=(?:in|im|bei|aus)\b){}",  # "Was ist ein Vertrag?" asks for a definition
        ),
    ),
    _Language(  # French
        polite=r"s['’]il (?:te|vous) pla[iî]t|\b(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous"
        r"|merci de|stp|svp|je (?:veux|voudrais|souhaite))\b",
        determiners=r"dans|de|du|des|d['’]|le|la|les|l['’]|ce|cet|cette|ces|tous|toutes|mes|mon|ma"
        r"|nos|notre|vos|votre|un|une|sur|à|au|aux",
        nouns=r"documents?|textes?|rapports?|articles?|fichiers?|dossiers?|études?|livres?|lettres?"
        r"|contrats?|manuels?|mémoires?|notes?|papiers?|corpus|ici|ça|cela|tout(?: ça| cela)?|il",
        requests=(
            r"de quoi (?:parlent|parle|traitent|traite)(?:-t-(?:il|elle)|-(?:ils|elles))?(?: {})?",
            r"de quoi (?:s['’]agit-il|est-il question)(?: {})?",
            r"de quoi il s['’]agit(?: {})?",
            r"(?:ça|il|elle|ils|elles|on) parle(?:nt)? de quoi(?:,? {})?",
            r"de quoi {} (?:parle|parlent|traite|traitent)",
            r"(?:me |nous )?résum(?:e|ez|er)(?:-moi|-nous)?(?:-le|-la|-les)?(?: {})?",
            r"(?:(?:fais|faites|faire|donne|donnez|donner|écris|écrivez|me faire|me donner)"
            r"(?:-moi|-nous)? )?(?:(?:un|une|le|la) )?(?:\w+ )?"
            r"(?:résumé|aperçu|synthèse|vue d['’]ensemble)(?: {})?",
            r"(?:quel(?:s|le|les)? (?:est|sont)|c['’]est quoi) (?:le|les) "
            r"(?:sujets?|thèmes?|contenu)(?: {})?",
        ),
        contents=(
            r"que (?:contient|contiennent) {}",
            r"qu['’](?:y a-t-il|est-ce qu['’]il y a|est-ce que contient) {}",
        ),
        gap=r"\s+|(?<=['’])",
    ),
    _Language(  # Spanish
        polite=r"\bpor favor\b|\b(?:me )?(?:puedes|puede|podrías|podría|podéis|pueden)\b"
        r"|\b(?:quiero|quisiera|querría|necesito)\b",
        determiners=r"en|de|del|el|la|los|las|este|esta|estos|estas|ese|esa|esos|esas|mis?|nuestr[oa]s?"
        r"|todos|todas|un|una|sobre|al?",
        nouns=r"documentos?|textos?|informes?|artículos?|archivos?|ficheros?|carpetas?|estudios?"
        r"|libros?|cartas?|contratos?|manual(?:es)?|ensayos?|trabajos?|tesis|corpus|aquí|esto|eso"
        r"|ello|todo",
        requests=(
            r"(?:de|sobre) qué (?:tratan?|hablan?|van?|se tratan?|versan?|son|es)(?: {})?",
            r"(?:resúm[ea](?:me|nos)?l[oa]s?|resumirl[oa]s?)",
            r"(?:resúmeme|resúmenos|resume|resuma|resumir(?:me|nos)?|resumid) {}",
            r"(?:(?:haz|haga|hacer|da|dé|dar|escrib[ea]|escribir)(?:me|nos)? )?"
            r"(?:(?:un|una|el|la) )?(?:\w+ )?(?:resumen|visión general|síntesis|panorama)"
            r"(?: (?:breve|corto|general))?(?: {})?",
            r"cuál(?:es)? (?:es|son) (?:el|los) (?:temas?|asuntos?|contenidos?)(?: {})?",
        ),
        contents=(r"qué (?:hay|contienen?|dicen?) {}",),
    ),
    _Language(  # Norwegian
        polite=r"\b(?:vær så snill|vennligst|kan du|kunne du|kan dere|er du snill)\b",
        determiners=r"i|om|av|over|på|den|det|de|denne|dette|disse|alle|mine|mitt|min|våre|vårt|vår"
        r"|en|ei|et",
        nouns=r"dokument(?:ene|er|et)?|tekst(?:ene|er|en)?|rapport(?:ene|er|en)?"
        r"|artikkel(?:en)?|artikler|artiklene|fil(?:ene|er|en|a)?|mappe(?:ne|r|n|a)?|bok(?:en|a)?"
        r"|bøkene|bøker|brev(?:ene|et)?|kontrakt(?:ene|en)?|håndbok(?:en|a)?|studie(?:ne|r|n)?"
        r"|avhandling(?:en|a)?|notat(?:ene|er|et)?|her|dette|det|disse",
        requests=(
            r"hva (?:handler|dreier)(?: {})?(?: seg)?(?: om)?",
            r"hva er {} om",
            r"hva går {} ut på",
            r"hva omhandler {}",
            r"(?:oppsummere?|sammenfatte?|summere?)(?: {})(?: opp)?",
            r"(?:(?:gi|skriv|lage?)(?: meg| oss)? )?(?:(?:en|et|ei) )?(?:\w+ )?"
            r"(?:sammendrag|oppsummering|oversikt|overblikk|sammenfatning)(?:en|et)?(?: {})?",
            r"hva er (?:temaet|emnet|innholdet|tema|hovedtemaet)(?: {})?",
        ),
        contents=(
            r"hva (?:står det|står|finnes|ligger|inneholder)(?: det)? {}",
            r"hva er(?: det)? (?=i\b){}",  # "Hva er en kontrakt?" asks for a definition
        ),
    ),
    _Language(  # Urdu
        polite=r"\b(?:براہ کرم|براہِ کرم|برائے مہربانی|مہربانی کر کے|مجھے|ہمیں|کیا آپ)(?!\w)",
        determiners=r"یہ|وہ|اس|ان|اِس|اُس|اِن|میری|میرے|ہماری|ہمارے|تمام|سب|پوری|پورے",
        nouns=r"دستاویز(?:ات|وں|یں)?|رپورٹ(?:وں|یں|س)?|مضمون|مضامین|مضمونوں|فائل(?:وں|یں|ز)?"
        r"|فولڈر|کتاب(?:وں|یں)?|متن|خط|خطوط|مقالہ|مقالے|مقالات|تحریر(?:وں|یں)?|کاغذات|یہاں|یہ|اس|ان",
        requests=(
            r"{} (?:کس|کس چیز|کن چیزوں)(?: کے)? بارے میں (?:ہے|ہیں)",
            r"{} (?:کس|کن) (?:موضوع|موضوعات) (?:پر|سے متعلق) (?:ہے|ہیں)",
            r"(?:{} (?:کا|کی) )?(?:\w+ )?(?:خلاصہ|جائزہ|تلخیص)"
            r"(?: (?:کریں|کرو|کر دیں|کیجیے|کیجئے|بتائیں|بتاؤ|بتا دیں|لکھیں|لکھو|دیں|دو|پیش کریں"
            r"|کیا ہے|کر سکتے ہیں))?",
            r"{} (?:کا|کی|کے) (?:موضوع|موضوعات|مضمون) (?:کیا|کون سے) (?:ہے|ہیں)",
        ),
        contents=(r"{} میں کیا(?: کچھ)?(?: لکھا)? (?:ہے|ہیں)",),
    ),
    _Language(  # Chinese
        polite=r"请问|(?<![申邀])请(?![假款求示柬])|能不能|能否|可以|帮我|帮忙|麻烦你?|你能|一下|吗|呢|请您|給我|给我",
        determiners=r"这些|那些|这个|那个|这份|那份|这篇|那篇|这本|这|那|本|该|所有|全部|我的|我们的|这几[份篇个]",
        nouns=r"文件夹|文件|文档|报告|文章|论文|文本|资料|材料|书|信|合同|手册|目录|文|全文|全部|里面|这里|它们?",
        requests=(
            r"{}(?:主要|都|到底)?(?:是)?(?:关于|有关)(?:什么|哪些)(?:的|内容|主题)*",
            r"{}(?:主要|都|到底)?(?:是)?(?:讲|说|写|谈|介绍|讨论|讲述|讲的是|说的是|干)了?(?:些)?什么(?:内容|的)?",
            r"(?:总结|概括|概述|归纳|简述|摘要)(?:{})?",
            r"(?:(?:写|做|来|给出|给|提供)?(?:一个|一份|一段|个|份)?)(?:{}的)?(?:简短的?|简要的?)?"
            r"(?:摘要|总结|概述|概要|概览|大意)(?:是什么)?",
            r"{}的?(?:主题|大意|主要内容|内容|中心思想)(?:是什么|有哪些)",
        ),
        contents=(
            r"{}(?:里面|里|中|内)(?:都|主要)?(?:有|包含|写|讲|说)了?(?:些)?(?:什么|哪些)(?:内容)?",
        ),
        gap=r"\s*",
        after=r"的?(?:主要)?内容",
    ),
)


class _Reader:
    """Matches questions of one language."""

    def __init__(self, language: _Language) -> None:
        before = rf"(?:(?:{language.determiners})(?:{language.gap}))*"
        after = rf"(?:{language.after})?" if language.after else ""
        self._polite = re.compile(language.polite, re.IGNORECASE)
        self._before = re.compile(before, re.IGNORECASE)
        self._after = re.compile(rf"{after}$", re.IGNORECASE)
        self._document = re.compile(
            rf"{before}(?:{language.nouns}){after}|(?:{language.determiners})", re.IGNORECASE
        )
        self._requests = [
            re.compile(request.replace("{}", "(?P<text>.+?)"), re.IGNORECASE)
            for request in (*language.requests, *language.contents)
        ]
        self._contents = self._requests[len(language.requests) :]

    def read(self, question: str) -> OverviewRequest | None:
        """Find what a question asks for an overview of; None for any other question."""
        asked = " ".join(self._polite.sub(" ", question).split()).strip(" ,.!?;:¿¡،؟。？！")
        named = ""
        for request in self._requests:
            found = request.fullmatch(asked)
            if found is None:
                continue
            text = (found.groupdict().get("text") or "").strip()
            words = self._after.sub("", self._before.sub("", text, count=1))
            if not text or self._document.fullmatch(text):
                return OverviewRequest(words, of_documents=True)
            if request not in self._contents:
                named = named or words
        return OverviewRequest(named, of_documents=False) if named else None


_READERS = tuple(_Reader(language) for language in _LANGUAGES)


def overview_request_in(question: str) -> OverviewRequest | None:
    """Find what a question in another language than English asks for an overview of.

    Args:
        question: A question in any language.

    Returns:
        The request; None for any other question, or if the language has no entry here.
    """
    found = (reader.read(question) for reader in _READERS)
    return next((request for request in found if request is not None), None)
