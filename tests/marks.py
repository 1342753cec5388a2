"""Texts of test cases that say in themselves where something is expected: ``▲`` stands right before it."""


def unmarked(text: str) -> tuple[str, list[str]]:
    """Return the text without its marks, and the place of each as ``line:column``, from 1."""
    plain, places = "", []
    for piece in text.split("▲")[:-1]:
        plain += piece
        places.append(f"{plain.count(chr(10)) + 1}:{len(plain) - plain.rfind(chr(10))}")
    return text.replace("▲", ""), places
