"""Declared languages against what the letters say."""

import json
from collections import Counter

import pytest

from monitor.text.language import language_of
from tests.data import DATA, needs_data

ENGLISH = "Security forces killed ten militants in an operation near Quetta, the provincial government said on Friday."
URDU = "کوئٹہ میں سکیورٹی فورسز کی کارروائی کے دوران دس افراد ہلاک ہو گئے ہیں"
PERSIAN = "نیروهای امنیتی پاکستان در نزدیکی کویته ده شورشی را کشتند و چند نفر زخمی شدند"
ARABIC = "قتلت قوات الأمن الباكستانية عشرة مسلحين في عملية بالقرب من كويتا يوم الجمعة"
PASHTO = "په کوټه کې د امنیتي ځواکونو په عملیاتو کې لس وسله وال ووژل شول، چارواکو وویل"
SINDHI = "ڪوئيٽا ۾ سيڪيورٽي فورسز جي ڪارروائي دوران ڏهه ڄڻا مارجي ويا آهن"
RUSSIAN = "Взрыв в Кветте унёс жизни десяти человек, сообщили в пятницу местные власти провинции Белуджистан"

CASES = {
    "declared and fitting": (ENGLISH, "en-GB", "en"),
    "declared with underscore": (ENGLISH, "en_US", "en"),
    "old code": ("שלום לכולם ושבוע טוב", "iw", "he"),
    "three letters": (URDU, "urd", "ur"),
    "en-US on Urdu": (URDU, "en-US", "ur"),
    "Hindi declared on Urdu": (URDU, "hi", "ur"),
    "Urdu declared on English": (ENGLISH, "ur", "en"),
    "Urdu with English names": (URDU + " Quetta Balochistan Liberation Army BLA spokesman Jeeyand", "ur", "ur"),
    "acronyms contradict nothing": ("BBC: IMF", "ur", "ur"),
    "nothing contradicts nothing": ("", "ur", "ur"),
    "Punjabi in Arabic letters": (URDU, "pa", "pa"),
    "language of two scripts": (RUSSIAN, "sr-Cyrl", "sr"),
    "undetermined is no declaration": (URDU, "und", "ur"),
    "rubbish is no declaration": (URDU, "english!", "ur"),
    "Urdu": (URDU, None, "ur"),
    "Persian": (PERSIAN, None, "fa"),
    "Arabic": (ARABIC, None, "ar"),
    "Pashto": (PASHTO, None, "ps"),
    "Sindhi": (SINDHI, None, "sd"),
    "Arabic letters of no language": ("ررر", None, None),
    "Hindi": ("क्वेटा में विस्फोट", None, "hi"),
    "Bengali": ("কোয়েটায় বিস্ফোরণ", None, "bn"),
    "Chinese": ("奎达发生爆炸，造成十人死亡", None, "zh"),
    "Japanese": ("クエッタで爆発、十人が死亡した", None, "ja"),
    "Japanese of many Han letters": ("東京都知事選挙の開票結果を速報", None, "ja"),
    "Korean": ("퀘타에서 폭발", None, "ko"),
    "Russian is guessed": (RUSSIAN, None, "ru"),
    "English is guessed": (ENGLISH, None, "en"),
    "capitals are guessed": (ENGLISH.upper(), None, "en"),
    "Russian declared as English": (RUSSIAN, "en", "ru"),
    "too short to guess": ("Quetta blast", None, None),
    "no letters": ("2026 — 145!", None, None),
    "names are no language": ("Xq zzv kwrt pfft brx tlk vrrm gnn zzt", None, None),
}


@pytest.mark.parametrize(("text", "declared", "expected"), CASES.values(), ids=CASES)
def test_language_of(text: str, declared: str | None, expected: str | None) -> None:
    assert language_of(text, declared) == expected


def _texts(folder: str) -> list[str]:
    with (DATA / folder / "articles.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


@needs_data
@pytest.mark.parametrize("declared", [None, "en-US", "ur"])
def test_urdu_articles(declared: str | None) -> None:
    assert [language_of(text, declared) for text in _texts("urdu_articles")] == ["ur"] * 165


@needs_data
def test_english_articles() -> None:
    """Whole articles are recognised; from eight words some are, and hardly any is taken for another language."""
    texts = _texts("places_toponyms")
    whole = Counter(language_of(text, None) for text in texts)
    short = Counter(language_of(" ".join(text.split()[:8]), None) for text in texts)
    print(f"\nEnglish articles: whole {whole}, eight words {short}")
    assert whole["en"] >= 0.99 * len(texts)
    assert short["en"] >= 0.4 * len(texts)
    assert short["en"] + short[None] >= 0.99 * len(texts)
