# Sourced by the other scripts: `step NAME COMMAND…` runs one step, shows that it runs and how long it took;
# `summary` prints the minutes of all of them.
steps_taken=()

step() {
  local name="$1" begun=$SECONDS
  shift
  printf '\n==> %s\n' "$name"
  "$@" || { local code=$?; printf '==> %s FAILED after %s\n' "$name" "$(minutes $((SECONDS - begun)))"; exit "$code"; }
  local line
  line="$(printf '%-28s %s' "$name" "$(minutes $((SECONDS - begun)))")"
  steps_taken+=("$line")
  printf '==> done: %s\n' "$line"
}

minutes() { printf '%d:%02d min' $(($1 / 60)) $(($1 % 60)); }

summary() {
  printf '\n'
  printf '    %s\n' "${steps_taken[@]}" "$(printf '%-28s %s' 'in all' "$(minutes "$SECONDS")")"
}
