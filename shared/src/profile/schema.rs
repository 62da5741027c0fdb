//! The JSON Schema of a profile file, made from its types, for editors that complete and check while a county writes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{DayRange, Money, Profile, Recur, TimeOfDay};
use crate::time::Date;

/// Texts with a grammar of their own: what the types check, as a pattern an editor can check.
macro_rules! patterns {
    ($($name:ident $pattern:literal;)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern})
            }
        }
    )*};
}

patterns! {
    Date r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    DayRange r"^[0-9]{1,2}-[0-9]{1,2}$";
    TimeOfDay r"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$";
    Money "^[0-9]+(\\.[0-9]+)?(\u{5143}|\u{4e07}\u{5143}|\u{4ebf}\u{5143})$";
    Recur r"^(weekly(:[1-7])?|monthly(:last|(:[0-9]{1,2}(,[0-9]{1,2})?))?|quarterly|quarterly_start:[0-9]{1,2}-[0-9]{1,2}|halfyearly|yearly(:[0-9]{2}-[0-9]{2}(\.\.([0-9]{2}-[0-9]{2}|null))?)?|yearly_months:[0-9]{1,2}(,[0-9]{1,2})*|every2m:(even|odd)|periodic|immediate|on_demand|once:[a-z_]+)$";
}

/// The schema of a profile file (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Profile).to_value()
}
