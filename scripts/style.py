"""How the code and the pages read, measured: the table of the house style, and the limits that hold for the whole project.

    python scripts/style.py [--check] [--pages] [--only PART …] [--json FILE]

`--check` fails where a limit is broken; `--pages` gives a line a page and lists what to mend there. Definitions are top-level functions
and classes of exported cells; a demo is a cell that is not exported, further down the page, in which the name occurs; a test is an
`assert` or a call of `test_…`. Nodes are those of Python's `ast`, lines of code neither empty nor only a comment."""
import argparse, ast, json, re, sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT/'nbs'
LONG, WIDE = 140, 120   # characters: refused, wished for

LIMITS = {   # name → (what it says, the limit, is more better?)
    'cell_lines': ('lines of an exported cell, median', 15, False),
    'body_lines': ('lines of a function body, median', 8, False),
    'demos': ('public definitions followed by a demo or test, %', 90, True),
    'asserts': ('tests a definition', 2, True),
    'docstrings': ('public definitions with a docstring, %', 95, True),
    'comments': ('parameters of public functions with a comment, %', 90, True),
    'long': (f'lines over {LONG} characters', 0, False),
    'nodes': ('syntax nodes a line of code', 12, False),
    'tuples': ('tuple assignments in 1,000 lines', 15, False),
    'figures': ('figures without a title, or with numbers on an axis that has none', 0, False),
}
PLOTLY = 'application/vnd.plotly.v1+json'
FLAT = ('scatter', 'scattergl', 'bar', 'heatmap', 'histogram', 'box', 'violin', 'contour')

def source(cell):
    return ''.join(cell['source'])

def parse(text):
    "The syntax tree of a cell, None where it is no Python"
    try: return ast.parse(re.sub(r'^(\s*)[!%].*$', r'\1pass', text, flags=re.M))
    except SyntaxError: return None

def pages():
    "All notebooks, by path"
    return sorted(p for p in NBS.rglob('*.ipynb') if not any(s[0] in '._' for s in p.relative_to(NBS).parts))

def is_exported(cell):
    return cell['cell_type'] == 'code' and bool(re.search(r'^#\|\s*exports?\b', source(cell), re.M))

def code_lines(text):
    "Lines that are neither empty nor only a comment or a directive"
    return [line for line in text.splitlines() if line.strip() and not line.strip().startswith('#')]

def top_level(tree):
    return [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))] if tree else []

def functions_of(definition):
    "A function, or the methods of a class"
    if isinstance(definition, ast.FunctionDef): return [definition]
    return [n for n in definition.body if isinstance(n, ast.FunctionDef)]

def has_docstring(definition):
    return ast.get_docstring(definition) is not None

def body_length(function, lines):
    "Lines below the signature and the docstring"
    body = function.body[1:] if has_docstring(function) else function.body
    if not body: return 0
    return len(code_lines('\n'.join(lines[body[0].lineno - 1:body[-1].end_lineno])))

def parameters(function):
    "(name, has it a comment?) of every parameter but self, `*args` and `**kwargs`"
    a = function.args
    everyone = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    return [p for p in everyone if p.arg not in ('self', 'cls')]

def commented(function, lines):
    "The parameters whose own line, the last of several that share it included, ends in a comment"
    return [p for p in parameters(function) if '#' in lines[p.end_lineno - 1][p.end_col_offset:]]

def count_tests(tree):
    "Asserting statements of a cell"
    if tree is None: return 0
    calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    names = [f.id if isinstance(f, ast.Name) else getattr(f, 'attr', '') for f in calls]
    return sum(n.startswith('test_') for n in names) + sum(isinstance(n, ast.Assert) for n in ast.walk(tree))

def is_tuple_assignment(node):
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)

def public_functions(definition):
    "The functions whose parameters a reader meets: a public function, or `__init__` and the public methods of a public class"
    if definition.name.startswith('_'): return []
    if isinstance(definition, ast.FunctionDef): return [definition]
    return [f for f in functions_of(definition) if not f.name.startswith('_') or f.name == '__init__']

def title_of(x):
    "The text of a title, of a figure or an axis"
    title = x.get('title') or ''
    return title.get('text') if isinstance(title, dict) else title

def has_words(values):
    return isinstance(values, list) and any(isinstance(v, str) for v in values)

def lacks_title(fig, k):
    "Are there numbers on the x or y axes of a figure, and no title on any of them? Names of classes or joints explain themselves"
    traces = {}
    for trace in fig['data']:
        if trace.get('type', 'scatter') in FLAT: traces.setdefault(trace.get(f'{k}axis', k), []).append(trace)
    titles = []
    for name, found in traces.items():
        axis = fig['layout'].get(f'{k}axis{name[1:]}', {})
        hidden = axis.get('visible', True) is False or axis.get('showticklabels', True) is False
        named = has_words(axis.get('ticktext')) or axis.get('type') == 'category' or 'categoryarray' in axis
        if not hidden and not named and not any(has_words(t.get(k)) for t in found): titles.append(title_of(axis))
    return bool(titles) and not any(titles)

def bare_figures(cell):
    "The plotly figures in the output of a cell that say too little about themselves"
    figures = [o['data'][PLOTLY] for o in cell.get('outputs', []) if PLOTLY in o.get('data', {})]
    return [f for f in figures if not title_of(f['layout']) or lacks_title(f, 'x') or lacks_title(f, 'y')]

def measure_page(path):
    "Raw counts of one page, and what to mend in it"
    cells = json.loads(path.read_text(encoding='utf-8'))['cells']
    code = [c for c in cells if c['cell_type'] == 'code']
    code_counts = ('long', 'nodes', 'lines', 'all_lines', 'tuples', 'figures')
    counted = ('definitions', 'shown', 'tests', 'public', 'documented', 'params', 'explained', *code_counts)
    r = dict.fromkeys(counted, 0) | dict(cell_lines=[], body_lines=[], mend=[])
    for k, cell in enumerate(code):
        text, tree = source(cell), parse(source(cell))
        r['long'] += sum(len(line) > LONG for line in text.splitlines())
        bare = bare_figures(cell)
        r['figures'] += len(bare)
        if bare: r['mend'].append(f"a figure without title or axis titles: {text.strip().splitlines()[-1][:60]}")
        if not is_exported(cell):
            r['tests'] += count_tests(tree)
            continue
        lines = text.splitlines()
        r['lines'] += len(code_lines(text))
        r['all_lines'] += sum(bool(line.strip()) for line in lines)
        r['nodes'] += sum(1 for _ in ast.walk(tree))
        r['tuples'] += sum(map(is_tuple_assignment, ast.walk(tree)))
        found = top_level(tree)
        if found: r['cell_lines'].append(sum(bool(line.strip()) and not line.startswith('#|') for line in lines))
        below = [source(c) for c in code[k + 1:] if not is_exported(c)]
        for d in found:
            r['definitions'] += 1
            for f in functions_of(d):
                n = body_length(f, lines)
                r['body_lines'].append(n)
                if n > 20: r['mend'].append(f"{d.name}.{f.name}: {n} lines")
            if not d.name.startswith('_'):
                r['public'] += 1
                shown = any(re.search(rf'\b{re.escape(d.name)}\b', t) for t in below)
                r['shown'] += shown
                if not shown: r['mend'].append(f"{d.name}: no demo or test")
                r['documented'] += has_docstring(d)
                if not has_docstring(d): r['mend'].append(f"{d.name}: no docstring")
            for f in public_functions(d):
                r['params'] += len(parameters(f))
                r['explained'] += len(commented(f, lines))
                silent = [p.arg for p in parameters(f) if p not in commented(f, lines)]
                if silent: r['mend'].append(f"{d.name}.{f.name}: no comment for {', '.join(silent)}")
    return r

def share(part, whole):
    return 100 * part / whole if whole else 100.

def figures(rows):
    "The table of some pages together"
    total = {k: sum(r[k] for r in rows) for k in rows[0] if isinstance(rows[0][k], int)}
    cell_lines = [n for r in rows for n in r['cell_lines']]
    body_lines = [n for r in rows for n in r['body_lines']]
    return dict(
        cell_lines=median(cell_lines) if cell_lines else 0,
        body_lines=median(body_lines) if body_lines else 0,
        demos=share(total['shown'], total['public']),
        asserts=total['tests'] / max(1, total['definitions']),
        docstrings=share(total['documented'], total['public']),
        comments=share(total['explained'], total['params']),
        long=total['long'],
        nodes=total['nodes'] / max(1, total['lines']),
        tuples=1000 * total['tuples'] / max(1, total['all_lines']),
        figures=total['figures'],
    )

def broken(values):
    "The limits that do not hold"
    return [k for k, (_, limit, more) in LIMITS.items() if (values[k] < limit if more else values[k] > limit)]

def show_pages(measured):
    "A line a page, and what to mend there"
    print(f"{'page':34}" + ''.join(f"{k:>11}" for k in LIMITS))
    for page, row in measured.items():
        values = figures([row])
        print(f"{page:34}" + ''.join(f"{values[k]:>10.1f}{'*' if k in broken(values) else ' '}" for k in LIMITS))
        for line in row['mend']: print(f"    {line}")

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--check', action='store_true', help='fail where a limit is broken')
    ap.add_argument('--pages', action='store_true', help='a line a page')
    ap.add_argument('--only', nargs='*', default=[], help='parts of page names')
    ap.add_argument('--json', type=Path, help='write the table to this file')
    a = ap.parse_args()
    chosen = [p for p in pages() if not a.only or any(o in str(p.relative_to(NBS)) for o in a.only)]
    measured = {str(p.relative_to(NBS)): measure_page(p) for p in chosen}
    if a.pages: show_pages(measured)
    values = figures(list(measured.values()))
    bad = broken(values)
    for k, (name, limit, more) in LIMITS.items():
        print(f"{name:66} {values[k]:7.1f}   {'at least' if more else 'at most':8} {limit:<4} {'BROKEN' if k in bad else ''}".rstrip())
    if a.json: a.json.write_text(json.dumps(values, indent=1) + '\n', encoding='utf-8')
    sys.exit(bool(a.check and bad))

if __name__ == '__main__': main()
