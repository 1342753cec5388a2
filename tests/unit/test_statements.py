"""What somebody says without a number: claims, denials, accusations. The sentences are ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.statements import statements_of
from monitor.text.fold import tokenise

NOTHING = tokenise("")


def stated(text: str, language: str | None = "en") -> list[tuple[str, str, str]]:
    found = statements_of("", NOTHING, text, tokenise(text), language)
    for statement in found:
        assert text[statement.start : statement.end] == statement.quote
        assert statement.field == "text"
    return [(statement.kind, statement.who, statement.about) for statement in found]


@pytest.mark.parametrize(
    ("text", "who", "about"),
    [
        ("The Lashkar group claimed responsibility for the attack.", "The Lashkar group", "the attack"),
        ("Lashkar claims responsibility for Kandahar blast", "Lashkar", "Kandahar blast"),
        ("The Red Column (RC), a small group, has claimed sole responsibility.", "The Red Column", ""),
        (
            "The column claimed responsibility on Monday for the raid in an email to reporters.",
            "The column",
            "the raid",
        ),
        ("Lashkar claimed the responsibility for shooting him, police said.", "Lashkar", "shooting him"),
        ("Lashkar took responsibility for Monday's bombing.", "Lashkar", "Monday's bombing"),
        ("Lashkar claimed credit for the ambush.", "Lashkar", "the ambush"),
        ("Lashkar claimed the bombing.", "Lashkar", "the bombing"),
        ("Lashkar claimed control of the barracks.", "Lashkar", "control of the barracks"),
        ("The front said its fighters had overrun the post.", "The front", "its fighters had overrun the post"),
        ("The front said that its men had overrun the post.", "The front", "its men had overrun the post"),
        ("Separatist group says it attacked four towns", "Separatist group", "it attacked four towns"),
        ("The Red Front said on Saturday that it had attacked the port.", "The Red Front", "it had attacked the port"),
        ("The front claimed in the morning that its men held the post.", "The front", "its men held the post"),
        ("The separatists said that they had killed a guard.", "The separatists", "they had killed a guard"),
        ("Responsibility for the blast was claimed by Lashkar.", "Lashkar", "Responsibility for the blast"),
        ("The blast was also claimed by Lashkar.", "Lashkar", "The blast"),
        ("Lashkar issued a statement claiming responsibility for the blast.", "Lashkar", "the blast"),
        ("On Monday, Lashkar called a radio station, claiming responsibility for the blast.", "Lashkar", "the blast"),
        ("Aslam Bhatti spoke for the front. He claimed responsibility for the blast.", "Aslam Bhatti", "the blast"),
        ("Lashkar claimed responsibility for the blast saying all was well.", "Lashkar", "the blast"),
        ("Lashkar claimed responsibility for the blast and said more would come.", "Lashkar", "the blast"),
    ],
)
def test_claims(text: str, who: str, about: str) -> None:
    assert stated(text) == [("claims_responsibility", who, about)]


@pytest.mark.parametrize(
    ("text", "who", "about"),
    [
        ("The ministry denied that its men had crossed the border.", "The ministry", "its men had crossed the border"),
        ("The ministry, however, denied the charges.", "The ministry", "the charges"),
        ("The minister denied, however, that shots were fired.", "The minister", "shots were fired"),
        ("The rebels denied having fired the rocket.", "The rebels", "having fired the rocket"),
        ("The ministry denied on Saturday that men were held.", "The ministry", "men were held"),
        ("The rebels deny any involvement.", "The rebels", "any involvement"),
        ("The foreign ministry rejected the allegation as baseless.", "The foreign ministry", "the allegation"),
        ("The army dismissed the reports.", "The army", "the reports"),
        ("The army denied reports of (grave) harm.", "The army", "reports of harm"),
        ("The army denied reports of “harm”, of any kind.", "The army", "reports of “harm"),
        ("The army denied claims of, well, harm.", "The army", "claims"),
        ("The army denies that it holds 1,000 men.", "The army", "it holds 1,000 men"),
        ("The army dismissed the story as fabricated.", "The army", "the story"),
        ("Delhi refuted the claims made by Islamabad.", "Delhi", "the claims made by Islamabad"),
        ("The army denied “all” links to the raid.", "The army", "all” links to the raid"),
        ("The minister visited the base, a plan for which he denied.", "The minister", ""),
    ],
)  # fmt: skip
def test_denials(text: str, who: str, about: str) -> None:
    assert stated(text) == [("denies", who, about)]


@pytest.mark.parametrize(
    ("text", "who", "about"),
    [
        ("The army accused India of sponsoring the raid.", "The army", "India"),
        ("The army accused the Red Front, a small group, of planting the bomb.", "The army", "the Red Front"),
        ("Officials blamed the Red Front for the blast.", "Officials", "the Red Front"),
        ("Officials in the town blamed smugglers.", "Officials", "smugglers"),
        ("Officials blamed the blast on the Red Front.", "Officials", "the Red Front"),
        ("Officials have blamed on the Red Front a bomb.", "Officials", "the Red Front"),
        ("The minister alleged that Kabul had helped.", "The minister", "Kabul"),
        ("On Monday, the army condemned the raid, accusing Kabul of planning it.", "the army", "Kabul"),
        ("In the north the army condemned the raid, accusing Kabul of planning it.", "", ""),
        ("China and India accuse Kabul of lying.", "India", "Kabul"),
    ],
)
def test_accusations(text: str, who: str, about: str) -> None:
    assert stated(text) == ([("accuses", who, about)] if who else [])


@pytest.mark.parametrize(
    "text",
    [
        "No group has claimed responsibility for the attack.",
        "Nobody claimed responsibility for the attack.",
        "None of the groups of the region has claimed responsibility for the attack.",
        "So far neither Lashkar nor any other group claimed responsibility for the attack.",
        "The Lashkar group has not claimed responsibility for the attack.",
        "The Lashkar group is yet to claim responsibility for the attack.",
        "Has Lashkar claimed responsibility for the attack?",
        "They claimed responsibility for the attack.",
        "He claimed responsibility for the attack.",
        "Claimed responsibility for the attack.",
        "The attack claimed 12 lives.",
        "The company claims a strike will empty the shops.",
        "It denied the elderly of food.",
        "The minister took responsibility for the delay.",
        "The minister took a train.",
        "The president claimed credit for the new road.",
        "The army claimed control of the barracks.",
        "The attack was claimed.",
        "The prize was claimed by Aslam Bhatti.",
        "The attack was claimed by nobody.",
        "The attack could not be claimed by Lashkar.",
        "Police said their officers were in the hall.",
        "Its fighters had left.",
        "Police say they killed two men.",
        "He killed two men.",
        "It killed two men.",
        "The front said its men were tired.",
        "The front said none of its men had fired.",
        "The front gave its first report on the raids it carried out.",
        "Said in the very early hours of the long cold morning that it killed two men.",
        "Say it killed two men.",
        "It was night when they killed two men.",
        "All said, they killed two men.",
        "That they killed two men is known.",
        "He was denied bail.",
        "The court denied bail to the minister.",
        "The court denied his request.",
        "The court denies",
        "The claim was rejected.",
        "The party rejected a role for the army.",
        "The court dismissed the minister.",
        "The judge rejected the accusation.",
        "He rejected an accusation that they made.",
        "The accused managed to escape.",
        "The front was accused of planting the bomb.",
        "The army accused him of planting the bomb.",
        "They accuse each other of lying.",
        "The army accused, in a word, everyone.",
        "The army accused Kabul.",
        "The army accused Kabul today and the rest of planting bombs.",
        "The bomb blamed on the front went off.",
        "The front was blamed for the bomb.",
        "The army, blamed, left.",
        "The minister alleged that he had been robbed.",
        "The minister alleged fraud.",
        "If the army would accuse Kabul of lying, all would end.",
        "Reports accusing Kabul of lying are many.",
        "The raid on Kabul -- accusing nobody of lying -- went on.",
        "Accusing Kabul of lying is easy.",
        "In the north accusing Kabul of lying is easy.",
        "Bombs went off there.",
    ],
)  # fmt: skip
def test_what_is_no_statement(text: str) -> None:
    assert stated(text) == []


def test_one_statement_of_a_kind_and_speaker_in_a_sentence() -> None:
    text = "Lashkar claimed responsibility for the blast and, claiming responsibility for the raid, vowed more."
    assert stated(text) == [("claims_responsibility", "Lashkar", "the blast")]
    both = (
        "The army accused Kabul of lying, and the rebels accused Islamabad of lying, and The army accused Delhi of it."
    )
    assert stated(both) == [("accuses", "The army", "Kabul"), ("accuses", "the rebels", "Islamabad")]


def test_a_title_is_read_too() -> None:
    title = "India denies role in Quetta attack"
    [statement] = statements_of(title, tokenise(title), "", NOTHING, None)
    assert (statement.kind, statement.who, statement.about) == ("denies", "India", "role in Quetta attack")
    assert statement.field == "title"
    assert statement.quote == title


def test_a_long_claim_is_cut() -> None:
    [(_, _, about)] = stated("Lashkar claimed responsibility for " + "one more " * 40 + "attack.")
    assert len(about.split()) == 25


def test_a_text_without_stops() -> None:
    text = (
        "The Lashkar group claimed responsibility for the attack Police came late and no arrests were made in the town"
    )
    assert stated(text) == [("claims_responsibility", "The Lashkar group", "the attack")]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("es", "El ELN se atribuyó la responsabilidad del ataque.", ("claims_responsibility", "El ELN", "ataque")),
        ("es", "El ministro acusó al ELN de colocar la bomba.", ("accuses", "El ministro", "ELN")),
        ("fr", "Paris rejette les accusations du Mali.", ("denies", "Paris", "les accusations du Mali")),
    ],
)
def test_other_languages(language: str, text: str, found: tuple[str, str, str]) -> None:
    assert stated(text, language) == [found]


def test_a_language_without_a_table_has_no_statements() -> None:
    assert stated("Lashkar claimed responsibility for the attack.", "xx") == []


WORDS = """Lashkar claimed responsibility for the attack , denied that accused blamed on of killing its fighters had ( )
said He . ? as baseless alleged by was"""


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=60).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    for _, who, about in stated(text):
        assert who
        assert set(about.split()) <= set(text.split())
