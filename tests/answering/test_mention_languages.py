"""Questions in several languages which documents mention something, and their neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.questions.mention import mention_requested

# (question, the words that are to be mentioned, whether the question can only mean these words)
_REQUESTS = {
    "de": [
        ("Welche Unterlagen erwähnen den Schleusenwärter?", "Schleusenwärter", True),
        ("Welches Protokoll nennt Frau Ohlsen?", "Frau Ohlsen", False),
        ("Wie viele der Briefe erwähnen Norderfehn?", "Norderfehn", True),
        ("In welchem Dokument wird die Mole erwähnt?", "Mole", True),
        ("In welchen Berichten kommt das Wort „Deichschau“ vor?", "Deichschau", True),
        ("In welchen Verträgen taucht Ohlsen auf?", "Ohlsen", True),
        ("In welchen Texten steht etwas über Ebbe?", "Ebbe", False),
        ("Zeig mir alle Dateien, die Norderfehn erwähnen", "Norderfehn", True),
        ("Kannst du mir sagen, welche Briefe Norderfehn erwähnen?", "Norderfehn", True),
        ("Bitte alle Dokumente auflisten, in denen Ohlsen vorkommt", "Ohlsen", True),
        ("Wo wird der Leuchtturm erwähnt?", "Leuchtturm", True),
        ("Welche Artikel handeln von Sturmfluten?", "Sturmfluten", False),
    ],
    "fr": [
        ("Quels fichiers mentionnent l'écluse ?", "écluse", True),
        ("Quel rapport cite Mme Aubrac ?", "Mme Aubrac", True),
        ("Combien de lettres mentionnent Brissac ?", "Brissac", True),
        ("Dans quels contrats est-il question de la digue ?", "digue", False),
        ("Dans quel document Aubrac est-elle mentionnée ?", "Aubrac", True),
        ("Dans quels textes apparaît le mot « marée » ?", "marée", True),
        ("Montre-moi tous les documents qui mentionnent Brissac", "Brissac", True),
        ("Pouvez-vous me dire quels articles parlent des tempêtes ?", "tempêtes", False),
        ("Où est mentionné le phare ?", "phare", True),
        ("Quels sont les documents qui mentionnent Brissac ?", "Brissac", True),
        ("Lesquels de mes documents mentionnent Brissac ?", "Brissac", True),
    ],
    "es": [
        ("¿Qué archivos mencionan la esclusa?", "esclusa", True),
        ("¿Cuáles de los informes citan a Robledo?", "Robledo", True),
        ("¿Cuántas cartas mencionan Villarejo?", "Villarejo", True),
        ("¿En qué contratos se menciona el muelle?", "muelle", True),
        ("¿En qué documento aparece la palabra «marea»?", "marea", True),
        ("¿En qué actas se habla del faro?", "faro", False),
        ("Muéstrame los documentos que mencionan a la señora Robledo", "señora Robledo", True),
        ("¿Dónde se menciona Villarejo?", "Villarejo", True),
        ("¿Puedes decirme qué textos hablan de tormentas?", "tormentas", False),
    ],
    "nb": [
        ("Hvilke filer nevner slusevokteren?", "slusevokteren", True),
        ("Hvilket brev omtaler Kari Nes?", "Kari Nes", True),
        ("Hvor mange av rapportene nevner Selvåg?", "Selvåg", True),
        ("I hvilke kontrakter er moloen nevnt?", "moloen", True),
        ("I hvilke notater forekommer ordet «flo»?", "flo", True),
        ("I hvilket dokument nevnes Kari Nes?", "Kari Nes", True),
        ("Vis meg alle dokumenter som nevner Selvåg", "Selvåg", True),
        ("Kan du si meg hvilke tekster som handler om storm?", "storm", False),
        ("Hvor nevnes fyret?", "fyret", True),
    ],
    "zh": [
        ("哪些报告提到了水闸？", "水闸", True),
        ("哪份合同提及李小梅？", "李小梅", True),
        ("有多少个文档提到宁波？", "宁波", True),
        ("宁波在哪些文件中被提到？", "宁波", True),
        ("请假在哪些文件中提到？", "请假", True),
        ("请列出所有提到“潮汐”的文件", "潮汐", True),
        ("哪里提到了灯塔？", "灯塔", True),
        ("哪些文章包含台风？", "台风", False),
        ("请问哪几封信里出现了宁波？", "宁波", True),
    ],
    "ur": [
        ("کن دستاویزات میں ملتان کا ذکر ہے؟", "ملتان", True),
        ("کون سی رپورٹ میں نسیم صاحب کا ذکر ہے؟", "نسیم صاحب", True),
        ("کتنے خطوط میں ملتان کا ذکر ہے؟", "ملتان", True),
        ("ملتان کا ذکر کس فائل میں ہے؟", "ملتان", True),
        ("وہ تمام دستاویزات دکھائیں جن میں ملتان کا ذکر ہے", "ملتان", True),
        ("کن دستاویزات میں لفظ “سیلاب” آتا ہے؟", "سیلاب", True),
        ("نہر کا ذکر کہاں ہے؟", "نہر", True),
    ],
}  # fmt: skip
_OTHERS = [
    "Welche Dokumente brauche ich für die Anmeldung?",
    "Was erwähnt der Bericht über die Mole?",
    "Welche Unterlagen erwähnen Norderfehn nicht?",
    "Welche Briefe erwähnen, dass die Mole gesperrt ist?",
    "In welchem Vertrag steht, wann die Miete fällig ist?",
    "Wo steht der Leuchtturm?",
    "Quels documents faut-il joindre ?",
    "Que mentionne le rapport à propos de la digue ?",
    "Quels documents ne mentionnent pas Brissac ?",
    "Quels rapports mentionnent que la digue est fermée ?",
    "¿Qué documentos hay que presentar?",
    "¿Qué cartas no mencionan Villarejo?",
    "¿Qué informes mencionan que el muelle está cerrado?",
    "Hvilke dokumenter trenger jeg?",
    "Hvilke brev nevner ikke Selvåg?",
    "Hvilke rapporter nevner at moloen er stengt?",
    "Hvor ligger fyret?",
    "需要提交哪些文件？",
    "哪些文件没有提到宁波？",
    "文件提到了什么？",
    "کون سی دستاویزات درکار ہیں؟",
    "کن دستاویزات میں ملتان کا ذکر نہیں ہے؟",
]


@pytest.mark.parametrize(
    ("question", "phrase", "only_words"), [each for some in _REQUESTS.values() for each in some]
)
def test_questions_for_mentions_are_known(question: str, phrase: str, only_words: bool) -> None:
    wanted = mention_requested(question)
    assert wanted is not None
    assert (wanted.phrase, wanted.only_words) == (phrase, only_words)
    assert wanted.exact is any(mark in question for mark in "„«“")


@pytest.mark.parametrize("question", _OTHERS)
def test_other_questions_are_no_questions_for_mentions(question: str) -> None:
    assert mention_requested(question) is None


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Welche Briefe erwähnen Norderfehn?", "brief.txt"),
        ("哪些文件提到了宁波？", "xin.txt"),
        ("کن دستاویزات میں ملتان کا ذکر ہے؟", "khat.txt"),
    ],
)
def test_the_documents_that_mention_it_are_listed(
    question: str, source: str, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "brief.txt").write_text("Die Schleuse bei Norderfehn ist zu.", encoding="utf-8")
    (corpus / "xin.txt").write_text("我明天去宁波。然后去上海。", encoding="utf-8")
    (corpus / "khat.txt").write_text("کل ملتان میں بارش ہوئی۔", encoding="utf-8")
    with Assistant(Config(corpus=corpus, index=tmp_path / "index", models="english")) as assistant:
        assistant.index()
        answer = assistant.ask(question)
    assert answer.kind == "mentions"
    assert answer.notice.startswith("1 of 3 documents mentions")
    assert f"{source} (once)" in answer.notice
