"""Chats, LaTeX, Org, notes of Obsidian, and files whose names do not say what they are."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from askdocs.documents.loaders import LoadError, load
from askdocs.types import Document

ANDROID = (
    "03.11.27, 09:14 - Nachrichten sind verschlüsselt.\n"
    "03.11.27, 09:15 - Mira: Der Zug fährt um 10:40\nvon Gleis 7\n"
    "03.11.27, 09:16 - Tom W.: Danke: ich komme"
)
IOS = (
    "\u200e[11/3/27, 9:14:02\u202fAM] Mira: The train leaves at 10:40\n"
    "[11/3/27, 9:16:40\u202fAM] Tom W.: Thanks\n"
)
PAINT = ["Paint is ", {"type": "bold", "text": "dry"}]
PAINTED = {"date": "2027-03-01T10:00:00", "from": "Pia", "text": PAINT}
TELEGRAM = {"chats": {"list": [{"name": "Boat", "messages": [PAINTED]}]}}


def said(role: str, text: str, parent: str | None, children: list[str]) -> dict[str, object]:
    """A node of a conversation as ChatGPT exports it."""
    message = {"author": {"role": role}, "content": {"parts": [text]}, "create_time": 0.5}
    return {"parent": parent, "children": children, "message": message}


HOT = {
    "b": said("assistant", "At 230 degrees.", "a", []),
    "a": said("user", "How hot?", None, ["b"]),
}
CHATGPT = [{"title": "Bread", "mapping": HOT}]
TIDE = {"sender": "human", "text": "When?", "created_at": "2027-01-01T05:00:00Z"}
CLAUDE = [{"name": "Tides", "chat_messages": [TIDE]}]
ZED = {"name": "zed", "nickname": "Zed Q"}
REBOOT = {"timestamp": "2027-05-05T12:00:00+00:00", "content": "Reboot it.", "author": ZED}
DISCORD = {"channel": {"name": "help"}, "messages": [REBOOT]}
THEN = "1970-01-01 00:00 UTC"


def read(folder: Path, text: str, name: str) -> Document:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path, name)[0]


def test_a_chat_of_whatsapp_names_who_wrote_and_when(tmp_path: Path) -> None:
    document = read(tmp_path, ANDROID, "chat.txt")
    assert "Mira (03.11.27, 09:15): Der Zug fährt um 10:40\nvon Gleis 7" in document.text
    assert "Tom W., 03.11.27, 09:16" in [anchor.heading for anchor in document.anchors]
    assert "Tom W. (11/3/27, 9:16:40\u202fAM): Thanks" in read(tmp_path, IOS, "ios.txt").text
    chinese = "2027/3/1 07:42 - 王敏: 电梯又停了\n2027/3/1 下午7:45 - 老赵: 打了"
    assert "老赵 (2027/3/1 下午7:45): 打了" in read(tmp_path, chinese, "zh.txt").text


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01 10:00 - pump: started\nIt ran for an hour.\nNothing else.\nEnd.\nBye.\nOver.",
        "Dates: 03.11.27, 09:14 and later\nMira: hello\nTom: hello",
    ],
)
def test_other_text_is_no_chat(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text, "log.txt").text == text


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (TELEGRAM, ["Boat", "Pia (2027-03-01 10:00): Paint is dry"]),
        (CHATGPT, ["Bread", f"user ({THEN}): How hot?", f"assistant ({THEN}): At 230 degrees."]),
        (CLAUDE, ["Tides", "user (2027-01-01 05:00): When?"]),
        (DISCORD, ["help", "Zed Q (2027-05-05 12:00): Reboot it."]),
    ],
)  # fmt: skip
def test_a_chat_in_json_has_a_line_for_each_message(
    tmp_path: Path, value: object, lines: list[str]
) -> None:
    text = read(tmp_path, json.dumps(value), "export.json").text
    assert [line for line in text.split("\n") if line] == lines


def test_a_chat_of_slack_names_its_people(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('[{"id": "U9", "name": "li", "real_name": "Li Wen"}]')
    message = {
        "user": "U9",
        "ts": "1800000000.1",
        "text": "Ask <@U9> &amp; <https://a.example|here>",
    }
    text = read(tmp_path, json.dumps([message]), "general/2027-01-15.json").text
    assert text.endswith("Li Wen (2027-01-15 08:00 UTC): Ask @Li Wen & here")


def test_other_json_is_no_chat(tmp_path: Path) -> None:
    assert "name: pump" in read(tmp_path, '{"messages": [], "name": "pump"}', "a.json").text


def test_a_chat_copied_from_teams_names_who_wrote(tmp_path: Path) -> None:
    text = (
        "[4/7/2027 8:02 AM] Roth, Ada\nThe gate is open.\nUntil ten.\n\n"
        "[4/7/2027 8:09 AM] Jo Hale\nFine."
    )
    document = read(tmp_path, text, "copied.txt")
    assert "Roth, Ada (4/7/2027 8:02 AM): The gate is open.\nUntil ten.\n" in document.text
    assert "Jo Hale (4/7/2027 8:09 AM): Fine." in document.text


def test_a_chat_of_telegram_as_a_page_names_who_wrote(tmp_path: Path) -> None:
    def message(name: str, time: str, text: str) -> str:
        named = f'<div class="from_name"> {name} </div>' if name else ""
        return (
            '<div class="message default clearfix"><div class="body">'
            f'<div class="pull_right date details" title="{time}">x</div>{named}'
            f'<div class="text">{text}</div></div></div>'
        )

    page = (
        '<html><body><div class="page_header"><div class="text bold">Yard</div></div>'
        '<div class="history"><div class="message service"><div>7 April</div></div>'
        + message("Ada", "07.04.2027 08:02", "The gate<br>is open.")
        + message("", "07.04.2027 08:03", "Until ten.")
        + message("Jo", "07.04.2027 08:09", "Fine.")
        + "</div></body></html>"
    )
    document = read(tmp_path, page, "messages.html")
    assert document.title == "Yard"
    assert "Ada (07.04.2027 08:03): Until ten." in document.text
    assert [anchor.heading for anchor in document.anchors][-1] == "Jo, 07.04.2027 08:09"


def test_each_speaker_of_subtitles_has_a_line(tmp_path: Path) -> None:
    cues = [
        "HANNES: Where is the key?",
        "- In the shed.\n- Not any more!",
        ">> I have it.",
        "Here.",
    ]
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n\n" for n, cue in enumerate(cues, 1)
    )
    lines = read(tmp_path, text, "a.srt").text.split("\n\n")
    assert lines == [cues[0], "- In the shed.", "- Not any more!", ">> I have it. Here."]


def test_latex_is_read_as_it_prints(tmp_path: Path) -> None:
    text = (
        '\\title[Short]{Wells of \\textit{Ouargla}}\n\\author{Zo\\"e Lang}\n\\date{\\today}\n'
        "\\begin{document}\n\\section*{Depth} % draft\nThe well is \\qty{61.5}{\\kilo\\metre} from "
        "town~\\citep[p.~4]{lang} and 40\\% full.\\footnote{In \\emph{May}.}\n"
        "\\begin{tabular}{l|r}\\hline\nWell & Depth (m)\\\\\\hline\nA \\& B & 12\\\\\nC & 140\n"
        "\\end{tabular}\n\\end{document}\nafter"
    )
    document = read(tmp_path, text, "w.tex")
    assert document.title == "Wells of Ouargla"
    assert "Author: Zoë Lang" in document.text
    assert "61.5 km from town [lang] and 40% full. [In May.]" in document.text
    assert "Well: C; Depth (m): 140" in document.text
    assert "Depth" in [anchor.heading for anchor in document.anchors]
    assert "draft" not in document.text
    assert "after" not in document.text
    assert "20" not in document.text  # \today is no date of the document


def test_commands_that_a_latex_file_defines_are_expanded(tmp_path: Path) -> None:
    text = (
        "\\newcommand{\\inn}{Gasthof \\town}\\def\\town{Ulm}\\newcommand{\\by}[2]{#2 of #1}\n"
        "\\newcommand{\\twice}{\\twice\\twice}\\title{The \\inn}\\begin{document}\n"
        "\\inn{} was sold by \\by{May}{the 3rd}, see Section~\\ref{s}. \\towns stay, CO$_2$ too.\n"
        "\\begin{itemize}\\item Beds: 9\\item Rooms: \\SI{5}{\\kilogram}\\end{itemize}\\twice\n"
        "\\end{document}"
    )
    document = read(tmp_path, text, "inn.tex")
    assert document.title == "The Gasthof Ulm"
    assert "Gasthof Ulm was sold by the 3rd of May, see Section." in document.text
    assert "CO2" in document.text
    assert "* Beds: 9\n\n* Rooms: 5 kg" in document.text


def test_org_is_read_without_its_marks(tmp_path: Path) -> None:
    text = (
        "#+title: Bees\n* Hives [2/4] :yard:\n:PROPERTIES:\n:ID: 77\n:END:\n# a comment\n"
        "See [[https://a.example][the list]] and *both* /old/ ones.[fn:1]\n"
        "| Hive | Frames |\n|------+--------|\n| A    | ten    |\n"
    )
    document = read(tmp_path, text, "b.org")
    assert document.title == "Bees"
    assert "See the list and both old ones.[1]" in document.text
    assert "Hive: A; Frames: ten" in document.text
    assert "77" not in document.text
    assert "comment" not in document.text


def test_notes_of_obsidian_are_read_as_shown(tmp_path: Path) -> None:
    text = (
        "# Mill\nBought from [[People/Ada Roth|Ada]] and [[Jo Hale]] in ==1911==.[^a]\n"
        "%% secret %% shown %%\nstill secret\n%%\n> [!note]+ Doors\n`[[code]] == x ==`\n\n"
        "```\n[[kept]] %% too\n```\n[^a]: Deed 4.\n"
        "> > It cost 3^2. ^deed-4\nSee ![[wheel.png|300]].\n|A|B|\n|-|-|\n|x<br>y|2|\n"
    )
    shown = read(tmp_path, text, "m.md").text
    assert "Bought from Ada and Jo Hale in 1911. [a]" in shown
    assert "secret" not in shown
    assert "shown" in shown
    assert "\nDoors\n" in shown
    assert "\nIt cost 3^2. \nSee wheel.png.\n" in shown
    assert "A: x y; B: 2" in shown
    assert "[[kept]] %% too" in shown
    assert "[a] Deed 4." in shown
    assert shown.count("\n") == text.rstrip().count("\n")


def test_character_references_of_markdown_are_decoded(tmp_path: Path) -> None:
    text = "# C&oacute;digo\nEl c&oacute;digo de Mu&#241;oz, AT&T; y `&oacute;`.\n```\n&amp;\n```\n"
    shown = read(tmp_path, text, "m.md")
    assert shown.title == "Código"
    assert "El código de Muñoz, AT&T; y `&oacute;`." in shown.text
    assert "&amp;" in shown.text


def test_tags_of_html_in_markdown_are_no_text(tmp_path: Path) -> None:
    text = (
        "# The <em>old</em> mill\n"
        '<p align="center"><img src="w.png" alt="The wheel"></p>\n'
        "It has <b>two</b> wheels<br/>and x < y > z; List<String> stays, and <ada@mill.org>.\n"
        "<table>\n    <tr><td>Built</td><td>1911</td></tr>\n</table>\n"
        "<!-- hidden --> Shown `<b>`. <!-- hidden\nstill hidden --> Seen.\n"
        "```\n<b>kept</b> <!-- kept -->\n```\n\n    <i>code</i>\n"
    )
    document = read(tmp_path, text, "m.md")
    assert document.title == "The old mill"
    assert (
        "\nThe wheel\nIt has two wheels and x < y > z; List<String> stays, and <ada@mill.org>."
        in (document.text)
    )
    assert "Built: 1911" in document.text
    assert "\n Shown `<b>`. \n Seen.\n" in document.text
    assert "hidden" not in document.text
    assert "<b>kept</b> <!-- kept -->" in document.text
    assert "    <i>code</i>" in document.text
    assert document.text.count("\n") == text.rstrip().count("\n")


@pytest.mark.parametrize("name", ["LICENSE", "NOTES", "app.log.3", "draft.2027-05-01", "a.xyz"])
def test_text_is_read_with_any_name(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, "The gate is green.\n", name).text == "The gate is green."


@pytest.mark.parametrize("name", ["core", "data.bin", "photo.raw"])
def test_binary_data_without_a_known_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x01\x02\x00\x07" * 50)
    with pytest.raises(LoadError, match="no loader"):
        load(tmp_path / name, name)


@pytest.mark.parametrize("name", ["a.pages", "a.numbers", "a.one", "a.pst"])
def test_formats_that_cannot_be_read_say_the_way_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x01\x02 something")
    with pytest.raises(LoadError, match="export"):
        load(tmp_path / name, name)


@pytest.mark.parametrize(
    ("name", "content", "way_out"),
    [
        ("a.doc", b"\xdb\xa5-\x00" + bytes(50), "save it as .docx"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "save it as .docx"),
        ("a.pub", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "export it as PDF"),
        ("notes", bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(50), "as .docx or PDF"),
        ("a.onepkg", b"MSCF\x00\x00", "export the notes as .docx"),
        ("mails.bin", b"!BDN" + bytes(50), "export its mails"),
    ],
)
def test_a_format_that_cannot_be_read_is_known_by_its_name_or_its_beginning(
    tmp_path: Path, name: str, content: bytes, way_out: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError, match=way_out):
        load(tmp_path / name, name)


@pytest.mark.parametrize("part", ["index.xml", "index.xml.gz", "Index.zip"])
def test_an_old_pages_file_names_a_way_out(tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.pages", "w") as archive:
        archive.writestr(part, "<x/>")
    with pytest.raises(LoadError, match=r"export it as \.docx or PDF"):
        load(tmp_path / "a.pages", "a.pages")


def twice(text: str) -> str:
    """A text as Facebook exports it: each byte of its UTF-8 is a character."""
    return text.encode().decode("latin-1")


def test_a_chat_of_facebook_is_read_in_order_and_with_its_letters(tmp_path: Path) -> None:
    messages = [
        {"sender_name": twice("Zoë"), "timestamp_ms": 1772712000000, "content": twice("Ja, 40 €")},
        {"sender_name": "Bo", "timestamp_ms": 1772711000000, "content": twice("Til Tromsø?")},
        {"sender_name": "Bo", "timestamp_ms": 1772710000000, "photos": [{"uri": "x.jpg"}]},
    ]
    export = {"participants": [], "messages": messages, "title": twice("Tur på båt")}
    document = read(tmp_path, json.dumps(export), "message_1.json")
    assert document.text == (
        "Tur på båt\n\nBo (2026-03-05 11:43 UTC): Til Tromsø?\nZoë (2026-03-05 12:00 UTC): Ja, 40 €"
    )
    assert document.left_out == ("1 attachment of messages",)


@pytest.mark.parametrize("text", ["Tromsø", "Ã¸ is no letter; ø is", "日本 Ã¸"])
def test_json_that_is_encoded_once_stays_as_it_is(tmp_path: Path, text: str) -> None:
    assert text in read(tmp_path, json.dumps({"a": {"b": [text, "Ã¸"]}}), "a.json").text


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "a.tex",
            r"\begin{document}Sacks. \input{two} \includegraphics[width=3cm]{p}\end{document}",
            ("included file two", "1 picture"),
        ),
        ("a.org", '#+TITLE: Mill\nSacks.\n#+INCLUDE: "two.org"\n', ('included file "two.org"',)),
        ("a.rtf", r"{\rtf1 Sacks.\par {\pict\pngblip 8950}{\object{\*\objdata 01}}}",
         ("1 picture", "1 embedded object")),
        (
            "a.html",
            f"<p>Sacks.</p><img src='data:image/png;base64,{'A' * 4000}'><img src='x.png'>"
            "<svg><text>Gate 7</text></svg><svg><path d='M0 0'/></svg><video src='v.mp4'></video>",
            ("1 picture", "1 linked picture", "1 drawing with text", "1 video"),
        ),
        (
            "a.ipynb",
            json.dumps({"cells": [{"cell_type": "code", "source": "plot('Sacks.')", "outputs": [
                {"data": {"image/png": "iVBO", "text/plain": "<Figure>"}},
                {"data": {"text/plain": "5"}}]}]}),
            ("1 picture among the results",),
        ),
    ],
)  # fmt: skip
def test_skipped_content_of_a_file_is_reported(
    tmp_path: Path, name: str, content: str, told: tuple[str, ...]
) -> None:
    document = read(tmp_path, content, name)
    assert "Sacks." in document.text
    assert document.left_out == told


def test_superscripts_in_the_html_of_markdown_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        'They sold 64<sup>3</sup> boats, **70**<sup><a href="#n">4</a></sup> oars and 35 km'
        "<sup>2</sup> of CO<sub>2</sub>; `9<sup>1</sup>` is code, "
        "<del>30</del><ins>35</ins> euro.\n",
        "utf-8",
    )
    assert load(path, "a.md")[0].text == (
        "They sold 64[3] boats, **70**[4] oars and 35 km² of CO2; `9<sup>1</sup>` is code, "
        "~~30~~35 euro."
    )


def test_polls_places_and_forwarded_messages_of_telegram(tmp_path: Path) -> None:
    answers = [{"text": "Sat", "voters": 2}, {"text": "Sun", "voters": 1}]
    messages = [
        {"type": "service", "actor": "Ida", "action": "invite_members", "members": ["Per"]},
        {"from": "Per", "forwarded_from": "Harbour", "text": "Frost on Friday"},
        {"from": "Ida", "text": "", "poll": {"question": "Which day?", "answers": answers}},
        {"from": "Ida", "text": "", "location_information": {"latitude": 5.5, "longitude": 6.5}},
    ]
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"name": "Rowers", "messages": messages}), "utf-8")
    assert load(path, path.name)[0].text.split("\n")[2:] == [
        "Ida: [invite members Per]",
        "Per: [forwarded from Harbour]",
        "Frost on Friday",
        "Ida: Poll: Which day?",
        "- Sat: 2 votes",
        "- Sun: 1 vote",
        "Ida: Place: 5.5, 6.5",
    ]


def test_cards_blocks_and_tokens_of_slack_are_read(tmp_path: Path) -> None:
    (tmp_path / "yard").mkdir()
    users = [{"id": "U1", "name": "per", "profile": {"real_name": "Per Dahl"}}]
    (tmp_path / "users.json").write_text(json.dumps(users), "utf-8")
    path = tmp_path / "yard" / "2027-02-01.json"
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Gate opens at 9"}}
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": "and 7"}]}
    messages = [
        {
            "user": "U1",
            "ts": "1",
            "text": "<!here> on <!date^1772442000^{date}|March 2> in <#C1|yard>",
        },
        {"user": "U1", "ts": "2", "text": "", "blocks": [block, {"elements": [line]}]},
        {"username": "Bot", "ts": "3", "text": "Build 7", "attachments": [{"text": "disk full"}]},
        {"user": "U1", "ts": "4", "text": "see", "files": [{"name": "a.xlsx"}]},
    ]
    path.write_text(json.dumps(messages), "utf-8")
    document = load(path, "yard/2027-02-01.json")[0]
    assert document.text.split("\n")[2:] == [
        "Per Dahl (1970-01-01 00:00 UTC): @here on March 2 in #yard",
        "Per Dahl (1970-01-01 00:00 UTC): Gate opens at 9",
        "and 7",
        "Bot (1970-01-01 00:00 UTC): Build 7",
        "disk full",
        "Per Dahl (1970-01-01 00:00 UTC): see",
    ]
    assert document.left_out == ("1 attachment of messages",)


def read_as(tmp_path: Path, name: str, text: str) -> str:
    return read(tmp_path, text, name).text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (
            r"sold 64\textsuperscript{3} boats in 35 km\textsuperscript{2}",
            "sold 64[3] boats in 35 km²",
        ),
        (r"see \href{http://x.example}{the list}", "see the list"),
        (r"type \verb|a_b% c| and wait", "type a_b% c and wait"),
        (r"\begin{verbatim}" "\n50% off {now}\n" r"\end{verbatim}", "50% off {now}"),
        (
            r"\begin{tabular}{lr}Oar & 4 \\ \multicolumn{2}{c}{Sum 9} \\\end{tabular}",
            "Oar: 4\nSum 9",
        ),
        (
            r"\begin{enumerate}\item Row\item Sail\begin{enumerate}\item Up\end{enumerate}"
            r"\item[9b] Rest\end{enumerate}Then go.",
            "1. Row\n\n2. Sail\n\n(a) Up\n\n9b Rest\n\nThen go.",
        ),
        (
            r"\begin{frame}<1->{Tides}\only<2>{High at 9}\end{frame}\begin{frame}\frametitle{Wind}"
            r"\item<1-> West\end{frame}",
            "Tides\n\nHigh at 9\n\nWind\n\n* West",
        ),
    ],
)
def test_latex_reads_as_it_prints(tmp_path: Path, latex: str, text: str) -> None:
    body = read_as(tmp_path, "a.tex", f"\\begin{{document}}\n{latex}\n\\end{{document}}\n")
    assert body == text


def test_a_command_of_latex_without_its_arguments_loses_no_text(tmp_path: Path) -> None:
    assert "wait here" in read_as(
        tmp_path, "a.tex", r"\begin{document}wait here \href\end{document}"
    )


def test_struck_text_of_org_stays_marked(tmp_path: Path) -> None:
    assert read_as(tmp_path, "a.org", "costs +30+ 35 and *now*") == "costs ~~30~~ 35 and now"


def test_headings_of_wikis_are_titles_without_their_signs(tmp_path: Path) -> None:
    path = tmp_path / "a.wiki"
    path.write_text("== Boats ==\nWe have nine of them.\n", "utf-8")
    assert load(path, "a.wiki")[0].title == "Boats"


def test_a_table_in_the_html_of_markdown_has_rows_with_names(tmp_path: Path) -> None:
    table = (
        "<table>\n<tr><th>Item</th><th>Price</th></tr>\n<tr>\n<td>Oar</td>\n<td>4</td>\n</tr>\n"
        "<tr><td>Sail</td><td>9</td></tr>\n</table>"
    )
    text = f"# Shop\n\n{table}\n\nEnd `<table>`\n\n```\n{table}\n```\n"
    shown = read_as(tmp_path, "a.md", text)
    assert [line for line in shown.split("\n") if line][:4] == [
        "# Shop",
        "Item: Oar; Price: 4",
        "Item: Sail; Price: 9",
        "End `<table>`",
    ]
    assert shown.count("\n") == text.rstrip().count("\n")
    assert shown.endswith(f"{table}\n```")


def test_text_cells_of_notebooks_read_as_markdown(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "source": ["# Boats\n", "Sold 64<sup>3</sup>"]}
    code = {"cell_type": "code", "source": "a = '<sup>3</sup>'", "outputs": []}
    text = read_as(tmp_path, "a.ipynb", json.dumps({"cells": [cell, code]}))
    assert text == "# Boats\nSold 64[3]\n\na = '<sup>3</sup>'"


def test_attributes_of_data_in_xml_are_read(tmp_path: Path) -> None:
    shop = (
        '<shop xmlns:x="urn:x"><item no="7" x:id="q"><name>Oar</name><price unit="EUR">4.50</price>'
        '</item><sms from="Ida" body="Open at 9"/></shop>'
    )
    assert read_as(tmp_path, "a.xml", shop).split("\n\n") == [
        "no: 7; name: Oar; price: 4.50 (unit: EUR)",
        "from: Ida; body: Open at 9",
    ]


def test_superscripts_in_xml_stay_apart_and_attributes_of_prose_are_no_text(
    tmp_path: Path,
) -> None:
    prose = (
        '<text><p n="5">Sold 64<sup>3</sup> boats, 10<superscript>7</superscript> cells.</p></text>'
    )
    assert read_as(tmp_path, "a.xml", prose) == "Sold 64[3] boats, 10^7 cells."


@pytest.mark.parametrize(
    ("name", "text", "remark"),
    [
        ("a.md", "# A\n\nThe gate. ![Plan](gate.png) `![no](x.png)`", "1 linked picture"),
        ("a.md", '<img src="a.png"> and ![[b.jpg]]\n\n```\n![c](c.png)\n```', "2 linked pictures"),
        ("a.rst", "A gate.\n\n.. image:: gate.png\n\n.. figure:: b.png", "2 linked pictures"),
        ("a.adoc", "A gate, image:i.png[] here.\n\nimage::gate.png[]", "2 linked pictures"),
        ("a.org", "A gate: [[./gate.png]] and [[https://x.example][a link]].", "1 linked picture"),
        (
            "a.html",
            "<nav><img src=logo.png></nav><p>A gate.<img src=gate.png><img src=i.png width=16></p>",
            "1 linked picture",
        ),
        (
            "a.txt",
            "05/01/2027, 16:12 - Omar: IMG-1.jpg (file attached)\n"
            "05/01/2027, 16:13 - Ida: <Media omitted>\n"
            "05/01/2027, 16:14 - Ida: \u200eimage omitted\n"
            "05/01/2027, 16:15 - Ida: The gate (old) is 3 < 4.",
            "3 media files of the chat",
        ),
    ],
)
def test_pictures_that_a_text_only_links_are_reported(
    tmp_path: Path, name: str, text: str, remark: str
) -> None:
    assert read(tmp_path, text, name).left_out == (remark,)


def test_asciidoc_with_a_short_suffix_is_read_as_asciidoc(tmp_path: Path) -> None:
    text = "= Weir\n\n|===\n|Item |Price\n\n|Gate |410\n|===\n"
    document = read(tmp_path, text, "a.asc")
    assert document.title == "Weir"
    assert "Item: Gate; Price: 410" in document.text
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\n\nThe weir is shut."
    assert "shut" in read(tmp_path, signed, "b.asc").text
    with pytest.raises(LoadError, match="OpenPGP"):
        read(tmp_path, "-----BEGIN PGP SIGNATURE-----\n\niQEz\n", "c.asc")


def test_superscripts_of_org_are_apart_from_numbers(tmp_path: Path) -> None:
    text = read(tmp_path, "Mass 420^{3} t of H_{2}O, 10^{6} l, snake_case, {x}.", "a.org").text
    assert text == "Mass 420[3] t of H2O, 10^6 l, snake_case, {x}."


WIKI = """== Weir report ==
The '''gate''' cost [[Euro|410 euros]]<ref name="a">Board, 1931.</ref>,
see [https://x.example here].
{{Infobox|name={{nested}}}}
[[File:Gate.png|thumb|The [[gate]]]]
* first
** second

{| class="wikitable"
|+ Costs
! Item !! Price
|-
| style="x" | Gate || 410
|-
| Weir
| 12<sup>3</sup> t
|}
"""


def test_a_page_of_mediawiki_is_read_without_markup(tmp_path: Path) -> None:
    document = read(tmp_path, WIKI, "a.wiki")
    assert [line for line in document.text.split("\n") if line] == [
        "Weir report",
        "The gate cost 410 euros [Board, 1931.],",
        "see here.",
        "- first",
        "  - second",
        "Costs",
        "Item: Gate; Price: 410",
        "Item: Weir; Price: 12[3] t",
    ]
    assert document.left_out == ("2 templates", "1 linked picture")
    assert "Weir report" in [anchor.heading for anchor in document.anchors]


def test_cells_over_several_columns_of_a_wiki_get_no_wrong_names(tmp_path: Path) -> None:
    table = "{|\n! A !! B\n|-\n| rowspan=2 | x || 1\n|-\n| 2\n|}\n"
    assert read(tmp_path, table, "a.wiki").text == "A | B\nx | 1\n2"


TYPST = """= Weir report <top>
#set page(paper: "a4",
  margin: (x: 2cm))
#let total = [410]
// a remark
The *gate* cost #emph[410 #strong[new]] euros#footnote[Without _tax_.], see #link("https://x.example")[here].
#figure(image("gate.png"), caption: [The gate.])
`#kept[*]`

#table(columns: 2, [Item], [Price], [Gate], [410], [Weir], [*12*])
"""


def test_typst_is_read_without_commands(tmp_path: Path) -> None:
    document = read(tmp_path, TYPST, "a.typ")
    assert [line for line in document.text.split("\n") if line] == [
        "Weir report",
        "The gate cost 410 new euros [Without tax.], see here.",
        "The gate.",
        "`#kept[*]`",
        "Item: Gate; Price: 410",
        "Item: Weir; Price: 12",
    ]
    assert document.title == "Weir report"
    assert document.left_out == ("1 linked picture",)
    assert read(tmp_path, "a #emph[b", "b.typ").text == "a b"
    template = '#show: paper.with(\n  title: "Old mill",\n  abstract: [It runs.],\n)\nYes.'
    document = read(tmp_path, template, "c.typ")
    assert (document.title, document.text) == ("Old mill", "It runs.\nYes.")


def test_cells_of_a_wiki_keep_their_words_and_lose_only_attributes(tmp_path: Path) -> None:
    address = "https://x.example/?" + "&".join(f"p{n}=v{n}" for n in range(40))
    cells = f"{{|\n| style=a b='c d' | Gate || Set x=1 | y !! now || {address} a={'b ' * 40}\n|}}"
    text = read(tmp_path, cells, "a.wiki").text
    assert text.startswith(f"Gate | Set x=1 | y !! now | {address}")


def test_notes_of_a_wiki_with_a_stroke_in_their_name_are_apart(tmp_path: Path) -> None:
    text = 'A 7<ref name="a/b">Deed</ref> gate<ref name="a/b"/>.'
    assert read(tmp_path, text, "a.wiki").text == "A 7 [Deed] gate."


def test_lines_of_a_wiki_are_those_of_the_file(tmp_path: Path) -> None:
    removed = "<!-- a\nb -->{{Box\n|x={{y\n}}\n}}a<ref>b\nc</ref>[[File:a.png|d\ne]]\n== Weir ==\n"
    document = read(tmp_path, removed + "<!-- f\n-->\n{|\n| Gate\n|}\n", "a.wiki")
    assert document.text.split() == ["a", "[b", "c]", "Weir", "Gate"]
    assert [anchor.line for anchor in document.anchors if anchor.line] == [8, 11]


def test_code_strings_and_prose_hide_no_brackets_of_typst(tmp_path: Path) -> None:
    text = (
        '#let x = "("\nWeir :( and #footnote[Use `pip]` now] 1) #emph[a (b] c.\n'
        '#table(columns: 2, [`a`], [b], [*c*], [d ]])\n#link("]")[Gate] "(" \'[\' .\n'
    )
    assert [line for line in read(tmp_path, text, "a.typ").text.split("\n") if line] == [
        "Weir :( and  [Use `pip]` now] 1) a (b c.",
        "`a`: c; b: d",
        "Gate \"(\" '[' .",
    ]


def test_typst_that_does_not_close_keeps_its_lines(tmp_path: Path) -> None:
    text = "#set page(a\n#emph[b\n/* c ```\n" + "#a[" * 2000
    assert "b\n/* c ```" in read(tmp_path, text, "a.typ").text


def test_lines_of_typst_are_those_of_the_file(tmp_path: Path) -> None:
    text = (
        "/* a\n*/\n#set page(\n1)\n#table(columns: 1,\n[a\nb])\n"
        "```\n= c\n```\n#emph[d\ne]\n= Weir\nIt is.\n"
    )
    document = read(tmp_path, text, "a.typ")
    assert [anchor.line for anchor in document.anchors if anchor.line] == [13]
    assert "```\n= c\n```" in document.text


def test_tables_in_figures_of_typst_are_read_as_rows(tmp_path: Path) -> None:
    text = (
        "#figure(\n  table(columns: 2, table.header([Gate], [Width]), [North], [4 m]),\n"
        "  caption: [Gates, see table(1).],\n)\n\n#align(center, grid(columns: 2, [Weir], [9 m]))\n"
    )
    shown = read(tmp_path, text, "a.typ").text
    assert [line.strip() for line in shown.split("\n") if line.strip()] == [
        "Gate: North; Width: 4 m",
        "Gates, see table(1).",
        "Weir: 9 m",
    ]
    assert read(tmp_path, '#figure(image("table(x.png"), caption: [Mill])', "b.typ").text == "Mill"


def test_code_in_figures_of_typst_is_kept(tmp_path: Path) -> None:
    text = '#figure(\n  caption: [Hi.],\n  ```rs\n  a\n  ```\n)\n#let x = regex("//.*")\nYes.\n'
    shown = read(tmp_path, text, "a.typ").text
    assert [line for line in shown.split("\n") if line] == ["Hi. ```rs", "  a", "  ```", "Yes."]


def test_a_chat_of_ios_has_no_marks_of_direction_and_no_blank_lines(tmp_path: Path) -> None:
    text = (
        "[3/5/26, 9:41:30\u202fAM] Ana: The boat\r\nleaves at 7.\r\n"
        "[3/5/26, 12:02:11\u202fPM] \u202a+47\u00a0912\u202c: Who pays 40?\r\n"
        "[3/5/26, 1:10:00\u202fPM] Ben: I do. \u200e<This message was edited>\r\n"
    )
    assert read(tmp_path, text, "a.txt").text == (
        "Ana (3/5/26, 9:41:30\u202fAM): The boat\nleaves at 7.\n"
        "+47\u00a0912 (3/5/26, 12:02:11\u202fPM): Who pays 40?\n"
        "Ben (3/5/26, 1:10:00\u202fPM): I do."
    )


def test_a_chat_of_google_names_who_wrote_and_when(tmp_path: Path) -> None:
    when = "Monday, March 2, 2026 at 2:05:00\u202fPM UTC"
    messages = [
        {"creator": {"name": "Ada", "email": "a@x.org"}, "created_date": when, "text": "It is 40"},
        {"creator": {"name": "Ben"}, "created_date": when, "attached_files": [{"name": "a.png"}]},
    ]
    document = read(tmp_path, json.dumps({"messages": messages}), "messages.json")
    assert document.text == "Ada (Monday, March 2, 2026 at 2:05:00 PM UTC): It is 40"
    assert any("1 " in part for part in document.left_out)


TRANSCRIPT = """It was the mate,
who stood on deck when
the ship left the quay
    Q.  How many boats?
    A.  14 boats, and
a raft that was tied
to the stern."""


def test_numbers_of_the_lines_of_a_transcript_are_no_text(tmp_path: Path) -> None:
    pages = [
        "\n".join(f"{number:>2}  {line}" for number, line in enumerate(TRANSCRIPT.split("\n"), 1))
        for _ in range(2)
    ]
    text = "\n\n".join(pages)
    assert read(tmp_path, text, "a.txt").text == f"{TRANSCRIPT}\n\n{TRANSCRIPT}"


@pytest.mark.parametrize(
    "line",
    ["{}", "{}\tapples", "{}  pears", "{}\terror the disk", "{}\tif the door is open, close it"],
)
def test_numbers_of_lists_and_tables_are_text(tmp_path: Path, line: str) -> None:
    text = "\n".join(line.format(number) for number in range(1, 15))
    assert read(tmp_path, text, "a.txt").text == text


def test_items_that_are_numbered_keep_their_numbers(tmp_path: Path) -> None:
    text = "\n".join(f"{number}  Boat {number * 7}" for number in range(1, 15))
    assert read(tmp_path, text, "a.txt").text == text


@pytest.mark.parametrize(
    "form", ["{0}", "{0}\tthe", "{0}  red apples", "{0}\terror the pump has stopped"]
)
def test_a_text_that_is_not_surely_a_transcript_keeps_its_numbers(
    tmp_path: Path, form: str
) -> None:
    text = "\n".join(form.format(number) for number in range(1, 15))
    assert read(tmp_path, text, "a.txt").text == text
