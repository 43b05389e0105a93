from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from askdocs import Config, ConfigError, load_config
from askdocs.config import LoadedConfig, describe_settings, load_config_with_notes
from askdocs.llm.model import Message
from askdocs.resources import Resources
from tests.support.model_server import Script, serving


def test_defaults_need_no_file_and_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config(environment={}) == Config()


def test_flag_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('corpus = "papers"\npassage_tokens = 80\nload_seconds = 7\n', "utf-8")
    environment = {"ASKDOCS_PASSAGE_TOKENS": "120", "ASKDOCS_LOAD_SECONDS": "9"}
    config = load_config(file, environment=environment, load_seconds=11)
    assert config.corpus == tmp_path / "papers"
    assert config.passage_tokens == 120
    assert config.load_seconds == 11


def test_a_file_can_be_named_by_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("passages_read = 5\n", "utf-8")
    assert load_config(environment={"ASKDOCS_CONFIG": str(file)}).passages_read == 5


@pytest.mark.parametrize(
    "environment",
    [{"ASKDOCS_COPRUS": "x"}, {"ASKDOCS_PASSAGE_TOKENS": "many"}, {"ASKDOCS_INDEX": ""}],
)
def test_an_unknown_name_or_value_of_the_environment_is_an_error(
    environment: dict[str, str],
) -> None:
    with pytest.raises(ConfigError):
        load_config(environment=environment)


@pytest.mark.parametrize(
    "text", ["copus = 'x'", "not toml at all [", "passage_tokens = 1.5", "corpus = 3"]
)
def test_a_file_with_an_unknown_name_or_value_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "askdocs.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError):
        load_config(file, environment={})


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no settings file"):
        load_config(tmp_path / "none.toml", environment={})


@pytest.mark.parametrize(
    "values",
    [{"passage_tokens": 5}, {"passages_read": 0}, {"minimum_confidence": 1.5}, {"load_seconds": 0}],
)
def test_impossible_values_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Config(**values)  # type: ignore[arg-type]


def test_the_index_is_not_the_folder_of_documents(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="two folders"):
        Config(corpus=tmp_path, index=tmp_path / "deep" / "..")


def test_a_home_folder_in_a_settings_file_is_not_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("corpus = '~/documents'\nindex = 'index'\n")
    settings = load_config(file, environment={})
    assert settings.corpus == Path.home() / "documents"
    assert settings.index == tmp_path / "index"


def test_secrets_are_no_settings() -> None:
    assert load_config(environment={"ASKDOCS_PASSWORD": "secret"}) == Config()


def test_settings_describe_themselves_and_stay_few() -> None:
    described = describe_settings()
    assert len(described) <= 16  # the last: decisions 0010, 0020 and 0023
    assert all(meaning for _, _, meaning in described)


def found(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str
) -> LoadedConfig:
    """The settings where a file with this text lies in the current folder."""
    (folder / "askdocs.toml").write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    return load_config_with_notes(environment=environment)


ELSEWHERE = [
    "llm = 'openai:m@https://models.example/v1'",
    "llm = 'openai:m@http://127.0.0.1@evil.example/v1'",
    "llm = 'openai:http://127.0.0.1/@http://evil.example/v1'",
    "llm = 'OPENAI:m@HTTP://evil.example/v1'",
    "llm = 'openai:m@http://127.0.0.1.evil.example/v1'",
    "llm = 'openai:m@http://[::ffff:192.0.2.1]/v1'",
    "llm = 'gguf://evil/share/model.gguf'",
    "embedder = 'http:https://evil.example'",
    "embedder = 'https://evil.example'",
    "embedder = 'http:m@http://evil.example'",
    "embedder = 'st:evil/model'",
    "vectors = 'http://evil.example:8000'",
    "vectors = 'http://127.0.0.1:80@evil.example:8000'",
    "corpus = '//evil/share'",
    "index = '\\\\evil\\share'",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_file_that_was_only_found_leads_to_no_other_machine(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = found(f"{text}\npassages_read = 7", tmp_path, monkeypatch)
    name = text.split(" ", 1)[0]
    assert getattr(loaded.config, name) == getattr(Config(), name)
    assert loaded.config.passages_read == 7
    read, ignored = loaded.notes
    assert str(tmp_path / "askdocs.toml") in read
    assert f"ignored: {name} = " in ignored
    assert "--config askdocs.toml" in ignored


# What came with the documents may not be loaded, read or waited for without end either.
STEERING = [
    "llm = 'gguf:./evil.gguf'",
    "llm = 'GGUF:/srv/models/evil.gguf'",
    "embedder = 'st:.'",
    "embedder = 'st:models/evil'",
    "corpus = '/'",
    "corpus = '..'",
    "corpus = '~'",
    "corpus = ['letters', 'link/letters']",
    "corpus = 'link'",
    "index = 'letters/../../index'",
    "load_seconds = 1000000000",
    "load_seconds = '121'",
    "max_file_megabytes = 101",
    "llm_seconds = 1000000000",
    "llm_context = 1000000000",
]


@pytest.mark.parametrize("text", STEERING)
def test_a_file_that_was_only_found_steers_nothing(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    (own / "letters").mkdir(parents=True)
    if os.name == "nt" and "link" in text:
        pytest.skip("links need rights on Windows")
    elif "link" in text:
        (own / "link").symlink_to(tmp_path, target_is_directory=True)
    loaded = found(f"{text}\npassages_read = 7", own, monkeypatch)
    assert loaded.all == (Config(passages_read=7),)
    _, ignored = loaded.notes
    assert f"ignored: {text.split(' ', 1)[0]} = " in ignored
    assert "--config askdocs.toml" in ignored
    assert load_config_with_notes(own / "askdocs.toml", environment={}).notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "corpus = '.'",
        "corpus = ['letters', 'letters/../papers']",
        "index = 'letters-index'",
        "load_seconds = 120",
        "max_file_megabytes = 5",
        "llm = 'openai:m@http://localhost:1/v1'\nllm_context = 16000",
        "embedder = 'onnx:multilingual'",
    ],
)
def test_a_file_that_was_only_found_may_choose_what_is_in_its_folder(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = found(text, tmp_path, monkeypatch)
    assert len(loaded.notes) == 1
    assert loaded.all == tuple(
        replace(each, without_key=loaded.config.without_key)
        for each in load_config_with_notes(Path("askdocs.toml"), environment={}).all
    )


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_file_that_was_named_may(text: str, tmp_path: Path) -> None:
    file = tmp_path / "askdocs.toml"
    file.write_text(text, "utf-8")
    name = text.split(" ", 1)[0]
    if "@evil.example:8000" in text:
        with pytest.raises(ConfigError):  # no address has a secret in it
            load_config(file, environment={})
        return
    by_environment = load_config_with_notes(environment={"ASKDOCS_CONFIG": str(file)})
    for each in (load_config_with_notes(file, environment={}), by_environment):
        assert getattr(each.config, name) != getattr(Config(), name)
        assert (each.notes, each.config.without_key) == ((), frozenset())


def test_what_a_person_chose_is_not_ignored_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = "openai:m@https://models.example/v1"
    text = "llm = 'openai:x@https://evil.example/v1'"
    for chosen in ({"environment": {"ASKDOCS_LLM": spec}}, {"environment": {}, "llm": spec}):
        found(text, tmp_path, monkeypatch)
        loaded = load_config_with_notes(**chosen)  # type: ignore[arg-type]
        assert loaded.config.llm == spec
        assert "llm" not in loaded.config.without_key
        assert len(loaded.notes) == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("llm = 'openai:m@http://127.0.0.1:1/v1'", "OPENAI_API_KEY"),
        ("llm = 'openai:m@http://localhost:1/v1'", "ASKDOCS_API_KEY"),
        ("embedder = 'http:http://127.0.0.1:1'", "ASKDOCS_EMBEDDER_KEY"),
        ("vectors = 'http://127.0.0.1:1'", "ASKDOCS_VECTORS_TOKEN"),
    ],
)
def test_a_server_on_this_machine_that_was_only_found_gets_no_key(
    text: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = text.split(" ", 1)[0]
    plain = found(text, tmp_path, monkeypatch)
    assert getattr(plain.config, name) in text
    assert len(plain.notes) == 1
    secret = found(text, tmp_path, monkeypatch, **{key: "sk-users-own"})
    assert secret.config == plain.config
    assert name in secret.config.without_key
    assert f"{key} is not sent" in secret.notes[1]
    assert "sk-users-own" not in str(secret)


def test_no_key_reaches_a_server_that_a_found_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("ASKDOCS_API_KEY", "OPENAI_API_KEY", "ASKDOCS_EMBEDDER_KEY"):
        monkeypatch.setenv(key, "sk-users-own")
    with serving(Script([["Yes."]])) as server:
        config = found(f"llm = 'openai:m@{server.url}'", tmp_path, monkeypatch).config
        resources = Resources(config, embedder=None, llm=None)
        assert "".join(resources.open_llm().reply([Message("user", "?")], most_tokens=5)) == "Yes."
        assert server.script.keys == [""]
        named = load_config(tmp_path / "askdocs.toml", environment={})
        resources = Resources(named, embedder=None, llm=None)
        assert "".join(resources.open_llm().reply([Message("user", "?")], most_tokens=5)) == "Yes."
        assert server.script.keys == ["", "Bearer sk-users-own"]


def test_several_corpora_have_an_index_each(tmp_path: Path) -> None:
    def places(**chosen: object) -> list[tuple[str, str]]:
        found = load_config_with_notes(environment={}, **chosen).all
        return [(str(each.corpus), str(each.index)) for each in found]

    corpora = ["Über uns", "b/papers", "c/Papers"]
    indexes = ["index-Über-uns", "index-papers", "index-Papers-2"]
    assert places(corpus=corpora) == list(zip(corpora, indexes, strict=True))
    assert places(corpus=["a", "b"], index=["x/own"]) == [("a", "x/own-a"), ("b", "x/own-b")]
    assert places(corpus=["a", "b"], index=["x", "y"]) == [("a", "x"), ("b", "y")]
    assert places(corpus=["a"]) == [("a", "index")]
    for damaged in (
        {"corpus": ["a", "b"], "index": ["x", "y", "z"]},
        {"corpus": ["a", "x/../a"]},
        {"corpus": ["a", "b"], "index": ["x", "x"]},
        {"corpus": ["a", "b"], "vectors": "http://localhost:8000"},
    ):
        with pytest.raises(ConfigError):
            places(**damaged)


def test_a_file_lists_corpora_and_a_command_takes_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("askdocs.toml").write_text("corpus = ['letters', 'papers', '//host/share']\n", "utf-8")
    (note, _) = load_config_with_notes(environment={}).notes
    assert "askdocs.toml" in note
    Path("askdocs.toml").write_text("corpus = ['letters', 'papers']\n", "utf-8")
    every = load_config_with_notes(environment={}).all
    assert [each.index.name for each in every] == ["index-letters", "index-papers"]
    for chosen in ({"corpus": "papers"}, {"corpus": ["papers"]}, {"index": "index-papers"}):
        (one,) = load_config_with_notes(environment={}, **chosen).all
        assert (one.corpus.name, one.index.name) == ("papers", "index-papers")
    assert load_config(environment={}).corpus.name == "letters"


def test_a_program_gets_the_notes_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found(ELSEWHERE[0], tmp_path, monkeypatch)
    assert load_config(environment={}) == Config()
    assert "ignored: llm" in caplog.text
