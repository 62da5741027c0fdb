//! A few files served to a browser: a page, and the rules engine as a module for it (`tests/page`).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};

/// Kind and bytes by path.
type Served = BTreeMap<String, (&'static str, Vec<u8>)>;

/// Serves a page with the module `scripts/build-page` made and a few files, on a free port of loopback until the process ends.
///
/// # Errors
/// When the module was not built, or no port is free.
pub fn serve(
    html: &str,
    more: impl IntoIterator<Item = (String, (&'static str, Vec<u8>))>,
) -> Result<SocketAddr> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let folder = target.map_or_else(|| root.join("target"), PathBuf::from);
    let read = |name: &str| {
        std::fs::read(folder.join("rules").join(name))
            .with_context(|| format!("{name} is missing; run scripts/build-page"))
    };
    let mut served = Served::from([
        ("/".to_owned(), ("text/html", html.as_bytes().to_vec())),
        ("/page.js".to_owned(), ("text/javascript", read("page.js")?)),
        (
            "/page_bg.wasm".to_owned(),
            ("application/wasm", read("page_bg.wasm")?),
        ),
    ]);
    served.extend(more);
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let served = Arc::new(served);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let served = Arc::clone(&served);
            std::thread::spawn(move || answer(&stream, &served));
        }
    });
    Ok(address)
}

fn answer(stream: &TcpStream, served: &Served) -> Option<()> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?;
    let (status, kind, body) = match served.get(path) {
        Some((kind, body)) => ("200 OK", *kind, body.as_slice()),
        None => ("404 Not Found", "text/plain", &b"not here"[..]),
    };
    let mut out = stream;
    write!(
        out,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .ok()?;
    out.write_all(body).ok()
}
