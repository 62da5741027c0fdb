//! The only reader of the clock and of randomness, and so the maker of new ids.

use shared::ids::{CommandId, ProjectId, RowId};
use shared::time::Timestamp;

/// The moment by this computer's clock.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit an i64"
    )]
    let ms = js_sys::Date::now() as i64;
    Timestamp(ms)
}

/// Draws the parts of a new ULID. Without a cryptographic source (none of the supported browsers) the ids rest on `Math.random`.
fn draw() -> (u64, [u8; 10]) {
    let mut bytes = [0u8; 10];
    let drawn = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !drawn {
        for byte in &mut bytes {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "below 256"
            )]
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
    }
    (now().0.unsigned_abs(), bytes)
}

/// A new command's id.
#[must_use]
pub fn new_command_id() -> CommandId {
    let (time, random) = draw();
    CommandId::from_parts(time, random)
}

/// A new row's id.
#[must_use]
pub fn new_row_id() -> RowId {
    let (time, random) = draw();
    RowId::from_parts(time, random)
}

/// A new project's id.
#[must_use]
pub fn new_project_id() -> ProjectId {
    let (time, random) = draw();
    ProjectId::from_parts(time, random)
}
