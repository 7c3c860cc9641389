"""Open every page of the built site in a headless Chromium, as a reader would, and fail on what a reader would see go wrong:
a figure that stays blank, a script that fails, a link into nowhere, anything fetched from outside.

    python scripts/check_site.py [SITE] [--shots DIR] [--only NAME …] [--share 2]      share: every second page, others tomorrow

Prints `skipped` and exits 77 where no Chromium is installed; nothing is ever downloaded. `--shots` keeps a picture of every page."""
import argparse, io, os, re, shutil, sys, threading, time
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlparse

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
         '--disable-gpu', '--enable-unsafe-swiftshader']   # 3D figures need WebGL, here in software
MARKS = '''el => {
  const n = s => el.querySelectorAll(s).length
  const traces = (el.data || []).filter(t => t.visible !== false && t.visible !== 'legendonly').length
  const drawn = n('.mlayer path, .mlayer image, .gl-container canvas, .slice path, .table-control-view, .choroplethlayer path')
  const shapes = traces ? 0 : n('.shapelayer path, .imagelayer image, .annotation')
  return {marks: drawn || shapes, gl: n('.gl-container canvas'), wide: el.scrollWidth - el.clientWidth}
}'''

def chromium():
    names = ('chromium', 'chromium-browser', 'google-chrome')
    return os.environ.get('CHROMIUM') or next(filter(None, map(shutil.which, names)), None)

class Quiet(SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def end_headers(self):
        self.send_header('Cache-Control', 'max-age=3600')   # a browser keeps the compiled plotly from page to page
        super().end_headers()

def colours(png):
    "How many different colours a picture has"
    from PIL import Image
    return len(Image.open(io.BytesIO(png)).convert('RGB').getcolors(1 << 24))

def look(page, url, shot=None):
    "What is wrong with one page, and how many figures it has"
    faults = []
    own = (f"{url.split('/', 3)[0]}//{urlparse(url).netloc}", 'data:', 'blob:')
    def said(m):
        if m.type == 'error': faults.append(f"console: {m.text[:200]}")
    def broke(e): faults.append(f"script error: {str(e)[:200]}")
    def asked(r):
        if not r.url.startswith(own): faults.append(f"asks for {r.url[:120]}")
    page.on('console', said), page.on('pageerror', broke), page.on('request', asked)
    page.goto(url, wait_until='load', timeout=90000)
    figures = page.query_selector_all('.mgnb-figure')
    for i, f in enumerate(figures):
        where = f"figure {i + 1}"
        f.evaluate('el => el.scrollIntoView()')
        try: page.wait_for_function("el => el.classList.contains('drawn')", arg=f, timeout=90000)
        except Exception:
            faults.append(f"{where} was not drawn")
            continue
        drawn = f.evaluate(MARKS)
        if drawn['marks'] == 0: faults.append(f"{where} is blank: nothing is drawn in it")
        elif drawn['gl'] and colours(f.screenshot()) < 8: faults.append(f"{where} is blank: fewer than 8 colours")
        if drawn['wide'] > 2: faults.append(f"{where} is {drawn['wide']} pixels wider than the page")
    for el in page.query_selector_all('.widget'):
        if not el.query_selector('.mgnb-figure, input, select, button, img, pre, table, .box > *'): faults.append('an empty widget')
    if shot:
        page.evaluate('scrollTo(0, 0)')
        page.wait_for_timeout(200)
        page.screenshot(path=shot, full_page=True)
    links = page.evaluate("[...document.querySelectorAll('article a[href], .sidebar-tree a[href]')].map(a => a.href)")
    for e, f in (('console', said), ('pageerror', broke), ('request', asked)): page.remove_listener(e, f)
    return faults, len(figures), links

def dead(links, base, site, ids):
    "Links within the site that lead to no file or no place in it"
    for link in sorted(set(links)):
        if not link.startswith(base): continue
        u = urlparse(link)
        target = site/unquote(u.path).lstrip('/')
        if target.is_dir(): target /= 'index.html'
        if not target.exists(): yield f"link to {u.path}, which is not there"
        elif u.fragment and target.suffix == '.html' and unquote(u.fragment) not in ids(target):
            yield f"link to {u.path}#{u.fragment}: no such place"

def inspect(pages, site, base, shots):
    "Look at some pages with a browser of their own: how many have faults, and how many figures there are"
    from playwright.sync_api import sync_playwright
    @cache
    def ids(path): return set(re.findall(r'\sid="([^"]+)"', path.read_text(encoding='utf-8')))
    bad = total = 0
    view = dict(viewport=dict(width=1400, height=900), color_scheme='dark')   # dark on purpose: the site stays light
    with sync_playwright() as p, TemporaryDirectory(prefix='mgnb-browser-') as own:
        browser = p.chromium.launch_persistent_context(own, executable_path=chromium(), args=FLAGS, **view)
        for path in pages:
            page = browser.new_page()
            name = path.relative_to(site).as_posix()
            shot = shots and shots/(name.replace('/', '_')[:-5] + '.png')
            try: faults, n, links = look(page, base + name, shot)
            except Exception as e: faults, n, links = [f"cannot be opened: {str(e).splitlines()[0]}"], 0, []
            faults += dead(links, base, site, ids)
            page.close()
            for f in dict.fromkeys(faults): print(f"{name}: {f}", flush=True)
            bad += bool(faults)
            total += n
        browser.close()
    return bad, total

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('site', nargs='?', type=Path, default=ROOT/'_docs')
    ap.add_argument('--shots', type=Path)
    ap.add_argument('--only', nargs='*', default=[], help='parts of page names')
    ap.add_argument('--jobs', type=int, default=2, help='browsers at the same time')
    ap.add_argument('--share', type=int, default=1, help='take turns: so many days for all pages')
    a = ap.parse_args()
    site = a.site.resolve()
    if not chromium():
        print('skipped: no chromium is installed')
        sys.exit(77)
    pages = sorted(p for p in site.rglob('*.html') if p.name not in ('search.html', 'genindex.html'))
    if a.only: pages = [p for p in pages if any(o in p.name for o in a.only)]
    pages = pages[int(time.time() // 86400) % a.share::a.share]
    if not pages: sys.exit(f"{site}: no pages → python scripts/build_docs.py")
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    shares = [pages[k::a.jobs] for k in range(a.jobs)]
    with ProcessPoolExecutor(a.jobs, get_context('spawn')) as pool:
        found = list(pool.map(partial(inspect, site=site, base=base, shots=a.shots), shares))
    server.shutdown()
    bad = sum(b for b, _ in found)
    total = sum(n for _, n in found)
    print(f"{len(pages)} pages, {total} figures: {'nothing blank, nothing broken' if not bad else f'{bad} pages with faults'}")
    sys.exit(bool(bad))

if __name__ == '__main__': main()
