//! Every word a person reads, in every language the product speaks.
//!
//! Each part of the product has its own enum of messages in a sub-module, with one exhaustive match per language, so a missing
//! translation does not compile. Nothing else in `shared` and nothing in `web` holds words of a human language; the county's own
//! words (stages, ledgers, units) come from its profile and go before these.

use serde::{Deserialize, Serialize};

/// Words that stand alone: an enumeration whose variants each have a Chinese and an English form.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident $zh:literal $en:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the Chinese word beside each variant says what it means")]
        pub enum $name { $($variant),* }

        impl $name {
            /// Every one, in the order of their indexes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Names and order of the variants as one number: two versions that agree in it mean the same by an index.
            pub const PRINT: u32 = $crate::text::page::print(stringify!($($variant)*));

            /// The words in one language.
            #[must_use]
            pub const fn text(self, lang: $crate::text::Lang) -> &'static str {
                match lang {
                    $crate::text::Lang::Zh => match self { $(Self::$variant => $zh),* },
                    $crate::text::Lang::En => match self { $(Self::$variant => $en),* },
                }
            }
        }
    };
}

#[cfg(feature = "crdt")]
pub mod alarm;
pub mod attachment;
pub mod book;
pub mod bundle;
pub mod chart;
pub mod check;
pub mod compiled;
pub mod correction;
pub mod doctor;
pub mod due;
pub mod fields;
pub mod figures;
pub mod finding;
pub mod guard;
pub mod hub;
pub mod issues;
pub mod light;
pub mod line;
pub mod office;
pub mod page;
pub mod panel;
pub mod parse;
pub mod period;
pub mod plain;
pub mod publications;
pub mod records;
pub mod recovery;
pub mod refusal;
pub mod reminder;
pub mod repair;
pub mod sign;
pub mod synonyms;
pub mod system;
pub mod tables;
pub mod ui;

/// A language people read the product in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Chinese, simplified: the first language of everything.
    #[default]
    Zh,
    /// English.
    En,
}
