"Sphinx settings of the site; scripts/build_docs.py copies them beside the converted pages."
import re
from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)

project = title = 'mgnb'
author = 'The mgnb authors'
copyright = '2026, The mgnb authors'
extensions = ['myst_nb']
exclude_patterns = ['_build']
templates_path = ['_templates']
suppress_warnings = ['mystnb.unknown_mime_type', 'myst.header', 'misc.highlighting_failure']

nb_execution_mode = 'off'
nb_merge_streams = True
nb_remove_code_outputs = False
myst_enable_extensions = ['dollarmath', 'amsmath', 'deflist', 'colon_fence']
myst_heading_anchors = 4

html_theme = 'furo'
html_title = 'mgnb'
html_favicon = '_static/icon.svg'
html_static_path = ['_static']
html_css_files = ['site.css']
html_js_files = [('site.js', {'defer': 'defer'})]
html_extra_path = ['_extra']
html_copy_source = False
html_math_renderer = 'mathml'
pygments_style = 'friendly'
html_theme_options = dict(top_of_page_buttons=[], light_css_variables={
    'color-brand-primary': '#1f5f8b', 'color-brand-content': '#1f5f8b', 'color-brand-visited': '#1f5f8b', 'font-size--normal': '1rem',
    'color-api-background': '#f6f8fa', 'color-code-background': '#f6f8fa'})

def tex(text): return re.sub(r'\\frac\s*(\w)\s*(\w)', r'\\frac{\1}{\2}', text)   # \frac12 is fine in TeX, not for docutils

def mathml(block):
    "Formulas as MathML, which browsers draw themselves: nothing to download"
    def visit(self, node):
        text = node.astext()
        try: html = latex2mathml.tex2mathml(tex(text), as_block=block)
        except Exception as e:
            logger.warning('formula %r: %s', text, e)
            html = f'<code>{self.encode(text)}</code>'
        self.body.append(f'<div class="math">{html}</div>' if block else f'<span class="math">{html}</span>')
        raise nodes.SkipNode
    return visit, None

def setup(app): app.add_html_math_renderer('mathml', inline_renderers=mathml(False), block_renderers=mathml(True))
