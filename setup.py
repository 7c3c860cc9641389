"""Install mgnb; every name and version comes from settings.ini."""
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

root = Path(__file__).parent
config = ConfigParser(delimiters=['='])
config.read(root/'settings.ini', encoding='utf-8')
cfg = config['DEFAULT']
extras = {key.removesuffix('_requirements'): cfg[key].split() for key in cfg if key.endswith('_requirements')}
pythons = cfg['pythons'].split()

setup(
    name=cfg['lib_name'],
    version=cfg['version'],
    description=cfg['description'],
    keywords=cfg['keywords'].split(),
    author=cfg['author'],
    author_email=cfg['author_email'],
    license='Apache-2.0',
    url=cfg['git_url'],
    classifiers=[
        'Development Status :: 3 - Alpha',
        'Intended Audience :: Science/Research',
        *(f'Programming Language :: Python :: {p}' for p in pythons),
    ],
    # the sample lies in data/ for whoever reads the repository, and travels inside the package
    packages=[*find_packages(include=['mgnb', 'mgnb.*']), 'mgnb.sample'],
    package_dir={'mgnb.sample': 'data/sample'},
    package_data={'mgnb': ['*.json', '*.safetensors', 'weights/*/*'], 'mgnb.sample': ['*.json', '*.csv', 'keypoints/*.npy']},
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg['requirements'].split(),
    extras_require=extras,
    long_description=(root/'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    entry_points={
        'console_scripts': cfg['console_scripts'].split(),
        'nbdev': [f"{cfg['lib_name']}={cfg['lib_name']}._modidx:d"],
    },
    zip_safe=False,
)
