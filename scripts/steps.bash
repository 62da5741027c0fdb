# Sourced by the other scripts: `step NAME COMMAND…` runs one step, shows that it runs and how long it took;
# `beside NAME COMMAND…` starts one that runs beside the next steps, and `joined` waits for it and shows what it printed;
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

beside() {
  beside_name="$1" beside_log="$(mktemp)"
  shift
  printf '\n==> %s, beside the next steps\n' "$beside_name"
  # A group of its own, so that a step that fails can stop all of it.
  set -m
  { SECONDS=0; code=0; "$@" || code=$?; minutes "$SECONDS"; exit "$code"; } >"$beside_log" 2>&1 &
  beside_job=$!
  set +m
  trap 'kill -- "-$beside_job" 2>/dev/null || true; rm -f "$beside_log"' EXIT
}

joined() {
  local code=0 line
  wait "$beside_job" || code=$?
  trap - EXIT
  sed '$d' "$beside_log"
  line="$(printf '%-28s %s' "$beside_name" "$(tail -n 1 "$beside_log")")"
  rm -f "$beside_log"
  [ "$code" = 0 ] || { printf '==> FAILED: %s\n' "$line"; exit "$code"; }
  steps_taken+=("$line")
  printf '==> done: %s\n' "$line"
}

minutes() { printf '%d:%02d min\n' $(($1 / 60)) $(($1 % 60)); }

summary() {
  printf '\n'
  printf '    %s\n' "${steps_taken[@]}" "$(printf '%-28s %s' 'in all' "$(minutes "$SECONDS")")"
}
