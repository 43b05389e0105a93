"""Questions in several languages that ask what the documents are about, and their neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.questions.intent import asks_for_overview, overview_of

_OVERVIEWS = {
    "de": [
        "Worum geht es in diesen Dokumenten?",
        "Wovon handelt der Bericht?",
        "Fasse die Dokumente zusammen",
        "Fass das bitte zusammen",
        "Gib mir einen Überblick über die Unterlagen",
        "Was steht in diesem Ordner?",
        "Können Sie mir eine kurze Zusammenfassung des Berichts geben?",
        "Zusammenfassung",
        "Um was geht's hier?",
        "Was ist das Thema des Textes?",
        "Kannst du den Artikel zusammenfassen?",
    ],
    "fr": [
        "De quoi parlent ces documents ?",
        "De quoi s'agit-il ?",
        "Résume le rapport",
        "Fais-moi un résumé du document",
        "Pouvez-vous résumer ce texte ?",
        "Donne-moi un aperçu de ces fichiers",
        "Quel est le sujet de l'article ?",
        "Que contient ce dossier ?",
        "Résumé",
        "De quoi traite cette étude ?",
    ],
    "es": [
        "¿De qué tratan estos documentos?",
        "¿De qué trata el informe?",
        "Resume el documento",
        "Hazme un resumen de los archivos",
        "¿Puedes resumir este texto?",
        "¿Cuál es el tema del artículo?",
        "¿Qué hay en esta carpeta?",
        "Dame una visión general de los documentos",
        "¿De qué va esto?",
    ],
    "nb": [
        "Hva handler disse dokumentene om?",
        "Hva handler rapporten om?",
        "Oppsummer dokumentet",
        "Gi meg et sammendrag av artikkelen",
        "Kan du oppsummere teksten?",
        "Hva dreier dette seg om?",
        "Hva står i mappen?",
        "Gi en oversikt over filene",
        "Hva er temaet i denne artikkelen?",
    ],
    "ur": [
        "یہ دستاویزات کس بارے میں ہیں؟",
        "اس رپورٹ کا خلاصہ بتائیں",
        "یہ مضمون کس کے بارے میں ہے؟",
        "ان فائلوں کا خلاصہ کریں",
        "اس دستاویز میں کیا ہے؟",
        "دستاویز کا موضوع کیا ہے؟",
        "خلاصہ",
    ],
    "zh": [
        "这些文件是关于什么的？",
        "这份报告讲了什么？",
        "总结一下这篇文章",
        "请概括这些文档的内容",
        "给我一个摘要",
        "这个文件夹里有什么？",
        "本文的主题是什么？",
        "这篇论文主要讲什么",
    ],
}
_MORE_OVERVIEWS = [
    "Worum dreht sich der Text?",
    "Was ist der Inhalt dieser Dateien?",
    "Wovon handeln diese Unterlagen?",
    "Bitte fasse alles zusammen.",
    "Könntest du mir die Berichte kurz zusammenfassen?",
    "Ich hätte gern eine Zusammenfassung",
    "Gib mir eine Übersicht",
    "Was beinhalten die Dokumente?",
    "Was enthält der Ordner?",
    "Zusammenfassen",
    "Il parle de quoi ce document ?",
    "C'est quoi le sujet de ces documents ?",
    "De quoi est-il question dans ces textes ?",
    "Fais un résumé",
    "Résume-moi tout ça",
    "Qu'est-ce qu'il y a dans ce dossier ?",
    "Peux-tu me faire une synthèse des rapports ?",
    "De quoi ça parle ?",
    "¿Sobre qué son estos documentos?",
    "¿De qué habla el texto?",
    "Resúmelo",
    "¿Qué contienen estos archivos?",
    "Quiero un resumen del informe",
    "¿Me puedes hacer un resumen?",
    "¿Cuál es el contenido de la carpeta?",
    "¿Qué dicen los documentos?",
    "Hva er dette dokumentet om?",
    "Kan du lage en oppsummering av rapporten?",
    "Hva går dokumentene ut på?",
    "Hva inneholder mappen?",
    "Gi meg en kort oversikt",
    "Sammendrag",
    "Hva omhandler teksten?",
    "ان دستاویزات میں کیا ہے؟",
    "یہ دستاویز کس بارے میں ہے؟",
    "مجھے اس کتاب کا خلاصہ دیں",
    "براہ کرم ان رپورٹوں کا خلاصہ پیش کریں",
    "یہ فائلیں کس موضوع پر ہیں؟",
    "ان دستاویزات کا موضوع کیا ہے",
    "یہ کس بارے میں ہے؟",
    "这些文档讲的是什么？",
    "这本书的内容是什么？",
    "请帮我总结这份文件",
    "文件里写了什么？",
    "概括全文",
    "这些资料是关于什么主题的？",
    "能不能给我做一个总结",
    "这篇文章的大意是什么",
    "Worum geht's in der Studie?",
    "Was sagen diese Dokumente?",
    "Erstelle eine Zusammenfassung aller Dokumente",
    "Können Sie die Datei zusammenfassen?",
    "Wovon handelt dieses Buch?",
    "Ich brauche einen Überblick über die Dateien",
    "Donnez-moi un résumé de cet article",
    "Pouvez-vous me résumer les documents ?",
    "De quoi traitent ces fichiers ?",
    "Je voudrais un aperçu du dossier",
    "Quels sont les thèmes de ces documents ?",
    "Haz un resumen breve",
    "¿De qué va este artículo?",
    "¿Podrías resumirme los documentos?",
    "¿Cuáles son los temas de estos textos?",
    "Necesito un resumen de todo",
    "Hva handler det om?",
    "Lag et kort sammendrag av dokumentene",
    "Kan du gi meg et overblikk over dokumentene?",
    "Hva er innholdet i filene?",
    "اس مضمون کا موضوع کیا ہے؟",
    "کیا آپ ان دستاویزات کا خلاصہ کر سکتے ہیں؟",
    "یہ رپورٹ کس چیز کے بارے میں ہے؟",
    "اس فولڈر میں کیا ہے؟",
    "这篇文章主要说了什么？",
    "给出这些文件的摘要",
    "这些文档是讲什么的？",
    "概述一下报告内容",
    "本报告的主要内容是什么？",
    "这个文件是干什么的？",
    "Was ist in den Unterlagen?",
    "Hva er i denne mappen?",
    "请总结这份文件",
]
_OTHERS = [
    "Was ist ein Vertrag?",
    "Was ist eine Studie?",
    "Was ist das Protokoll?",
    "Hva er en kontrakt?",
    "Hva er en rapport?",
    "Hva er en bok?",
    "¿Qué es un contrato?",
    "Qu'est-ce qu'un rapport ?",
    "معاہدہ کیا ہے؟",
    "合同是什么？",
    "Worum bat der Minister?",
    "Was ist im Turm?",
    "Was ist das Thema der Rede von Müller?",
    "Wie fasst der Autor die Ergebnisse zusammen?",
    "Was steht im Vertrag über Kündigung?",
    "De quoi dépend le prix ?",
    "Quel est le sujet de la plainte ?",
    "Que contient le coffre ?",
    "Qu'est-ce que dit le rapport sur les vélos ?",
    "¿De qué habla la ministra?",
    "¿Qué dice el informe sobre el robo?",
    "¿Qué hay en la caja?",
    "Hva sier rapporten om sykler?",
    "Hva er i tårnet?",
    "Hva handler saken mot Hansen om?",
    "اس رپورٹ میں فوج کے بارے میں کیا ہے؟",
    "خط کس نے لکھا؟",
    "معاہدے میں کرایہ کتنا ہے؟",
    "合同里关于租金写了什么？",
    "报告的作者是谁？",
    "这次会议的主题是什么？",
    "他说了什么？",
    "Wer hat das Dokument geschrieben?",
    "Worum geht es bei der Klage gegen Müller?",
    "Worum ging es im Streit um die Brücke?",
    "Fasse die Ergebnisse zum Fahrraddiebstahl zusammen",
    "Was steht in Artikel 5?",
    "Was steht auf dem Spiel?",
    "Wer hat den Bericht geschrieben?",
    "De quoi est accusé Martin ?",
    "De quoi parle le ministre ?",
    "Résume les conclusions sur le vol de vélos",
    "Que contient la boîte ?",
    "¿De qué murió el rey?",
    "Resume los resultados del ensayo",
    "¿Qué hay en la torre?",
    "Hva handler tårnet om?",
    "Oppsummer funnene om sykkeltyveri",
    "Hva står i paragraf 5?",
    "یہ مینار کس نے بنایا؟",
    "فوج کے بارے میں کیا کہا گیا؟",
    "مینار میں کیا ہے؟",
    "塔里有什么？",
    "总结攻击的原因",
    "谁写了这份报告？",
    "这座塔是关于什么的？",
]


@pytest.mark.parametrize(
    "question", [*(each for asked in _OVERVIEWS.values() for each in asked), *_MORE_OVERVIEWS]
)
def test_requests_for_an_overview_in_other_languages(question: str) -> None:
    assert asks_for_overview(question)


@pytest.mark.parametrize("question", _OTHERS)
def test_questions_of_other_kinds_in_other_languages(question: str) -> None:
    assert not asks_for_overview(question)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Fasse den Mietvertrag zusammen", "Mietvertrag"),
        ("Wovon handelt heat.txt?", "heat.txt"),
        ("Résume le contrat de bail", "contrat de bail"),
        ("De quoi parle le manuel du phare ?", "manuel du phare"),
        ("¿De qué trata el contrato?", "contrato"),
        ("Hva handler leieavtalen om?", "leieavtalen"),
        ("کرایہ نامہ کا خلاصہ کریں", "کرایہ نامہ"),
        ("总结租赁合同", "租赁合同"),
    ],
)
def test_a_document_that_is_named_in_another_language(question: str, named: str) -> None:
    assert overview_of(question) == named


def test_an_overview_is_not_called_a_guess_for_its_language(tmp_path: Path) -> None:
    (tmp_path / "lampe.txt").write_text("Das Handbuch beschreibt, wie die Lampe gewartet wird.\n")
    (tmp_path / "kran.txt").write_text("Der Vertrag regelt, wer für den Kran am Hafen haftet.\n")
    with Assistant(Config(corpus=tmp_path, index=tmp_path / "index")) as assistant:
        assistant.index()
        answer = assistant.ask("Worum geht es in diesen Dokumenten?")
        assert {citation.source for citation in answer.citations} == {"lampe.txt", "kran.txt"}
        assert "guess" not in answer.notice
        assert [each.source for each in assistant.ask("Fasse den Kran zusammen").citations] == [
            "kran.txt"
        ]
