//! Files in the browser: a phone's photograph of 12 megapixels is kept small, upright and without its place unless that is wanted;
//! it reaches the hub byte for byte; a file of the hub is shown as 未下载 and fetched by a click.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tests::browser::Browser;
use tests::http::Client;
use tests::process::{Place, wait_until};
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
/// The most a kept photograph may weigh. Source: ux.md 6, G35.
const BYTES_MAX: u64 = 400_000;

/// A picture of 12 megapixels as a camera held upright writes it: lying on its side.
const CAMERA: &str = r"
    const done = arguments[arguments.length - 1];
    const canvas = document.createElement('canvas');
    canvas.width = 4000; canvas.height = 3000;
    const context = canvas.getContext('2d'), image = context.createImageData(4000, 3000), dots = image.data;
    for (let i = 0, state = 7; i < dots.length; i += 4) {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        const x = (i / 4) % 4000, y = i / 16000, grain = (state >> 16) % 24;
        dots[i] = 90 + grain + x / 40; dots[i + 1] = 80 + grain + y / 30; dots[i + 2] = 70 + grain; dots[i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    done(canvas.toDataURL('image/jpeg', 0.9).split(',')[1]);";

/// A camera's notes: turn right (orientation 6), and a place (a GPS directory with the reference N).
fn camera_notes() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(b"\x02\0");
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0");
    tiff.extend(b"\0\0\0\0");
    tiff.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = u16::try_from(segment.len() + 2).expect("short");
    [b"\xff\xe1".as_slice(), &length.to_be_bytes(), &segment].concat()
}

async fn take_photograph(browser: &Browser, path: &Path) -> Result<()> {
    let told = browser.driver.execute_async(CAMERA, Vec::new()).await?;
    let plain = STANDARD.decode(told.json().as_str().context("a picture")?)?;
    let with_notes = [&plain[..2], &camera_notes(), &plain[2..]].concat();
    ensure!(with_notes.len() > 2_000_000, "{} bytes", with_notes.len());
    Ok(std::fs::write(path, with_notes)?)
}

async fn attach(browser: &Browser, path: &Path) -> Result<()> {
    let chooser = browser.driver.find(By::Css("#attach-file")).await?;
    Ok(chooser.send_keys(path.to_string_lossy().as_ref()).await?)
}

async fn is_kept(browser: &Browser, name: &str) -> Result<()> {
    let shown = format!("[data-file='{name}'][data-here='true'] img");
    let image = browser.find(&shown).await?;
    image.scroll_into_view().await?;
    let upright = "const [i, done] = arguments; \
        const tell = () => done(i.naturalHeight > i.naturalWidth); \
        if (i.complete) tell(); else i.onload = tell;";
    let shown = browser
        .driver
        .execute_async(upright, vec![image.to_json()?]);
    ensure!(shown.await?.json() == &Value::Bool(true), "{name} lies");
    Ok(())
}

/// At the township: two photographs, and something that is no document.
async fn keep(browser: &Browser, root: &Path, page: &str) -> Result<()> {
    browser
        .open(page.split("/projects").next().context("a host")?)
        .await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(page).await?;
    browser.click("[data-tab='Files']").await?;
    browser.find_with("#section-files", "还没有附件").await?;
    let file = |name: &str| -> PathBuf { root.join(name) };
    take_photograph(browser, &file("工地.jpg")).await?;
    std::fs::copy(file("工地.jpg"), file("界桩.jpg"))?;
    std::fs::write(file("程序.exe"), b"MZ")?;
    attach(browser, &file("工地.jpg")).await?;
    is_kept(browser, "工地.jpg").await?;
    browser.click("#keep-place").await?;
    attach(browser, &file("界桩.jpg")).await?;
    is_kept(browser, "界桩.jpg").await?;
    attach(browser, &file("程序.exe")).await?;
    browser
        .find_with("#files-refused li", "程序.exe 不能附这种文件")
        .await?;
    browser.shoot("95-files").await
}

/// A file of the hub: known, then here.
async fn fetch(browser: &Browser) -> Result<()> {
    let line = "[data-file='批复.pdf']";
    browser.find_with(line, "未下载").await?;
    browser.click(&format!("{line} button")).await?;
    browser
        .find(&format!("{line}[data-here='true'] a[download]"))
        .await?;
    browser.shoot("96-file-fetched").await
}

fn files(client: &mut Client, list: &str) -> Vec<Value> {
    let listed = client.get(list).ok().json();
    listed.as_array().expect("a list").clone()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_phones_photograph_is_kept_small_without_its_place_and_a_file_of_the_hub_is_fetched_by_a_click()
{
    let root = tempfile::tempdir().expect("a folder");
    let (hub, node) = Place::hub_and_township(root.path(), TOWNSHIP, PASSWORD);
    let project = node.create("松坪镇小流域治理工程");
    node.sync();
    let list = format!("/api/v1/projects/{project}/attachments");
    let page = format!("http://{}/projects/{project}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = runtime
        .block_on(Browser::start(&root.path().join("profile"), &shots))
        .expect("a browser");
    let done = |step: Result<()>| {
        if let Err(error) = step {
            panic!("{error:?}");
        }
    };
    done(runtime.block_on(keep(&browser, root.path(), &page)));

    let (mut clerk, mut officer) = (node.log_in(CLERK, PASSWORD), hub.log_in("王科", PASSWORD));
    let kept = files(&mut clerk, &list);
    assert_eq!(kept.len(), 2, "{kept:?}");
    for file in &kept {
        assert!(file["bytes"].as_u64() <= Some(BYTES_MAX), "{file}");
        let path = format!("{list}/{}", file["id"].as_str().expect("a row"));
        let bytes = clerk.get(&path).ok().body;
        let with_place = file["name"] == "界桩.jpg";
        assert_eq!(holds(&bytes, b"Exif\0\0"), with_place, "{file}");
        assert_eq!(holds(&bytes, b"\x25\x88\x04\0"), with_place, "{file}");
        // The picture was turned; its notes say so.
        let orientation = b"\x12\x01\x03\0\x01\0\0\0\x01\0";
        assert_eq!(holds(&bytes, orientation), with_place, "{file}");
        wait_until("the hub holds the photograph", || {
            officer.get(&path).status == 200
        });
        assert!(officer.get(&path).ok().body == bytes, "{file}");
    }

    let upload = format!("{list}?name=批复.pdf&on_behalf=来件");
    let _attached = officer
        .upload(&upload, "application/octet-stream", b"%PDF-1.7 approved")
        .ok();
    wait_until("the township knows of the hub's file", || {
        files(&mut clerk, &list).len() == 3
    });
    done(runtime.block_on(fetch(&browser)));
    runtime.block_on(browser.quit()).expect("the browser ends");
}
