# Sourced by the other scripts: what they need beyond cargo, in one place. `rust_parts` adds what rust-toolchain.toml names;
# `packages NEED=PACKAGE…` installs the Debian packages whose command (or package) is missing, or fails where that cannot be done.
build_needs=(wasm-opt=binaryen)
test_needs=(chromium=chromium chromedriver=chromium-driver fonts-noto-cjk=fonts-noto-cjk)

rust_parts() {
  command -v rustup >/dev/null || return 0
  rustup target list --installed | grep --quiet '^wasm32-unknown-unknown$' || rustup target add wasm32-unknown-unknown
  [[ "${1:-}" == all ]] || return 0
  rustup component list --installed | grep --quiet '^clippy' || rustup component add clippy
  rustup component list --installed | grep --quiet '^rustfmt' || rustup component add rustfmt
}

packages() {
  local need missing=() as_root=()
  for need in "$@"; do
    command -v "${need%%=*}" >/dev/null || dpkg --status "${need#*=}" >/dev/null 2>&1 || missing+=("${need#*=}")
  done
  ((${#missing[@]} == 0)) && { echo "nothing is missing"; return; }
  [[ "${install:-yes}" == yes ]] || { echo "error: missing: ${missing[*]}" >&2; return 2; }
  ((EUID == 0)) || as_root=(sudo --non-interactive)
  command -v apt-get >/dev/null || { echo "error: no apt-get to install: ${missing[*]}" >&2; return 2; }
  "${as_root[@]}" apt-get update --quiet=2 || return 2
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" || return 2
}
