"""How pages look: digests as the home's mail templates show them, everything else by the package's own templates.

It must not know which page is shown to whom, or why.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.digests.render import Templates, compile_templates, page
from monitor.errors import RuleError
from monitor.home_files import read_templates
from monitor.model import Digest
from monitor.rulebook import builtin_home

_OWN = "html"


class Looks:
    """Pages as HTML; ``base`` is the path of the public address, from which they link to each other."""

    def __init__(self, home: Path, base: str) -> None:
        self.base = base
        self._home = home
        self._builtin = read_templates(builtin_home(), [])
        self._plain = compile_templates(self._builtin)
        self._in_force = self._builtin, self._plain
        self._own = Environment(
            loader=PackageLoader("monitor.web", _OWN),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._own_style = files("monitor.web").joinpath(_OWN, "web.css").read_text("utf-8")

    def digest(self, digest: Digest) -> str:
        """Return a digest as a page; templates of the home that fail on it give way to the built-in ones."""
        try:
            return page(digest, self._templates(), self._style_sheet)
        except RuleError:
            return page(digest, self._plain, self._style_sheet)

    def own(self, name: str, **values: object) -> str:
        """Return one of the package's own pages."""
        return self._own.get_template(f"{name}.html").render(values, style_sheet=self._style_sheet)

    def style(self) -> str:
        """Return the one style sheet of all pages."""
        try:
            sheet = _style_of(self._templates())
        except Exception:  # a template is a program of the operator's: it may raise anything
            sheet = _style_of(self._plain)
        return sheet + self._own_style

    @property
    def _style_sheet(self) -> str:
        return f"{self.base}/style.css"

    def _templates(self) -> Templates:
        """Return the home's templates as they lie there now; what cannot be compiled is the daemon's to complain of."""
        sources = {**self._builtin, **read_templates(self._home, [])}
        known, compiled = self._in_force
        if sources != known:
            try:
                compiled = compile_templates(sources)
            except RuleError:
                compiled = self._plain
            self._in_force = sources, compiled
        return compiled


def _style_of(templates: Templates) -> str:
    return templates.environment.get_template("common/style.css").render()
