# Sourced by the other scripts: what they need beyond cargo, in one place. `rust_parts` adds what rust-toolchain.toml names;
# `packages NEED=PACKAGE…` installs the Debian packages whose command (or package) is missing; where it may not, it fails and says
# the line to run as root.
build_needs=(wasm-opt=binaryen)
test_needs=(npm=npm chromium=chromium chromedriver=chromium-driver fonts-noto-cjk=fonts-noto-cjk)

rust_parts() {
  command -v rustup >/dev/null || return 0
  rustup target list --installed | grep --quiet '^wasm32-unknown-unknown$' || rustup target add wasm32-unknown-unknown
  [[ "${1:-}" == all ]] || return 0
  rustup component list --installed | grep --quiet '^clippy' || rustup component add clippy
  rustup component list --installed | grep --quiet '^rustfmt' || rustup component add rustfmt
}

packages() {
  local need missing=() as_root=() by_hand
  for need in "$@"; do
    command -v "${need%%=*}" >/dev/null || dpkg --status "${need#*=}" >/dev/null 2>&1 || missing+=("${need#*=}")
  done
  ((${#missing[@]} == 0)) && { echo "nothing is missing"; return; }
  [[ "${install:-yes}" == yes ]] || { echo "error: missing: ${missing[*]}" >&2; return 2; }
  command -v apt-get >/dev/null || { echo "error: no apt-get to install: ${missing[*]}" >&2; return 2; }
  by_hand="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      printf 'error: missing: %s; there is no sudo here, run as root:\n  %s\n' "${missing[*]}" "$by_hand" >&2
      return 2
    elif sudo --non-interactive true 2>/dev/null; then
      as_root=(sudo --non-interactive)
    elif [[ -t 0 ]]; then
      # A person is there to type the password.
      as_root=(sudo)
    else
      printf 'error: missing: %s; sudo wants a password and nobody is there to type it, run as root:\n  %s\n' "${missing[*]}" "$by_hand" >&2
      return 2
    fi
  fi
  "${as_root[@]}" apt-get update --quiet=2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" ||
    { printf 'error: that did not work; run as root:\n  %s\n' "$by_hand" >&2; return 2; }
}
