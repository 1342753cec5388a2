"""How common words are: in how many of a hundred short articles of its language each may be expected to stand.

wordfreq's lists; for telling from the first article on which words say nothing of an event (`monitor.stories.rarity`).
"""

from __future__ import annotations

from wordfreq import available_languages, top_n_list, zipf_frequency

from monitor.text.fold import fold_word

_COMMONEST = 1500
_SHARES = ((6.6, 20), (6.1, 8), (5.6, 3), (5.1, 1))
"""From which Zipf frequency on a word stands in about so many of 100 articles of 40 to 60 words."""
_SPACELESS = ("ja", "ko", "th", "zh")
"""There terms are pairs of letters, not words; Korean's words are inflected beyond such a list."""
_HEAD = """\
# Words that stand in many texts of a language, in folded spelling: language, in about how many of 100 short articles.
# From wordfreq 3.1.1 (CC BY-SA 4.0): those of a Zipf frequency of 6.6, 6.1, 5.6 and 5.1 or more.
# Written by `make packs`.
"""


def listed() -> str:
    """Return the words, a line for each language and share."""
    lines = []
    for language in sorted(set(available_languages("small")) - set(_SPACELESS)):
        words: dict[str, int] = {}
        for word in top_n_list(language, _COMMONEST, wordlist="small"):
            frequency = zipf_frequency(word, language, wordlist="small")
            share = next((share for least, share in _SHARES if frequency >= least), None)
            folded = fold_word(word)
            if share is not None and folded and not folded.isdigit():
                words.setdefault(folded, share)
        for _, share in _SHARES:
            if of_share := sorted(word for word, shares in words.items() if shares == share):
                lines.append(f"{language} {share}: {' '.join(of_share)}\n")
    return _HEAD + "".join(lines)
