"""Fail when a page imports a page with its own number or a higher one, or when importing a module would load what no module may load.

    python scripts/check_imports.py

Modules say in their first lines which notebook they come from (`File to edit: ../nbs/30_skeleton.ipynb`); its number is theirs.
A page without a number (index, tutorials) stands above all that have one."""
import ast, json, re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANNED = ('torchvision', 'torchmetrics', 'timm', 'fastai.vision')   # they break a CPU install, or weigh seconds
QUICK = 'mgnb.learn.fastai'   # the one module that imports fastai, without what only its figures and scores need

def origin(path):
    "(number, page) of the notebook that a module was exported from, None where none is named"
    m = re.search(r'File to edit: (?:\.\./)+nbs/((?:\w+/)*(?:(\d+)_)?\w+\.ipynb)', path.read_text(encoding='utf-8')[:2000])
    return m and (int(m[2] or 1000), m[1])

def modules():
    "Module name → (number, page)"
    found = {}
    for p in sorted((ROOT/'mgnb').rglob('*.py')):
        if p.name in ('__init__.py', '_modidx.py'): continue
        name = '.'.join(p.relative_to(ROOT).with_suffix('').parts)
        found[name] = origin(p)
    return found

def imported(tree, package, known):
    "(node, full name) of every import: `from mgnb.models import posec3d` names the module, `from .core import Clip` too"
    for n in ast.walk(tree):
        if isinstance(n, ast.Import): yield from ((n, a.name) for a in n.names)
        elif isinstance(n, ast.ImportFrom):
            base = '.'.join(package.split('.')[:len(package.split('.')) - n.level + 1]) if n.level else ''
            whole = '.'.join(filter(None, (base, n.module)))
            yield n, whole
            yield from ((n, f"{whole}.{a.name}") for a in n.names if f"{whole}.{a.name}" in known)

def at_import(tree):
    "The statements that run when a module is imported: everything outside functions"
    for n in ast.iter_child_nodes(tree):
        if not isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield n
            yield from at_import(n)

def module_faults(known):
    for name, here in known.items():
        path = ROOT/(name.replace('.', '/') + '.py')
        if here is None:
            yield f"{path.relative_to(ROOT)}: no notebook in nbs/ is named in it → modules are exported, never written by hand"
            continue
        tree = ast.parse(path.read_text(encoding='utf-8'))
        package = name.rsplit('.', 1)[0]
        for node, other in imported(tree, package, known):
            there = known.get(other)
            where = f"{path.relative_to(ROOT)}, line {node.lineno}"
            file = ROOT/other.replace('.', '/')
            if there and there[0] >= here[0]: yield f"{where}: {here[1]} imports {other}, which is page {there[1]}"
            is_there = file.with_suffix('.py').exists() or file.is_dir()
            if other.split('.')[0] == 'mgnb' and not is_there: yield f"{where}: {other} does not exist"
        early = {id(n) for n in at_import(tree)}
        for node, other in imported(tree, package, known):
            if id(node) in early and name != QUICK and other.split('.')[0] == 'fastai':
                yield f"{path.relative_to(ROOT)}, line {node.lineno}: imports {other} → import it from {QUICK}, which takes half the time"
            if id(node) in early and any(other == b or other.startswith(b + '.') for b in BANNED):
                yield f"{path.relative_to(ROOT)}, line {node.lineno}: {other} is loaded at import → move it into the function that needs it"

def page_faults(known):
    "The same for the cells of a page that are not exported"
    own = {page: name for name, (_, page) in ((k, v) for k, v in known.items() if v)}
    for page, name in own.items():
        path, number = ROOT/'nbs'/page, known[name][0]
        for i, c in enumerate(json.loads(path.read_text(encoding='utf-8'))['cells']):
            if c['cell_type'] != 'code': continue
            try: tree = ast.parse(re.sub(r'^\s*[!%].*$', 'pass', ''.join(c['source']), flags=re.M))
            except SyntaxError: continue
            for node, other in imported(tree, 'mgnb', known):
                there = known.get(other)
                if there and there[0] >= number and other != name: yield f"nbs/{page}, cell {i}: imports {other}, which is page {there[1]}"

if __name__ == '__main__':
    known = modules()
    faults = [*module_faults(known), *page_faults(known)]
    for f in faults: print(f)
    print(f"{len(known)} modules: {'no import runs back up' if not faults else f'{len(faults)} faults'}")
    sys.exit(bool(faults))
