//! The words of the browser front end.
//!
//! [`Ui`] are words that stand alone; [`Say`] are sentences with facts in them. Tone: short, official, polite, without blame;
//! the place of the data is named, and a number has its unit (ux.md 6.5).

use super::Lang;

macro_rules! words {
    ($($variant:ident $zh:literal $en:literal;)*) => {
        /// A word or sentence of the front end without facts in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the Chinese word beside each variant says what it means")]
        pub enum Ui { $($variant),* }

        impl Ui {
            /// Every message, for the tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The words in one language.
            #[must_use]
            pub const fn text(self, lang: Lang) -> &'static str {
                match lang {
                    Lang::Zh => match self { $(Self::$variant => $zh),* },
                    Lang::En => match self { $(Self::$variant => $en),* },
                }
            }
        }
    };
}

words! {
    Product "项目管理" "Projects";
}
