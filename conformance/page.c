/* Head, filter and foot of pages, with their style and script. */
#include "conformance/page.h"

#include <stdarg.h>

#include "conformance/escape.h"

static const char *const style[] = {
	":root{color-scheme:light "
	"dark;--bg:#fff;--fg:#1c2024;--dim:#5b6470;--line:#dde1e6;--box:#f5f6f8;",
	"--ok:#1a7f37;--bad:#c62828;--na:#8b949e;--no:#9a6700;--link:#0b57d0}",
	"@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e3e6ea;--dim:#9aa4af;--line:#"
	"30363d;",
	"--box:#1d2125;--ok:#4cc267;--bad:#ff7b72;--na:#6e7681;--no:#d8a438;--link:#8ab4f8}}",
	"*{box-sizing:border-box}[hidden]{display:none!important}",
	"body{margin:0 auto;max-width:76rem;padding:0 1.25rem "
	"4rem;background:var(--bg);color:var(--fg);",
	"font:16px/1.5 system-ui,sans-serif}",
	"h1{font-size:1.6rem;margin:1.5rem 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}",
	"h3{font-size:1.05rem;margin:0}p{margin:.25rem "
	"0}a{color:var(--link)}.dim{color:var(--dim)}",
	"code,pre{font:.85em/1.45 ui-monospace,Consolas,monospace}code{overflow-wrap:anywhere}",
	"pre{overflow:auto;max-height:32rem;margin:.5rem 0;padding:.75rem;background:var(--bg);",
	"border:1px solid var(--line);border-radius:4px}",
	".totals{display:flex;flex-wrap:wrap;gap:.25rem 2rem;margin:1rem 0 "
	".5rem;padding:0;list-style:none}",
	".totals b{font-size:1.5rem;margin-right:.35rem}",
	".bar{display:flex;height:.6rem;min-width:6rem;border-radius:3px;overflow:hidden;",
	"background:var(--line)}.bar i{display:block;min-width:2px}",
	".bar .passed{background:var(--ok)}.bar .failed{background:var(--bad)}",
	".bar .na{background:var(--na)}.bar .no{background:var(--no)}",
	".v{white-space:nowrap;font-weight:600}.v.passed{color:var(--ok)}.v.failed{color:var(--bad)"
	"}",
	".v.na{color:var(--dim)}.v.no{color:var(--no)}",
	"form{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;align-items:center;gap:."
	"75rem;",
	"margin:1.5rem -1.25rem 0;padding:.6rem 1.25rem;background:var(--bg);",
	"border-bottom:1px solid var(--line)}",
	"input{flex:1 1 16rem;font:inherit;padding:.35rem "
	".6rem;color:inherit;background:var(--box);",
	"border:1px solid var(--dim);border-radius:4px}",
	".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}",
	"caption{text-align:left;color:var(--dim);padding-bottom:.5rem}",
	"th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;",
	"border-bottom:1px solid var(--line)}th{font-weight:600}",
	"th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}",
	"td:last-child:not(.n){vertical-align:middle}th.n+th:not(.n),td.n+td:not(.n){padding-left:"
	"1rem}",
	"section,tbody{scroll-margin-top:4.5rem}tbody "
	"th{padding-top:1.25rem}.bad{color:var(--bad);font-weight:600}.none{color:var(--no);font-"
	"weight:600}",
	"article{margin:.75rem 0;padding:.75rem 1rem;background:var(--box);border-radius:4px;",
	"border-left:4px solid var(--bad)}article ul{margin:.5rem 0 0;padding-left:1.2rem}",
	"summary{cursor:pointer;color:var(--link)}",
};

/* Rows with every word of the filter stay; so do the bodies that still have rows. */
static const char *const script[] = {
	"(function(){var "
	"box=document.getElementById('filter'),say=document.getElementById('matches'),",
	"noun=say.dataset.noun,",
	"rows=[].slice.call(document.querySelectorAll('[data-row]')),",
	"groups=[].slice.call(document.querySelectorAll('[data-group]'));",
	"rows.forEach(function(r){r.words=r.textContent.toLowerCase()});",
	"function filter(){var words=box.value.toLowerCase().split(/\\s+/),shown=0;",
	"rows.forEach(function(r){r.hidden=!words.every(function(w){return "
	"r.words.indexOf(w)>=0});",
	"if(!r.hidden&&r.dataset.row===noun)shown++});",
	"groups.forEach(function(g){g.hidden=!g.querySelector('[data-row]:not([hidden])')});",
	"say.textContent=shown+' '+noun+(shown===1?'':'s')}",
	"box.addEventListener('input',filter);",
	"box.form.addEventListener('submit',function(e){e.preventDefault()});",
	"document.addEventListener('click',function(e){var a=e.target.closest('[data-find]');",
	"if(a){box.value=a.dataset.find;filter()}});",
	"filter()})();",
};

static void put_lines(FILE *out, const char *const *line, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\n", line[i]);
}

void page_head(FILE *out, const char *format, ...)
{
	char title[256];
	va_list list;

	va_start(list, format);
	vsnprintf(title, sizeof title, format, list);
	va_end(list);
	fputs("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>",
	      out);
	put_xml(out, title);
	fputs("</title>\n<style>\n", out);
	put_lines(out, style, sizeof style / sizeof style[0]);
	fputs("</style>\n</head>\n<body>\n", out);
}

void page_filter(FILE *out, const char *noun, const char *hint)
{
	fprintf(out,
		"<form role=\"search\"><label for=\"filter\">Filter</label>"
		"<input id=\"filter\" type=\"search\" autocomplete=\"off\" placeholder=\"%s\">"
		"<span id=\"matches\" class=\"dim\" aria-live=\"polite\" data-noun=\"%s\">"
		"</span></form>\n<main>\n",
		hint, noun);
}

void page_foot(FILE *out)
{
	fputs("</main>\n<script>\n", out);
	put_lines(out, script, sizeof script / sizeof script[0]);
	fputs("</script>\n</body>\n</html>\n", out);
}
