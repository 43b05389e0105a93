"""Questions in other languages for documents that mention something: "Quels textes citent X ?".

Each language is one entry of `_LANGUAGES`: regular expressions for polite words, for nouns for
documents, for the words that stand before what is mentioned, and for the requests. In a request,
`{docs}` is the place of the documents, and `{what}` that of what they mention. To add a language,
add an entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple


class WantedMention(NamedTuple):
    """What a question asks the mentions of.

    Attributes:
        what: The words as they were written, without articles; they may be in quotation marks.
        only_words: Whether the question can only mean these words, as with "mention". "Handeln von"
            may be said of a text without the word.
    """

    what: str
    only_words: bool


@dataclass(frozen=True, slots=True)
class _Language:
    """The words of one language, as regular expressions.

    Attributes:
        polite: Polite words before a request. They are removed.
        docs: Nouns for documents, with the words before them.
        leading: Articles and the like before what is mentioned. They are removed.
        word: Nouns for words, as in "the word X". With one, the question means exactly this word.
        sure: Requests that can only mean the words.
        loose: Requests that may mean more than the words.
        no_phrase: How something begins or ends that is no phrase: a clause, or a negation.
    """

    polite: str
    docs: str
    leading: str
    word: str
    sure: tuple[str, ...]
    loose: tuple[str, ...]
    no_phrase: str


_LANGUAGES = (
    _Language(  # German
        polite=r"(?:bitte|(?:kannst du|könntest du|können sie|könnten sie)(?: mir| uns)?(?: bitte)?"
        r"(?: sagen| zeigen| nennen)?|(?:sag|sage|sagen sie)(?: mir| uns)?|weißt du|wissen sie)",
        docs=r"(?:alle |die |der |meine[rn] |unsere[rn] |diese[rn]? |von (?:den |meinen ))*"
        r"(?:dokument(?:en?)?|unterlagen|date(?:i|ien)|texte?n?|briefe?n?|berichte?n?"
        r"|protokolle?n?|vertr[aä]ge?n?|artikeln?|seiten?|e-?mails?|mails?|notizen?|studien?"
        r"|aufs[aä]tze?n?|bücher[n]?|buch|handb[uü]ch(?:er)?n?|schreiben|quellen?)",
        leading=r"(?:der|die|das|den|dem|des|eine?[rmns]?|etwas (?:über|zu[mr]?)|über)",
        word=r"(?:wort|wörter|begriff|name|namen|ausdruck|bezeichnung)",
        sure=(
            r"(?:welche[rs]?|wie viele) {docs} (?:erwähnen|erwähnt|zitieren|zitiert) {what}",
            r"(?:welche[rs]?|wie viele) {docs} {what} (?:erwähnen|erwähnt|zitieren|zitiert)",
            r"in (?:welche[mnr]|wie vielen) {docs} (?:wird|werden|ist|sind) {what}"
            r" (?:erwähnt|zitiert)",
            r"in (?:welche[mnr]|wie vielen) {docs} {what} (?:erwähnt|zitiert) (?:wird|werden|ist)",
            r"in (?:welche[mnr]|wie vielen) {docs} (?:kommt|kommen) {what} vor",
            r"in (?:welche[mnr]|wie vielen) {docs} (?:taucht|tauchen) {what} auf",
            r"(?:zeige?|finde?|nenne?|liste?|suche?|gib)?(?: mir| uns)?(?: bitte)? ?{docs}"
            r"(?: auflisten| zeigen| finden| auf)?,? (?:die|welche[rs]?|das) {what}"
            r" (?:erwähnen|erwähnt|zitieren|zitiert)",
            r"(?:zeige?|finde?|nenne?|liste?|suche?|gib)?(?: mir| uns)?(?: bitte)? ?{docs}"
            r"(?: auflisten| zeigen| finden| auf)?,? in (?:dem|denen|der) {what}"
            r" (?:vorkommt|vorkommen|auftaucht|auftauchen|erwähnt (?:wird|werden|ist))",
            r"wo (?:wird|werden|ist|sind) {what} erwähnt",
            r"wo (?:kommt|kommen) {what} vor",
        ),
        loose=(
            r"(?:welche[rs]?|wie viele) {docs} (?:nennen|nennt|enthalten|enthält|behandeln"
            r"|behandelt|(?:handeln|handelt|sprechen|spricht|reden) (?:von|über)) {what}",
            r"in (?:welche[mnr]|wie vielen) {docs} (?:steht|stehen|geht es um) {what}",
            r"in (?:welche[mnr]|wie vielen) {docs} (?:wird|werden) {what} genannt",
            r"(?:zeige?|finde?|nenne?|liste?|suche?|gib)?(?: mir| uns)?(?: bitte)? ?{docs}"
            r"(?: auflisten| zeigen| finden| auf)?,? (?:die|welche[rs]?|das) {what}"
            r" (?:nennen|nennt|enthalten|enthält)",
        ),
        no_phrase=r"(?:,|dass|ob|wann|wie|wo|wer|warum|kein\w*)\b.*|.*\b(?:nicht|nie)|,.*",
    ),
    _Language(  # French
        polite=r"(?:s['’]il (?:te|vous) pla[iî]t|(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous)"
        r"(?: me| nous)?(?: dire| montrer)?|(?:dis|dites)(?:-moi|-nous)?|sais-tu|savez-vous)",
        docs=r"(?:tou(?:s|tes) |les |des |mes |nos |ces |de (?:mes |nos |ces )?)*"
        r"(?:documents?|fichiers?|textes?|lettres?|rapports?|procès-verba(?:l|ux)|contrats?"
        r"|articles?|pages?|e-?mails?|courriels?|notes?|études?|livres?|manuels?|sources?)",
        leading=r"(?:le|la|les|l['’]|un|une|de|du|des|d['’]|à|au|aux)",
        word=r"(?:mots?|termes?|noms?|expressions?)",
        sure=(
            r"(?:quel(?:le)?s?(?: sont)?|lesquel(?:le)?s|combien de) {docs}(?: qui)?"
            r" (?:mentionnent|mentionne|citent|cite|évoquent|évoque) {what}",
            r"dans (?:quel(?:le)?s?|combien de) {docs} (?:est|sont)"
            r"(?:-(?:il|elle|ils|elles))? (?:mentionnée?s?|citée?s?) {what}",
            r"dans (?:quel(?:le)?s?|combien de) {docs} {what} (?:est|sont)"
            r"(?:-(?:il|elle|ils|elles))? (?:mentionnée?s?|citée?s?)",
            r"dans (?:quel(?:le)?s?|combien de) {docs} (?:apparaît|apparaissent|figurent?"
            r"|mentionne-t-on) {what}",
            r"dans (?:quel(?:le)?s?|combien de) {docs} {what}"
            r" (?:apparaît|apparaissent|figurent?)(?:-(?:t-)?(?:il|elle|ils|elles))?",
            r"(?:(?:montre|montrez|liste|listez|donne|donnez|trouve|trouvez|cherche|cherchez)"
            r"(?:-moi|-nous)? )?{docs} (?:qui|où l['’]on)"
            r" (?:mentionnent|mentionne|citent|cite) {what}",
            r"où (?:est|sont)(?:-(?:il|elle|ils|elles))? (?:mentionnée?s?|citée?s?) {what}",
            r"où {what} (?:est|sont)-(?:il|elle|ils|elles) (?:mentionnée?s?|citée?s?)",
        ),
        loose=(
            r"(?:quel(?:le)?s?(?: sont)?|lesquel(?:le)?s|combien de) {docs}(?: qui)?"
            r" (?:contiennent|contient|parlent|parle|traitent|traite) {what}",
            r"dans (?:quel(?:le)?s?|combien de) {docs} (?:est-il question|parle-t-on) {what}",
            r"(?:(?:montre|montrez|liste|listez|donne|donnez|trouve|trouvez|cherche|cherchez)"
            r"(?:-moi|-nous)? )?{docs} qui (?:contiennent|contient|parlent|parle) {what}",
        ),
        no_phrase=r"(?:que|qu['’]|si|quand|comment|pourquoi|où|pas|jamais)\b.*|,.*",
    ),
    _Language(  # Spanish
        polite=r"(?:por favor|(?:me )?(?:puedes?|podrías?)(?: decirme| mostrarme| decir)?"
        r"|dime|dígame|sabes|sabe)",
        docs=r"(?:tod[oa]s |l[oa]s |de (?:l[oa]s |mis |nuestr[oa]s |est[oa]s )?|mis |nuestr[oa]s )*"
        r"(?:documentos?|archivos?|ficheros?|textos?|cartas?|informes?|actas?|contratos?"
        r"|artículos?|páginas?|correos?|e-?mails?|notas?|estudios?|libros?|manual(?:es)?|fuentes?)",
        leading=r"(?:el|la|los|las|un|una|a|al|de|del|sobre)",
        word=r"(?:palabras?|términos?|nombres?|expresi(?:ón|ones))",
        sure=(
            r"(?:qué|cuál(?:es)?|cuánt[oa]s)(?: son)? {docs}(?: que)?"
            r" (?:mencionan?|citan?|nombran?) {what}",
            r"en (?:qué|cuál(?:es)?|cuánt[oa]s)(?: de)? {docs} se (?:mencionan?|citan?|nombran?)"
            r" {what}",
            r"en (?:qué|cuál(?:es)?|cuánt[oa]s)(?: de)? {docs} (?:aparecen?|figuran?) {what}",
            r"en (?:qué|cuál(?:es)?|cuánt[oa]s)(?: de)? {docs} (?:están?|es|son)"
            r" mencionad[oa]s? {what}",
            r"(?:(?:muéstr|muestr|list|d|busc|encuentr)[aáe](?:me|nos)? )?{docs} que"
            r" (?:mencion[ae]n?|cit[ae]n?|nombr[ae]n?) {what}",
            r"dónde se (?:mencionan?|citan?|nombran?) {what}",
        ),
        loose=(
            r"(?:qué|cuál(?:es)?|cuánt[oa]s)(?: son)? {docs}(?: que)?"
            r" (?:contienen?|hablan?|tratan?) {what}",
            r"en (?:qué|cuál(?:es)?|cuánt[oa]s)(?: de)? {docs} se (?:habla|trata) {what}",
            r"(?:(?:muéstr|muestr|list|d|busc|encuentr)[aáe](?:me|nos)? )?{docs} que"
            r" (?:contien[ae]n?|contengan?|hablan?|hablen?) {what}",
        ),
        no_phrase=r"(?:que|si|cuándo|cómo|por qué|dónde|quién)\b.*|,.*",
    ),
    _Language(  # Norwegian
        polite=r"(?:vær så snill(?: å)?|vennligst|(?:kan|kunne) (?:du|dere)(?: si| vise| fortelle)?"
        r"(?: meg| oss)?|(?:si|fortell)(?: meg| oss)|vet du)",
        docs=r"(?:alle |de |av |mine |våre |disse |som )*"
        r"(?:dokument(?:ene|er|et)?|fil(?:ene|er|en|a)?|tekst(?:ene|er|en)?|brev(?:ene|et)?"
        r"|rapport(?:ene|er|en)?|referat(?:ene|er|et)?|protokoll(?:ene|er|en)?"
        r"|kontrakt(?:ene|er|en)?|avtale(?:ne|r|n)?|artik(?:kel|kelen|ler|lene)|side(?:ne|r|n|a)?"
        r"|e-?post(?:ene|er|en)?|notat(?:ene|er|et)?|studie(?:ne|r|n)?|bøker|bøkene|bok|boken"
        r"|kilde(?:ne|r|n)?)",
        leading=r"(?:en|ei|et|den|det|de|noe om|om)",
        word=r"(?:ord(?:et|ene)?|uttrykk(?:et)?|navn(?:et)?|begrep(?:et)?)",
        sure=(
            r"(?:hvilke[nt]?|hvor mange) {docs}(?: som)? (?:nevner|omtaler|siterer) {what}",
            r"i (?:hvilke[nt]?|hvor mange) {docs} (?:er|blir|ble) {what} (?:nevnt|omtalt|sitert)",
            r"i (?:hvilke[nt]?|hvor mange) {docs} (?:nevnes|omtales|siteres|forekommer"
            r"|finnes ordet|dukker) {what}(?: opp)?",
            r"(?:(?:vis|finn|list|gi|søk)(?: meg| oss)?(?: opp)? )?{docs} som"
            r" (?:nevner|omtaler|siterer) {what}",
            r"hvor (?:nevnes|omtales) {what}",
            r"hvor (?:er|blir) {what} (?:nevnt|omtalt)",
        ),
        loose=(
            r"(?:hvilke[nt]?|hvor mange) {docs}(?: som)? (?:inneholder|handler om|snakker om)"
            r" {what}",
            r"i (?:hvilke[nt]?|hvor mange) {docs} står {what}",
            r"(?:(?:vis|finn|list|gi|søk)(?: meg| oss)?(?: opp)? )?{docs} som"
            r" (?:inneholder|handler om) {what}",
        ),
        no_phrase=r"(?:ikke|aldri|at|om|når|hvordan|hvorfor|hvor|hvem)\b.*|.*\bikke|,.*",
    ),
    _Language(  # Chinese
        polite=r"(?:请问|请(?![假款求示柬])|麻烦(?:你|您)?|帮我|给我|能不能|可以|告诉我)",
        docs=r"(?:所有的?|全部的?)?(?:文件|文档|报告|文章|论文|文本|资料|材料|书|信|合同|手册|邮件|笔记|页)",
        leading="(?:一个|这个|那个)",
        word="(?:单词|词语|词|字|名字)",
        sure=(
            r"(?:有)?(?:哪些|哪[几个份篇本封]+|什么|多少[个份篇本封]?|几[个份篇本封]){docs}"
            r"(?:里面|里|中)?(?:都)?(?:提到|提及|提过|说到|谈到|出现)(?:了|过)?{what}",
            r"{what}(?:在|被)?(?:哪些|哪[几个份篇本封]+|什么|多少[个份篇本封]?){docs}(?:里面|里|中)?(?:被|有)?"
            r"(?:提到|提及|出现)(?:了|过)?",
            r"(?:列出|找出|显示|找)?(?:所有|全部)?(?:提到|提及|提过|出现)(?:了|过)?{what}的{docs}",
            r"(?:哪里|哪儿|什么地方|何处)(?:提到|提及|出现)(?:了|过)?{what}",
        ),
        loose=(
            r"(?:有)?(?:哪些|哪[几个份篇本封]+|什么|多少[个份篇本封]?){docs}(?:里面|里|中)?"
            r"(?:包含|含有|讨论|关于)(?:了)?{what}",
            r"(?:列出|找出|显示|找)?(?:所有|全部)?(?:包含|含有|关于){what}的{docs}",
        ),
        no_phrase=r"什么|哪.*|.*(?:什么|多少|吗)",
    ),
    _Language(  # Urdu
        polite=r"(?:براہ کرم|براہِ کرم|برائے مہربانی|مجھے بتائیں|مجھے|کیا آپ بتا سکتے ہیں(?: کہ)?)",
        docs=r"(?:ان |میری |میرے |ہماری |ہمارے |وہ |تمام |سب )*"
        r"(?:دستاویز(?:ات|وں|یں)?|رپورٹ(?:وں|یں|س)?|مضامین|مضمون(?:وں)?|فائل(?:وں|یں|ز)?"
        r"|کتاب(?:وں|یں)?|متن|خطوط|خط(?:وں)?|معاہد(?:ے|ہ|وں|ات)|صفح(?:ے|ہ|ات|وں))",
        leading="(?:اس|یہ)",
        word="(?:لفظ|الفاظ|نام|اصطلاح)",
        sure=(
            r"(?:کن|کس|کون سی|کون سے|کونسی|کونسے|کتنی|کتنے) {docs} میں {what}"
            r" (?:کا|کی|کے) (?:ذکر|نام|حوالہ)(?: کیا گیا| آیا| آتا| موجود)? (?:ہے|ہیں)",
            r"{what} (?:کا|کی|کے) (?:ذکر|نام|حوالہ) (?:کن|کس|کون سی|کون سے|کتنی|کتنے) {docs} میں"
            r"(?: کیا گیا| آیا| آتا| موجود)? (?:ہے|ہیں)",
            r"{what} (?:کا|کی|کے) ذکر کہاں(?: آیا| آتا| ہوا)? ہے",
            r"{docs} (?:دکھائیں|بتائیں|دکھاؤ|تلاش کریں|نکالیں) (?:جن|جس) میں {what}"
            r" (?:کا|کی|کے) (?:ذکر|نام|حوالہ)(?: آیا| آتا)? (?:ہے|ہو)",
            r"(?:کن|کس|کون سی|کون سے|کتنی|کتنے) {docs} میں {what} (?:آتا|آتی|آیا|آئی) (?:ہے|ہیں)",
        ),
        loose=(
            r"(?:کن|کس|کون سی|کون سے|کتنی|کتنے) {docs} میں {what} (?:کے بارے میں|پر)"
            r"(?: بات| لکھا| کچھ)?(?: کی گئی| گیا)? ہے",
        ),
        no_phrase=r"کیا|کہ .*",
    ),
)


class _Reader:
    """Matches questions of one language."""

    def __init__(self, language: _Language) -> None:
        ends = r"(?:\s+|(?<=['’])|\b)"
        before = rf"(?:{language.leading}{ends})*"
        self._polite = re.compile(rf"^(?:{language.polite}[\s,:]*)+", re.IGNORECASE)
        self._leading = re.compile(before, re.IGNORECASE)
        self._word = re.compile(rf"(?:{language.word}){ends}", re.IGNORECASE)
        self._no_phrase = re.compile(language.no_phrase, re.IGNORECASE)
        self._requests = [
            (self._compiled(request, language.docs), is_sure)
            for requests, is_sure in ((language.sure, True), (language.loose, False))
            for request in requests
        ]

    @staticmethod
    def _compiled(request: str, docs: str) -> re.Pattern[str]:
        filled = request.replace("{docs}", f"(?:{docs})").replace("{what}", "(?P<what>.+?)")
        return re.compile(filled, re.IGNORECASE)

    def read(self, question: str) -> WantedMention | None:
        """Find what a question asks the mentions of; None for any other question."""
        asked = self._polite.sub("", question)
        for request, is_sure in self._requests:
            found = request.fullmatch(asked)
            if found is None:
                continue
            what = found["what"].strip()
            if self._no_phrase.fullmatch(what):
                return None
            what = self._leading.sub("", what, count=1)
            word = self._word.match(what)
            if word and word.end() < len(what):
                return WantedMention(what[word.end() :], only_words=True)
            if what:
                return WantedMention(what, only_words=is_sure)
        return None


_READERS = tuple(_Reader(language) for language in _LANGUAGES)


def mention_request_in(question: str) -> WantedMention | None:
    """Find what a question in another language than English asks the mentions of.

    Args:
        question: A question in any language.

    Returns:
        The request; None for any other question, or if the language has no entry here.
    """
    asked = " ".join(question.split()).strip(" ,.!?;:¿¡،؟。？！۔")
    found = (reader.read(asked) for reader in _READERS)
    return next((request for request in found if request is not None), None)
