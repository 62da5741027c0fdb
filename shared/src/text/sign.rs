//! The signs of states: shape, word and class of the style sheet; colour is never the only sign (ux.md 5.0).

use super::ui::Ui;
use crate::api::{FilingState, Timeliness};

/// A filing's state: shape, word and class; colour is never the only sign.
#[must_use]
pub const fn filing(state: FilingState) -> (&'static str, Ui, &'static str) {
    match state {
        FilingState::Empty => ("◇", Ui::FilingEmpty, "state--quiet"),
        FilingState::Filling => ("◐", Ui::FilingFilling, "state--busy"),
        FilingState::FiledLocally => ("↑", Ui::FilingFiledLocally, "state--busy"),
        FilingState::Filed => ("■", Ui::FilingFiled, "state--good"),
        FilingState::Returned => ("▲", Ui::FilingReturned, "state--ask"),
        FilingState::Accepted => ("✔", Ui::FilingAccepted, "state--done"),
        FilingState::Missing => ("●", Ui::FilingMissing, "state--bad"),
    }
}

/// A traffic light by its colour; a colour this version does not know is nobody's verdict.
#[must_use]
pub fn light(colour: &str) -> (&'static str, Ui, &'static str) {
    match colour {
        "green" => ("■", Ui::LightGreen, "state--good"),
        "amber" => ("▲", Ui::LightAmber, "state--ask"),
        "red" => ("●", Ui::LightRed, "state--bad"),
        "done" => ("✔", Ui::LightDone, "state--done"),
        _ => ("◇", Ui::Pending, "state--quiet"),
    }
}

/// How a filing stands against its due moment.
#[must_use]
pub const fn timeliness(timeliness: Timeliness) -> (&'static str, Ui, &'static str) {
    match timeliness {
        Timeliness::OnTime => ("■", Ui::OnTime, "state--good"),
        Timeliness::LateNetwork => ("▲", Ui::LateNetwork, "state--ask"),
        Timeliness::Late => ("▲", Ui::Late, "state--ask"),
        Timeliness::Missing => ("●", Ui::TimelinessMissing, "state--bad"),
        Timeliness::Pending => ("◇", Ui::Pending, "state--quiet"),
        Timeliness::Prefilled => ("◐", Ui::Prefilled, "state--busy"),
        Timeliness::Excused => ("■", Ui::Excused, "state--good"),
        Timeliness::Reported => ("■", Ui::Reported, "state--good"),
    }
}
