//! How much a test does: little at each push, all of research/reliability.md 6 at night, and whatever a variable says.

/// A number given by the environment.
#[must_use]
pub fn said(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// How many cases to run: as the variable says, else by what runs the tests (`scripts/test --nightly` sets `XIANGMU_NIGHTLY`).
#[must_use]
pub fn of(variable: &str, push: u64, nightly: u64) -> u64 {
    said(variable).unwrap_or(if is_nightly() { nightly } else { push })
}

/// True in the long run of a night.
#[must_use]
pub fn is_nightly() -> bool {
    std::env::var_os("XIANGMU_NIGHTLY").is_some()
}
