//! The OpenAPI document, printed from the table of routes and the schemas of `shared`.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use shared::api;
use utoipa::{PartialSchema, ToSchema};

use super::table::{Access, Components, Route, Shape, routes};

/// The document as JSON text; built once.
#[must_use]
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| build().to_string())
}

fn build() -> Value {
    let mut components = Components::new();
    components.push((api::ApiError::name().into_owned(), api::ApiError::schema()));
    api::ApiError::schemas(&mut components);
    api::Watch::schemas(&mut components);
    components.push((api::Watch::name().into_owned(), api::Watch::schema()));
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let operation = operation(route, &mut components);
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    components.sort_by(|a, b| a.0.cmp(&b.0));
    let mut schemas = Map::new();
    for (name, schema) in components {
        // A schema is plain data of utoipa; it always has a JSON form.
        schemas.insert(name, serde_json::to_value(schema).unwrap_or(Value::Null));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Xiangmu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The interface between node and browser, and for other programs. Log in with POST /api/v1/session; \
                send the cookie with every request and the answer's `csrf` as `X-CSRF` with every unsafe one.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "xm-<first 8 characters of the node's id>"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF"},
            },
        },
    })
}

fn operation(route: &Route, components: &mut Components) -> Value {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    for (name, meaning) in route.query {
        parameters.push(json!({"name": name, "in": "query", "description": meaning, "schema": {"type": "string"}}));
    }
    let mut answer = json!({"description": "Done."});
    if let Some(content) = content(route.gives, components) {
        answer["content"] = content;
    }
    let error = json!({
        "description": "Refused or failed.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApiError"}}},
    });
    let mut operation = json!({
        "operationId": format!("{:?}", route.endpoint),
        "summary": route.summary,
        "parameters": parameters,
        "responses": {"200": answer, "default": error},
    });
    if let Some(content) = content(route.takes, components) {
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    if route.access == Access::Person {
        let safe = route.method.is_safe();
        operation["security"] = if safe {
            json!([{"session": []}])
        } else {
            json!([{"session": [], "csrf": []}])
        };
    }
    operation
}

fn content(shape: Shape, components: &mut Components) -> Option<Value> {
    Some(match shape {
        Shape::Nothing => return None,
        Shape::Json(schema) => json!({"application/json": {"schema": schema(components)}}),
        Shape::AnyJson => json!({"application/json": {"schema": {}}}),
        Shape::Text => json!({"text/plain": {"schema": {"type": "string"}}}),
        Shape::Page => json!({"text/html": {"schema": {"type": "string"}}}),
        Shape::Form => json!({"multipart/form-data": {"schema": {"type": "object"}}}),
        Shape::File | Shape::Bundle => {
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}})
        }
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_in_the_document() {
        let document: Value = serde_json::from_str(document()).unwrap();
        for route in routes() {
            let method = route.method.as_str().to_ascii_lowercase();
            let operation = &document["paths"][route.path][&method];
            assert!(operation["summary"].is_string(), "{method} {}", route.path);
        }
    }

    #[test]
    fn every_reference_has_its_schema() {
        let text = document();
        let document: Value = serde_json::from_str(text).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(
                schemas.get(name).is_some_and(|schema| !schema.is_null()),
                "{name} is referred to and missing"
            );
        }
        assert!(schemas.len() > 30, "{}", schemas.len());
    }
}
