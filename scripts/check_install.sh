#!/usr/bin/env bash
# The sdist, and the wheel that is built from it: installed elsewhere it runs the lines of the README, away from the checkout.
#   bash scripts/check_install.sh [PYTHON]
# What mgnb needs is borrowed from PYTHON's environment, where the first command of the README has installed it.
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
"$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$(echo "$tmp"/venv/lib/python3*/site-packages)/borrowed.pth"
"$tmp/venv/bin/pip" install -qq --no-deps "$wheel"
mkdir "$tmp/away"
cd "$tmp/away"
"$tmp/venv/bin/python" -c 'import mgnb, sys; assert mgnb.__file__.startswith(sys.prefix), mgnb.__file__'
"$tmp/venv/bin/python" -c 'from mgnb.learn.run import load_run; [load_run("builtin", kind) for kind in ("events", "clips")]'
"$tmp/venv/bin/mgnb" recipes > recipes.txt || { cat recipes.txt; exit 1; }
"$tmp/venv/bin/python" ../lines.py > out.txt 2>&1 || { tail -20 out.txt; exit 1; }
echo "${wheel##*/}: $(tr "\r" "\n" < out.txt | tail -1 | grep -o "\['.*") ($((SECONDS - began)) s)"
