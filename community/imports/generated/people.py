"""Compose the people of the generated community from people.toml: the same seed, the same people."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

PARTS = Path(__file__).with_name("people.toml")
FOUNDERS = 24  # there in the first days; most of them stay, and the first moderate
MODERATORS = 3
HANDLE_SHARE = 0.3  # who goes by a nickname rather than by a name
ENGLISH_AMONG_CHINESE = 0.6  # Chinese members who also read and write English


@dataclass(frozen=True)
class Person:
    """A member-to-be, and the persistent traits that decide what they do."""

    username: str
    display_name: str
    bio: str
    location: str
    time_zone: str  # IANA name
    language: str  # of the interface: "en" or "zh-hans"
    reads: tuple[str, ...]  # folders of texts: "en", "zh"
    interests: tuple[str, ...]  # tags
    founder: bool
    moderator: bool
    activity: float  # heavy-tailed, 1 is the least
    skill: float  # 0-1
    generosity: float  # how readily they vote, about 1


def make_people(seed: int, count: int, tags: Mapping[str, Sequence[str]]) -> tuple[Person, ...]:
    """`count` people with different usernames, founders first; `tags` are the tags of each language's texts."""
    rng = Random(f"{seed}:people")  # noqa: S311
    parts = tomllib.loads(PARTS.read_text(encoding="utf-8"))
    names = _Names(parts, rng)
    return tuple(_person(index, parts, names, tags, rng) for index in range(count))


def _person(index: int, parts: dict[str, Any], names: _Names, tags: Mapping[str, Sequence[str]], rng: Random) -> Person:
    bilingual = index == 0  # a moderator for each language
    cultures = [culture for culture in parts["cultures"] if culture.get("chinese") or not bilingual]
    culture = rng.choices(cultures, [culture["weight"] for culture in cultures])[0]
    chinese = culture.get("chinese", False)
    speaks_english = not chinese or bilingual or rng.random() < ENGLISH_AMONG_CHINESE
    reads = (("zh",) if chinese else ()) + (("en",) if speaks_english else ())
    place, time_zone = rng.choice(culture["places"]).split("|")
    interests = tuple(rng.sample(tags[reads[0]], k=min(rng.randint(2, 6), len(tags[reads[0]]))))
    username, display_name = names.draw(culture)
    founder = index < FOUNDERS
    return Person(
        username=username,
        display_name=display_name,
        bio=_bio(parts, chinese, place, interests, rng),
        location=place if rng.random() < 0.6 else "",
        time_zone=time_zone,
        language="zh-hans" if chinese else "en",
        reads=reads,
        interests=interests,
        founder=founder,
        moderator=index < MODERATORS,
        activity=min(rng.paretovariate(1.15) * (2 if founder else 1), 18),
        skill=rng.betavariate(4, 2) if founder else rng.betavariate(2, 2.4),
        generosity=rng.lognormvariate(0, 0.5),
    )


def _bio(parts: dict[str, Any], chinese: bool, place: str, interests: Sequence[str], rng: Random) -> str:
    if rng.random() < 0.45:
        return ""
    templates, roles = (parts["bios_zh"], parts["roles_zh"]) if chinese else (parts["bios"], parts["roles"])
    role = rng.choice(roles)
    names = parts["technologies"]
    known = [names[tag] for tag in interests if tag in names] + rng.sample(list(names.values()), 2)
    first, second = list(dict.fromkeys(known))[:2]
    bio = rng.choice(templates).format(role=role, place=place.split(",")[0], a=first, b=second)
    return bio[0].upper() + bio[1:]


class _Names:
    """Draws names; each username is given once."""

    def __init__(self, parts: dict[str, Any], rng: Random) -> None:
        self.rng = rng
        self.taken: set[str] = set()
        self.handles = _shuffled(parts["handles"].split(), rng)
        self.chinese_handles = _shuffled(parts["handles_zh"].split(), rng)

    def draw(self, culture: dict[str, Any]) -> tuple[str, str]:
        """(username, display name)."""
        if culture.get("chinese"):
            return self._chinese(culture)
        if self.handles and self.rng.random() < HANDLE_SHARE:
            handle = self.handles.pop()
            return self._unique(handle), handle
        given, family = (self.rng.choice(culture[part].split()) for part in ("given", "family"))
        display = self.rng.choices([f"{given} {family}", f"{given} {family[0]}.", given], [6, 2, 1])[0]
        return self._unique(self._username(_ascii(given), _ascii(family))), display

    def _chinese(self, culture: dict[str, Any]) -> tuple[str, str]:
        given, pinyin = self.rng.choice(culture["given"]).split()
        family, family_pinyin = self.rng.choice(culture["family"]).split()
        username = self._unique(self._username(pinyin, family_pinyin))
        if self.chinese_handles and self.rng.random() < HANDLE_SHARE:
            return username, self.chinese_handles.pop()
        return username, family + given

    def _username(self, given: str, family: str) -> str:
        year = str(self.rng.randint(82, 104))[-2:]
        styles = [
            f"{given}{family}",
            f"{given[0]}{family}",
            f"{given}_{family[0]}",
            f"{given}{year}",
            f"{family}.{given}",
        ]
        return self.rng.choice(styles)

    def _unique(self, name: str) -> str:
        candidate, number = name, 2
        while candidate in self.taken:
            candidate, number = f"{name}{number}", number + 1
        self.taken.add(candidate)
        return candidate


def _shuffled(words: list[str], rng: Random) -> list[str]:
    return rng.sample(words, len(words))


def _ascii(name: str) -> str:
    """'Yıldız' -> 'yildiz'."""
    folded = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in folded if c.isascii() and c.isalpha()).lower()
