"""Mails, threads, mailboxes and calendars."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar.prop import vRecur
from oxmsg import Message as OutlookMessage
from oxmsg.storage import Storage, Stream

from askdocs.documents.loaders import LoadError, load
from askdocs.documents.loaders.mail.outlook import _convert
from askdocs.documents.loaders.mail.recurrence import rule_in_words
from askdocs.documents.loaders.mail.thread import thread_parts
from askdocs.types import Document

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:1
SUMMARY:Fire drill
DTSTART;TZID=America/Chicago:20270208T091500
LOCATION:Yard B\\, near the gate
ORGANIZER;CN=Noor Haddad:mailto:noor@example.org
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Holiday
DTSTART;VALUE=DATE:20270401
END:VEVENT
END:VCALENDAR
"""


def mail(plain: str, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = "Roof", "Ida Berg <ida@example.org>"
    message["Date"] = "Mon, 01 Feb 2027 08:00:00 +0000"
    message.set_content(plain)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def read(folder: Path, data: bytes, name: str = "a.eml") -> Document:
    (folder / name).write_bytes(data)
    return load(folder / name, name)[0]


def headings(document: Document) -> dict[str, str]:
    """Each heading with the text below it."""
    anchors = [a for a in document.anchors if a.heading is not None]
    ends = [a.start for a in anchors[1:]] + [len(document.text)]
    return {
        str(a.heading): document.text[a.start : end].strip()
        for a, end in zip(anchors, ends, strict=True)
    }


THREADS = [
    ("On Tue, Jan 5, 2027 at 4:12 PM Omar Said <o@example.org> wrote:", "Omar Said", "4:12 PM"),
    ("Am 05.01.2027 um 16:12 schrieb Omar Said <o@example.org>:", "Omar Said", "16:12"),
    ("Le 5 janvier 2027 à 16:12, Omar Said a écrit :", "Omar Said", "5 janvier 2027"),
    ("El mar, 5 ene 2027 a las 16:12, Omar Said (<o@example.org>) escribió:", "Omar Said", "16:12"),
    ("Omar Said skrev 2027-01-05 16:12:", "Omar Said", "2027-01-05"),
]


@pytest.mark.parametrize(("line", "author", "date"), THREADS)
def test_a_quoted_reply_belongs_to_its_author(line: str, author: str, date: str) -> None:
    own, quoted = thread_parts(f"Yes, Friday.\n\n{line}\n> Does Friday suit?\n> O.")
    assert own.text == "Yes, Friday."
    assert (quoted.author, quoted.text) == (author, "Does Friday suit?\nO.")
    assert date in quoted.date


def test_levels_of_quoting_and_answers_between_them_keep_their_authors() -> None:
    body = (
        "On 3 May 2027, Ann wrote:\n> The tank is full.\n>\n> On 2 May 2027, Ben wrote:\n"
        ">> Is the tank full?\nGood.\n> And the valve is shut.\nFine."
    )
    parts = [(part.author, part.text) for part in thread_parts(body)]
    assert parts == [
        ("", ""),
        ("Ann", "The tank is full."),
        ("Ben", "Is the tank full?"),
        ("", "Good."),
        ("Ann", "And the valve is shut."),
        ("", "Fine."),
    ]


def test_an_answer_below_the_quoted_mail_is_its_senders(tmp_path: Path) -> None:
    body = "On 1/5/27 at 16:12, Omar Said \n<o@x.org> wrote:\n> Is it dry?\n\nYes, it is dry.\n"
    found = headings(read(tmp_path, bytes(mail(body))))
    assert found["Omar Said, 1/5/27 at 16:12"] == "Is it dry?"
    own = next(words for author, words in found.items() if author.startswith("Ida Berg"))
    assert own == "Yes, it is dry."


def test_headers_in_the_body_begin_the_mail_before() -> None:
    body = (
        "See below.\n\n________________________________\nVon: Kurt Vogel <k@example.org>\n"
        "Gesendet: Montag, 4. Januar 2027 10:12\nAn: Ida Berg\nBetreff: Dach\n\nDas Dach leckt."
    )
    own, earlier = thread_parts(body)
    assert own.text == "See below."
    assert (earlier.author, earlier.date) == ("Kurt Vogel", "Montag, 4. Januar 2027 10:12")
    assert earlier.text.strip() == "Das Dach leckt."


@pytest.mark.parametrize(
    "names",
    [
        ("De :", "Envoyé :", "À :", "Objet :"),
        ("De:", "Enviado el:", "Para:", "Asunto:"),
        ("De:", "Enviada em:", "Para:", "Assunto:"),
        ("Da:", "Inviato:", "A:", "Oggetto:"),
        ("Fra:", "Sendt:", "Til:", "Emne:"),
        ("Van:", "Verzonden:", "Aan:", "Onderwerp:"),
        ("Od:", "Wysłano:", "Do:", "Temat:"),
    ],
)
def test_headers_of_outlook_in_other_languages_begin_a_mail(names: tuple[str, ...]) -> None:
    values = ("Kim Vogel <k@example.org>", "4. 1. 2027 10:12", "Ida Berg", "Roof 7")
    block = "\n".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    own, earlier = thread_parts(f"See below.\n\n{block}\n\nIt leaks.")
    assert (own.text, earlier.text.strip()) == ("See below.", "It leaks.")
    assert (earlier.author, earlier.date) == ("Kim Vogel", "4. 1. 2027 10:12")
    assert earlier.subject == "Roof 7"


def test_a_sentence_with_wrote_is_no_head_of_a_mail() -> None:
    body = (
        "The mayor of the old town then wrote to all of the councillors as follows:\nCome at six."
    )
    assert [part.text for part in thread_parts(body)] == [body]


def test_the_html_part_is_read_where_the_plain_one_is_a_stub(tmp_path: Path) -> None:
    html = "<p>Dear Ida, the scaffold costs 4,100 euros and stands until the ninth of March.</p>"
    stub = read(tmp_path, bytes(mail("Please enable HTML to read this mail.", html)))
    assert "4,100 euros" in stub.text
    whole = "Dear Ida, the scaffold costs 4,100 euros and stands until the ninth of March."
    same = read(tmp_path, bytes(mail(whole, f"{html}<p>Unsubscribe here.</p>")))
    assert "Unsubscribe" not in same.text


def test_an_invitation_is_read_with_its_time_and_place(tmp_path: Path) -> None:
    message = mail("You are invited.")
    message.add_alternative(INVITATION, subtype="calendar")
    below = headings(read(tmp_path, bytes(message)))["Fire drill"]
    assert "Start: 8 February 2027, 09:15 America/Chicago" in below
    assert "Place: Yard B, near the gate" in below
    assert "Organiser: Noor Haddad" in below


def test_a_calendar_is_a_document(tmp_path: Path) -> None:
    below = headings(read(tmp_path, INVITATION.encode(), "c.ics"))
    assert below["Holiday"].endswith("Start: 1 April 2027")
    with pytest.raises(LoadError, match="no events"):
        read(tmp_path, b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "d.ics")


@pytest.mark.parametrize("name", ["box.mbox", "Sent", "archive.2027"])
def test_a_mailbox_is_split_at_envelopes_only(tmp_path: Path, name: str) -> None:
    box = (
        "From ida@example.org Mon Feb  1 08:00:00 2027\nFrom: Ida\nSubject: One\n\n"
        "Read this.\n\nFrom here on the path is steep.\n>From the hut it is level.\n\n"
        "From - Tue Feb  2 08:00:00 2027\nSubject: Two\nFrom: Bo\n\nThe second mail.\n"
    )
    text = read(tmp_path, box.encode(), name).text
    assert "\nFrom here on the path is steep.\nFrom the hut it is level." in text
    assert text.count("Subject:") == 2
    assert "08:00:00 2027" not in text


def test_a_mail_of_apple_mail_is_read_without_its_frame(tmp_path: Path) -> None:
    data = bytes(mail("The boiler was repaired."))
    framed = f"{len(data)}      \n".encode() + data + b'<?xml version="1.0"?><plist>flags</plist>'
    text = read(tmp_path, framed, "1.emlx").text
    assert "The boiler was repaired." in text
    assert "flags" not in text


def wrapped(*files: tuple[str, bytes], text: str = "") -> bytes:
    """A winmail.dat with these files and text ([MS-OXTNEF])."""

    def attribute(number: int, content: bytes) -> bytes:
        head = struct.pack("<BII", 2, number, len(content))
        return head + content + struct.pack("<H", sum(content) & 0xFFFF)

    data = struct.pack("<IH", 0x223E9F78, 1)
    body = text.encode("cp1252")
    body += bytes(-len(body) % 4)
    data += attribute(0x69003, struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, len(body)) + body)
    for name, content in files:
        long = (name + "\0").encode("utf-16-le")
        named = struct.pack("<HH", 3, 0x9000) + bytes(16) + struct.pack("<III", 0, 7, 5)
        several = struct.pack("<HHIII", 0x1003, 0x6000, 2, 1, 2)
        title = struct.pack("<HHII", 0x1F, 0x3707, 1, len(long)) + long + bytes(-len(long) % 4)
        properties = struct.pack("<I", 3) + named + several + title
        data += attribute(0x69002, bytes(14)) + attribute(0x18010, b"SHORT~1.TXT\0")
        data += attribute(0x6800F, content) + attribute(0x69005, properties)
    return data


def with_winmail(data: bytes) -> bytes:
    message = mail("See the draft.")
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return bytes(message)


def test_files_in_outlooks_own_form_are_documents(tmp_path: Path) -> None:
    inner = wrapped(("Deep.txt", b"The pump is in the cellar."), text="Dig here.")
    data = wrapped(("Draft of May.txt", b"The boiler costs 900."), ("m", inner))
    (tmp_path / "a.eml").write_bytes(with_winmail(data))
    first, *attached = load(tmp_path / "a.eml", "a.eml")
    assert "See the draft." in first.text
    assert {each.source: each.text for each in attached} == {
        "a.eml/Draft of May.txt": "The boiler costs 900.",
        "a.eml/message.txt": "Dig here.",
        "a.eml/Deep.txt": "The pump is in the cellar.",
    }


@pytest.mark.parametrize("cut", [6, 9, 40, 90])
def test_a_damaged_winmail_is_reported(tmp_path: Path, cut: int) -> None:
    document = read(tmp_path, with_winmail(wrapped(("a.txt", b"words " * 9))[:cut]))
    assert "winmail.dat (not read: " in document.text
    assert document.left_out[0].startswith("attachment winmail.dat (")


def test_inline_pictures_and_unread_files_are_reported(tmp_path: Path) -> None:
    message = mail("See the plan.")
    message.add_attachment(b"MZ\x00\x01" * 9, maintype="a", subtype="b", filename="tool.exe")
    message.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", cid="<1>", disposition="inline"
    )
    document = read(tmp_path, bytes(message))
    assert "Attachment: tool.exe (not read: " in document.text
    assert document.left_out[0].startswith("attachment tool.exe (")
    assert document.left_out[1:] == ("1 picture in the text of the mail",)


def test_mails_in_mails_end_somewhere(tmp_path: Path) -> None:
    inner = mail("The innermost one.")
    for _ in range(7):
        outer = mail("Another one.")
        outer.add_attachment(inner, filename="mail.eml")
        inner = outer
    (tmp_path / "a.eml").write_bytes(bytes(inner))
    documents = load(tmp_path / "a.eml", "a.eml")
    assert len(documents) == 5
    assert any("nested too deeply" in what for each in documents for what in each.left_out)


def test_a_damaged_mail_of_outlook_is_refused_with_a_reason(tmp_path: Path) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le") * 40
    with pytest.raises(LoadError, match="damaged"):
        read(tmp_path, data, "a.msg")


REPEATED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:1
SUMMARY:Choir
DTSTART;TZID=Europe/Oslo:20260305T180000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20260630
EXDATE;TZID=Europe/Oslo:20260402T180000,20260416T180000
END:VEVENT
BEGIN:VEVENT
UID:1
SUMMARY:Choir in church
RECURRENCE-ID;TZID=Europe/Oslo:20260319T180000
DTSTART;TZID=Europe/Oslo:20260320T190000
END:VEVENT
END:VCALENDAR
"""


def test_exceptions_of_a_recurring_event_are_read(tmp_path: Path) -> None:
    below = headings(read(tmp_path, REPEATED.encode(), "c.ics"))
    assert "Repeats: every 2 weeks on Thursday until 30 June 2026\n" in below["Choir"]
    days = "2 April 2026, 18:00 Europe/Oslo; 16 April 2026, 18:00 Europe/Oslo"
    assert f"Not on: {days}" in below["Choir"]
    assert "Instead of: 19 March 2026, 18:00 Europe/Oslo\n" in below["Choir in church"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;COUNT=10", "every day 10 times"),
        ("FREQ=MONTHLY;BYDAY=1MO", "every month on the 1st Monday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "every month on the 15th and last"),
        ("FREQ=YEARLY;BYMONTH=5,9", "every year in May and September"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every week on Monday, Wednesday and Friday"),
        ("FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
    ],
)
def test_recurrence_rules_are_written_in_words(rule: str, words: str) -> None:
    assert rule_in_words(vRecur.from_ical(rule)) == words


PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA0abc\n-----END PGP MESSAGE-----\n"


def test_encrypted_mails_are_reported_and_signatures_are_not(tmp_path: Path) -> None:
    signed = mail("The gate is shut.")
    signed.add_attachment(
        b"\x00", maintype="application", subtype="pkcs7-signature", filename="smime.p7s"
    )
    assert read(tmp_path, bytes(signed)).left_out == ()
    assert read(tmp_path, bytes(mail(PGP))).left_out == ("an encrypted mail",)
    closed = b"From: Ida\nSubject: Roof\nContent-Type: application/pkcs7-mime; smime-type="
    assert read(tmp_path, closed + b"enveloped-data; name=smime.p7m\n\nMII").left_out[0] == (
        "an encrypted mail"
    )


def test_all_properties_of_an_event_are_read(tmp_path: Path) -> None:
    more = "CATEGORIES:Trips,School\nURL:https://x.example/a\nATTACH:https://x.example/plan.pdf\n"
    event = INVITATION.replace("UID:1\n", f"UID:1\n{more}", 1)
    below = headings(read(tmp_path, event.encode(), "c.ics"))["Fire drill"]
    assert "Kind: Trips, School\nLink: https://x.example/a\n" in below
    assert "Attached: https://x.example/plan.pdf" in below


def test_a_stub_in_its_own_words_gives_way_to_the_html_part(tmp_path: Path) -> None:
    html = "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Bench</td><td>72</td></tr></table>"
    message = mail("Please use a program that shows formatted mails.", html)
    assert read(tmp_path, message.as_bytes()).text.endswith("Item: Bench; Price: 72")


def test_the_footer_of_a_list_does_not_hide_the_mail(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Roof", "ida@example.org"
    message.set_content("<p>The roof is tight again.</p>", subtype="html")
    message.make_mixed()
    footer = EmailMessage()
    footer.set_content("Roofers mailing list, leave it at roofers@example.org")
    message.attach(footer)
    text = read(tmp_path, message.as_bytes()).text
    assert text.endswith("tight again.\n\nRoofers mailing list, leave it at roofers@example.org")


def test_a_german_attribution_with_a_short_year_names_its_author() -> None:
    parts = thread_parts("Gut.\n\nAm 05.03.26 um 17:22 schrieb Anna Klein:\n> 480 Euro")
    assert [(part.author, part.date) for part in parts[1:]] == [("Anna Klein", "05.03.26 um 17:22")]


def test_a_calendar_shows_last_days_replies_and_its_name(tmp_path: Path) -> None:
    calendar = INVITATION.replace("VERSION:2.0", "VERSION:2.0\nX-WR-CALNAME:School\\, upper")
    calendar = calendar.replace(
        "DTSTART;VALUE=DATE:20270401", "DTSTART;VALUE=DATE:20270401\nDTEND;VALUE=DATE:20270404"
    ).replace(
        "LOCATION",
        "DURATION:PT1H30M\nATTENDEE;CN=Per;PARTSTAT=DECLINED:mailto:p@example.org\nLOCATION",
    )
    document = read(tmp_path, calendar.encode(), "a.ics")
    assert document.title == "School, upper"
    assert "Duration: 1 hour 30 minutes\n" in document.text
    assert "Invited: Per (declined)\n" in document.text
    assert document.text.endswith("Start: 1 April 2027\nEnd: 3 April 2027")


def test_a_holiday_of_one_day_has_no_end(tmp_path: Path) -> None:
    calendar = INVITATION.replace("20270401", "20270401\nDTEND;VALUE=DATE:20270402")
    assert read(tmp_path, calendar.encode(), "a.ics").text.endswith("Start: 1 April 2027")


def mixed(*parts: str) -> bytes:
    """A mail whose parts are given with their headers."""
    head = "From: Ida\nSubject: Roof\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
    return (f"{head}\n\n--b\n" + "\n--b\n".join(parts) + "\n--b--\n").encode()


HELLO = "Content-Type: text/plain\n\nHello there."


def test_an_invitation_with_a_name_is_read_in_the_mail(tmp_path: Path) -> None:
    message = mail("You are invited.")
    message.add_alternative(INVITATION, subtype="calendar", params={"name": "invite.ics"})
    assert "Place: Yard B, near the gate" in read(tmp_path, bytes(message)).text
    damaged = mixed(HELLO, "Content-Type: text/calendar\n\nBEGIN:VEVENT\nwords")
    assert read(tmp_path, damaged).left_out == ("an invitation (the calendar is damaged)",)
    empty = mixed(HELLO, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nEND:VCALENDAR")
    assert read(tmp_path, empty).left_out == ("an invitation (it has no events)",)


@pytest.mark.parametrize(
    ("part", "source", "text"),
    [
        (
            'Content-Type: text/csv; name="p.csv"\nContent-Disposition: inline\n\nItem,Cost\nA,4',
            "a.eml/p.csv",
            "Item: A; Cost: 4",
        ),
        ("Content-Type: text/csv\n\nItem,Cost\nA,4", "a.eml/attachment.csv", "Item: A; Cost: 4"),
        (
            'Content-Type: text/vcard; name="i.vcf"\nContent-Disposition: inline\n\nTEL:55',
            "a.eml/i.vcf",
            "TEL:55",
        ),
        ("Content-Type: text/x-diff\n\n+ a line", "a.eml/attachment.txt", "+ a line"),
        (
            "Content-Type: message/delivery-status\n\nReporting-MTA: x\n\nStatus: 5.1.1\n",
            "a.eml/delivery-status.txt",
            "Reporting-MTA: x\n\n\nStatus: 5.1.1",
        ),
    ],
)
def test_every_part_of_a_mail_is_a_document(
    tmp_path: Path, part: str, source: str, text: str
) -> None:
    (tmp_path / "a.eml").write_bytes(mixed(HELLO, part))
    first, attached = load(tmp_path / "a.eml", "a.eml")
    assert (attached.source, attached.text) == (source, text)
    assert "Hello there." in first.text


@pytest.mark.parametrize(
    ("part", "remark"),
    [
        ("Content-Type: application/pdf\n\n%PDF-1.4 x", "attachment attachment.pdf (the file "),
        (
            "Content-Type: message/external-body; access-type=x; name=a.doc\n\nX: y\n",
            "attachment a.doc (it is not in the mail, ",
        ),
        ("Content-Type: multipart/mixed\n\nwords", "attachment part of the mail (the mail is "),
        (
            "Content-Type: message/feedback-report\n\nContent-Type: text/plain; charset=x\n\n\xff",
            "attachment mail.eml (the mail is ",
        ),
    ],
)
def test_every_part_that_is_not_read_is_reported(tmp_path: Path, part: str, remark: str) -> None:
    (left_out,) = read(tmp_path, mixed(HELLO, part)).left_out
    assert left_out.startswith(remark)


def test_other_forms_of_the_text_and_signatures_are_no_attachments(tmp_path: Path) -> None:
    message = mail("The roof is tight.")
    message.add_alternative("<b>The roof is tight.</b>", subtype="x-amp-html")
    document = read(tmp_path, bytes(message))
    assert document.left_out == ()
    assert document.text.endswith("The roof is tight.")
    signed = mixed(HELLO, "Content-Type: application/pgp-signature\n\nBEGIN")
    assert read(tmp_path, signed).text.endswith("Hello there.")


def test_mails_and_references_attached_in_outlook_are_not_lost() -> None:
    def stored(path: str, head: int, *inner: Storage, **texts: str) -> Storage:
        names = {"subject": 0x0037, "body": 0x1000, "file": 0x3707}
        entries, streams = b"", []
        for key, text in texts.items():
            number, data = names[key], text.encode("utf-16-le")
            entries += struct.pack("<HHIII", 0x1F, number, 6, len(data) + 2, 0)
            streams.append(Stream(f"{path}/__substg1.0_{number:04X}001F", data))
        streams.append(Stream(f"{path}/__properties_version1.0", bytes(head) + entries))
        return Storage(path, tuple(streams), inner)

    forwarded = stored("__substg1.0_3701000D", 24, subject="Weir", body="It is shut.")
    no_mail = stored("__substg1.0_3701000D", 24)
    message = stored(
        "",
        32,
        stored("__attach_version1.0_#00000000", 8, forwarded),
        stored("__attach_version1.0_#00000001", 8, file="plan.pdf"),
        stored("__attach_version1.0_#00000002", 8, no_mail),
        subject="Roof",
        body="See below.",
    )
    _, mail_part, link, damaged = _convert(OutlookMessage(message)).iter_parts()
    assert "Subject: Weir" in str(mail_part)
    assert "It is shut." in str(mail_part)
    assert (link.get_content_type(), link.get_filename()) == ("message/external-body", "plan.pdf")
    assert damaged.get_content_type() == "message/external-body"


CARDS = """BEGIN:VCARD
VERSION:3.0
N:Lund;Ada;;;
FN:Ada Lund
ORG:Harbour Office;Berths
item1.TEL;TYPE=CELL,pref:+47 912 34 567
EMAIL;type=INTERNET;type=WORK:ada@example.org
ADR;TYPE=WORK:;;Quay 4;Halden;;1771;Norway
NOTE:Key in box 12\\, ring\\n
  twice.
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:K=C3=B6hl;Jo
TEL;HOME:040 1234
NOTE;ENCODING=QUOTED-PRINTABLE:Opens at =
nine
END:VCARD
"""


@pytest.mark.parametrize("name", ["a.vcf", "a.contact"])
def test_a_card_of_an_address_book_is_read_by_its_fields(tmp_path: Path, name: str) -> None:
    document = read(tmp_path, CARDS.replace("\n", "\r\n").encode(), name)
    assert document.text == (
        "Ada Lund\n\nOrganisation: Harbour Office, Berths\nPhone (cell): +47 912 34 567\n"
        "Mail (work): ada@example.org\nAddress (work): Quay 4, Halden, 1771, Norway\n"
        "Note: Key in box 12, ring twice.\n\n"
        "Jo Köhl\n\nPhone (home): 040 1234\nNote: Opens at nine"
    )
    assert document.left_out == ("1 picture",)


def test_a_damaged_card_is_read_as_text(tmp_path: Path) -> None:
    text = "BEGIN:VCARD\nFN:Ada\nTEL:55"
    assert read(tmp_path, text.encode(), "a.vcf").text == text


def test_the_last_card_of_a_file_that_was_cut_is_read(tmp_path: Path) -> None:
    text = "BEGIN:VCARD\nFN:Ada\nEND:VCARD\nBEGIN:VCARD\nFN:Cy\nBEGIN:VCARD\nFN:Ben\nTEL:55"
    assert read(tmp_path, text.encode(), "a.vcf").text == "Ada\n\nCy\n\nBen\n\nPhone: 55"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('ADR;TYPE=work;LABEL="Street: 5; x":;;Main St 5;Town', "Address (work): Main St 5, Town"),
        (
            "NOTE;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0",
            "Note: \u041f\u0435\u0442\u0440",
        ),
        ("NOTE;CHARSET=none;ENCODING=QUOTED-PRINTABLE:=E9", "Note: \u00e9"),
        ('TEL;X="a:55', "Phone: 55"),
        ("N:Lund\\; Moe;Ada;;;", "Ada Lund; Moe"),
    ],
)
def test_a_property_of_a_card_is_read_as_written(tmp_path: Path, line: str, expected: str) -> None:
    text = f"BEGIN:VCARD\n{line}\nEND:VCARD\n"
    assert read(tmp_path, text.encode(), "a.vcf").text == expected
