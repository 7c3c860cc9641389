"""The order in which pages are read: chapters of the site, the next page at the end of each, the table of all in the index.

    python scripts/chapters.py            write the last lines of every page and the table of the index
    python scripts/chapters.py --check    fail where they are not what the order says

A folder of nbs/ is a chapter; the story is what lies in no folder. Within a chapter pages are read by number, tutorials as listed below."""
import argparse, json, os, re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT/'nbs'
START = ['index.ipynb', 'tutorials/tour.ipynb', 'glossary.ipynb', 'faults.ipynb']
TUTORIALS = ['from_film_to_events', 'your_own_skeletons', 'own_data', 'first_detection', 'ladder', 'simulated_people']
CHAPTERS = {   # folder → (title, what it is about)
    '': ('The story', 'read these in order, and you have understood the project'),
    'tutorials': ('Do it yourself', 'your own recordings, and what was measured'),
    'models': ('The networks', 'one page a published system for clips'),
    'detect': ('Recordings', 'when does a gesture happen, in an hour that nobody cut?'),
    'pose': ('Films', 'from pictures to joints; the pictures are not kept'),
    'people': ('The simulated people', 'what everything here is trained on, from the bones to the camera'),
    'formats': ("Other people's files", 'what is read and written, and what is refused'),
    'learn': ('How the learner works', 'from a clip on the disk to weights that survive a power cut'),
    'shell': ('Command and screen', 'the same from a terminal'),
}
GLOSSARY = 'glossary.ipynb'

def number(page):
    "The number of a page, None for pages without"
    m = re.match(r'(\d+)_', page.name)
    return int(m[1]) if m else None

def name(page):
    "nbs/models/40_posec3d.ipynb → models/40_posec3d.ipynb"
    return page.relative_to(NBS).as_posix()

def find_pages():
    return [p for p in NBS.rglob('*.ipynb') if not any(s[0] in '._' for s in p.relative_to(NBS).parts)]

def chapter(page):
    "The title of the chapter that a page belongs to"
    if name(page) in START: return 'Start here'
    return CHAPTERS[page.relative_to(NBS).parent.as_posix().replace('.', '')][0]

def place(page):
    "Sort key: chapters as above, within a chapter by number"
    if name(page) in START: return -1, START.index(name(page)), ''
    folder = page.relative_to(NBS).parent.as_posix().replace('.', '')
    if folder == 'tutorials': return list(CHAPTERS).index(folder), TUTORIALS.index(page.stem), ''
    return list(CHAPTERS).index(folder), number(page), page.name

def ordered_pages():
    "All pages in the order they are read"
    return sorted(find_pages(), key=place)

def load(page):
    return json.loads(page.read_text(encoding='utf-8'))

def text_of(cell):
    return ''.join(cell['source'])

def title(page):
    "The H1 of a page"
    heads = [m[1] for c in load(page)['cells'] if c['cell_type'] == 'markdown' and (m := re.search(r'^# (.+)$', text_of(c), re.M))]
    return heads[0].strip() if heads else page.stem

def question(page):
    "The question that a page answers: its first bold sentence with a question mark, else its subtitle"
    head = next(text_of(c) for c in load(page)['cells'] if c['cell_type'] == 'markdown')
    asked = [re.sub(r'\s+', ' ', q) for q in re.findall(r'\*\*([^*]+?\?)\*\*', head)]
    subtitle = re.search(r'^> (.+)$', head, re.M)
    found = asked[0] if asked else subtitle[1] if subtitle else ''
    return found[:1].upper() + found[1:]

def to(target, page):
    "A link from one page to another"
    return os.path.relpath(target, page.parent).replace(os.sep, '/')

def last_lines(page, following):
    "What stands at the end of a page"
    words = f"What a word means: [glossary]({to(NBS/GLOSSARY, page)})."
    return f"Next: [{title(following)}]({to(following, page)}). {words}" if following else words

def with_end(text, end):
    "The last cell of a page with its last lines replaced"
    body = re.sub(r'\n*^(Next: |What a word means: ).*\Z', '', text, flags=re.M | re.S).rstrip()
    return f"{body}\n\n{end}" if body else end

def table():
    "Every page with its question, chapter by chapter, for the index"
    out = []
    for head, about in CHAPTERS.values():
        rows = [p for p in ordered_pages() if chapter(p) == head]
        out += [f"**{head}**: {about}", '', '| page | question |', '|---|---|']
        out += [f"| [{title(p)}]({name(p)}) | {question(p)} |" for p in rows] + ['']
    return '\n'.join(out).rstrip()

def with_table(text):
    "The cell `## Read on` of the index, made anew"
    return f"## Read on\n\n{table()}" if text.startswith('## Read on') else text

def changes():
    "(page, notebook as it should be) of the pages that are not as they should be"
    order = ordered_pages()
    for page, following in zip(order, [*order[1:], None]):
        nb = load(page)
        before = [text_of(c) for c in nb['cells']]
        if name(page) == 'index.ipynb':
            wanted = [with_table(t) for t in before]
        else:
            last = max(i for i, c in enumerate(nb['cells']) if c['cell_type'] == 'markdown')
            wanted = [with_end(t, last_lines(page, following)) if i == last else t for i, t in enumerate(before)]
        if wanted == before: continue
        for cell, text in zip(nb['cells'], wanted): cell['source'] = text.splitlines(True)
        yield page, nb

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--check', action='store_true')
    a = ap.parse_args()
    found = list(changes())
    for page, nb in found:
        print(f"{page.relative_to(ROOT)}: {'its last lines or its table are not what the order says' if a.check else 'written'}")
        if not a.check: page.write_text(json.dumps(nb, ensure_ascii=False, indent=1) + '\n', encoding='utf-8')
    if a.check and found: print('→ python scripts/chapters.py')
    print(f"{len(ordered_pages())} pages in {len(CHAPTERS) + 1} chapters")
    sys.exit(bool(a.check and found))

if __name__ == '__main__': main()
