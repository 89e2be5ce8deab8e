"""Pages of the dashboard in Django."""

_BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>{{ title }}</h1>
{% block body %}{% endblock %}</main></body></html>"""
_MATRIX = """{% extends "base.html" %}{% block body %}<table><thead><tr><th>Issue</th>
{% for p in parties %}<th scope="col">{{ p.name }}</th>{% endfor %}</tr></thead><tbody>
{% for issue, cells in rows %}<tr><th scope="row">{{ issue.title }}</th>
{% for party, c in cells %}{% if c %}<td data-party="{{ party.slug }}"
data-issue="{{ issue.slug }}" data-position="{{ c.id }}" class="{{ c.firmness }}">
<a href="/cells/{{ party.slug }}/{{ issue.slug }}">{{ c.summary }}</a> <b>{{ c.option.label }}</b>
<i>{{ c.firmness }}</i> <time>{{ c.stated_on|date:"Y-m-d" }}</time></td>{% else %}<td
data-party="{{ party.slug }}" data-issue="{{ issue.slug }}">no stated position</td>{% endif %}
{% endfor %}</tr>{% endfor %}</tbody></table>{% endblock %}"""
_QUOTE = """<blockquote><span>{{ q.prefix }}</span> <mark>{{ q.exact }}</mark>
<span>{{ q.suffix }}</span><footer>{{ q.speaker.name }}, {{ q.speaker.office }},
<a href="{{ q.source.url }}">{{ q.source.title }}</a>, {{ q.kind }}</footer></blockquote>"""
_POSITIONS = """{% extends "base.html" %}{% block body %}{% for p in positions %}
<article data-position="{{ p.id }}"><h2>{{ p.option.label }}</h2><p>{{ p.summary }}
<i>{{ p.firmness }}</i> <time>{{ p.stated_on|date:"Y-m-d" }}</time></p>{% for q in p.quotes.all %}
{% include "_quote.html" %}{% endfor %}</article>{% endfor %}{% endblock %}"""
_ONE_QUOTE = """{% extends "base.html" %}{% block body %}<article
data-position="{{ q.position.id }}"><p>{{ q.position.summary }}</p>{% include "_quote.html" %}
</article>{% endblock %}"""
_SEARCH = """{% extends "base.html" %}{% block body %}<ol>{% for p in positions %}
<li><a href="/cells/{{ p.party.slug }}/{{ p.issue.slug }}">{{ p.party.name }}: {{ p.issue.title }}
</a> {{ p.summary }}</li>{% endfor %}{% for q in quotes %}<li><a
href="/cells/{{ q.position.party.slug }}/{{ q.position.issue.slug }}">{{ q.speaker.name }}</a>
{{ q.exact }}</li>{% endfor %}</ol>{% endblock %}"""

TEMPLATES = {
    "base.html": _BASE,
    "matrix.html": _MATRIX,
    "_quote.html": _QUOTE,
    "positions.html": _POSITIONS,
    "quote.html": _ONE_QUOTE,
    "search.html": _SEARCH,
}
