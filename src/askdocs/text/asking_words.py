"""Words that ask for something: "compare", "total", "hello". An answer need not have them.

They do not count as form words, because a question may also be about them. So they are searched,
but it is no reason for doubt that a passage does not have them.
"""

from __future__ import annotations

_LISTS = {
    "en": "say says said saying tell mention mentions mentioned give gives given list lists listed"
    " show shows find explain explains describe describes compare compared comparison summarise"
    " summarize name names named call called difference differences differ total totals many much"
    " number numbers amount count overall altogether long often kind kinds type types sort sorts"
    " way ways thing things reason reasons example examples exactly actually really currently"
    " please thanks thank know mean means meant want need get got let one ones each every other"
    " others another document documents file files text texts question answer hello hi hey dear"
    " sadly unfortunately luckily hopefully basically simply roughly usually thru okay ok well"
    " just only now nowadays still ever yet even maybe perhaps anyway no not yes per himself"
    " herself themselves ask asks",
    "de": "dokument dokumente dokumenten datei dateien unterlagen text texte texten nenne nennt"
    " liste auflisten zeige zeig gib erwähnen erwähnt erwähne sage sag sagen sagt steht stehen"
    " regelt bedeutet erkläre erklären beschreibe beschreiben vergleiche vergleichen finde suche"
    " alle allen alles insgesamt gesamt anzahl viele vielen unterschied unterschiede bitte danke"
    " hallo guten tag leider eigentlich genau denn mal etwa gerne möchte wissen weiß kannst"
    " könntest mir uns ich wir mich meine meiner meinen mein unser unsere du dein hoch kein keine"
    " ja nein",
    "fr": "document documents fichier fichiers texte textes mentionne mentionnent cite citent dit"
    " disent donne donner donnez liste lister montre montrez explique expliquer décris décrire"
    " compare comparer résume résumer tous toutes tout toute total nombre différence différences"
    " bonjour salut merci svp plaît malheureusement exactement dis dites moi nous je j tu vous mon"
    " ma mes notre nos sait savoir peux pouvez oui non",
    "es": "documento documentos archivo archivos texto textos menciona mencionan cita citan dice"
    " dicen da dame lista listar muestra muéstrame explica explicar describe describir compara"
    " comparar resume todos todas todo toda total número diferencia diferencias hola gracias favor"
    " lamentablemente exactamente dime decir yo tú mi mis nuestro nuestra nuestros quiero saber"
    " puedes podrías sí",
    "nb": "dokument dokumenter dokumentene fil filer filene tekst tekster nevner nevne nevnes nevnt"
    " omtaler si sier gi gir list liste vis vise forklar forklare beskriv beskrive sammenlign"
    " sammenligne oppsummer alle alt total totalt antall forskjell forskjellen hei takk snill"
    " dessverre egentlig jeg meg vi oss min mitt mine vår våre vite gjerne ja nei",
    "ur": "دستاویز دستاویزات ذکر بتائیں بتاؤ دکھائیں فہرست تمام سب کل تعداد فرق براہ کرم مہربانی"
    " شکریہ مجھے ہمیں میرا میری میرے ہمارا ہماری ہمارے آپ نہیں",
}
_WORDS = {code: frozenset(words.split()) for code, words in _LISTS.items()}
ASKED_IN = tuple(_LISTS)  # the languages that have a list
_WORDS["da"] = _WORDS["sv"] = _WORDS["nb"]


def is_asking_word(word: str, language: str) -> bool:
    """Whether a lower-case word asks for something in a language, by its code.

    False for all words of languages that have no list.
    """
    return word in _WORDS.get(language, ())
