"""The JSON Schema of the rule files, made of the models: editors complete, check and explain keys by it.

python -m monitor.rules.schema rules/schema.json            writes it
python -m monitor.rules.schema --check rules/schema.json    exits 1 where the file is not what would be written
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.rules.spec import RuleFile

_NULL = {"type": "null"}


def schema() -> dict[str, Any]:
    """Return the schema of one rule file."""
    made = _plain(RuleFile.model_json_schema(by_alias=True))
    definitions = {name.removesuffix("Spec"): _without_null(model) for name, model in made.pop("$defs").items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dateline rule file",
        **made,
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _plain(node: Any) -> Any:
    """Leave out what pydantic adds and no editor should show; close blocks whose keys have a pattern."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node.removesuffix("Spec") if isinstance(node, str) and node.startswith("#/$defs/") else node
    plain = {
        key: _plain(part)
        for key, part in node.items()
        if not (key == "title" and isinstance(part, str)) and not (key == "default" and not isinstance(part, str | int))
    }
    return {**plain, "additionalProperties": False} if "patternProperties" in plain else plain


def _without_null(node: Any) -> Any:
    """Leave out null, which Python's defaults allow and the files do not: only a whole section may be blank."""
    if isinstance(node, list):
        return [_without_null(part) for part in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _without_null(part) for key, part in node.items() if key != "anyOf"}
    choices = [_without_null(part) for part in node.get("anyOf", ()) if part != _NULL]
    return {**rest, **choices[0]} if len(choices) == 1 else {**rest, **({"anyOf": choices} if choices else {})}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the file; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m monitor.rules.schema", description="Writes the rules' JSON Schema."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file is stale")
    wanted = parser.parse_args(arguments)
    if not wanted.check:
        wanted.file.write_text(schema_text(), encoding="utf-8")
        return 0
    if wanted.file.is_file() and wanted.file.read_text(encoding="utf-8") == schema_text():
        return 0
    print(f"{wanted.file} is stale: run python -m monitor.rules.schema {wanted.file}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
