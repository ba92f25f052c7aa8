# ruff: noqa: E501  what is nasty is long
"""What a browser sees of a page that may be hostile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tests.render.hostile.nasty import OWN, PICTURES
from tests.support.browser import Browser

T = TypeVar("T")
WANTED = (f"{PICTURES}/",)
PASTED = (f"{PICTURES}/", f"{OWN}/", "file:")
"""Pictures that an editor asked for; with those of no host, which stand beside the issue."""
TELEPHONE = 320  # CSS pixels: the narrowest there is, and WCAG 1.4.10's measure

_FACTS = """
(() => {
  const all = [...document.querySelectorAll("*")];
  const tag = one => one.tagName.toLowerCase();
  const found = [];
  for (const one of all) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith("on") || ["srcdoc", "srcset", "ping", "background", "formaction", "action", "poster", "target"].includes(name))
        found.push(`<${tag(one)} ${name}>`);
      if (name === "style" && /url\\(|expression|position:|behavior|-moz-binding|@import/i.test(value)) found.push(`<${tag(one)} style=${value}>`);
    }
    if (one.hasAttribute("href") && !["http:", "https:", "mailto:", "file:"].includes(one.protocol || "https:")) found.push(`leads to ${one.href}`);
    if (/^(script|style|iframe|object|embed|form|input|button|select|textarea|svg|math|video|audio|source|base|link|meta|template|dialog|marquee|frameset|frame|applet|title|area|map)$/.test(tag(one)) && document.body.contains(one))
      found.push(`<${tag(one)}>`);
    if (one.namespaceURI !== "http://www.w3.org/1999/xhtml") found.push(`${tag(one)} of another namespace`);
    if (one.shadowRoot) found.push(`a shadow in ${tag(one)}`);
  }
  found.push(...[...document.scripts].filter(one => one.type !== "application/ld+json").map(() => "a script"));
  if (document.querySelectorAll("head meta[http-equiv=refresh i], head base").length) found.push("a head that acts");
  if (document.compatMode !== "CSS1Compat") found.push("quirks mode");
  const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(one => Number(one.tagName[1]));
  if (levels.filter(one => one === 1).length !== 1) found.push(`${levels.filter(one => one === 1).length} h1`);
  levels.forEach((one, place) => { if (place && one > levels[place - 1] + 1) found.push(`h${levels[place - 1]} is followed by h${one}`); });
  if (![...document.title].some(one => /[^\\s\\p{C}]/u.test(one))) found.push("no title");
  const room = document.documentElement.clientWidth, wide = document.documentElement.scrollWidth - room;
  if (wide > 0) {
    const inside = one => { for (let up = one.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX === "auto") return true; return false; };
    const out = all.filter(one => one.getBoundingClientRect().right > room + 1 && !inside(one));
    found.push(`${wide} px too wide: ${out.slice(0, 40).filter(one => !["html", "body", "tr", "tbody"].includes(tag(one))).slice(0, 5).map(tag)} … ${out.length ? tag(out[out.length - 1]) : ""}`);
  }
  return found;
})()
"""


def seen(browser: Browser, path: Path, *, pictures: tuple[str, ...] = WANTED, width: int = TELEPHONE) -> list[str]:
    """What is wrong with a page as a browser shows it on a telephone: nothing, if it is as it should be.

    ``pictures``: how the addresses begin that it may ask for.
    """
    browser.open(path, width=width)
    found = list(browser.evaluate(_FACTS))
    found += [f"says {said}" for said in browser.dialogs()]
    own = path.resolve().as_uri()
    asked = [one for one in browser.requests() if one != own and not one.startswith(pictures)]
    return found + [f"asked for {one[:80]}" for one in asked]


def culprits(things: Sequence[T], wrong: Callable[[Sequence[T]], list[str]]) -> list[tuple[T, list[str]]]:
    """Which of the things are to blame, each with what is wrong of it alone: by halves, so few looks find few."""
    found = wrong(things)
    if not found:
        return []
    if len(things) == 1:
        return [(things[0], found)]
    middle = len(things) // 2
    return culprits(things[:middle], wrong) + culprits(things[middle:], wrong)
