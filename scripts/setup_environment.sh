#!/bin/sh
# Make .venv ready for `runtime` (preview, deploy) or `dev` (tests, lint, types). Called by make; run again it
# does nothing until a lock file, this script or the chosen interpreter changes.
#
#   PYTHON=python3.12   interpreter to use instead of the first fitting one found
#   INSTALLER=pip       install with pip even where uv would work
set -eu

kind=${1:?usage: setup_environment.sh runtime|dev}
venv=.venv
python=$venv/bin/python
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

case $kind in
    runtime) locks="requirements.txt" ;;
    dev) locks="requirements.txt requirements-dev.txt" ;;
    *) say "unknown kind of environment: $kind"; exit 2 ;;
esac

# A venv needs ensurepip (a package of its own on Debian and Ubuntu), an install over https needs ssl.
FITS='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("it is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, ssl, venv
except ImportError as error:
    sys.exit("it lacks a standard module (%s); on Debian or Ubuntu install its -venv package" % error)
import os
print(os.path.realpath(sys.executable))'

find_python() {
    passed_over=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        if answer=$("$candidate" -c "$FITS" 2>&1); then
            printf '%s\n' "$answer"
            return
        fi
        passed_over="$passed_over
  $candidate: $(printf '%s\n' "$answer" | head -n 1)"
    done
    say "No usable Python found.$passed_over"
    say "Install Python 3.11, 3.12 or 3.13 with its venv module,"
    say "or name one: make ${MAKE_TARGET:-preview} PYTHON=/path/to/python3.12"
    return 1
}

# The interpreter's real path is remembered: a venv does not survive its interpreter being replaced.
wanted=
if [ -n "${PYTHON:-}" ] || ! [ -x "$python" ] || ! [ -f "$venv/.interpreter" ]; then
    wanted=$(find_python)
    if [ -x "$python" ] && [ "$(cat "$venv/.interpreter" 2>/dev/null)" = "$wanted" ]; then
        wanted=
    fi
fi

# shellcheck disable=SC2086  # the lock names are words on purpose
key=$(cat scripts/setup_environment.sh requirements-bootstrap.txt $locks | cksum)
stamp=$venv/.installed-$kind
if [ -z "$wanted" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
    exit 0
fi

if [ -n "$wanted" ]; then
    say "Setting up $venv with $("$wanted" -V 2>&1) (once)"
    rm -rf "$venv"
    "$wanted" -m venv "$venv"
    printf '%s\n' "$wanted" >"$venv/.interpreter"
else
    say "Bringing $venv in line with $locks"
fi

requirements=
for lock in $locks; do
    requirements="$requirements -r $lock"
done

# uv installs in seconds what takes pip half a minute; without it (no wheel for this machine) pip does the same work.
install_with_uv() {
    [ "${INSTALLER:-uv}" = uv ] || return 1
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt || return 1
    # shellcheck disable=SC2086
    "$venv/bin/uv" pip install --quiet --python "$python" --require-hashes $requirements
}
if ! install_with_uv; then
    say "Installing with pip, which takes about half a minute"
    # shellcheck disable=SC2086
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes $requirements
fi
printf '%s\n' "$key" >"$stamp"
