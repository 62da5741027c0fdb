//! A real browser: Chromium driven through its WebDriver, one process each, killed when dropped.
//!
//! The driver takes a free port; the browser starts with an empty profile in a folder of its own. [`Browser`] adds to the driver
//! what the story needs: wait for words or an element on a condition, press what a person sees, keep a screenshot.

use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use thirtyfour::prelude::*;
use thirtyfour::session::http::{Body, HttpClient};

/// How long a page may take to show something on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window of 1366×768, the smallest screen the product promises to fit.
const WINDOW: (u32, u32) = (1366, 768);

/// Every box that sticks out of the page to the side, as text; nothing when all is well. What scrolls, scrolls in its own frame.
const OVERFLOWS: &str = r"
    const out = [], wide = document.documentElement.clientWidth;
    const scrolls = '.chart__sheets, .rows__scroll, .grid, .ledger, .tabs, .off-screen, .sync__scroll';
    for (const part of document.querySelectorAll('.top, .top *, .rail, .rail *, #content, #content *, .log-in *, dialog, dialog *')) {
        const box = part.getBoundingClientRect();
        if (box.width === 0 || part.matches('.off-screen') || part.parentElement.closest(scrolls)) continue;
        if (box.right > wide + 1 || box.left < -1) out.push(part.tagName + '.' + part.className + ' ' + Math.round(box.right));
    }
    return out.slice(0, 5).join('; ');";

/// The driver's own HTTP, over our small client.
struct Wire;

type Sent<'a> = Pin<Box<dyn Future<Output = WebDriverResult<Response<Bytes>>> + Send + 'a>>;

impl HttpClient for Wire {
    fn send<'me, 'body, 'all>(&'me self, request: Request<Body<'body>>) -> Sent<'all>
    where
        'me: 'all,
        'body: 'all,
        Self: 'all,
    {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let bytes = match body {
                Body::Empty => Vec::new(),
                Body::Json(value) => value.to_string().into_bytes(),
            };
            let failed = |error: String| WebDriverError::HttpError(error);
            let host = parts
                .uri
                .authority()
                .map(ToString::to_string)
                .unwrap_or_default();
            let address: SocketAddr = host
                .parse()
                .map_err(|_| failed(format!("no address in {host}")))?;
            let path = parts.uri.path().to_owned();
            let answer = tokio::task::spawn_blocking(move || {
                let headers = [("content-type", "application/json; charset=utf-8")];
                crate::http::exchange(address, parts.method.as_str(), &path, &headers, &bytes)
            });
            let reply = answer
                .await
                .map_err(|error| failed(error.to_string()))?
                .map_err(|error| failed(error.to_string()))?;
            Response::builder()
                .status(reply.status)
                .body(Bytes::from(reply.body))
                .map_err(|error| failed(error.to_string()))
        })
    }

    fn new<'me, 'all>(&'me self) -> Pin<Box<dyn Future<Output = Arc<dyn HttpClient>> + Send + 'all>>
    where
        'me: 'all,
        Self: 'all,
    {
        Box::pin(async { Arc::new(Self) as Arc<dyn HttpClient> })
    }
}

/// One browser window with its driver.
pub struct Browser {
    /// The driver's session.
    pub driver: WebDriver,
    shots: PathBuf,
    process: Child,
}

/// Starts a driver on a free port, which it names.
fn start_driver() -> Result<(Child, u16)> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting chromedriver")?;
    let stdout = process.stdout.take().context("the driver's output")?;
    let mut port: Option<u16> = None;
    let mut lines = BufReader::new(stdout).lines();
    for line in lines.by_ref() {
        let line = line.context("reading the driver's output")?;
        if let Some((_, rest)) = line.split_once("successfully on port ") {
            port = rest.trim_end_matches('.').trim().parse().ok();
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
    let Some(port) = port else {
        let _gone = process.kill();
        bail!("chromedriver names no port");
    };
    Ok((process, port))
}

impl Browser {
    /// Starts driver and browser. Screenshots go to `shots`, the browser's profile to `profile`.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn start(profile: &Path, shots: &Path) -> Result<Self> {
        std::fs::create_dir_all(shots).context("making the folder for screenshots")?;
        // Many drivers that start at once may pick one port; the loser ends without naming any.
        let mut started = start_driver();
        for _ in 0..4 {
            if started.is_ok() {
                break;
            }
            started = start_driver();
        }
        let (process, port) = started?;

        let mut capabilities = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=zh-CN",
            &format!("--window-size={},{}", WINDOW.0, WINDOW.1),
            &format!("--user-data-dir={}", profile.display()),
        ] {
            capabilities
                .add_arg(flag)
                .context("choosing the browser's flags")?;
        }
        // A node's own certificate is known to no browser.
        capabilities
            .accept_insecure_certs(true)
            .context("choosing what the browser trusts")?;
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(Wire)
            .await
            .context("starting the browser")?;
        Ok(Self {
            driver,
            shots: shots.to_owned(),
            process,
        })
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.driver
            .goto(address)
            .await
            .with_context(|| format!("opening {address}"))
    }

    /// Logs in on the page that asks for it, and waits for the frame.
    ///
    /// # Errors
    /// When the page is another one, or name and password do not do.
    pub async fn log_in(&self, name: &str, password: &str) -> Result<()> {
        self.fill("input[name='name']", name).await?;
        self.fill("input[name='password']", password).await?;
        self.click("form button[type='submit']").await?;
        self.find("header .pill").await?;
        Ok(())
    }

    /// Waits until an element matches a CSS selector and is shown.
    ///
    /// # Errors
    /// When none does.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        let begun = Instant::now();
        loop {
            if let Ok(found) = self.driver.find_all(By::Css(css)).await {
                for element in found {
                    if element.is_displayed().await.unwrap_or(false) {
                        return Ok(element);
                    }
                }
            }
            self.give_up_after(begun, &format!("`{css}` is shown"))
                .await?;
        }
    }

    /// Waits until an element that matches and contains some words is shown.
    ///
    /// # Errors
    /// When none does.
    pub async fn find_with(&self, css: &str, words: &str) -> Result<WebElement> {
        let begun = Instant::now();
        loop {
            if let Ok(found) = self.driver.find_all(By::Css(css)).await {
                for element in found {
                    let shown = element.is_displayed().await.unwrap_or(false);
                    if shown && element.text().await.unwrap_or_default().contains(words) {
                        return Ok(element);
                    }
                }
            }
            self.give_up_after(begun, &format!("`{css}` says {words}"))
                .await?;
        }
    }

    /// Waits until the page shows some words.
    ///
    /// # Errors
    /// When it does not.
    pub async fn see(&self, words: &str) -> Result<()> {
        let begun = Instant::now();
        while !self.text().await.contains(words) {
            self.give_up_after(begun, &format!("the page shows {words}"))
                .await?;
        }
        Ok(())
    }

    /// Waits until the page no longer shows some words.
    ///
    /// # Errors
    /// When it goes on showing them.
    pub async fn see_no_more(&self, words: &str) -> Result<()> {
        let begun = Instant::now();
        while self.text().await.contains(words) {
            self.give_up_after(begun, &format!("the page no longer shows {words}"))
                .await?;
        }
        Ok(())
    }

    /// All words the page shows now.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until nothing matches a CSS selector any more.
    ///
    /// # Errors
    /// When something goes on matching.
    pub async fn gone(&self, css: &str) -> Result<()> {
        let begun = Instant::now();
        while !self.driver.find_all(By::Css(css)).await?.is_empty() {
            self.give_up_after(begun, &format!("`{css}` is gone"))
                .await?;
        }
        Ok(())
    }

    /// Waits until an input holds a text, leaving commas out.
    ///
    /// # Errors
    /// When it never does.
    pub async fn holds(&self, css: &str, text: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            if let Ok(input) = self.driver.find(By::Css(css)).await {
                let value = input.prop("value").await.ok().flatten();
                if value.is_some_and(|value| value.replace(',', "") == text) {
                    return Ok(());
                }
            }
            self.give_up_after(begun, &format!("`{css}` holds {text}"))
                .await?;
        }
    }

    /// Makes the window a phone's, 375 pixels wide.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn become_phone(&self) -> Result<()> {
        let size = serde_json::json!({ "width": 375, "height": 812, "deviceScaleFactor": 1, "mobile": true });
        self.driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", size)
            .await
            .context("making the window a phone's")?;
        Ok(())
    }

    /// The page printed on the paper it asks for: the bytes of a PDF, as far as they are text.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn paper(&self) -> Result<String> {
        let wish = serde_json::json!({ "preferCSSPageSize": true, "printBackground": true });
        let printed = self.driver.cdp().send_raw("Page.printToPDF", wish).await?;
        let pdf = STANDARD.decode(printed["data"].as_str().unwrap_or_default())?;
        Ok(String::from_utf8_lossy(&pdf).into_owned())
    }

    /// Shows the page as it would be printed, or again as on the screen.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn show_print(&self, print: bool) -> Result<()> {
        let media = serde_json::json!({ "media": if print { "print" } else { "" } });
        self.driver
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", media)
            .await
            .context("showing the page as printed")?;
        Ok(())
    }

    /// Presses a button or link by what stands on it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press(&self, words: &str) -> Result<()> {
        self.press_in("button, a, [role=button], [role=tab]", words)
            .await
    }

    /// Presses an element that matches by what stands on it. An element that moves away is looked for again.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press_in(&self, css: &str, words: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            let element = self.find_with(css, words).await?;
            if element.click().await.is_ok() {
                return Ok(());
            }
            let _ = element.scroll_into_view().await;
            self.give_up_after(begun, &format!("{words} can be pressed"))
                .await?;
        }
    }

    /// Presses the first shown element that matches. One that is drawn anew in between is looked for again.
    ///
    /// # Errors
    /// When there is none.
    pub async fn click(&self, css: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            if self.find(css).await?.click().await.is_ok() {
                return Ok(());
            }
            self.give_up_after(begun, &format!("`{css}` can be pressed"))
                .await?;
        }
    }

    /// Puts a value into a field in place of what stands there, as keys.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, css: &str, value: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            // One that is drawn anew in between is looked for again; one beneath a heading that stays is brought out.
            let field = self.find(css).await?;
            if self.fill_element(&field, value).await.is_ok() {
                return Ok(());
            }
            let _ = field.scroll_into_view().await;
            self.give_up_after(begun, &format!("`{css}` can be filled"))
                .await?;
        }
    }

    /// The same for a field already found.
    ///
    /// # Errors
    /// When it cannot be typed into.
    pub async fn fill_element(&self, field: &WebElement, value: &str) -> Result<()> {
        field.click().await.context("entering a field")?;
        field
            .send_keys(Key::Control + "a")
            .await
            .context("selecting what stands there")?;
        field
            .send_keys(Key::Delete + "")
            .await
            .context("clearing a field")?;
        field.send_keys(value).await.context("typing")?;
        Ok(())
    }

    /// Keeps what the window shows. A page wider than the window is a fault, and so is a part of it that sticks out, or a frame that slides up.
    ///
    /// # Errors
    /// When the picture cannot be kept, or something overflows to the side.
    pub async fn shoot(&self, name: &str) -> Result<()> {
        let path = self.shots.join(format!("{name}.png"));
        self.driver
            .screenshot(&path)
            .await
            .with_context(|| format!("taking {name}"))?;
        let wide = self
            .driver
            .execute(
                "return document.documentElement.scrollWidth - window.innerWidth",
                Vec::new(),
            )
            .await
            .context("measuring the page")?;
        let wide = wide.json().as_i64().unwrap_or(0);
        if wide > 0 {
            bail!("{name} is {wide} pixels wider than the window");
        }
        let slides = "return document.querySelector('.frame') && !matchMedia('print').matches ? document.documentElement.scrollHeight - window.innerHeight : 0";
        let slides = self
            .driver
            .execute(slides, Vec::new())
            .await
            .context("measuring the frame")?;
        let slides = slides.json().as_i64().unwrap_or(0);
        if slides > 0 {
            bail!("in {name} the frame slides up by {slides} pixels");
        }
        let over = self
            .driver
            .execute(OVERFLOWS, Vec::new())
            .await
            .context("measuring the page's parts")?;
        match over.json().as_str().unwrap_or_default() {
            "" => Ok(()),
            over => bail!("{name}: {over}"),
        }
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn quit(mut self) -> Result<()> {
        let ended = self
            .driver
            .clone()
            .quit()
            .await
            .context("ending the browser");
        let _gone = self.process.kill();
        let _status = self.process.wait();
        ended
    }

    async fn give_up_after(&self, begun: Instant, what: &str) -> Result<()> {
        if begun.elapsed() > PATIENCE {
            let _picture = self
                .driver
                .screenshot(&self.shots.join("failure.png"))
                .await;
            bail!(
                "waited in vain until {what}; the page says:\n{}",
                self.text().await
            );
        }
        // A pause between two questions, not a wait for an answer.
        tokio::time::interval_at(
            tokio::time::Instant::now() + Duration::from_millis(50),
            Duration::from_secs(1),
        )
        .tick()
        .await;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}
