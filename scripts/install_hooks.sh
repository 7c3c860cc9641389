#!/usr/bin/env bash
# Once in a fresh clone: commits are cleaned and exported, merges of notebooks are merged cell by cell. Nothing is downloaded.
#   bash scripts/install_hooks.sh           to undo: git config --unset core.hooksPath
set -e
cd "$(dirname "$0")/.."
git config core.hooksPath scripts/hooks
git config merge.nbdev-merge.name 'resolve conflicts with nbdev_fix'
git config merge.nbdev-merge.driver 'nbdev_merge %O %A %B %P'
echo 'Hooks are installed.'
