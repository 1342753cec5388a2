"""Who says something: words of attribution (``lexicon``), a text read with them (``reading``), sources cut out of its
sentences (``speakers``, ``names``), what they vouch for (``marks``), and what they claim, deny or accuse others of
(``claims``). Figures get their sources by these (``stories.attribution``), statements their speakers
(``stories.statements``)."""
