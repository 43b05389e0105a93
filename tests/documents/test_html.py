"""What of a web page is read: what its reader sees, also after pressing a control."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.documents.loaders import LoadError, load


def read(tmp_path: Path, body: str, head: str = "", name: str = "page.html") -> str:
    path = tmp_path / name
    path.write_text(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", "utf-8")
    return load(path, name)[0].text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('caught 512<sup><a href="#f9">9</a></sup> eels', "caught 512[9] eels"),
        ('in 1907<a role="doc-noteref" href="n.xhtml#x">14</a>.', "in 1907[14]."),
        ('paid 60<a class="footnote-ref" href="#fn1"><sup>1</sup></a> crowns', "paid 60[1] crowns"),
        ("66<sup>3</sup><sup>4</sup> boats", "66[3][4] boats"),
        ('8 × 10<span style="vertical-align: super">9</span> cells', "8 × 10^9 cells"),
        ("an area of 45 km<sup>2</sup>, CO<sub>2</sub>", "an area of 45 km², CO2"),
        ("the 3<sup>rd</sup> day", "the 3rd day"),
        (
            "<math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>",
            "E = mc^2",
        ),
        (
            "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>10</mn></mfrac></math>",
            "(a + 1)/10",
        ),
        (
            "<math><msub><mi>x</mi><mn>1</mn></msub><mo>=</mo><mo>-</mo><mn>4</mn></math>",
            "x_1 = -4",
        ),
        ("<math><munder><mo>∑</mo><mi>k</mi></munder><mi>x</mi></math>", "∑_k x"),
        ("<math><msqrt><mn>2</mn><mi>g</mi><mi>h</mi></msqrt></math>", "√(2gh)"),
    ],
)
def test_superscripts_are_separate_in_text_and_in_tables(
    tmp_path: Path, markup: str, text: str
) -> None:
    assert read(tmp_path, f"<p>{markup}</p>") == text
    table = f"<table><tr><th>What</th><th>N</th></tr><tr><td>{markup}</td><td>1</td></tr></table>"
    assert read(tmp_path, table) == f"What: {text}; N: 1"


@pytest.mark.parametrize(
    "body",
    [
        '<h2><button aria-expanded="false" aria-controls="x1">Is parking free?</button></h2>'
        '<div id="x1" style="display:none"><p>Parking is free after six.</p></div>',
        '<button class="accordion">Is parking free?</button>'
        '<div class="panel" style="display: none"><p>Parking is free after six.</p></div>',
        "<dl><dt>Is parking free?</dt><dd hidden>Parking is free after six.</dd></dl>",
        '<a data-bs-toggle="collapse" href="#c2">Is parking free?</a>'
        '<div class="collapse" id="c2" aria-hidden="true">Parking is free after six.</div>',
        "<details><summary>Is parking free?</summary>Parking is free after six.</details>",
        '<h3><span role="button" aria-expanded="false">Is parking free?</span></h3>'
        '<div hidden="until-found">Parking is free after six.</div>',
        "<div><h4 onclick=\"show('p7')\">Is parking free?</h4></div>"
        '<div id="p7" style="display:none">Parking is free after six.</div>',
        '<div role="tablist"><button role="tab" aria-controls="t1">Is parking free?</button></div>'
        '<div role="tabpanel" id="t1" hidden>Parking is free after six.</div>',
    ],
)
def test_text_that_a_control_opens_is_read_after_its_label(tmp_path: Path, body: str) -> None:
    text = read(tmp_path, f"<main><h1>Zoo</h1><p>Open daily.</p>{body}</main>")
    assert [" ".join(part.split()) for part in text.split("\n") if part.strip()] == [
        "Zoo", "Open daily.", "Is parking free?", "Parking is free after six.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", '<p style="display:none">Draft: 45 crowns.</p>'),
        ("", "<p hidden>Draft: 45 crowns.</p>"),
        ("", '<span style="font-size:0">Draft: 45 crowns.</span>'),
        ("<style>.gone { display: none; }</style>", '<p class="gone">Draft: 45 crowns.</p>'),
        ("<style>#old{visibility:hidden}</style>", '<div id="old">Draft: 45 crowns.</div>'),
        ("", '<div style="position:absolute; left:-9999px">Draft: 45 crowns.</div>'),
        ("", "<button>Draft: 45 crowns.</button>"),
        ("", "<nav><button aria-expanded='false'>Menu</button><ul hidden><li>Draft: 45</ul></nav>"),
    ],
)
def test_hidden_text_and_lone_buttons_are_not_read(tmp_path: Path, head: str, body: str) -> None:
    assert read(tmp_path, f"<h1>Offer</h1>{body}<p>It costs 52 crowns.</p>", head) == (
        "Offer\n\nIt costs 52 crowns."
    )


def test_a_later_rule_shows_again_and_print_rules_do_not_hide(tmp_path: Path) -> None:
    head = "<style>.a{display:none} .a{display:block} @media print{.b{display:none}}</style>"
    body = '<p class="a">One is shown.</p><p class="b">Two as well.</p>'
    assert read(tmp_path, body, head) == "One is shown.\n\nTwo as well."


@pytest.mark.parametrize(
    "tabs",
    [
        '<div class="tab"><button onclick="show(event, \'p\')">Prices</button>'
        "<button onclick=\"show(event, 'h')\">Hours</button></div>",
        '<div role="tablist"><a role="tab" href="#p">Prices</a><a role="tab" href="#h">Hours</a>'
        "</div>",
        '<div class="tabs"><span aria-controls="p">Prices</span><span aria-controls="h">Hours'
        "</span></div>",
    ],
)
def test_labels_of_tabs_are_above_their_texts(tmp_path: Path, tabs: str) -> None:
    body = f'{tabs}<div id="p" hidden>12 euros.</div><div id="h" hidden>From ten to four.</div>'
    assert read(tmp_path, body) == "Prices\n\n12 euros.\n\nHours\n\nFrom ten to four."


@pytest.mark.parametrize(
    ("control", "opened"),
    [
        ("<button onclick=\"document.getElementById('d').showModal()\">Terms</button>",
         '<dialog id="d">Delivery takes nine days.</dialog>'),
        ('<button popovertarget="d">Terms</button>',
         '<div popover id="d">Delivery takes nine days.</div>'),
        ('<button data-bs-toggle="modal" data-bs-target="#d">Terms</button>',
         '<div id="d" role="dialog" aria-hidden="true">Delivery takes nine days.</div>'),
    ],
)  # fmt: skip
def test_a_dialog_is_read_only_where_a_control_opens_it(
    tmp_path: Path, control: str, opened: str
) -> None:
    assert read(tmp_path, f"<h1>Shop</h1>{control}{opened}") == (
        "Shop\n\nTerms\n\nDelivery takes nine days."
    )
    assert read(tmp_path, f"<h1>Shop</h1>{opened}") == "Shop"


def test_wide_and_tall_cells_fill_what_they_cover(tmp_path: Path) -> None:
    body = (
        "<table><caption>Visitors</caption><tr><th rowspan=2>Town<th colspan=2>2024"
        "<tr><th>In<th>Out<tr><td rowspan=2>Bo<td>1<td>2<tr><td colspan=2>closed"
        "<tr><td colspan=3>No count was made in May.</table>"
    )
    assert read(tmp_path, body).split("\n") == [
        "Visitors", "", "Town: Bo; 2024 In: 1; 2024 Out: 2",
        "Town: Bo; 2024 In: closed; 2024 Out: closed", "No count was made in May.",
    ]  # fmt: skip


def test_each_panel_of_a_row_of_tabs_has_the_words_of_its_tab(tmp_path: Path) -> None:
    body = (
        '<ul class="nav nav-tabs"><li><a data-toggle="tab" href="#p">Prices</a></li>'
        '<li><a data-toggle="tab" href="#h">Hours</a></li></ul>'
        '<div class="tab-pane" id="p">12 euros.</div>'
        '<div class="tab-pane" id="h" style="display:none">From ten to four.</div>'
    )
    assert read(tmp_path, body) == "Prices\n\n12 euros.\n\nHours\n\nFrom ten to four."


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><script src="/main.js"></script>',
        '<div id="app">Loading…</div><script>start()</script>',
        '<noscript>Please enable JavaScript.</noscript><div id="__nuxt"></div><script>1</script>',
        "<h1>Shop</h1><p>JavaScript is disabled. Please enable it.</p><script>1</script>",
        "<app-root></app-root><p>This site requires JavaScript.</p><script>1</script>",
    ],
)
def test_a_page_that_a_script_builds_is_reported(tmp_path: Path, body: str) -> None:
    with pytest.raises(LoadError, match="built by a script"):
        read(tmp_path, body)


@pytest.mark.parametrize(
    "text",
    [
        "Closed on Monday.",
        "The course in JavaScript starts on 5 May.",
        "Turn left at the loading bay and ask for Kim, who has the keys to all of the upper rooms.",
    ],
)
def test_a_short_page_with_a_script_is_read(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, f"<p>{text}</p><script>1</script>") == text


@pytest.mark.parametrize("named", ["iso-8859-1", "windows-1251", "shift_jis", "utf-8", "nonsense"])
def test_a_page_in_utf8_is_read_as_such_despite_its_declared_encoding(
    tmp_path: Path, named: str
) -> None:
    head = f'<meta charset="{named}">'
    assert read(tmp_path, "<p>Bäckerei Jößt, 3 €</p>", head) == "Bäckerei Jößt, 3 €"


def test_fields_of_a_form_show_their_values(tmp_path: Path) -> None:
    body = (
        '<form><p><label>Name <input value="Ada Quist"></label></p>'
        '<p><input type="checkbox" checked> Diver</p><p><input type="checkbox"> Smoker</p>'
        "<p>Size <select><option>S<option selected>L</select></p>"
        '<input type="submit" value="Send"></form>'
    )
    assert read(tmp_path, body).split("\n\n") == [
        "Name Ada Quist", "☒ Diver", "☐ Smoker", "Size L",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "marks"),
    [
        ("<ol>", ["1", "2", "7", "8"]),
        ("<ol start=4>", ["4", "5", "7", "8"]),
        ("<ol type=a>", ["a", "b", "g", "h"]),
        ('<ol type="I">', ["I", "II", "VII", "VIII"]),
        ('<ol style="list-style-type: upper-alpha">', ["A", "B", "G", "H"]),
        ("<ol reversed>", ["4", "3", "7", "6"]),
    ],
)
def test_items_have_the_numbers_that_the_page_shows(
    tmp_path: Path, opening: str, marks: list[str]
) -> None:
    text = read(tmp_path, f"{opening}<li>w<li>x<li value=7>y<li>z</ol>")
    assert text.split("\n") == [f"{m}. {w}" for m, w in zip(marks, "wxyz", strict=True)]


def test_captions_and_asides_are_read(tmp_path: Path) -> None:
    body = (
        "<article><h1>Dig</h1><p>It began in May and went on for long.</p>"
        "<figure><img src=x><figcaption>The north wall, 1931.</figcaption></figure>"
        "<aside><p>Tip: bring a torch.</p></aside>"
        "<aside><a href=a>More digs</a> <a href=b>News</a></aside></article>"
    )
    text = read(tmp_path, body)
    assert "The north wall, 1931." in text
    assert "Tip: bring a torch." in text
    assert "More digs" not in text


@pytest.mark.parametrize(
    ("charset", "encoding", "part"),
    [
        ("; charset=utf-8", "8bit", "Møre, 7 kr."),
        ("", "quoted-printable", "M=C3=B8re, 7 k=\nr."),
        ("", "base64", "TcO4cmUsIDcga3Iu"),
        ('; charset="iso-8859-1"', "quoted-printable", "M=F8re, 7 kr."),
    ],
)
def test_a_page_saved_with_its_parts_is_read(
    tmp_path: Path, charset: str, encoding: str, part: str
) -> None:
    path = tmp_path / "saved.mht"
    path.write_text(
        "From: <Saved by Browser>\nSubject: Ferry\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; boundary="b1"\n\n'
        f"--b1\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n"
        f"--b1\nContent-Type: text/html{charset}\nContent-Transfer-Encoding: {encoding}\n\n"
        f"{part}\n--b1--\n",
        "utf-8",
    )
    document = load(path, "saved.mht")[0]
    assert (document.title, document.text) == ("Ferry", "Møre, 7 kr.")


def test_a_saved_page_without_a_page_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "saved.mhtml"
    path.write_text("MIME-Version: 1.0\nContent-Type: text/plain\n\nNothing here.\n")
    with pytest.raises(LoadError, match="no HTML"):
        load(path, "saved.mhtml")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('sold 58<span class="c7">6</span> crates', "sold 58[6] crates"),
        (
            '4 × 10<span class="c7">9</span> and 35 km<span class="c7">2</span>',
            "4 × 10^9 and 35 km²",
        ),
        ("x<span class='low'>10</span> of 3", "x10 of 3"),
        ('costs <span class="old">30</span><b>35</b> euro', "costs ~~30~~35 euro"),
    ],
)
def test_superscripts_and_struck_text_of_a_style_sheet(
    tmp_path: Path, markup: str, text: str
) -> None:
    head = (
        "<style>.c7, .c9 { vertical-align: super; font-size: 60% } .low{vertical-align:sub}"
        ".old{text-decoration: line-through}</style>"
    )
    assert read(tmp_path, f"<p>It {markup}.</p>", head) == f"It {text}."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<del>30</del><ins>35</ins> euro", "~~30~~35 euro"),
        ("was <s>9 pm</s> 8 pm, <strike> late </strike>now", "was ~~9 pm~~ 8 pm, ~~late~~ now"),
        ("<del></del>open", "open"),
    ],
)
def test_struck_text_is_marked(tmp_path: Path, markup: str, text: str) -> None:
    assert read(tmp_path, f"<p>{markup}</p>") == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>を読む", "漢字(かんじ)を読む"),
        ("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の駅", "東京(とうきょう)の駅"),
        ("<ruby>北<rb>京</rb></ruby>站", "北京站"),
    ],
)
def test_a_reading_above_characters_follows_them(tmp_path: Path, markup: str, text: str) -> None:
    assert read(tmp_path, f"<p>{markup}</p>") == text


def test_the_arrow_back_from_a_note_is_no_text(tmp_path: Path) -> None:
    page = '<p>Rain fell.</p><ol><li id="n1">In May. <a href="#r1">↩</a></li></ol>'
    assert read(tmp_path, page).endswith("1. In May.")


def test_fields_do_not_touch_their_labels(tmp_path: Path) -> None:
    form = (
        '<form>City<select><option>Oslo<option selected>Bergen</select>Name<input value="Ida">'
        "Done<progress>70 %</progress>Sum<output>45</output></form>"
    )
    assert read(tmp_path, form) == "City Bergen Name Ida Done 70 % Sum 45"


def test_the_style_sheet_of_a_saved_page_is_used(tmp_path: Path) -> None:
    parts = [
        ("text/html", '<p>They sold 64<span class="up">3</span> boats.</p>'),
        ("text/css", ".up { vertical-align: super }"),
    ]
    body = "".join(f"--B\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    path = tmp_path / "a.mhtml"
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
    path.write_bytes(f"{head}{body}--B--\r\n".encode())
    assert load(path, "a.mhtml")[0].text == "They sold 64[3] boats."
