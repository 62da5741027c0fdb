//! What one browser remembers for its person: language, type size, width of the rail, views of the list.
//! Absent storage is no failure.

use shared::ids::UserId;
use shared::text::Lang;

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

/// The chosen language.
#[must_use]
pub fn lang() -> Lang {
    if read("lang").as_deref() == Some("en") {
        Lang::En
    } else {
        Lang::Zh
    }
}

/// Remembers the language.
pub fn set_lang(lang: Lang) {
    write(
        "lang",
        match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        },
    );
}

/// True when large type is chosen.
#[must_use]
pub fn large_type() -> bool {
    read("type").as_deref() == Some("large")
}

/// Remembers the type size.
pub fn set_large_type(large: bool) {
    write("type", if large { "large" } else { "normal" });
}

/// True when the rail shows its signs alone.
#[must_use]
pub fn narrow_rail() -> bool {
    read("rail").is_some()
}

/// Remembers the rail's width.
pub fn set_narrow_rail(narrow: bool) {
    if let Some(storage) = storage() {
        let _ = if narrow {
            storage.set_item("rail", "")
        } else {
            storage.remove_item("rail")
        };
    }
}

fn views_key(user: UserId) -> String {
    format!("views/{user}")
}

/// The views of the list that this person saved here, as `state::ledger::views` reads them.
#[must_use]
pub fn views(user: UserId) -> String {
    read(&views_key(user)).unwrap_or_default()
}

/// Remembers this person's views.
pub fn set_views(user: UserId, views: &str) {
    write(&views_key(user), views);
}
