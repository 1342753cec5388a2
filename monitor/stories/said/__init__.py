"""Who says something: words of attribution (``lexicon``), sources cut out of a sentence (``speakers``), and what they
vouch for in it (``marks``). Figures get their sources by these (``stories.attribution``), and statements their speakers
(``stories.statements``)."""
