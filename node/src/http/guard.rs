//! Who may talk to this server: the checks that come before any route.
//!
//! - Host: only names this server goes by, against DNS rebinding. A page that rebinds needs a *name*, so a listener beyond loopback
//!   also takes any IP literal; a loopback listener takes loopback only.
//! - Unsafe methods: a body type a form cannot send, `Sec-Fetch-Site: same-origin` or the exact `Origin` where the browser says
//!   either, and `X-CSRF` where a session stands. A request with neither header comes from no browser of this century; it still
//!   needs `X-CSRF`, which no foreign page can add without a preflight that nobody answers.
//! - A WebSocket: the exact `Origin` where there is one; every browser sends it.

use std::net::{IpAddr, SocketAddr};

use http::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, ORIGIN};

use crate::accounts::session::Token;
use shared::ids::NodeId;

/// The names this server goes by.
#[derive(Debug, Clone)]
pub struct HostList {
    names: Vec<String>,
    any_literal: bool,
}

impl HostList {
    /// The names for a listener: loopback, the configured ones, and beyond loopback every IP literal.
    #[must_use]
    pub fn new(listen: SocketAddr, configured: &[String]) -> Self {
        let mut names = vec![
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "[::1]".to_owned(),
        ];
        for name in configured {
            // An address to dial is configured as `https://host:port`.
            let name = name.rsplit("://").next().unwrap_or(name);
            let name = name.split('/').next().unwrap_or(name);
            if let Some((host, _)) = split_port(&name.to_ascii_lowercase()) {
                names.push(host.to_owned());
            }
        }
        Self {
            names,
            any_literal: !listen.ip().is_loopback(),
        }
    }

    /// True for a `Host` (with or without port) this server goes by.
    #[must_use]
    pub fn admits(&self, host: &str) -> bool {
        let lower = host.to_ascii_lowercase();
        let Some((name, _)) = split_port(&lower) else {
            return false;
        };
        self.names.iter().any(|known| known == name) || (self.any_literal && is_literal(name))
    }
}

fn is_literal(name: &str) -> bool {
    let bare = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    bare.parse::<IpAddr>().is_ok()
}

/// Name and port of an authority; `None` when the port is no port.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let colon = if authority.starts_with('[') {
        let end = authority.find(']')?;
        match authority.as_bytes().get(end + 1) {
            None => None,
            Some(b':') => Some(end + 1),
            Some(_) => return None,
        }
    } else {
        authority.find(':')
    };
    match colon {
        None => Some((authority, None)),
        Some(at) => Some((&authority[..at], Some(authority[at + 1..].parse().ok()?))),
    }
}

/// Why a request was turned away before it reached a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The server is not called that.
    #[error("this server does not go by that name")]
    ForeignHost,
    /// The request was made by another site's page, or lacks the proof that it was not.
    #[error("the request does not come from this server's own pages")]
    ForeignOrigin,
    /// The body's type is one that forms can send.
    #[error("the body must be JSON or a file, and say so")]
    BodyType,
}

/// The request's host: of its URI (HTTP/2, absolute form) or of its header.
#[must_use]
pub fn host<'a>(headers: &'a HeaderMap, authority: Option<&'a str>) -> Option<&'a str> {
    authority.or_else(|| headers.get(HOST)?.to_str().ok())
}

/// Checks that the request names this server.
///
/// # Errors
/// [`GuardError::ForeignHost`].
pub fn check_host(hosts: &HostList, host: Option<&str>) -> Result<(), GuardError> {
    match host {
        Some(host) if hosts.admits(host) => Ok(()),
        _ => Err(GuardError::ForeignHost),
    }
}

/// Checks the headers browsers add about where a request was made: whatever is there must be right.
///
/// # Errors
/// [`GuardError::ForeignOrigin`].
pub fn check_origin(headers: &HeaderMap, host: Option<&str>) -> Result<(), GuardError> {
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
    {
        return Err(GuardError::ForeignOrigin);
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or("");
        let same = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"))
            .zip(host)
            .is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host));
        if !same {
            return Err(GuardError::ForeignOrigin);
        }
    }
    Ok(())
}

/// Checks an unsafe request: origin, type of the body, and the session's `X-CSRF` when there is a session.
///
/// # Errors
/// With what is missing.
pub fn check_unsafe(
    headers: &HeaderMap,
    host: Option<&str>,
    has_body: bool,
    csrf: Option<&str>,
) -> Result<(), GuardError> {
    check_origin(headers, host)?;
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    let kind = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let fits = match kind.as_str() {
        "application/json" | "application/octet-stream" => true,
        "" => !has_body,
        // What a browser says of an .xlsx; a form cannot send any of these.
        other => {
            other.starts_with("application/vnd.")
                || other == "text/csv"
                || other == "application/gzip"
        }
    };
    if !fits {
        return Err(GuardError::BodyType);
    }
    if let Some(expected) = csrf {
        let shown = headers
            .get("x-csrf")
            .map_or(&b""[..], |value| value.as_bytes());
        if !same_bytes(shown, expected.as_bytes()) {
            return Err(GuardError::ForeignOrigin);
        }
    }
    Ok(())
}

/// Compares without telling by time where the first difference is.
#[must_use]
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
}

/// The cookie's name: it holds the node's id, so that several nodes on one host stay logged in side by side in one browser.
#[must_use]
pub fn cookie_name(node: NodeId) -> String {
    let id = node.to_string();
    format!("xm-{}", &id[..8])
}

/// The token in the request's cookies.
#[must_use]
pub fn token(headers: &HeaderMap, cookie_name: &str) -> Option<Token> {
    headers.get_all(COOKIE).iter().find_map(|line| {
        line.to_str().ok()?.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == cookie_name).then(|| Token::parse(value)).flatten()
        })
    })
}

/// The `Set-Cookie` that starts a session (or, with no token, ends it).
#[must_use]
pub fn set_cookie(name: &str, token: Option<&Token>, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    match token {
        Some(token) => format!(
            "{name}={}; HttpOnly; SameSite=Strict; Path=/{secure}",
            token.reveal()
        ),
        None => format!("{name}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0{secure}"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_names_the_server_goes_by_are_admitted() {
        let local = HostList::new(
            "127.0.0.1:80".parse().unwrap(),
            &["Hub.Example:8443".to_owned()],
        );
        for good in [
            "localhost",
            "LOCALHOST:9",
            "127.0.0.1:8470",
            "[::1]:1",
            "hub.example",
            "hub.example:8443",
        ] {
            assert!(local.admits(good), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "localhost:x",
            "[::1]x",
            "hub.example.evil",
        ] {
            assert!(!local.admits(bad), "{bad}");
        }
        let wide = HostList::new(
            "0.0.0.0:80".parse().unwrap(),
            &["https://hub.example:8443/".to_owned()],
        );
        assert!(
            wide.admits("10.0.0.1:80") && wide.admits("[fe80::1]") && wide.admits("hub.example")
        );
        assert!(!wide.admits("rebound.example"));
    }

    #[test]
    fn an_unsafe_request_needs_type_origin_and_csrf() {
        let host = Some("127.0.0.1:8470");
        let json = ("content-type", "application/json; charset=utf-8");
        let check = |pairs: &[(&'static str, &str)]| {
            check_unsafe(&headers(pairs), host, true, Some("secret"))
        };
        let csrf = ("x-csrf", "secret");
        assert_eq!(check(&[json, csrf]), Ok(()));
        assert_eq!(
            check(&[
                json,
                csrf,
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://127.0.0.1:8470")
            ]),
            Ok(())
        );
        assert_eq!(
            check(&[json, csrf, ("sec-fetch-site", "cross-site")]),
            Err(GuardError::ForeignOrigin)
        );
        assert_eq!(
            check(&[json, csrf, ("sec-fetch-site", "same-site")]),
            Err(GuardError::ForeignOrigin)
        );
        assert_eq!(
            check(&[json, csrf, ("origin", "http://127.0.0.1:9999")]),
            Err(GuardError::ForeignOrigin)
        );
        assert_eq!(
            check(&[json, csrf, ("origin", "null")]),
            Err(GuardError::ForeignOrigin)
        );
        assert_eq!(check(&[json]), Err(GuardError::ForeignOrigin));
        assert_eq!(
            check(&[json, ("x-csrf", "secreT")]),
            Err(GuardError::ForeignOrigin)
        );
        for form in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ] {
            assert_eq!(
                check(&[("content-type", form), csrf]),
                Err(GuardError::BodyType),
                "{form}"
            );
        }
        assert_eq!(check(&[csrf]), Err(GuardError::BodyType));
    }

    #[test]
    fn the_token_is_found_among_other_nodes_cookies() {
        let token = Token::from_bytes([9; 32]);
        let node = NodeId::from_bytes([3; 32]);
        let name = cookie_name(node);
        assert_eq!(name.len(), 11);
        let line = format!(
            "xm-00000000={}; a=b; {name}={}",
            "0".repeat(64),
            token.reveal()
        );
        assert_eq!(
            super::token(&headers(&[("cookie", &line)]), &name),
            Some(token.clone())
        );
        assert_eq!(super::token(&headers(&[("cookie", "a=b")]), &name), None);
        let set = set_cookie(&name, Some(&token), true);
        assert!(
            set.ends_with("; HttpOnly; SameSite=Strict; Path=/; Secure"),
            "{set}"
        );
    }
}
