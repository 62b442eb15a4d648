"""The three pages without any personal data: entered, fetching the real page, refused. Each needs no other file."""

import json
from string import Template

from .. import language
from ..words import strings
from .access import KEY_HEADER, KEY_NAME

_HEAD = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title>'
)
_WORDS = '<main style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem"{hidden}>{text}</main>'

# Removes service workers: one that another program left at this port would see every page.
_ENTERED = Template("""<script>(async () => {
  try { for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister(); } catch { }
  const key = $key;
  try { if (key) localStorage.setItem("$name", key); } catch { }
  location.replace($home);
})();</script>""")

_DOOR = Template("""<script>(async () => {
  const refused = () => { document.querySelector("main").hidden = false; };
  let key = null;
  try { key = localStorage.getItem("$name"); } catch { }
  if (!key) return refused();
  try {
    const answer = await fetch(location.href, { headers: { "$header": key }, cache: "no-store" });
    if (answer.status === 401) return refused();
    const page = await answer.text();
    document.open();
    document.write(page);
    document.close();
  } catch { refused(); }
})();</script>""")


def entered(key: str | None, home: str = "/") -> str:
    """Return the page that stores the key in this origin's storage and goes to the first page, `home`.

    None leaves the stored key: this browser is in already.
    """
    script = _ENTERED.substitute(key=json.dumps(key), name=KEY_NAME, home=json.dumps(home))
    return _head() + script + _noscript()


def door() -> str:
    """Return the page that fetches the page at its own address with the key, and becomes that page."""
    script = _DOOR.substitute(header=KEY_HEADER, name=KEY_NAME)
    return _head() + _words(hidden=True) + script + _noscript()


def refused() -> str:
    """Return the page that says how to get in."""
    return _head() + _words(hidden=False)


def _head() -> str:
    return _HEAD.format(lang=language.current(), title=strings.APP)


def _words(*, hidden: bool) -> str:
    text = f"<h1>{strings.REFUSED_TITLE}</h1><p>{strings.REFUSED_TOKEN}</p>"
    return _WORDS.format(hidden=" hidden" if hidden else "", text=text)


def _noscript() -> str:
    text = _WORDS.format(hidden="", text=f"<p>{strings.NEEDS_SCRIPT}</p>")
    return f"<noscript>{text}</noscript>"
