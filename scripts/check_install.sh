#!/usr/bin/env bash
# The sdist, the wheel that is built from it, and that wheel in an empty environment: it runs the lines of the README away from the checkout.
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

began=$SECONDS
wheel=$(echo "$tmp"/dist/*.whl)
"$python" -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -qq "$wheel"
mkdir "$tmp/away"
cd "$tmp/away"
"$tmp/venv/bin/mgnb" recipes > recipes.txt || { cat recipes.txt; exit 1; }
"$tmp/venv/bin/python" ../lines.py > out.txt 2>&1 || { tail -20 out.txt; exit 1; }
echo "${wheel##*/}: $(tr "\r" "\n" < out.txt | tail -1 | grep -o "\['.*") ($((SECONDS - began)) s)"
