//! The front end's files, embedded in the program; every path the interface does not know is the page itself.
//!
//! Files come from `web/dist` as they were when the program was built. Without a built front end the program compiles all the
//! same, and `/` says how to build it. Names that hold a hash are cached for ever, all else is asked for again each time.
//! A `.br` or `.gz` beside a file is sent where the browser takes it. The page of a node with demonstration data carries a mark
//! on its body, so that it says so before anybody has logged in.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use http::{Response, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Xiangmu</title>\
<h1>This server runs, but was built without its front end.</h1>\
<p>In the source tree, run <code>scripts/build</code> and start <code>target/release/xiangmu</code> again. \
The interface for programs works: <a href=\"/api/docs\">/api/docs</a>.</p></html>";

/// Answers a GET for a file of the front end, for the page, or for a file that does not exist. `mark` is what the page says of
/// its data.
#[must_use]
pub fn serve(path: &str, headers: &HeaderMap, mark: Option<&str>) -> Response<Bytes> {
    serve_from(path, headers, mark, Dist::get)
}

fn serve_from(
    path: &str,
    headers: &HeaderMap,
    mark: Option<&str>,
    get: impl Fn(&str) -> Option<EmbeddedFile>,
) -> Response<Bytes> {
    let name = path.trim_start_matches('/');
    let wanted = if name.is_empty() || !looks_like_file(name) {
        INDEX
    } else {
        name
    };
    if let (INDEX, Some(mark), Some(page)) = (wanted, mark, get(INDEX)) {
        return marked(&page, mark);
    }
    let encodings = accepted(headers);
    let found = encodings
        .into_iter()
        .flatten()
        .find_map(|(ending, encoding)| Some((get(&format!("{wanted}{ending}"))?, Some(encoding))))
        .or_else(|| Some((get(wanted)?, None)));
    let Some((file, encoding)) = found else {
        return if wanted == INDEX {
            reply(
                StatusCode::OK,
                "text/html; charset=utf-8",
                "no-cache",
                Bytes::from_static(NOT_BUILT.as_bytes()),
            )
        } else {
            reply(
                StatusCode::NOT_FOUND,
                "text/plain; charset=utf-8",
                "no-store",
                Bytes::from_static(b"not found\n"),
            )
        };
    };
    let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let cache = if is_hashed(wanted) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let unchanged = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == etag)
        });
    let mut response = if unchanged {
        reply(
            StatusCode::NOT_MODIFIED,
            media_type(wanted),
            cache,
            Bytes::new(),
        )
    } else {
        let body = match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        };
        reply(StatusCode::OK, media_type(wanted), cache, body)
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The page with a mark on its body. It is small and asked for once, so it goes as it is.
fn marked(page: &EmbeddedFile, mark: &str) -> Response<Bytes> {
    let text = String::from_utf8_lossy(&page.data);
    let text = text.replacen("<body>", &format!("<body data-demo=\"{mark}\">"), 1);
    reply(
        StatusCode::OK,
        media_type(INDEX),
        "no-cache",
        Bytes::from(text),
    )
}

fn reply(
    status: StatusCode,
    kind: &'static str,
    cache: &'static str,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// A page's address has no dot in its last part; a file's name has one.
fn looks_like_file(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

/// True for names like `app-0f3c9a1b.js` or `app-0f3c9a1b_bg.wasm`: their content never changes.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '.', '_', '/']).any(|part| {
        part.len() >= 8
            && part.bytes().all(|b| b.is_ascii_hexdigit())
            && part.bytes().any(|b| b.is_ascii_digit())
    })
}

/// The precompressed forms the client takes, best first.
fn accepted(headers: &HeaderMap) -> [Option<(&'static str, &'static str)>; 2] {
    let takes = |name: &str| {
        headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|part| {
                let mut pieces = part.split(';').map(str::trim);
                pieces.next() == Some(name)
                    && !pieces.any(|q| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
    };
    [
        takes("br").then_some((".br", "br")),
        takes("gzip").then_some((".gz", "gzip")),
    ]
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use std::borrow::Cow;

    use rust_embed::Metadata;

    use super::*;

    fn file(content: &'static str) -> EmbeddedFile {
        EmbeddedFile {
            data: Cow::Borrowed(content.as_bytes()),
            metadata: Metadata::__rust_embed_new([content.len() as u8; 32], None, None),
        }
    }

    fn built(name: &str) -> Option<EmbeddedFile> {
        match name {
            "index.html" => Some(file("<body>page")),
            "index.html.br" => Some(file("brotli")),
            "app-0f3c9a1b.js" => Some(file("plain")),
            "app-0f3c9a1b.js.br" => Some(file("brotli")),
            _ => None,
        }
    }

    fn get(path: &str, pairs: &[(http::HeaderName, &str)]) -> Response<Bytes> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        serve_from(path, &headers, None, built)
    }

    #[test]
    fn every_page_is_the_page_and_a_missing_file_is_missing() {
        for path in ["/", "/projects/01J", "/sync"] {
            assert_eq!(get(path, &[]).body(), "<body>page", "{path}");
            assert_eq!(get(path, &[]).headers()[CACHE_CONTROL], "no-cache");
        }
        assert_eq!(get("/old-1.js", &[]).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_page_of_a_demonstration_says_so_before_anybody_logs_in() {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, "br".parse().unwrap())]);
        let page = serve_from("/sync", &headers, Some("demo"), built);
        assert_eq!(page.body(), "<body data-demo=\"demo\">page");
        assert!(!page.headers().contains_key(CONTENT_ENCODING));
        let script = serve_from("/app-0f3c9a1b.js", &headers, Some("demo"), built);
        assert_eq!(script.body(), "brotli");
    }

    #[test]
    fn a_hashed_file_is_cached_for_ever_and_sent_compressed() {
        let plain = get("/app-0f3c9a1b.js", &[]);
        assert_eq!(plain.body(), "plain");
        assert!(
            plain.headers()[CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        let small = get("/app-0f3c9a1b.js", &[(ACCEPT_ENCODING, "gzip, br;q=1.0")]);
        assert_eq!(small.body(), "brotli");
        assert_eq!(small.headers()[CONTENT_ENCODING], "br");
        assert_eq!(
            small.headers()[CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        let refused = get("/app-0f3c9a1b.js", &[(ACCEPT_ENCODING, "br;q=0, gzip")]);
        assert_eq!(refused.body(), "plain");
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        let first = get("/app-0f3c9a1b.js", &[]);
        let etag = first.headers()[ETAG].to_str().unwrap();
        let again = get("/app-0f3c9a1b.js", &[(IF_NONE_MATCH, etag)]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.body().is_empty());
    }

    #[test]
    fn without_a_built_front_end_the_page_says_how_to_build_it() {
        let response = serve_from("/", &HeaderMap::new(), Some("x"), |_| None);
        assert_eq!(response.status(), StatusCode::OK);
        assert!(String::from_utf8_lossy(response.body()).contains("scripts/build"));
    }
}
