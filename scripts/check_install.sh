#!/usr/bin/env bash
# Wheel and sdist, installed one after the other in an empty environment, run the lines of the README away from the checkout.
#   bash scripts/check_install.sh [PYTHON]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-python3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

git -c safe.directory='*' clone -q "$root" "$tmp/src"
"$python" -m venv "$tmp/build"
"$tmp/build/bin/pip" install -qq build
"$tmp/build/bin/python" -m build --outdir "$tmp/dist" "$tmp/src" > "$tmp/log" 2>&1 || { tail -20 "$tmp/log"; exit 1; }
"$python" "$root/scripts/readme_commands.py" python > "$tmp/lines.py"
echo 'print(got.clip_ids[:3], got.probs.shape)' >> "$tmp/lines.py"
rm -rf "$tmp/src" "$tmp/build"
"$python" -m venv "$tmp/venv"

for file in "$tmp"/dist/*.whl "$tmp"/dist/*.tar.gz; do
  began=$SECONDS
  cd "$tmp"
  rm -rf "$tmp/away"
  [ ! -e "$tmp/venv/bin/mgnb" ] || "$tmp/venv/bin/pip" uninstall -qqy mgnb     # what it needs stays
  "$tmp/venv/bin/pip" install -qq "$file"
  mkdir "$tmp/away"
  cd "$tmp/away"
  "$tmp/venv/bin/mgnb" recipes > recipes.txt || { cat recipes.txt; exit 1; }
  "$tmp/venv/bin/python" ../lines.py > out.txt 2>&1 || { tail -20 out.txt; exit 1; }
  echo "${file##*/}: $(tr "\r" "\n" < out.txt | tail -1 | grep -o "\['.*") ($((SECONDS - began)) s)"
done
