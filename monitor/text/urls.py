"""Addresses: made absolute and harmless for readers, made canonical for identity across feeds.

Both functions take any string and never raise. This module must not know which feed an address came from; whether an
address may be fetched is decided elsewhere, when it is connected to.
"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import SplitResult, parse_qs, quote, unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

MAX_URL = 2_048
"""Longer addresses are dropped: no browser bar, chat or mail client can be relied on to carry them."""

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LAYERS = 8
"""An alert's redirect to an AMP cache of a page takes 4 passes; what still changes after these is no real address."""
_UNWISE = re.compile(r'[\s<>"`{}|\\^]')
_ABSOLUTE = re.compile(r"https?:", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)

# Only names that never say which article is meant. courlan's list is not used: it takes `cid`, `eid`, `source` and
# every name that begins with "ga" or "gl" for tracking, and so makes one article of many.
_TRACKER_NAMES = """
    _ga _gl cmp cmpid cndid dclid dicbo echobox emc fb_action_ids fb_action_types fb_ref fb_source fbclid feedname
    feedtype ftag gaa_at gad_source gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig icid igsh igshid
    ito li_fat_id mbid mc_cid mc_eid mibextid mkt_tok mod_rss msclkid mwrsm ncid ocid ref_src ref_url rssfeed s_cid
    sc_cmp scid sh_kit smid smtyp soc_src soc_trk spm sref srnd syn-25a6b1a6 taid traffic_source trk twclid
    twitter_impression vero_id wbraid wt.mc_id wt_mc wt_zmc xtor yclid ysclid
"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
_TRACKER_PREFIXES = ("utm_", "at_", "ns_", "pk_", "mtm_", "matomo_", "hsa_", "_hs", "ga_", "itm_", "oly_")
_NAMED_AFTER_FEEDS = frozenset(
    ("ref", "referrer", "partner", "source", "src", "from", "feature", "mod", "campaign", "medium")
)
"""Parameters that track only where their value says so: ``ref=rss``, but not ``ref=2026/114``."""
_FEED_NAMES = re.compile(r"(?:rss|feeds?|atom|newsletter|twitter|facebook|whatsapp|share|social)\b.*", re.IGNORECASE)
_AMP_FLAGS = frozenset(("amp", "outputtype=amp", "output_type=amp", "amp=1", "amp=true", "amp="))

# Fragments that name one of many texts on a page (#!/path, live blog posts, link blogs) rather than a place in it.
_TELLING_FRAGMENT = re.compile(r"!.+|[\w-]*[0-9]{5}[\w-]*|(?:block|post|entry|item)[-_][\w-]+", re.ASCII)


_PLAIN = re.compile(
    r"https?://((?![a-z0-9.-]*(?:google|bing|ampproject)\.)(?:[a-z0-9]+\.)+[a-z]{2,24}"
    r"(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*(?:/(?!amp\b)[a-z0-9_-]{1,200}))"
)
"""An address that is its own canonical spelling, but for its scheme: proved against the long way in the tests."""


def absolute_link(link: str, base: str | None = None) -> str | None:
    """``link`` as an absolute http(s) address that a reader can be given, or None where it is none.

    It keeps its spelling; only what could break out of a page or message is percent-encoded. A link that begins with
    ``www.`` is taken for a host whose scheme was forgotten.
    """
    link = _CONTROLS.sub("", link).strip().replace("&amp;", "&").replace("&#038;", "&").replace("&#38;", "&")
    if not link or len(link) > MAX_URL:
        return None
    if link[:4].lower() == "www.":
        link = f"https://{link}"
    try:
        if not _ABSOLUTE.match(link):
            link = urljoin(base or "", link)
        if not _is_web(urlsplit(link)):
            return None
    except ValueError:
        return None
    link = _UNWISE.sub(lambda found: quote(found[0]), link)
    return link if len(link) <= MAX_URL else None


def canonical_url(url: str) -> str:
    """One spelling for all addresses of one page, fit to be compared; "" for what is no http(s) address.

    It is an identity, not an address to open: http and https are one; default ports, credentials, trailing slashes,
    tracking parameters and fragments go (but fragments that name one of many texts stay); dots, escapes, host and the
    order of parameters are made one; AMP pages, AMP caches and the redirects of news alerts give the page that they
    stand for. Hosts are never guessed: ``m.`` and ``www.`` stay.
    """
    if plain := _PLAIN.fullmatch(url):  # most links of most feeds have nothing to be made one
        return f"https://{plain[1]}"
    link = absolute_link(url)
    if link is None:
        return ""
    with suppress(ValueError):
        for _ in range(_LAYERS):
            inner = _target(urlsplit(link)) or _canonical(link)
            if inner == link:
                return link if len(link) <= MAX_URL and link.isascii() else ""
            link = inner
    return ""


def _is_web(parts: SplitResult) -> bool:
    return (
        parts.scheme in ("http", "https")
        and parts.hostname is not None
        and _HOST.fullmatch(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname) is not None
        and parts.port != 0
    )


def _target(parts: SplitResult) -> str | None:
    """The address that a redirect or cache page stands for, where the address itself says so."""
    host, path = parts.hostname or "", parts.path
    if (host.endswith(".google.com") and path == "/url") or (host.endswith(".bing.com") and "apiclick" in path):
        query = parse_qs(parts.query)
        return absolute_link((query.get("url") or query.get("q") or [""])[0])
    cached = None
    if host.endswith(".cdn.ampproject.org"):
        cached = re.fullmatch(r"/[cv]/(?:s/)?(.+)", path)
    elif host == "www.google.com":
        cached = re.fullmatch(r"/amp/(?:s/)?(.+)", path)
    return absolute_link(f"https://{unquote(cached[1])}") if cached else None


def _canonical(link: str) -> str:
    parts = urlsplit(link)
    host = (parts.hostname or "").rstrip(".")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    # w3lib: IDNA, percent-encoding, sorting of the parameters, dots in the path.
    parts = urlsplit(canonicalize_url(urlunsplit(("https", netloc, parts.path, query, ""))))
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    head, _, last = path.rpartition("/")
    if last.lower() == "amp" and head:
        path = head
    fragment = urlsplit(link).fragment
    if not _TELLING_FRAGMENT.fullmatch(fragment):
        fragment = ""
    return urlunsplit(parts._replace(path=path or "/", fragment=quote(fragment, safe="!/?=&;:,%~+")))


def _tracks(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    return (
        name in _TRACKERS
        or name.startswith(_TRACKER_PREFIXES)
        or pair.lower() in _AMP_FLAGS
        or (name in _NAMED_AFTER_FEEDS and _FEED_NAMES.fullmatch(value) is not None)
    )
