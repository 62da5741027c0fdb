//! A small HTTP client over one blocking connection per request: for the API tests and for the browser's driver.
//!
//! It reads exactly what our own servers and the driver send: a length, chunks, or an end. It keeps cookies and the CSRF value of a
//! log-in as a browser would.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of a name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// Insists on a success.
    ///
    /// # Panics
    /// When the status is none of the 200s.
    #[must_use]
    pub fn ok(self) -> Self {
        assert!(
            (200..300).contains(&self.status),
            "{} {}",
            self.status,
            self.text()
        );
        self
    }
}

/// Sends one request and reads the whole answer.
///
/// # Errors
/// When the connection fails or the answer is not HTTP.
pub fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(180)))?;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    read_reply(&mut BufReader::new(stream))
}

fn read_reply(reader: &mut BufReader<TcpStream>) -> io::Result<Reply> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let line = read_line(reader)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| wrong(&format!("no status in `{line}`")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| wrong("a header without a colon"))?;
        headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
    }
    let find = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let mut body = Vec::new();
    if find("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        loop {
            let line = read_line(reader)?;
            let digits = line.split(';').next().unwrap_or("").trim();
            let length =
                u64::from_str_radix(digits, 16).map_err(|_| wrong("a chunk without a length"))?;
            reader.by_ref().take(length).read_to_end(&mut body)?;
            read_line(reader)?;
            if length == 0 {
                break;
            }
        }
    } else if let Some(length) = find("content-length") {
        let length = length
            .parse()
            .map_err(|_| wrong("a length that is no number"))?;
        reader.by_ref().take(length).read_to_end(&mut body)?;
    } else if status != 204 && status != 304 {
        reader.read_to_end(&mut body)?;
    }
    Ok(Reply {
        status,
        headers,
        body,
    })
}

fn read_line(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// One person's client of one server.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Client {
    /// A client without a session.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
            csrf: String::new(),
        }
    }

    /// Speaks to the same server at another address from now on; the session stays.
    pub fn move_to(&mut self, address: SocketAddr) {
        self.address = address;
    }

    /// The session's cookie and its proof, for who writes requests by hand.
    #[must_use]
    pub fn proof(&self) -> (String, &str) {
        (self.cookie_line(), &self.csrf)
    }

    fn cookie_line(&self) -> String {
        let cookies = self.cookies.iter();
        let cookies: Vec<String> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    /// Opens a session.
    ///
    /// # Panics
    /// When it is refused.
    pub fn log_in(&mut self, name: &str, password: &str) {
        let body = json!({ "name": name, "password": password });
        let reply = self.send("POST", "/api/v1/session", Some(&body)).ok();
        self.csrf = reply.json()["csrf"].as_str().unwrap_or_default().to_owned();
    }

    /// Sends a request with the session's cookie and CSRF value.
    ///
    /// # Panics
    /// When the connection fails.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.try_send(method, path, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same for a server that may be gone.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn try_send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<Reply> {
        let bytes = body
            .map(|body| body.to_string().into_bytes())
            .unwrap_or_default();
        self.try_send_bytes(method, path, "application/json", &bytes)
    }

    /// Sends a file as it is.
    ///
    /// # Panics
    /// When the connection fails.
    pub fn upload(&mut self, path: &str, kind: &str, bytes: &[u8]) -> Reply {
        self.try_send_bytes("POST", path, kind, bytes)
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    fn try_send_bytes(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        bytes: &[u8],
    ) -> io::Result<Reply> {
        let cookies = self.cookie_line();
        let origin = format!("http://{}", self.address);
        let mut headers = vec![("content-type", kind), ("origin", origin.as_str())];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if !self.csrf.is_empty() {
            headers.push(("x-csrf", &self.csrf));
        }
        let reply = exchange(self.address, method, path, &headers, bytes)?;
        for (_, cookie) in reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            if let Some((name, value)) = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
            {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(reply)
    }

    /// The view of a project.
    #[must_use]
    pub fn project(&mut self, id: &str) -> Value {
        self.get(&format!("/api/v1/projects/{id}")).ok().json()
    }

    /// Reads.
    #[must_use]
    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    /// Sends one command or several; the answers come in the same order.
    #[must_use]
    pub fn commands(&mut self, body: &Value) -> Value {
        self.send("POST", "/api/v1/commands", Some(body))
            .ok()
            .json()
    }
}
