"""Text in the encodings of real folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.shared.decoding import (
    codec_name,
    decode,
    decode_with_remarks,
    is_mostly_utf8,
)

SHORT = [
    ("cp1251", "Собрание жильцов перенесено на вторник, вход со двора."),
    ("koi8_r", "Протокол подписали бухгалтер и сторож склада."),
    ("cp866", "Ремонт крыши стоил 12 тысяч рублей."),
    ("cp932", "明日の午後三時に駅前で集合してください。"),
    ("euc_jp", "鍵は受付の引き出しに入っています。"),
    ("gb18030", "合同编号,金额\n甲方仓库,1200\n"),
    ("big5", "會議改到五月八日，地點是鎮公所。"),
    ("cp949", "회의는 오월 팔일로 연기되었습니다."),
    ("cp1253", "Η συνάντηση μεταφέρθηκε για την Πέμπτη."),
    ("cp1256", "تم تأجيل الاجتماع إلى يوم الخميس"),
    ("cp874", "การประชุมเลื่อนไปเป็นวันพฤหัสบดี"),
    ("cp1252", "Der Schlüssel hängt hinter der Tür des Gerätehauses."),
    ("mac_roman", "Das Café „Zoë“ in Orléans kostet 12 € — täglich."),
    ("cp1252", "naïve résumé — “quoted”"),
    ("cp1250", "Umowa najmu została podpisana w Łodzi dnia 3 maja."),
]


@pytest.mark.parametrize(("encoding", "text"), SHORT)
def test_short_text_in_an_old_encoding_is_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_one_bad_byte_replaces_one_character_only() -> None:
    data = "Käthe Schönfeld begrüßte Zoë im ".encode() + b"Caf\xe9."
    assert decode(data) == "Käthe Schönfeld begrüßte Zoë im Caf\ufffd."


@pytest.mark.parametrize("text", ["насос снова запущен", "ポンプを再起動した", "naïveté é"])
def test_a_file_cut_in_the_middle_of_a_character_is_utf8(text: str) -> None:
    data = text.encode()
    for cut in range(1, 4):
        for part in (data[cut:], data[:-cut]):
            assert decode(part).strip("\ufffd") in text


def test_latin_text_with_a_pair_that_looks_like_utf8_stays_latin() -> None:
    data = "Café Müller, Zürich, größte Auswahl Ã¤".encode("cp1252")
    assert not is_mostly_utf8(data)


def test_a_declared_encoding_that_does_not_fit_is_not_believed() -> None:
    assert decode("Weingut Bäuerle, 12 €".encode(), "iso-8859-1") == "Weingut Bäuerle, 12 €"
    assert decode("Tür".encode("cp1252") * 9, "utf-8") == "Tür" * 9
    assert decode("会議".encode("iso2022_jp"), "iso-2022-jp") == "会議"
    assert decode("Bäuerle".encode(), "no-such-encoding") == "Bäuerle"


def test_a_declared_encoding_means_what_browsers_take_it_for() -> None:
    assert codec_name("ISO-8859-1") == codec_name("us-ascii") == "cp1252"
    assert codec_name("gb2312") == codec_name(" GBK ") == "gb18030"
    assert codec_name("x-unknown") == codec_name("") == ""
    assert decode("12 €".encode("cp1252"), "latin-1") == "12 €"


def test_binary_data_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(LoadError):
        load(tmp_path / "a.txt", "a.txt")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso2022_jp", "駅は七時に開きます。\n切符は五百円です。"),
        ("iso2022_kr", "역은 일곱 시에 엽니다."),
    ],
)
def test_text_with_escape_sequences_is_read(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_escape_sequences_of_a_terminal_are_no_encoding() -> None:
    text = "\x1b[31mred\x1b[0m: $Bill"
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("o\ufb03ce, \ufb01rst \ufb02oor", "office, first floor"),
        ("\ufedf\ufee0\ufea4\ufead", "للحر"),
        ("ＡＢ１２ m² ½ \ufdfa", "ＡＢ１２ m² ½ \ufdfa"),
    ],
)
def test_ligatures_and_shapes_of_letters_are_letters(
    tmp_path: Path, written: str, text: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(written, "utf-8")
    assert load(path, "a.txt")[0].text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Klíč visí vedle dveří, číslo 12."),
        ("cp1250", "A kulcs az őrnél van, hűvös helyen."),
        ("cp1250", "Klucz leży na półce pod oknem."),
        ("cp1254", "Anahtar kapının yanındadır, şifre değişti."),
        ("cp1252", "La clé est derrière la porte, à côté de la fenêtre."),
        ("cp1252", "Nøkkelen henger på døra ved brygga."),
        ("cp1252", "La reunión de mañana será en el jardín del señor Núñez."),
    ],
)
def test_the_language_decides_between_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


BAD = "Käthe Schönfeld begrüßte Zoë im ".encode() + b"Caf\xe9."
UNSURE = "Dnes večer.".encode("cp852")
REPLACED = "1 character that cannot be decoded (shown as \ufffd)"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", BAD),
        ("a.csv", b"Name;Place\n" + BAD + b";here\n"),
        ("a.md", b"# A note\n\n" + BAD),
        ("a.rst", BAD),
        ("a.org", BAD),
        ("a.tex", BAD),
        ("a.json", b'{"a": "' + BAD + b'"}'),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + BAD),
        ("a.html", b"<p>" + BAD + b"</p>"),
        ("a.mht", b"Subject: A\nContent-Type: text/html; charset=utf-8\n\n<p>" + BAD + b"</p>"),
        ("a.eml", b"Subject: A\nContent-Type: text/plain; charset=utf-8\n\n" + BAD),
    ],
)
def test_characters_that_cannot_be_decoded_are_reported(
    tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    (document,) = load(tmp_path / name, name)
    assert "im Caf\ufffd" in document.text
    assert document.left_out == (REPLACED,)


def test_an_encoding_that_is_not_sure_is_reported() -> None:
    assert decode_with_remarks(b"Zum Tor").remarks == ()
    assert decode_with_remarks("Die Tür klemmt, schließt nicht.".encode("cp1252")).remarks == ()
    (remark,) = decode_with_remarks(UNSURE).remarks
    assert remark.startswith("the letters may be wrong (encoding guessed: ")
