from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Config, ConfigError, load_config
from askdocs.config import describe_settings


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
    assert len(described) <= 13  # the thirteenth, `vectors`, has its reason in decision 0020
    assert all(meaning for _, _, meaning in described)
