"""Chat exports: each message is a line with its author and time.

Supported are WhatsApp (text, from Android and iOS), text copied from Teams, the pages and the JSON
of Telegram, and the JSON of Facebook and Instagram, Google Chat, Slack, Discord, ChatGPT and
Claude. The author and the time are also the heading of the message, so a citation of any of its
sentences names both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text

_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_NOON = r"(?:[上下]午|午[前後]|오[전후])?\s?"  # before or after it, in Chinese, Japanese, Korean
_CLOCK_TIME = (
    rf"{_NOON}\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?(?:[\s\u202f]?[AaPp]\.?[\s\u202f]?[Mm]\.?)?"
)
_STAMP = rf"{_DATE},?\s(?:\w{{2,3}}\s)?{_CLOCK_TIME}"
_MESSAGE = re.compile(
    rf"^[\u200e\u200f]*(?:\[(?P<ios>{_STAMP})\]|(?P<android>{_STAMP})\s[-–])\s(?P<rest>.*)$"
)
_AUTHOR = re.compile(r"[\u200e~]?\s?(?P<name>[^:\n]{1,80}?):\s(?P<text>.*)", re.DOTALL)
# "<Media omitted>", "IMG-7.jpg (file attached)", "<attached: 7.jpg>", "image omitted" on iOS
_MEDIA = re.compile(
    r": \u200e?(?:<[^<>\n]{3,80}>|\u200e?[\w-]+\.\w{2,4} \([^()\n]{3,30}\)"
    r"|\u200e[^\W\d_]+ [^\W\d_]+)\s*$",
    re.MULTILINE,
)
_TEAMS_NAME = re.compile(r"[^\W\d_][^:\n]{1,60}")  # after the time; the text is on later lines
_EMBEDDINGS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # around a phone number
_EDITED = re.compile(r"(?<!\s)\s*\u200e<[^<>\n]{3,60}>$")  # "<This message was edited>"
_MIN_MESSAGES = 2  # of a chat
_MIN_SHARE = 0.4  # of the first lines must begin a message; the others continue one
_FIRST_LINES = 50
# JSON keys of the attachments of a message: Telegram, Facebook, Slack, Discord and Google Chat.
_ATTACHMENT_KEYS = (
    "photo", "file", "photos", "videos", "audio_files", "gifs", "files", "sticker", "attachments",
    "attached_files",
)  # fmt: skip
_MENTION = re.compile(r"<@(\w+)(?:\|([^>]+))?>")
_SLACK_CHANNEL = re.compile(r"<#(\w+)(?:\|([^>]*))?>")
_SLACK_TOKEN = re.compile(r"<!([\w-]+)(?:\^[^>|]*)*(?:\|([^>]+))?>")  # dates, @here, groups
_SLACK_LINK = re.compile(r"<((?:https?|mailto):[^>|]+)(?:\|([^>]+))?>")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `when` is the time as exported. `line` counts from 1; 0 means unknown."""

    author: str
    when: str
    text: str
    line: int = 0


def add_messages(builder: DocumentBuilder, messages: Sequence[Message]) -> None:
    """Write messages, each with its author and time as the heading."""
    for message in messages:
        heading = ", ".join(filter(None, (message.author, message.when)))
        builder.anchor(heading=heading, line=message.line or None)
        label = message.author or message.when
        if message.author and message.when:
            label = f"{message.author} ({message.when})"
        builder.add(f"{label}: {message.text}", end="\n")


def is_whatsapp(text: str) -> bool:
    """Whether a text is a chat that WhatsApp exported, or that was copied from Teams."""
    lines = [line for line in text.split("\n", _FIRST_LINES)[:_FIRST_LINES] if line.strip()]
    found = [match for match in map(_MESSAGE.match, lines) if match]
    named = sum(1 for match in found if _AUTHOR.match(match["rest"]))
    named = named or sum(1 for match in found if _TEAMS_NAME.fullmatch(match["rest"].strip()))
    return bool(
        named >= _MIN_MESSAGES
        and len(found) >= _MIN_SHARE * len(lines)
        and _MESSAGE.match(lines[0])
    )


def whatsapp_messages(text: str) -> list[Message]:
    """The messages of a WhatsApp chat. System messages have no author.

    In a chat copied from Teams, only the author follows the time, and the text is on the next
    lines.
    """
    found: list[Message] = []
    rests = [match["rest"] for match in map(_MESSAGE.match, text.split("\n")) if match]
    is_teams = not any(map(_AUTHOR.match, rests))
    for number, line in enumerate(text.split("\n"), 1):
        match = _MESSAGE.match(line.rstrip("\r"))
        if match:
            when = match["ios"] or match["android"]
            named = _AUTHOR.match(match["rest"])
            author, words = (named["name"], named["text"]) if named else ("", match["rest"])
            if is_teams:
                author, words = words, ""
            author = _EMBEDDINGS.sub("", author).strip()
            if not _MEDIA.search(f": {words}"):
                words = _EDITED.sub("", words)
            found.append(Message(author, when, words.strip("\u200e "), number))
        elif found and line.strip():
            last = found[-1]
            words = _EDITED.sub("", line.rstrip("\r"))
            text_so_far = f"{last.text}\n{words}" if last.text else words.strip()
            found[-1] = Message(last.author, last.when, text_so_far, last.line)
    return found


def whatsapp_media(text: str) -> int:
    """The number of pictures, recordings and files that are only named in a WhatsApp chat."""
    return len(_MEDIA.findall(text))


def telegram_page(page: LexborHTMLParser) -> tuple[str, list[Message]]:
    """The name and the messages of a page that Telegram exported; no messages on any other page.

    A message without a name has the author of the message before it.
    """
    messages: list[Message] = []
    author = ""
    for node in page.css("div.history > div.message.default"):
        named = node.css_first("div.body > div.from_name")
        if named is not None:
            author = " ".join(named.text().split())
        date, text = node.css_first("div.date[title]"), node.css_first("div.text")
        when = str(date.attributes.get("title") or "") if date is not None else ""
        if text is not None and text.text().strip():
            messages.append(Message(author, when, text.text(separator="\n").strip()))
    title = page.css_first("div.page_header div.text")
    return (" ".join(title.text().split()) if title is not None else ""), messages


def json_chats(value: object, path: Path) -> list[tuple[str, list[Message]]]:
    """The chats in the JSON of an export as (name, messages); empty if it is not a chat export.

    Args:
        value: The parsed JSON.
        path: Its file. Slack stores the names of users in `users.json`, in the parent folder.
    """
    chats = list(_chats_in(value, path))
    return [(name, messages) for name, messages in chats if messages]


def attachments_of(value: object) -> int:
    """The number of pictures, files and recordings that the messages of an export refer to."""
    count = 0
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            attachments = [node.get(key) for key in _ATTACHMENT_KEYS]
            count += sum(
                sum(not _is_slack_card(file) for file in files) if isinstance(files, list) else 1
                for files in attachments
                if files
            )
            stack += [inner for inner in node.values() if isinstance(inner, Mapping | list)]
        elif isinstance(node, list):
            stack += node
    return count


def _is_slack_card(value: object) -> bool:
    """Whether an attachment is a card of Slack, whose text is read."""
    return isinstance(value, Mapping) and bool(value.get("text") or value.get("fallback"))


def _chats_in(value: object, path: Path) -> Iterator[tuple[str, list[Message]]]:
    match value:
        case {"messages": [*_]}:
            yield from _chat_with_messages(value)
        case {"chats": {"list": [*chats]}}:
            for chat in chats:
                yield from _chats_in(chat, path)
        case [{"ts": str(), "text": str()}, *_]:
            yield path.parent.name, list(_slack_messages(value, _slack_users(path)))
        case [{"mapping": {}}, *_] | [{"chat_messages": [*_]}, *_]:
            for conversation in value:
                yield from _conversation_messages(conversation)
        case {"mapping": {}, "title": _}:
            yield from _conversation_messages(value)


def _chat_with_messages(value: object) -> Iterator[tuple[str, list[Message]]]:
    match value:
        case {"messages": [{"from": _} | {"from_id": _} | {"actor": _}, *_] as messages, **rest}:
            yield str(rest.get("name") or ""), list(_telegram_messages(messages))
        case {"messages": [{"sender_name": _, "timestamp_ms": _}, *_] as messages, **rest}:
            yield str(rest.get("title") or ""), list(_messenger_messages(messages))
        case {"messages": [{"creator": {}, "created_date": _}, *_] as messages}:
            yield "", list(_google_messages(messages))
        case {"messages": [{"content": _, "author": {}}, *_] as messages, **rest}:
            channel = rest.get("channel")
            name = channel.get("name") if isinstance(channel, Mapping) else ""
            yield str(name or ""), list(_discord_messages(messages))


def _conversation_messages(value: object) -> Iterator[tuple[str, list[Message]]]:
    match value:
        case {"mapping": dict() as nodes, **rest}:
            yield str(rest.get("title") or ""), list(_chatgpt_messages(nodes))
        case {"chat_messages": [*messages], **rest}:
            yield str(rest.get("name") or ""), list(_claude_messages(messages))


def _telegram_messages(messages: Sequence[object]) -> Iterator[Message]:
    for message in messages:
        if isinstance(message, Mapping):
            author = message.get("from") or message.get("actor") or message.get("from_id") or ""
            text = _telegram_content(message)
            if text:
                yield Message(str(author), _format_time(message.get("date")), text)


def _google_messages(messages: Sequence[object]) -> Iterator[Message]:
    """The messages of a space or conversation of Google Chat."""
    for message in messages:
        match message:
            case {"creator": {"name": str(author)}, "text": str(text), **rest} if text.strip():
                when = str(rest.get("created_date") or "").replace("\u202f", " ")
                yield Message(author, when, text.strip())


def _messenger_messages(messages: Sequence[object]) -> Iterator[Message]:
    """The messages of Facebook and Instagram. Their exports begin with the newest message."""
    found = [message for message in messages if isinstance(message, Mapping)]
    for message in sorted(found, key=lambda one: _milliseconds(one.get("timestamp_ms"))):
        share = message.get("share")
        link = str(share.get("link") or "") if isinstance(share, Mapping) else ""
        text = str(message.get("content") or "").strip()
        text = " ".join(filter(None, (text, link if link not in text else "")))
        if text and not message.get("is_unsent"):
            when = _format_time(_milliseconds(message.get("timestamp_ms")) / 1000)
            yield Message(str(message.get("sender_name") or ""), when, text)


def _milliseconds(value: object) -> int:
    return value if isinstance(value, int) else 0


def _discord_messages(messages: Sequence[object]) -> Iterator[Message]:
    for message in messages:
        if isinstance(message, Mapping) and isinstance(message.get("author"), Mapping):
            author = message["author"].get("nickname") or message["author"].get("name") or ""
            text = str(message.get("content") or "").strip()
            if text:
                yield Message(str(author), _format_time(message.get("timestamp")), text)


def _slack_messages(messages: Sequence[object], users: Mapping[str, str]) -> Iterator[Message]:
    for message in messages:
        if not isinstance(message, Mapping):
            continue
        profile = message.get("user_profile")
        named = profile.get("real_name") if isinstance(profile, Mapping) else ""
        user = str(message.get("user") or message.get("bot_id") or "")
        author = named or users.get(user) or message.get("username") or user
        text = _slack_text(message)
        text = _MENTION.sub(lambda m: f"@{m[2] or users.get(m[1], m[1])}", text)
        text = _SLACK_LINK.sub(lambda m: m[2] or m[1], text)
        text = _SLACK_CHANNEL.sub(lambda m: f"#{m[2] or m[1]}", text)
        text = _SLACK_TOKEN.sub(lambda m: m[2] or f"@{m[1]}", text).strip()
        if text:
            yield Message(str(author), _format_time(message.get("ts")), _unescape_slack(text))


def _slack_text(message: Mapping[str, Any]) -> str:
    """The text of a message and of the cards below it; that of its blocks if it has no other."""
    parts = [str(message.get("text") or "")]
    if not parts[0]:
        parts.append("".join(_slack_block_texts(message.get("blocks"))))
    for card in message.get("attachments") or ():
        if isinstance(card, Mapping):
            words = [str(card.get(key) or "") for key in ("pretext", "title", "text")]
            words += [
                f"{field.get('title')}: {field.get('value')}"
                for field in card.get("fields") or ()
                if isinstance(field, Mapping)
            ]
            shown = "\n".join(filter(None, words)) or str(card.get("fallback") or "")
            parts.append(shown)
    return "\n".join(filter(None, parts))


def _slack_block_texts(blocks: object) -> Iterator[str]:
    """The texts of the blocks of a message, in order."""
    stack = [blocks]
    while stack:
        match stack.pop():
            case [*nodes]:
                stack += reversed(nodes)
            case {"type": "user", "user_id": user}:
                yield f"<@{user}>"
            case {"type": "emoji", "name": name}:
                yield f":{name}:"
            case {"text": str() as text}:
                yield text
            case {"url": str() as url}:
                yield url
            case {**node}:
                inner = [node[key] for key in ("text", "elements", "fields") if node.get(key)]
                is_line = node.get("type") not in {None, "rich_text", "link"}
                stack += [*(["\n"] if is_line else []), *reversed(inner)]
            case str() as text:
                yield text


def _slack_users(path: Path) -> dict[str, str]:
    """The names of users by their id, from the `users.json` of the export."""
    users: dict[str, str] = {}
    with suppress(OSError, ValueError):
        for user in json.loads(read_text(path.parent.parent / "users.json")):
            if isinstance(user, Mapping) and "id" in user:
                profile = user.get("profile")
                known = profile.get("real_name") if isinstance(profile, Mapping) else ""
                name = user.get("real_name") or known or user.get("name") or ""
                users[str(user["id"])] = str(name)
    return users


def _chatgpt_messages(nodes: Mapping[str, Any]) -> Iterator[Message]:
    """The messages of a conversation in pre-order of the tree: a node before its children."""
    known = {key: node for key, node in nodes.items() if isinstance(node, Mapping)}
    stack = [key for key, node in known.items() if node.get("parent") not in known][::-1]
    seen: set[str] = set()
    while stack:
        key = stack.pop()
        if key in seen or key not in known:
            continue
        seen.add(key)
        yield from _chatgpt_message(known[key].get("message"))
        stack.extend(str(child) for child in reversed(known[key].get("children") or []))


def _chatgpt_message(message: object) -> Iterator[Message]:
    match message:
        case {"author": {"role": str() as role}, "content": {"parts": [*parts]}, **rest}:
            text = "\n".join(part for part in parts if isinstance(part, str)).strip()
            if text and role != "system":
                yield Message(role, _format_time(rest.get("create_time")), text)


def _claude_messages(messages: Sequence[object]) -> Iterator[Message]:
    for message in messages:
        if isinstance(message, Mapping):
            text = str(message.get("text") or "").strip()
            if text:
                author = (
                    "user" if message.get("sender") == "human" else str(message.get("sender") or "")
                )
                yield Message(author, _format_time(message.get("created_at")), text)


def _telegram_text(text: object) -> str:
    """The text of a Telegram message: a string, or a list of plain and formatted pieces."""
    if isinstance(text, str):
        return text.strip()
    pieces = text if isinstance(text, list) else []
    words = (p if isinstance(p, str) else p.get("text", "") for p in pieces if p)
    return "".join(map(str, words)).strip()


def _telegram_content(message: Mapping[str, Any]) -> str:
    """What a message shows: its text, whose text is forwarded, a poll, a place, an event."""
    parts = [_telegram_text(message.get("text"))]
    if source := message.get("forwarded_from"):
        parts.insert(0, f"[forwarded from {source}]")
    match message.get("poll"):
        case {"question": question, "answers": [*answers]}:
            parts.append(f"Poll: {_telegram_text(question)}")
            counts = [answer for answer in answers if isinstance(answer, Mapping)]
            parts += [
                f"- {_telegram_text(each.get('text'))}: {counted(each.get('voters') or 0, 'vote')}"
                for each in counts
            ]
    match message.get("location_information"):
        case {"latitude": latitude, "longitude": longitude}:
            place = filter(None, (message.get("place_name"), message.get("address")))
            parts.append(f"Place: {', '.join([*map(str, place), f'{latitude}, {longitude}'])}")
    match message.get("contact_information"):
        case {"phone_number": number, **name}:
            names = filter(None, (name.get("first_name"), name.get("last_name")))
            parts.append(f"Contact: {' '.join([*map(str, names), str(number)])}")
    if message.get("type") == "service" and message.get("action"):
        members = ", ".join(map(str, filter(None, message.get("members") or [])))
        event = (str(message["action"]).replace("_", " "), str(message.get("title") or ""), members)
        parts.append(f"[{' '.join(filter(None, event))}]")
    return "\n".join(filter(None, parts))


def _format_time(value: object) -> str:
    """Format a time as "2026-04-02 17:20". Seconds since 1970 are given in UTC."""
    with suppress(ValueError, TypeError, OverflowError, OSError):
        if isinstance(value, str) and not re.fullmatch(r"\d+(?:\.\d+)?", value):
            return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}"
        return f"{datetime.fromtimestamp(float(str(value)), UTC):%Y-%m-%d %H:%M} UTC"
    return ""


def _unescape_slack(text: str) -> str:
    """Unescape the text of a Slack message. Slack escapes only these three characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
