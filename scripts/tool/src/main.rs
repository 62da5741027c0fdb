//! The last build step of the front end: from the compiled `web.wasm` to the files a node serves.
//!
//! Reads the module the compiler made, `web/index.html`, `web/styles/*.css` and `web/assets/*`; owns `web/dist/`, which it
//! writes anew each time. Every file but `index.html` goes to `dist/assets/` under a name that holds a digest of its
//! content, so that a browser may keep it for ever; each file lies beside its `.br` (quality 11) and `.gz` forms, so that
//! the node never compresses.
//!
//! Between bindings and names the module goes through Binaryen's `wasm-opt`, when that is installed.
//!
//! `index.html` is a template: `{{css}}`, `{{js}}`, `{{wasm}}` and `{{NAME}}` (a file of `web/assets/`) become the paths
//! the page asks for. The script starts itself: no inline script is needed, and the policy of the page can forbid them.
//!
//! `tool bind` makes the bindings of another module, for tests, and nothing else.
//!
//! Refuses to go on when the bindings crate in `Cargo.lock` is not exactly ours (the two halves would not fit), when a
//! placeholder is unknown, or when all scripts and modules together are larger than the budget (design.md 7).

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// All WASM and JS together, brotli 11. Source: the front end's only budget, design.md 7.
const SCRIPT_BYTES_MAX: usize = 300_000;

/// Sheets that come first, in this order; the others follow by name, `print` last.
const FIRST_SHEETS: [&str; 2] = ["tokens", "base"];

/// The optimiser of modules: Binaryen, which Debian packages. The build does without it where it is not installed.
const OPTIMISER: &str = "wasm-opt";

/// What the module uses beyond the first version of the format, as Binaryen 108 (Debian 12) calls it.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The rounds over the module, chosen by what is smallest in brotli: a module that is smaller plain need not be.
const ROUNDS: [&str; 2] = ["-O2", "-O2"];

/// One finished file with its compressed forms.
struct Finished {
    name: String,
    plain: usize,
    brotli: usize,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from).peekable();
    if arguments
        .next_if(|word| word.as_os_str() == "bind")
        .is_some()
    {
        return bind_alone(arguments);
    }
    // For those who look at components: a module with assertions is larger than the budget.
    let any_size = arguments
        .next_if(|word| word.as_os_str() == "any-size")
        .is_some();
    let (Some(wasm), Some(web), Some(lock), None) = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    ) else {
        bail!(
            "usage: tool [any-size] WEB.wasm WEB_FOLDER Cargo.lock | tool bind MODULE.wasm OUT_FOLDER Cargo.lock"
        );
    };
    check_versions(&read_text(&lock)?)?;

    let dist = web.join("dist");
    let assets = dist.join("assets");
    if dist.exists() {
        fs::remove_dir_all(&dist).context("clearing web/dist")?;
    }
    fs::create_dir_all(&assets).context("making web/dist/assets")?;

    let (js, module) = bind(&wasm)?;
    let mut names = BTreeMap::new();
    let mut finished = Vec::new();
    let mut add = |key: &str, stem: &str, extension: &str, bytes: &[u8]| -> Result<()> {
        let digest = blake3::hash(bytes).to_hex();
        let name = format!("{stem}-{}.{extension}", &digest.as_str()[..16]);
        finished.push(finish(&assets, &name, bytes)?);
        names.insert(key.to_owned(), format!("/assets/{name}"));
        Ok(())
    };

    add("wasm", "web", "wasm", &module)?;
    add(
        "css",
        "web",
        "css",
        read_sheets(&web.join("styles"))?.as_bytes(),
    )?;
    for path in files_in(&web.join("assets"))? {
        let (Some(name), Some(stem), Some(extension)) = (
            path.file_name().and_then(|name| name.to_str()),
            path.file_stem().and_then(|stem| stem.to_str()),
            path.extension().and_then(|extension| extension.to_str()),
        ) else {
            bail!("{} needs a name and an extension in UTF-8", path.display());
        };
        let bytes = match extension {
            "js" => shorten(&read_text(&path)?).into_bytes(),
            _ => fs::read(&path).with_context(|| format!("reading {}", path.display()))?,
        };
        add(name, stem, extension, &bytes)?;
    }
    // The module's own name goes into the script, whose name depends on it in turn.
    let wasm_path = names.get("wasm").cloned().unwrap_or_default();
    let js = format!("{js}\n__wbg_init({{ module_or_path: \"{wasm_path}\" }});\n");
    let digest = blake3::hash(js.as_bytes()).to_hex();
    let js_name = format!("web-{}.js", &digest.as_str()[..16]);
    finished.push(finish(&assets, &js_name, js.as_bytes())?);
    names.insert("js".to_owned(), format!("/assets/{js_name}"));

    let page = fill_template(&read_text(&web.join("index.html"))?, &names)?;
    finished.push(finish(&dist, "index.html", page.as_bytes())?);
    let reported = report(&finished, any_size);
    if reported.is_err() {
        // Nothing is left that a node would serve all the same.
        fs::remove_dir_all(&dist).context("clearing web/dist")?;
    }
    reported
}

/// Binds a module that tests use: no page, no digests, no other forms.
fn bind_alone(mut arguments: impl Iterator<Item = PathBuf>) -> Result<()> {
    let (Some(wasm), Some(out), Some(lock)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        bail!("usage: tool bind MODULE.wasm OUT_FOLDER Cargo.lock");
    };
    check_versions(&read_text(&lock)?)?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&wasm)
        .web(true)
        .context("choosing the browser as target")?
        .typescript(false)
        .generate(&out)
        .with_context(|| format!("binding {}", wasm.display()))
}

/// Checks that the crate the module was built with is the one these bindings are made for.
fn check_versions(lock: &str) -> Result<()> {
    let version = |crate_name: &str| {
        let start = format!("name = \"{crate_name}\"\nversion = \"");
        lock.split_once(&start)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(version, _)| version)
    };
    let (module, bindings) = (version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
    ensure!(
        module.is_some() && module == bindings,
        "Cargo.lock names wasm-bindgen {module:?} and wasm-bindgen-cli-support {bindings:?}; they must be the same"
    );
    Ok(())
}

/// Says of a compiled module that it does without bulk memory.
///
/// Only the bindings read this: with bulk memory they write `table.fill`, which Binaryen 108 cannot read; without it they
/// write the same as single steps. The compiler's own instructions stay.
fn hide_bulk_memory(mut module: Vec<u8>) -> Vec<u8> {
    let (used, unused) = (b"+\x0bbulk-memory", b"-\x0bbulk-memory");
    // The section with the names of features stands at the end.
    let place = module.windows(used.len()).rposition(|bytes| bytes == used);
    let bytes = place.and_then(|place| module.get_mut(place..place + unused.len()));
    if let Some(bytes) = bytes {
        bytes.copy_from_slice(unused);
    }
    module
}

/// Gives the exported table of JavaScript's values its number back.
///
/// Binaryen 108 writes every exported table as the first of the module, which is the one of functions; ours is the second.
fn mend_table_export(mut module: Vec<u8>) -> Vec<u8> {
    // The length of the name, the name, what is exported (1: a table), its number.
    let written = b"\x15__wbindgen_externrefs\x01\x00";
    let place = module
        .windows(written.len())
        .position(|bytes| bytes == written);
    let number = place.and_then(|place| module.get_mut(place + written.len() - 1));
    if let Some(number) = number {
        *number = 1;
    }
    module
}

/// Makes a bound module smaller, or leaves it as it is where no optimiser is installed.
#[expect(clippy::print_stdout, reason = "a build tool reports on the console")]
fn optimise(module: &Path) -> Result<()> {
    let done = Command::new(OPTIMISER)
        .args(FEATURES)
        .args(ROUNDS)
        .arg("--strip-target-features")
        .arg(module)
        .arg("--output")
        .arg(module)
        .output();
    match done {
        Ok(output) => ensure!(
            output.status.success(),
            "{OPTIMISER} refused {}: {}",
            module.display(),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => println!(
            "note: {OPTIMISER} (Debian package binaryen) is not installed; the module stays larger than it need be"
        ),
        Err(error) => return Err(error).context("starting wasm-opt"),
    }
    Ok(())
}

/// Makes the script that loads the module, and the module stripped of what only debuggers read.
fn bind(wasm: &Path) -> Result<(String, Vec<u8>)> {
    let made = wasm.with_extension("bindings");
    if made.exists() {
        fs::remove_dir_all(&made).context("clearing the bindings of the build before")?;
    }
    let raw = fs::read(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_bytes("web", hide_bulk_memory(raw))
        .out_name("web")
        .web(true)
        .context("choosing the browser as target")?
        .omit_default_module_path(false)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&made)
        .with_context(|| format!("binding {}", wasm.display()))?;
    ensure!(
        !made.join("snippets").exists(),
        "a dependency ships script snippets; the build has no place for them"
    );
    let js = read_text(&made.join("web.js"))?;
    ensure!(
        js.contains("__wbg_init"),
        "the bindings have no `__wbg_init`"
    );
    let bound = made.join("web_bg.wasm");
    let js = rename_imports(&bound, &shorten(&js))?;
    optimise(&bound)?;
    let module = mend_table_export(fs::read(&bound).context("reading the bound module")?);
    // The default path would ask for a name that does not exist.
    Ok((js.replace("'web_bg.wasm'", "'never-used'"), module))
}

/// Gives what a module asks of its script short names, in both: their own end in digits of a digest, which do not compress.
fn rename_imports(module: &Path, js: &str) -> Result<String> {
    let mut bound = walrus::ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse_file(module)?;
    let mut js = js.to_owned();
    for (number, import) in bound.imports.iter_mut().enumerate() {
        let short = format!("_{number}");
        js = rename_key(&js, &import.name, &short)?;
        import.name = short;
    }
    bound.emit_wasm_file(module)?;
    Ok(js)
}

/// Renames a key of the object a script gives its module; it stands at the start of one line and nowhere else.
fn rename_key(js: &str, name: &str, short: &str) -> Result<String> {
    let key = format!("\n{name}:");
    ensure!(
        js.matches(name).count() == 1 && js.contains(&key),
        "the bindings do not have {name} just once, as a key"
    );
    Ok(js.replace(&key, &format!("\n{short}:")))
}

/// Takes indentation, blank lines and lines of comment out of the bindings, which hold no text over several lines.
fn shorten(js: &str) -> String {
    let mut short = String::with_capacity(js.len());
    let mut in_comment = false;
    for line in js.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !(in_comment || line.is_empty() || line.starts_with("//")) {
            short.push_str(line);
            short.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    short
}

/// Joins the style sheets into one and takes the comments out.
fn read_sheets(folder: &Path) -> Result<String> {
    let mut sheets = Vec::new();
    for path in files_in(folder)? {
        if path.extension().is_some_and(|extension| extension == "css") {
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let place = FIRST_SHEETS
                .iter()
                .position(|first| *first == stem)
                .unwrap_or(FIRST_SHEETS.len() + usize::from(stem == "print"));
            sheets.push((place, stem, read_text(&path)?));
        }
    }
    sheets.sort();
    let mut joined = String::new();
    for (_, _, sheet) in &sheets {
        let mut rest = sheet.as_str();
        while let Some((before, after)) = rest.split_once("/*") {
            joined.push_str(before);
            rest = after.split_once("*/").map_or("", |(_, rest)| rest);
        }
        joined.push_str(rest);
        joined.push('\n');
    }
    Ok(joined)
}

/// Puts the paths in; an unknown placeholder is a mistake in the template.
fn fill_template(template: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (key, after) = after
            .split_once("}}")
            .context("index.html opens a placeholder it does not close")?;
        let path = names
            .get(key)
            .with_context(|| format!("index.html asks for `{{{{{key}}}}}`, which is not built"))?;
        page.push_str(before);
        page.push_str(path);
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
}

/// Writes a file and its two compressed forms.
fn finish(folder: &Path, name: &str, bytes: &[u8]) -> Result<Finished> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;

    let mut small = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut small, &parameters)
        .context("compressing (brotli)")?;
    fs::write(folder.join(format!("{name}.br")), &small).context("writing the brotli form")?;

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).context("compressing (gzip)")?;
    let gzip = gzip.finish().context("compressing (gzip)")?;
    fs::write(folder.join(format!("{name}.gz")), gzip).context("writing the gzip form")?;

    Ok(Finished {
        name: name.to_owned(),
        plain: bytes.len(),
        brotli: small.len(),
    })
}

/// Prints what was made and holds scripts and modules against the budget.
#[expect(clippy::print_stdout, reason = "a build tool reports on the console")]
fn report(finished: &[Finished], any_size: bool) -> Result<()> {
    for file in finished {
        println!(
            "{:>9} B  {:>7} B brotli  {}",
            file.plain, file.brotli, file.name
        );
    }
    let scripts: usize = finished
        .iter()
        .filter(|file| file.name.ends_with(".js") || file.name.ends_with(".wasm"))
        .map(|file| file.brotli)
        .sum();
    println!(
        "front end: {scripts} B of scripts and modules, brotli 11; the budget is {SCRIPT_BYTES_MAX} B"
    );
    ensure!(
        any_size || scripts <= SCRIPT_BYTES_MAX,
        "the front end is {} B over its budget",
        scripts - SCRIPT_BYTES_MAX
    );
    Ok(())
}

/// The files of a folder, by name; none when it does not exist.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.context("reading a folder")?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A text file, with its name in the error.
fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn a_page_gets_its_paths_and_an_unknown_placeholder_is_refused() {
        let names = BTreeMap::from([("js".to_owned(), "/assets/web-1.js".to_owned())]);
        assert_eq!(
            fill_template("<script src=\"{{js}}\"></script>", &names).unwrap(),
            "<script src=\"/assets/web-1.js\"></script>"
        );
        assert!(fill_template("{{css}}", &names).is_err());
        assert!(fill_template("{{js", &names).is_err());
    }

    #[test]
    fn comments_and_indentation_of_the_bindings_are_left_out() {
        assert_eq!(
            shorten("/**\n * @param x\n */\nfunction f(x) {\n    // why\n    return x;\n}\n\n"),
            "function f(x) {\nreturn x;\n}\n"
        );
    }

    #[test]
    fn a_key_gets_a_short_name_and_one_that_is_not_there_just_once_is_refused() {
        let js = "const imports = {\n__wbg_now_8a12: function() {\n},\n};\n";
        let renamed = rename_key(js, "__wbg_now_8a12", "_0").unwrap();
        assert_eq!(renamed, "const imports = {\n_0: function() {\n},\n};\n");
        assert!(rename_key(js, "__wbg_then_77", "_1").is_err());
        assert!(rename_key(&js.repeat(2), "__wbg_now_8a12", "_0").is_err());
    }

    #[test]
    fn only_the_name_of_bulk_memory_is_hidden_from_the_bindings() {
        let module = b"..+\x0bbulk-memory+\x0fbulk-memory-opt+\x08sign-ext".to_vec();
        let hidden = hide_bulk_memory(module.clone());
        assert_eq!(hidden.len(), module.len());
        assert!(hidden.starts_with(b"..-\x0bbulk-memory+\x0fbulk-memory-opt+"));
    }

    #[test]
    fn the_exported_table_is_the_second_one() {
        let export = |number: u8| {
            let mut module = b"..\x15__wbindgen_externrefs\x01".to_vec();
            module.extend([number, 0]);
            module
        };
        assert_eq!(mend_table_export(export(0)), export(1));
        assert_eq!(mend_table_export(export(1)), export(1));
    }

    #[test]
    fn bindings_of_another_version_are_refused() {
        let lock = |a: &str, b: &str| {
            format!(
                "name = \"wasm-bindgen\"\nversion = \"{a}\"\n\nname = \"wasm-bindgen-cli-support\"\nversion = \"{b}\"\n"
            )
        };
        assert!(check_versions(&lock("0.2.130", "0.2.130")).is_ok());
        assert!(check_versions(&lock("0.2.131", "0.2.130")).is_err());
        assert!(check_versions("").is_err());
    }
}
