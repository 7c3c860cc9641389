"""Build the site: every notebook a page, every figure alive, nothing fetched from elsewhere, neither now nor when it is read.

    python scripts/build_docs.py [--src DIR] [--out DIR] [--strict]

DIR of `--src` holds executed copies (`python scripts/run_pages.py --check --out DIR`), which also know their widgets; without it the
outputs kept in nbs/ are shown. `--strict` fails on a broken link or any other warning. The site works from a server and from the file
system: open _docs/index.html."""
import argparse, ast, html, importlib, json, posixpath, re, shutil, subprocess, sys, tempfile
from pathlib import Path
import nbformat, plotly
from fastcore.docments import MarkdownRenderer
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from chapters import chapter, ordered_pages

ROOT = Path(__file__).resolve().parent.parent
NBS, SITE = ROOT/'nbs', ROOT/'scripts/site'
PLOTLY = 'application/vnd.plotly.v1+json'
WIDGET = 'application/vnd.jupyter.widget-view+json'
STATE = 'application/vnd.jupyter.widget-state+json'
problems = []

# ── pages and names ─────────────────────────────────────────────────────────────────────────────

def docname(page):
    "nbs/models/40_posec3d.ipynb → models/posec3d"
    return (page.relative_to(NBS).parent/re.sub(r'^\d+_', '', page.stem)).as_posix()

def directives(source): return {m[1]: m[2].strip() for m in re.finditer(r'^#\|\s*([\w-]+):?(.*)$', source, re.M)}

def definitions(source):
    "Names that a cell defines for others"
    try: tree = ast.parse(source)
    except SyntaxError: return []
    names = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    names += [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    return [n for n in names if not n.startswith('_')]

def module_of(nb):
    for c in nb.cells:
        d = directives(c.source) if c.cell_type == 'code' else {}
        if 'default_exp' in d: return f"mgnb.{d['default_exp']}"

def find_symbols(pages):
    "What can be linked to: `Clip`, `core.Clip`, `mgnb.core.Clip`, `mgnb.core` → (page, anchor)"
    found = {}
    for page in pages:
        nb = nbformat.read(page, 4)
        module = module_of(nb)
        if not module: continue
        found.setdefault(module, (docname(page), ''))
        for c in nb.cells:
            if c.cell_type == 'code' and directives(c.source).keys() & {'export', 'exports'}:
                for n in definitions(c.source):
                    for name in (n, f"{module[5:]}.{n}", f"{module}.{n}"): found.setdefault(name, (docname(page), f"#{module}.{n}"))
    return found

# ── outputs ─────────────────────────────────────────────────────────────────────────────────────

def figure(fig):
    "A plotly figure as a place on the page and its data; site.js draws it"
    layout = dict(fig.get('layout', {}))
    height = layout.get('height') or 450
    if (layout.get('width') or 0) > 820: layout.pop('width')
    parts = dict(data=fig['data'], layout=layout, frames=fig.get('frames') or None, config=fig.get('config') or {})
    data = json.dumps(parts, separators=(',', ':')).replace('</', '<\\/')
    return f'<div class="mgnb-figure" style="min-height:{height}px"><script type="application/json">{data}</script></div>'

def typed(x, buffers, path=()):
    "Widget state with its binary arrays put back as plotly's own packed arrays"
    if isinstance(x, dict):
        if 'dtype' in x and 'shape' in x:
            short = {'int': 'i', 'uint': 'u', 'float': 'f'}
            kind, bits = re.fullmatch(r'([a-z]+)(\d+)', x['dtype']).groups()
            shape = {'shape': ','.join(map(str, x['shape']))} if len(x['shape']) > 1 else {}
            return dict(dtype=f"{short[kind]}{int(bits)//8}", bdata=buffers[path + ('buffer',)], **shape)
        return {k: typed(v, buffers, path + (k,)) for k, v in x.items()}
    return [typed(v, buffers, path + (i,)) for i, v in enumerate(x)] if isinstance(x, list) else x

def control(name, s):
    "A slider, a menu, a box to tick: as it stood, not to be moved without a kernel"
    value, options = s.get('value'), s.get('_options_labels')
    if options:
        chosen = s.get('index')
        chosen = chosen if isinstance(chosen, (list, tuple)) else [chosen]
        marks = [' selected' if i in chosen else '' for i in range(len(options))]
        rows = [f"<option{mark}>{html.escape(str(o))}</option>" for o, mark in zip(options, marks)]
        inner = f"<select disabled>{''.join(rows)}</select>"
    elif 'Slider' in name or 'Progress' in name:
        number = value if isinstance(value, (int, float)) else None
        limits = f'min="{s.get("min")}" max="{s.get("max")}" step="{s.get("step") or "any"}"'
        inner = '' if number is None else f'<input type="range" disabled {limits} value="{number}">'
        inner += f'<span>{html.escape(" – ".join(map(str, value)) if isinstance(value, list) else str(value))}</span>'
    elif 'Checkbox' in name or name == 'ValidModel': inner = f"<input type=\"checkbox\" disabled{' checked' if value else ''}>"
    elif 'Button' in name or name == 'PlayModel': inner = f"<button disabled>{html.escape(s.get('description') or '▶')}</button>"
    else: inner = f'<input disabled value="{html.escape(str(value if value is not None else ""))}">'
    text = '' if 'Button' in name or name == 'PlayModel' else html.escape(s.get('description') or '')
    return f'<label>{text}{inner}</label>'

def widget(model_id, state):
    "A widget and all inside it as still HTML; figures stay alive"
    model = state.get(model_id.removeprefix('IPY_MODEL_'))
    if model is None: return ''
    name, s = model['model_name'], model['state']
    if '_widget_data' in s:
        buffers = {tuple(b['path']): b['data'] for b in model.get('buffers') or []}
        s = typed(s, buffers)
        return f'<div class="grow">{figure(dict(data=s["_widget_data"], layout=s["_widget_layout"], config=s.get("_config")))}</div>'
    if 'children' in s:
        inner = ''.join(widget(c, state) for c in s['children'])
        return f'<div class="box{" row" if name == "HBoxModel" else ""}">{inner}</div>'
    if name == 'OutputModel': return f'<div class="box">{"".join(still(o, state) for o in s["outputs"])}</div>'
    if name in ('HTMLModel', 'HTMLMathModel'): return f'<div>{s["value"]}</div>'
    if name == 'LabelModel': return f'<span>{html.escape(s["value"])}</span>'
    if name == 'ImageModel': return ''
    if name == 'AnyModel': return '<p class="widget-note">(this one needs a running notebook)</p>'
    return control(name, s)

def still(out, state):
    "Any output as HTML"
    data = out.get('data', {})
    if PLOTLY in data: return figure(data[PLOTLY])
    if WIDGET in data: return widget(data[WIDGET]['model_id'], state)
    if 'text/html' in data: return ''.join(data['text/html'])
    if 'image/png' in data: return f'<img src="data:image/png;base64,{"".join(data["image/png"])}">'
    words = ''.join(out.get('text', data.get('text/plain', '')))
    return f'<pre>{html.escape(words)}</pre>'

def show(out, state):
    "An output as the site shows it: figures and widgets as HTML of ours, the rest as it is"
    data = out.get('data', {})
    if PLOTLY in data: return new_output('display_data', {'text/html': figure(data[PLOTLY])})
    if WIDGET not in data: return None if out.get('name') == 'stderr' else out
    inner = widget(data[WIDGET]['model_id'], state)
    note = 'Alive in the notebook, where Python answers each move; here as it starts.'
    if not inner: return None
    return new_output('display_data', {'text/html': f'<div class="widget"><p class="widget-note">{note}</p>{inner}</div>'})

# ── text ────────────────────────────────────────────────────────────────────────────────────────

def relink(text, page, docs, symbols, where):
    "Links to notebooks → links to pages; names in backticks → links to where they are defined"
    here = docname(page)
    def to(doc, anchor=''):
        return posixpath.relpath(doc + '.html', posixpath.dirname(here) or '.') + anchor
    def link(m):
        label, url = m[1], m[2]
        if re.match(r'[a-z]+:|#', url): return m[0]
        path, _, anchor = url.partition('#')
        target = (page.parent/path).resolve()
        if target in docs: return f'<a href="{to(docs[target])}{"#" + anchor if anchor else ""}">{label}</a>'
        if target.suffix != '.ipynb' and target.exists() and ROOT in target.parents: return label
        problems.append(f"{where}: link to {url}, which is not there")
        return label
    def name(m):
        doc, anchor = symbols.get(m[1].removesuffix('()'), (None, None))
        return f'<a class="symbol" href="{to(doc, anchor)}">`{m[1]}`</a>' if doc and doc != here else m[0]
    parts = re.split(r'(^```.*?^```[ \t]*$|^#+ [^\n]*$)', text, flags=re.M | re.S)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r'(?<!!)\[([^\]\n]+(?:\n[^\]\n]+)?)\]\(([^)\s]+)\)', link, parts[i])
        parts[i] = re.sub(r'(?<![`\[\w])`([A-Za-z_][\w.]*(?:\(\))?)`(?!`)(?!</a>)', name, parts[i])
    return ''.join(parts)

def convert(page, src, docs, symbols):
    "One notebook as myst-nb likes it"
    nb, copy = nbformat.read(page, 4), src/page.relative_to(NBS)
    if copy.exists() and copy != page:
        run = nbformat.read(copy, 4)
        if [c.source for c in run.cells] == [c.source for c in nb.cells]: nb = run
        else: problems.append(f"{page.relative_to(ROOT)}: changed since it was run, so the outputs kept in it are shown")
    module, state = module_of(nb), nb.metadata.get('widgets', {}).get(STATE, {}).get('state', {})
    cells = []
    for i, c in enumerate(nb.cells):
        c.metadata.clear()
        if c.cell_type == 'markdown':
            c.source = relink(c.source, page, docs, symbols, f"{page.relative_to(ROOT)}, cell {i}")
            cells.append(c)
        if c.cell_type != 'code': continue
        d = directives(c.source)
        c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M).strip()
        if 'hide' in d or 'default_exp' in d or not c.source: continue
        if c.source.startswith('show_doc('): continue       # the reference has them all
        exported = d.keys() & {'export', 'exports'}
        names = definitions(c.source) if exported and module else []
        if names: cells.append(new_markdown_cell(''.join(f'<span class="anchor" id="{module}.{n}"></span>' for n in names)))
        tags = ['from-module'] if exported else []
        if d.get('echo') == 'false' or 'hide_input' in d: tags.append('remove-input')
        c.outputs = [o for o in (show(o, state) for o in c.outputs) if o]
        c.metadata.update(tags=tags)
        c.execution_count = None
        cells.append(c)
    extra = f"_notebooks/{page.relative_to(NBS).as_posix()}"
    about = dict(notebook=extra) | (dict(module=module) if module else {})
    kernel = dict(name='python3', display_name='python3', language='python')
    language = dict(name='python', pygments_lexer='ipython3')
    return new_notebook(cells=cells, metadata=dict(kernelspec=kernel, language_info=language, **about)), module

# ── the reference ───────────────────────────────────────────────────────────────────────────────

def signature(obj, title, level, link):
    "Name, signature with its comments, docstring"
    text = MarkdownRenderer(obj, name=title)._repr_markdown_()
    return f"{'#' * level} {title}\n\n{text}\n\n{link}"

def reference(module, symbols, doc):
    "One page of signatures for a module, and its lines in the table of all"
    mod = importlib.import_module(module)
    page, lines, up = [f"# {module}", f"Explained on the page <a href=\"../{doc}.html\">{doc}</a>."], [], f"../{doc}.html"
    for n in getattr(mod, '__all__', []):
        obj = getattr(mod, n, None)
        if not (callable(obj) and getattr(obj, '__module__', None) == module): continue
        first = (obj.__doc__ or '').strip().split('\n')[0]
        if isinstance(obj, type) and first.startswith(n + '('): first = ''   # the signature that dataclasses write themselves
        anchor = re.sub('[^a-z0-9]+', '-', n.lower()).strip('-')
        lines.append(f'| <a class="symbol" href="reference/{module}.html#{anchor}">`{n}`</a> | {first or "·"} |')
        try: page.append(signature(obj, n, 2, f'<a href="{up}#{module}.{n}">explained</a>'))
        except Exception as e: problems.append(f"{module}.{n}: no signature: {e}")
        for k, m in vars(obj).items() if isinstance(obj, type) else ():
            f = getattr(m, '__func__', m)
            if k.startswith('_') or not callable(f) or not getattr(f, '__doc__', None): continue
            try: page.append(signature(f, f"{n}.{k}", 3, ''))
            except Exception as e: problems.append(f"{module}.{n}.{k}: no signature: {e}")
    return '\n\n'.join(page) + '\n', lines

# ── the site ────────────────────────────────────────────────────────────────────────────────────

def contents(pages):
    "The tables of contents that make the sidebar, one a chapter"
    chapters = {}
    for p in pages:
        if p.stem != 'index': chapters.setdefault(chapter(p), []).append(docname(p))
    tocs = [f"```{{toctree}}\n:caption: {name}\n:hidden:\n\n" + '\n'.join(docs) + '\n```' for name, docs in chapters.items()]
    return '\n\n'.join(tocs + ["```{toctree}\n:caption: Reference\n:hidden:\n\nreference\n```"])

def write_sources(build, src):
    pages = ordered_pages()
    docs, symbols = {p.resolve(): docname(p) for p in pages}, find_symbols(pages)
    for d in ('_static', '_templates', '_extra/_notebooks', 'reference'): (build/d).mkdir(parents=True)
    for f in ('site.js', 'site.css', 'icon.svg'): shutil.copy(SITE/f, build/'_static')
    shutil.copy(Path(plotly.__file__).parent/'package_data/plotly.min.js', build/'_static')
    shutil.copy(SITE/'conf.py', build)
    for picture in NBS.glob('*.svg'): shutil.copy(picture, build)
    shutil.copy(SITE/'page.html', build/'_templates')
    tables, modules = ['# All functions and classes', ''], []
    for p in pages:
        nb, module = convert(p, src, docs, symbols)
        if p.stem == 'index' and p.parent == NBS: nb.cells.append(new_markdown_cell(contents(pages)))
        (build/f"{docname(p)}.ipynb").parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, build/f"{docname(p)}.ipynb")
        kept = build/'_extra/_notebooks'/p.relative_to(NBS)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(p, kept)
        if not module: continue
        modules.append(module)
        try: text, lines = reference(module, symbols, docname(p))
        except Exception as e:
            problems.append(f"{module}: not importable, so no signatures: {e}")
            text, lines = f"# {module}\n", []
        (build/f"reference/{module}.md").write_text(text, encoding='utf-8')
        tables += [f"## {module}", '', '| | |', '|---|---|', *lines, ''] if lines else []
    tables += ['```{toctree}', ':hidden:', '', *(f"reference/{m}" for m in modules), '```']
    (build/'reference.md').write_text('\n'.join(tables) + '\n', encoding='utf-8')
    return len(pages)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--src', type=Path, default=NBS, help='executed copies of the notebooks')
    ap.add_argument('--out', type=Path, default=ROOT/'_docs')
    ap.add_argument('--strict', action='store_true')
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        build, site = Path(tmp)/'pages', Path(tmp)/'site'
        n = write_sources(build, a.src.resolve())
        sphinx = [sys.executable, '-m', 'sphinx', '-q', '-j', '2', '-b', 'html', str(build), str(site)]
        done = subprocess.run(sphinx, capture_output=True, text=True)
        problems.extend(line.replace(f"{build}/", '') for line in done.stderr.splitlines() if line.strip())
        if done.returncode == 0:
            if a.out.exists(): shutil.rmtree(a.out)
            shutil.copytree(site, a.out, ignore=shutil.ignore_patterns('.doctrees', '.buildinfo*'))
    for p in problems: print(p)
    print(f"{n} pages → {a.out}/index.html, {len(problems)} problems" if done.returncode == 0 else 'the site was not built')
    sys.exit(done.returncode or (a.strict and bool(problems)))

if __name__ == '__main__': main()
