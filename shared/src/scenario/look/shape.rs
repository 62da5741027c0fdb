//! Which paths an answer of the API has, read off its type: a misspelt key is refused before it is taken for an empty answer.

use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::api::rules::{CountyRules, ProjectRules};

/// The keys that stand where a path of `ProjectRules` leaves it: empty when the path is one of it.
pub(super) fn of_project(path: &str) -> Result<(), String> {
    walk::<ProjectRules>(path)
}

/// The same for `CountyRules`.
pub(super) fn of_county(path: &str) -> Result<(), String> {
    walk::<CountyRules>(path)
}

/// Follows a path through a type; the error names the key that is not there and those that are.
fn walk<T: ToSchema>(path: &str) -> Result<(), String> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let parts: serde_json::Map<String, Json> = named
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()))
        .collect();
    let mut at = vec![serde_json::to_value(T::schema()).unwrap_or_default()];
    for key in path.split('/') {
        let here: Vec<Json> = at
            .into_iter()
            .flat_map(|schema| plain(schema, &parts))
            .collect();
        at = here.iter().flat_map(|schema| inside(schema, key)).collect();
        if at.is_empty() {
            let keys: Vec<_> = here.iter().flat_map(keys_of).collect();
            let known = if keys.is_empty() {
                "nothing".to_owned()
            } else {
                keys.join(", ")
            };
            return Err(format!("no `{key}` in `{path}`; there is {known}"));
        }
    }
    Ok(())
}

/// A schema without references and alternatives.
fn plain(schema: Json, parts: &serde_json::Map<String, Json>) -> Vec<Json> {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        let name = name.rsplit('/').next().unwrap_or(name);
        let named = parts.get(name).cloned();
        return named
            .into_iter()
            .flat_map(|schema| plain(schema, parts))
            .collect();
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        if let Some(Json::Array(ways)) = schema.get(word) {
            let ways = ways.iter().cloned();
            return ways.flat_map(|schema| plain(schema, parts)).collect();
        }
    }
    vec![schema]
}

/// What stands under a key; `*` is every element.
fn inside(schema: &Json, key: &str) -> Vec<Json> {
    let mut found = Vec::new();
    if let Some(Json::Object(properties)) = schema.get("properties") {
        match key {
            "*" => found.extend(properties.values().cloned()),
            key => found.extend(properties.get(key).cloned()),
        }
    }
    found.extend(
        schema
            .get("additionalProperties")
            .filter(|inner| inner.is_object())
            .cloned(),
    );
    if key == "*" {
        found.extend(schema.get("items").cloned());
    }
    found
}

/// The keys one can go on with.
fn keys_of(schema: &Json) -> Vec<String> {
    match schema.get("properties") {
        Some(Json::Object(properties)) => properties.keys().cloned().collect(),
        _ if schema.get("items").is_some() => vec!["*".to_owned()],
        _ => Vec::new(),
    }
}
