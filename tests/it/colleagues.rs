//! One node for the whole office (ux.md G34): who works beside the clerk finds the node by the address or the code on a page, over TLS.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::*;

const PASSWORD: &str = "a long password";

/// What a camera reads of a code that is drawn as one path of squares.
fn read_code(drawing: &str) -> Option<String> {
    let side = drawing.split("viewBox=\"0 0 ").nth(1)?;
    let side: usize = side.split(' ').next()?.parse().ok()?;
    let path = drawing.split(" d=\"").nth(1)?.split('"').next()?;
    let dark: Option<Vec<(usize, usize)>> = path
        .split('M')
        .skip(1)
        .map(|square| {
            let (x, y) = square.split_once("h1")?.0.split_once(' ')?;
            Some((x.parse().ok()?, y.parse().ok()?))
        })
        .collect();
    let dark = dark?;
    let scale = 8;
    let is_dark = |x: usize, y: usize| dark.contains(&(x / scale, y / scale));
    let shade = |x, y| if is_dark(x, y) { 0 } else { 255 };
    let pixels = side * scale;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, shade);
    let found = image.detect_grids();
    Some(found.first()?.decode().ok()?.1)
}

/// The clerk looks up the page; gives what a colleague opens.
async fn look_up(root: &Path, shots: &Path, node: &Place) -> Result<String> {
    let browser = Browser::start(&root.join("clerk"), shots).await?;
    let here = format!("https://127.0.0.1:{}", node.address().port());
    browser.open(&here).await?;
    browser.log_in("李梅", PASSWORD).await?;
    browser.open(&format!("{here}/sync")).await?;
    browser.click("#colleagues").await?;
    browser.see("SHA-256").await?;
    browser.shoot("98-colleagues").await?;
    let shown = browser.driver.find_all(By::Css(".address")).await?;
    let drawings = browser.driver.find_all(By::Css("svg")).await?;
    ensure!(shown.len() == drawings.len(), "{} codes", drawings.len());
    let mut first = None;
    for (address, drawing) in shown.iter().zip(drawings) {
        let address = address.text().await?;
        let drawn = drawing.outer_html().await?;
        ensure!(read_code(&drawn).as_deref() == Some(&*address), "{drawn}");
        first.get_or_insert(address);
    }
    browser.quit().await?;
    first.context("an address")
}

async fn come_in(root: &Path, shots: &Path, address: &str) -> Result<()> {
    let browser = Browser::start(&root.join("colleague"), shots).await?;
    browser.open(address).await?;
    browser.log_in("赵刚", PASSWORD).await?;
    browser.find_with("header", "赵刚").await?;
    browser.quit().await
}

#[test]
fn colleagues_open_the_node_by_the_address_and_code_it_shows() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user("李梅", "clerk", PASSWORD);
    node.add_user("赵刚", "head", PASSWORD);
    // On loopback it names no address, and says what to change.
    node.start();
    let mut clerk = node.log_in("李梅", PASSWORD);
    let page = clerk.get("/plain/colleagues").ok().text();
    assert!(
        page.contains("0.0.0.0:8470") && !page.contains("<svg"),
        "{page}"
    );
    node.stop();
    // A name beside the computer's own address, which it may lack where there is no network.
    std::fs::write(node.dir.join("config.toml"), "hosts = [\"localhost\"]\n")
        .expect("a configuration");
    node.start_for_colleagues();
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = runtime.block_on(async {
        let address = look_up(root.path(), &shots, &node).await?;
        come_in(root.path(), &shots, &address).await
    });
    if let Err(error) = outcome {
        panic!("{error:?}");
    }
}
