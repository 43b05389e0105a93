"""Which words are forms of one name, and which only look alike."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.names import same_name

FORMS = """
Norway/Norwegian Germany/Germans Austria/Austrian Peru/Peruvian Brazil/Brazilian France/French
China/Chinese London/Londoners Goutières/Goutieres Canada/Canadian Belgium/Belgian Mexico/Mexican
Italy/Italian Hungary/Hungarians Texas/Texan Rome/Roman Athens/Athenian Buddhism/Buddhist
Buddha/Buddhism Islam/Islamic Victoria/Victorian Vietnam/Vietnamese Oxford/Oxfordshire Saxon/Saxony
Kazakh/Kazakhstan London/London-based Malta/Maltese Jews/Jewish Committee/Committees Yemen/Yemenis
Morocco/Moroccan Netherlands/Dutch Somalia/Somali Freemason/Freemasonry Bangladesh/Bangladeshi
Philippines/Filipino Smith/Smiths Tuscan/Tuscany
Munich/München Wien/Viennese Praha/Prague
"""
LOOK_ALIKES = """
Austria/Australia Iran/Iraq Slovakia/Slovenia Niger/Nigeria Niger/Nigerian Portland/Portsmouth
Newcastle/Newmarket Southampton/Southend Charleston/Charlotte Bradford/Bradley Richmond/Richard
Harris/Harry Davis/Davies Willis/Willy Parks/Parker Mills/Miller Fish/Fisher Barr/Barry
Curtis/Curt Martin/Martian Johnson/Johnston Marcus/Marcos Georgia/George Mali/Malta Chad/Chadwick
Christchurch/Christopher Oman/Omar Hansen/Hanson Peters/Peterson Hamburg/Hampshire
"""


def pairs(text: str) -> list[tuple[str, ...]]:
    return [tuple(pair.split("/")) for pair in text.split()]


@pytest.mark.parametrize(("one", "other"), pairs(FORMS))
def test_forms_of_one_name(one: str, other: str) -> None:
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(("one", "other"), pairs(LOOK_ALIKES))
def test_names_that_only_look_alike(one: str, other: str) -> None:
    assert not same_name(one, other)
    assert not same_name(other, one)
