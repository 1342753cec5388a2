"""The built-in templates, compiled as the service compiles them."""

from pathlib import Path

from monitor.digests.render import Templates, compile_templates

FOLDER = Path(__file__).parents[1] / "templates"


def built_in_sources() -> dict[str, str]:
    files = (file for file in FOLDER.rglob("*") if file.is_file())
    return {file.relative_to(FOLDER).as_posix(): file.read_text("utf-8") for file in files}


def built_in_templates() -> Templates:
    return compile_templates(built_in_sources())
