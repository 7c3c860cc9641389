"""Write README.md from nbs/index.ipynb.

    python scripts/make_readme.py             write it
    python scripts/make_readme.py --check     say whether it is what index.ipynb gives

Text, code and printed results stay; figures and widgets stay out, a README cannot draw them."""
import re, sys
from pathlib import Path
import nbformat
from nbconvert import MarkdownExporter

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ('text/markdown', 'text/plain')

def words(out):
    "An output as a README shows it, or None"
    data = out.get('data', {})
    if out.output_type == 'stream': return out if out.name == 'stdout' else None
    if out.output_type == 'error' or any(k.startswith(('application/vnd', 'image/')) for k in data): return None
    keep = next((k for k in TEXTS if k in data), None)
    return nbformat.v4.new_output('display_data', {keep: data[keep]}) if keep else None

def link(m):
    "A link as seen from the root of the repository instead of nbs/"
    text, url = m.groups()
    if re.match(r'[a-z]+:|#|/', url): return m[0]
    return f"{text}({url[3:] if url.startswith('../') else 'nbs/' + url})"

def readme():
    nb = nbformat.read(ROOT/'nbs/index.ipynb', 4)
    cells = []
    for c in nb.cells:
        directives = set(re.findall(r'^#\|\s*([\w:]+)', c.source, re.M)) if c.cell_type == 'code' else set()
        if 'hide' in directives or c.cell_type == 'raw': continue
        if c.cell_type == 'markdown': c.source = re.sub(r'(\])\(([^)\s]+)\)', link, c.source)
        else:
            c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M).strip()
            c.outputs = [o for o in map(words, c.outputs) if o]
        if c.source: cells.append(c)
    nb.cells = cells
    body, _ = MarkdownExporter().from_notebook_node(nb)
    body = re.sub(r'\n{3,}', '\n\n', '\n'.join(line.rstrip() for line in body.splitlines())).strip()
    return f"{body}\n\n<!-- Made from nbs/index.ipynb by scripts/make_readme.py: edit it there. -->\n"

if __name__ == '__main__':
    target, text = ROOT/'README.md', readme()
    if '--check' in sys.argv[1:]:
        same = target.read_text(encoding='utf-8') == text
        sys.exit(0 if same else 'README.md differs from nbs/index.ipynb → python scripts/make_readme.py')
    target.write_text(text, encoding='utf-8')
