"""The page that output_html fills: its frame and its style, both inside the file."""

from __future__ import annotations

from string import Template

STYLE = """
:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #fff; --line: #c9c9cf; --dim: #55555c;
        --element: #e2efe0; --fault: #fbdcd9; --bad: #a11a12; --good: #17601f; --link: #0b4f9c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf0; --paper: #17171a; --line: #44444c; --dim: #a9a9b2;
          --element: #23402a; --fault: #5a2420; --bad: #ff9c94; --good: #8fdc9a; --link: #8fc1ff; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
       font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.passes { color: var(--good); } .fails, .failed th, .failed td:first-child { color: var(--bad); }
.letter { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: .4rem;
          padding: 1.2rem; }
mark { color: inherit; background: var(--element); border-radius: .15rem; }
mark.fault { background: var(--fault); text-decoration: underline wavy var(--bad); }
a { color: var(--link); } sup { line-height: 0; font-size: .7em; } sup a { text-decoration: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--dim); font-weight: 500; } tr:target { outline: 2px solid var(--link); }
footer { margin-top: 2rem; color: var(--dim); font-size: .9rem; }
@media print { body { margin: 0; max-width: none; } tr, .letter { break-inside: avoid; } }
"""

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1 dir="auto">$title</h1>
<p class="$outcome"><strong>$headline</strong></p>
<div class="letter" lang="$language" dir="$direction">$letter</div>
<h2>Verdict</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Verdict"><table>
<thead><tr><th scope="col">no.</th><th scope="col">what</th><th scope="col">verdict</th>
<th scope="col">words and reason</th></tr></thead>
<tbody>
$verdicts</tbody></table></div>
<ul>$remarks</ul>
<h2>Ledger</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Ledger"><table>
<thead><tr><th scope="col">claim</th><th scope="col">kind</th><th scope="col">value</th>
<th scope="col">field of the record</th></tr></thead>
<tbody>
$ledger</tbody></table></div>
<footer>$words words; written by $model; checked by amends</footer>
</main>
</body>
</html>
""")
