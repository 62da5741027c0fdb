//! The page's words come from the node: the module carries none of them, a page that cannot have them says so, and one that has them
//! keeps them in both languages while the node is away.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::json;
use shared::text::Lang;
use shared::text::ui::{Bare, Ui};
use tests::browser::Browser;
use tests::process::Place;

const PASSWORD: &str = "a long password";

#[test]
fn the_module_carries_no_word_of_its_pages() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.start();
    let mut client = node.client();
    let page = client.get("/").ok().text();
    let name = page
        .split('"')
        .find(|part| part.ends_with(".wasm"))
        .expect("the page names its module");
    let module = client.get(name).ok().body;
    let carries = |text: &str| {
        let text = text.as_bytes();
        module.windows(text.len()).any(|bytes| bytes == text)
    };
    for lang in [Lang::Zh, Lang::En] {
        assert!(carries(Bare::PanicNote.text(lang)), "the few it needs");
        // Shorter ones may stand in a module by chance.
        let long = Ui::ALL
            .iter()
            .map(|word| word.text(lang))
            .filter(|text| text.len() >= 12);
        let carried: Vec<&str> = long.filter(|text| carries(text)).collect();
        assert_eq!(carried, Vec::<&str>::new());
    }
}

/// Makes the page's request for its words fail as `sessionStorage` says; runs before the page's own scripts.
const BETWEEN: &str = r"
    const real = window.fetch;
    window.fetch = (path, init) => {
        const fault = path === '/api/v1/words/page' && sessionStorage.getItem('fault');
        if (fault === 'silent') { sessionStorage.removeItem('fault'); return Promise.reject(new TypeError('no answer')); }
        if (fault === 'other') return real(path, init).then(answer => answer.json()).then(words => new Response(JSON.stringify({ ...words, print: 1 })));
        return real(path, init);
    };";

async fn watch(root: &Path, node: &mut Place) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let address = format!("http://{}", node.address());
    let cdp = browser.driver.cdp();
    let source = json!({ "source": BETWEEN });
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    browser.open(&address).await?;
    browser.find_with(".log-in", "登录").await?;
    let fail = async |how: &str| {
        let script = format!("sessionStorage.setItem('fault', '{how}')");
        browser.driver.execute(script, Vec::new()).await?;
        browser.open(&address).await
    };

    fail("other").await?;
    browser
        .find_with(".boot", Bare::FailAnswer.text(Lang::Zh))
        .await?;
    ensure!(!browser.text().await.contains("登录"), "another's words");
    browser.shoot("70-words-of-another-version").await?;

    fail("silent").await?;
    browser
        .find_with(".boot", Bare::FailUnreachable.text(Lang::Zh))
        .await?;
    browser.press(Bare::Retry.text(Lang::Zh)).await?;
    browser.log_in("周山", PASSWORD).await?;

    // The node goes; the page changes its language all the same.
    browser.find_with("nav a", "工作台").await?;
    node.kill();
    browser.find("[data-banner='S8']").await?;
    browser.click("#user-menu").await?;
    browser.press(Ui::Language.text(Lang::Zh)).await?;
    browser.see(Ui::NodeSilent.text(Lang::En)).await?;
    browser.see(Ui::Projects.text(Lang::En)).await?;
    browser.shoot("71-other-language-without-the-node").await?;
    browser.quit().await
}

#[test]
fn a_page_has_its_own_words_or_asks_to_be_loaded_anew() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user("周山", "head", PASSWORD);
    node.start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(watch(root.path(), &mut node)) {
        panic!("{error:?}");
    }
}
