"""The commands and lines of the README, as they stand there.

    python scripts/readme_commands.py sh 1        the first line of the first ```sh block
    python scripts/readme_commands.py python      the first ```python block"""
import re, sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent/'README.md'

def blocks(language):
    "All code blocks of a language"
    return re.findall(rf'^```{language}\n(.*?)^```', README.read_text(encoding='utf-8'), re.M | re.S)

if __name__ == '__main__':
    language, *line = sys.argv[1:]
    first = blocks(language)[0]
    print(first.splitlines()[int(line[0]) - 1] if line else first.rstrip())
