"""Who a text says its figures come from. The sentences are ours; ``[…]`` marks the figure."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.attribution import sources
from monitor.stories.said.lexicon import lexicon
from monitor.text.fold import tokenise
from monitor.text.sentences import sentence_spans


def said(marked: str, language: str | None = "en") -> list[str | None]:
    """Return the sources of the marked figures of a text."""
    text, spans = "", []
    for piece in re.split(r"(\[\[.*?\]\])", marked):
        if piece.startswith("[["):
            spans.append((len(text), len(text) + len(piece) - 4))
            piece = piece[2:-2]
        text += piece
    return sources(text, tokenise(text), sentence_spans(text), spans, language)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        # before what is said
        ("Police said [[two men]] were shot.", "Police"),
        ("The military said on Saturday that [[41 rebels]] had died.", "The military"),
        ("A police spokesman in Kandahar told reporters that [[six guards]] were hurt.", "police spokesman"),
        ("Provincial governor Ahmad Zia told the agency [[four people]] were missing.", "Ahmad Zia"),
        ("The district police chief, Naved Akram, said [[nine people]] were hurt.", "Naved Akram"),
        ("Naved Akram, the district police chief, said [[nine people]] were hurt.", "Naved Akram"),
        ("Naved Akram, 45, head of the district police, said [[nine people]] were hurt.", "Naved Akram"),
        ("Naved Akram, head of the district police said [[nine people]] were hurt.", "Naved Akram"),
        ("A spokesman, Naved Akram, confirmed that [[nine people]] were hurt.", "Naved Akram"),
        ("Minister for Interior Mohsin Raza said [[nine people]] were hurt.", "Mohsin Raza"),
        ("Governor of the province of Herat said [[nine people]] were hurt.", "Governor of the province of Herat"),
        ("The National Front (NF), a rebel group, said [[three soldiers]] were dead.", "The National Front"),
        ("The National Front (NF) said [[three soldiers]] were dead.", "The National Front"),
        ("The front, in a statement, claimed that [[three soldiers]] were dead.", "The front"),
        ("The Red Front in a statement to a newspaper claimed that [[three soldiers]] died.", "The Red Front"),
        ("A statement from the interior ministry said [[three soldiers]] were dead.", "the interior ministry"),
        ("The refugees -- old men and women -- said [[three boys]] had drowned.", "The refugees"),
        ("The report said [[three boys]] had drowned.", "The report"),
        ("The hospital also said late on Sunday [[three boys]] had drowned.", "The hospital"),
        ("Doctors repeatedly said [[three boys]] had drowned.", "Doctors"),
        ("The ministry condemned the raid and said [[three boys]] had drowned.", "The ministry"),
        ("The rebel group behind the attacks said [[three boys]] had drowned.", "The rebel group"),
        ("The men behind the raid said [[three boys]] had drowned.", "The men"),
        ("Doctors in the town of Uruzgan say [[three boys]] drowned.", "Doctors"),
        ("Mr. Khalil said [[three boys]] had drowned.", "Khalil"),
        ("Officials put the number of dead at [[27 people]].", "Officials"),
        ("Kabul put troops on alert after [[27 people]] died.", None),
        ("Two police officers, who said [[three boys]] had drowned, left.", None),
        ("The mayor, who said that [[three boys]] had drowned, left.", "The mayor"),
        ("The mayor, Ali Reza, who told us that [[three boys]] had drowned, left.", "Ali Reza"),
        ("Naved Akram, 45, 46, 47, 48, said [[nine people]] were hurt.", None),
        ("In Herat, the army said [[nine people]] were hurt.", "the army"),
        ("Superintendent of Police (SP) Naved Akram said [[nine people]] were hurt.", "Naved Akram"),
        ("The camp (in the south), officials said [[nine people]] were hurt.", "officials"),
        ("The ministry of health said [[nine people]] were hurt.", "The ministry of health"),
        ("A statement sent by the health ministry said [[nine people]] were hurt.", "the health ministry"),
        ("An old red dusty truck said [[nine people]] were hurt.", None),
        ("Later said [[nine people]] were hurt.", None),
        ("Last week in Kabul Police Chief Naved Akram said [[nine people]] were hurt.", "Naved Akram"),
        ("The brigade in a message to a news agency said [[nine people]] were hurt.", "The brigade"),
        ("Lashkar, the banned outfit said [[nine people]] were hurt.", "Lashkar"),
        ("After the blast, the police chief said [[nine people]] were hurt.", "the police chief"),
        ("Put the number of dead at [[27 people]].", None),
        ("Few believed its claims that [[two men]] were shot.", None),
        ("Spokesman Rabia Khan was quoted by Geo News as saying that [[five people]] had died.", "Rabia Khan"),
        ("Geo News quoted rescue officials as saying that [[five people]] had died.", "rescue officials"),
        ("Was quoted as saying [[five people]] had died.", None),
        ("She hid as saying [[five people]] had died was risky.", None),
        ("A senior official, speaking on condition of anonymity, told AFP that [[12 men]] died.", "senior official"),
        ("The report, released on Monday, said [[six people]] died.", "The report"),
        ("Two hospitals were full, the superintendent of the larger one said [[six people]] died.",
         "the superintendent of the larger one"),
        ("The mayor's office speaks of [[31 dead]].", "The mayor's office"),
        ("The mayor's office speaks, [[31 dead]].", None),
        ("Rescue 1122 said [[six people]] died.", "Rescue 1122"),
        # behind it
        ("“[[Seven men]] died,” Dr Wasim Baig, spokesman for the hospital, told Dawn.", "Wasim Baig"),
        ("[[Three soldiers]] killed, the army said.", "the army"),
        ("[[Three]] killed, police chief said.", "police chief"),
        ("[[Two men]] were shot, said the chief of police, Police Minister Rahim.", "the chief of police"),
        ("[[Two men]] were shot, police said.", "police"),
        ("[[Two men]] were shot, police said in a statement.", "police"),
        ("[[Two men]] were shot, said Naved Akram, the district police chief.", "Naved Akram"),
        ("[[Two men]] were shot, said the superintendent of police, Naved Akram.", "Naved Akram"),
        ("[[Two men]] were shot, said the spokesman, adding that all was calm.", "the spokesman"),
        ("[[Two men]] were shot, said Gulran Police Chief (SP) Naved Akram.", "Naved Akram"),
        ("[[Two men]] were shot, a police officer in Gulran said on condition of anonymity.", "police officer"),
        ("[[Two men]] were shot, police officers said while adding that all was calm.", "police officers"),
        ("[[Two men]] were shot, an official told Reuters.", "official"),
        ("[[Two men]] were shot on May 4, reports Dawn.", "Dawn"),
        ("[[Two men]] were shot on May 4, Dawn reported.", "Dawn"),
        ("[[Two men]] were shot on May 4 reports The Express Tribune", "The Express Tribune"),
        ("[[Two men]] were shot on May 4, reported Press Trust of India on May 5.", "Press Trust of India"),
        ("[[Two men]] were shot, said residents.", "residents"),
        ("[[Two men]] were shot, reports E pao.", "E"),
        ("[[Two men]] were shot on May 4, reported The News Investigators termed it a crime.", "The News"),
        ("[[Two men]] were shot, reported at the time.", None),
        ("[[Two men]] were shot, reported the very old and frail.", None),
        ("[[Two men]] were shot, chief executive Neil Dogar said.", "Neil Dogar"),
        ("[[Two men]] were shot, said Chief executive Neil Dogar.", "Neil Dogar"),
        ("[[Two men]] were shot, said Naved somewhat", None),
        # both ways
        ("According to the army, [[two men]] were shot.", "the army"),
        ("[[Two men]] were shot, according to army officials.", "army officials"),
        ("[[Two men]] died, according to figures released by the health ministry.", "the health ministry"),
        ("[[Two men]] died, according to a statement, which gave no names.", "statement"),
        ("[[Two men]] died, according to figures.", "figures"),
        ("[[Two men]] died, according to figures from initial reports.", "figures"),
        ("According to reports, [[two men]] were shot.", None),
        ("According to initial reports, [[two men]] were shot, reports Dawn.", "Dawn"),
        ("According to Daily Star, [[two men]] were shot.", "Daily Star"),
        ("According to of course, [[two men]] were shot.", None),
        ("As he left according to, [[two men]] were shot.", None),
        ("[[Two men]] died, according to police the day before.", "police"),
        ("[[Two men]] died, according to officials of, well, the army.", "officials"),
        ("According to sources Pakistani jets hit a camp and [[two men]] died.", "sources"),
        # the nearest, and whoever speaks before an outlet
        ("Police said [[two men]] were shot, reports Dawn.", "Police"),
        ("[[Two men]] were shot, police said, adding that all was calm.", "police"),
        ("Three were hurt, police said, adding that [[two men]] were shot.", "police"),
        # headlines
        ("Police: [[12 dead]] in raid on village", "Police"),
        ("ISPR: [[12 militants]] killed in Tirah", "ISPR"),
        ("[[12 dead]] in raid on village: police", "police"),
        ("[[Dozens of migrants]] die off Libya - UN", "UN"),
        ("[[Dozens of migrants]] die off Libya — officials", "officials"),
        ("[[12 killed]] in raid, Sheriff Says", "Sheriff"),
        ("Quetta blast: [[12 killed]]", None),
        ("QUETTA: [[12 people]] were killed on Monday.", None),
        ("[[12 killed]] - the night in pictures", None),
        ("What we know: [[12 killed]]", None),
        # nobody's words
        ("[[Two men]] were shot.", None),
        ("[[Two men]] were reported missing.", None),
        ("No deaths were reported in the raid that left [[two men]] hurt.", None),
        ("[[No casualties]] reported so far in the raid.", None),
        ("The blast claimed the lives of [[two men]].", None),
        ("The rebels claimed responsibility for killing [[two men]].", None),
        ("The inquiry prepares its final report on the death of [[two men]].", None),
        ("Mexico's reported toll of [[two men]] is too low.", None),
        ("The police declared an emergency as [[two men]] were shot.", None),
        ("The police declared that [[two men]] were shot.", "The police"),
        ("The army's claims of [[two men]] shot are wrong.", None),
        ("The minister states [[two men]] were shot.", None),
        ("The minister states that [[two men]] were shot.", "The minister"),
        ("[[Two men]] were shot, the minister states", None),
        ("The minister's claims: \"[[Two men]] were shot.\"", None),
        ("It was officially reported that [[two men]] were shot.", None),
        ("I can say that [[two men]] were shot.", None),
        ("A vote that I said would come was held as [[two men]] were shot.", None),
        ("We are told [[two men]] were shot.", None),
        ("In the very small green town hall people said [[two men]] fell.", None),
        ("After the raid on Monday, in Kabul, said [[two men]] fell.", None),
        ("Said [[two men]].", None),
        ("The government said today's raid -- in which [[two men]] were shot -- was a crime.", None),
        ("Police -- who came late -- said the raid, in which [[two men]] were shot, was a crime.", "Police"),
    ],
)  # fmt: skip
def test_source_of_a_figure(text: str, source: str | None) -> None:
    assert said(text) == [source]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Governor Aslam Bhatti visited the camp. He said [[two men]] were shot.", ["Aslam Bhatti"]),
        ("Naved Akram said all was calm. The road is open. He added that [[two men]] were shot.", ["Naved Akram"]),
        ("All was calm. He added that [[two men]] were shot.", [None]),
        ("The Lashkar group denied the raid. Its spokesman said [[two men]] were shot.", ["The Lashkar group"]),
        ("All was calm. Its spokesman said [[two men]] were shot.", ["Its spokesman"]),
        (
            "Naved Akram told Dawn [[two men]] were shot. [[Five others]] were also hurt.",
            ["Naved Akram", "Naved Akram"],
        ),
        ("Naved Akram told Dawn [[two men]] were shot. [[Five others]] were hurt.", ["Naved Akram", None]),
        ("[[Two men]] were shot, reports Dawn. [[Five others]] were also hurt.", ["Dawn", None]),
        ("All was calm. [[Five others]] were also hurt.", [None]),
        ("Police said three men were shot. He said [[two men]].", ["Police"]),
        ('"All was calm," Naved Akram said. "Then [[two men]] were shot."', ["Naved Akram"]),
        ('"All was calm," Naved Akram said. "Then shots fell. A car came. [[Two men]] were shot."', ["Naved Akram"]),
        ("“All was calm,” Naved Akram said. “Then [[two men]] were shot.”", ["Naved Akram"]),
        ('"All was calm," Naved Akram said. [[Two men]] were shot.', [None]),
    ],
)
def test_across_sentences(text: str, found: list[str | None]) -> None:
    assert said(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "[[A trooper]] was hurt near Marjoom village on April 20 reports NDTV The clash began when a squad "
            "was out on patrol a senior police official said The [[two rebels]] got away",
            ["NDTV", None],
        ),
        (
            "[[Four rebels]] fell in Uch and other parts of the district on January 6 reports Daily Times Shahid Rind "
            "the head of the local force said that [[five rebels]] were held",
            ["Daily Times", "the head of the local force"],
        ),
        ("A raid took place in the hills [[three men]] fell he said Rashid Khan was out on patrol", [None]),
        ("Police came late Officials said [[three men]] fell in the hills on the border of Kunar", ["Officials"]),
        ("When [[three men]] fell again yesterday local residents said Rashid Khan was out", ["local residents"]),
        ("[[Three men]] fell in the hills on the border of the district at night reports Kashmir", ["Kashmir"]),
        ("[[Three men]] fell in the hills of Kunar at night reports Dawn on May 4 The hunt goes on", ["Dawn"]),
    ],
)  # fmt: skip
def test_texts_without_stops(text: str, found: list[str | None]) -> None:
    assert said(text) == found


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("LIMA, 6 FEB 90 (EFE) -- [TEXT] POLICE SOURCES REPORTED TODAY THAT [[TWO MEN]] WERE SHOT.", "POLICE SOURCES"),
        ("LIMA, 6 FEB 90 -- [REPORT] [JUAN PEREZ] [TEXT] [[TWO MEN]] FELL, GENERAL LUIS RIOS SAID.", "LUIS RIOS"),
        ("LIMA, 6 FEB 90 -- [TEXT] THE PRESS COMMITTEE (COPREFA) REPORTED THAT [[TWO MEN]] WERE SHOT.",
         "THE PRESS COMMITTEE"),
        ("[[TWO MEN]] FELL, ACCORDING TO AN OFFICIAL POLICE REPORT.", "OFFICIAL POLICE REPORT"),
        ("QUETTA, Pakistan — Police said on Monday that [[two men]] were shot.", "Police"),
    ],
)  # fmt: skip
def test_datelines_and_capitals(text: str, source: str) -> None:
    assert said(text) == [source]


@pytest.mark.parametrize(
    ("language", "text", "source"),
    [
        ("es", "[[Cinco soldados]] murieron, informó el ministro de Defensa, Iván Velásquez.", "Iván Velásquez"),
        ("es", "Según la policía, [[tres personas]] murieron en Cali.", "la policía"),
        ("es", "El alcalde Jorge Ospina dijo que [[dos civiles]] resultaron heridos.", "Jorge Ospina"),
        ("fr", "[[Trois soldats]] ont été tués, a déclaré le porte-parole de l'armée.", "le porte-parole de l'armée"),
        ("fr", "Selon le gouverneur Ousmane Traoré, [[douze civils]] ont été tués.", "Ousmane Traoré"),
        ("ur", "پولیس نے کہا کہ دھماکے میں [[تین افراد]] ہلاک ہوئے۔", "پولیس"),
        ("ur", "پولیس کے مطابق دھماکے میں [[تین افراد]] ہلاک ہوئے۔", "پولیس"),
        ("ur", "کے مطابق دھماکے میں [[تین افراد]] ہلاک ہوئے۔", None),
        ("ar", "قالت الشرطة إن [[ثلاثة أشخاص]] قتلوا في الهجوم.", "الشرطة"),
        ("ar", "قالت الشرطة [[3]] قتلوا في الهجوم.", None),
        ("ar", "[[قتل ثلاثة]] أشخاص، بحسب وزارة الداخلية.", "وزارة الداخلية"),
        ("xx", "Police said [[two men]] were shot.", None),
        ("e/n", "Police said [[two men]] were shot.", None),
        (None, "Police said [[two men]] were shot.", "Police"),
    ],
)  # fmt: skip
def test_other_languages(language: str | None, text: str, source: str | None) -> None:
    assert said(text, language) == [source]


def test_a_sentence_without_end_is_cut() -> None:
    assert said("Police said, " + "so and, " * 120 + "[[two men]] were shot") == [None]


def test_a_text_without_words_or_figures() -> None:
    assert said("[[—]]") == [None]
    assert said("Police said so.") == []


def test_the_tables_have_the_same_lists() -> None:
    tables = {
        file.name: yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        for file in (files("monitor.stories.said")).iterdir()
        if file.name.endswith(".yaml")
    }
    for name, table in tables.items():
        assert table.keys() <= tables["en.yaml"].keys(), name
        assert lexicon(name.removesuffix(".yaml")) is not None


WORDS = """police said Police Dawn reports according to the He ( ) , -- [ ] : ” 12 killed and who in a statement May of
also denied that its spokesman"""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=60).map(" ".join),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4),
)
def test_any_text_gives_an_answer_for_each_span(text: str, spans: list[tuple[int, int]]) -> None:
    found = sources(text, tokenise(text), sentence_spans(text), spans, "en")
    assert len(found) == len(spans)
    for source in found:
        assert source is None or set(source.split()) <= set(re.sub(r"[(\[\])]", " ", text).split()) | set(text.split())
