"""The table that `mgnb recipes` prints: every system, its size, what was published of it.

    python scripts/make_systems.py

Builds every network on the meta device and writes mgnb/systems.json. The page "A table of all systems" fails when the file is no
longer true."""
import json
from pathlib import Path
import mgnb
from mgnb.shell.systems import describe_system, every_system

known, find = every_system()
rows = [describe_system(recipe) for recipe in (known | find).values()]
file = Path(mgnb.__file__).parent/'systems.json'
file.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
print(f"{len(rows)} systems in {file.name}")
