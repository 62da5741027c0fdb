//! `xiangmu demo`: a hub and three townships on this machine, until told to stop.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use shared::text::Lang;
use shared::text::system::{DemoColumn, System, account_role};

use super::Common;
use super::output::Output;
use super::target::runtime;
use crate::clock::Clock;
use crate::demo::{Demo, DemoError, Facts};
use crate::exit::{Exit, Failure};
use crate::platform::shutdown_signal;

/// How often the servers are looked after.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The hub's port, the townships take the next three; 0: any free ones. A second start keeps the ports of the first
    #[arg(long, value_name = "PORT", default_value_t = 8471)]
    pub port_base: u16,
}

/// Runs the demo.
///
/// # Errors
/// When the folder holds something else, a port is taken, or a server ends by itself.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let dir = folder(common)?;
    let lang = output.lang;
    let mut demo = Demo::start(&dir, args.port_base, &Clock::system(), &mut |step| {
        output.note(&step.text(lang));
    })
    .map_err(explain)?;
    print_table(&demo, &dir.display().to_string(), output)?;

    let ended = runtime()?.block_on(async {
        let signal = shutdown_signal();
        tokio::pin!(signal);
        loop {
            tokio::select! {
                told = &mut signal => return told.map(|()| None).map_err(Failure::failed),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if let Some(name) = demo.ended().map(str::to_owned) {
                // Ctrl-C reaches the servers as well; ours may only be a moment behind.
                let late = tokio::time::timeout(LOOK_EVERY, &mut signal).await;
                return Ok(late.is_err().then_some(name));
            }
        }
    })?;
    output.note(&System::DemoStopping.text(lang));
    demo.stop();
    match ended {
        None => Ok(Exit::Done),
        Some(name) => Err(Failure::failed(anyhow::anyhow!(
            System::DemoEnded { name }.text(lang)
        ))),
    }
}

/// The folder: as told, or beside the platform's folder for data.
fn folder(common: &Common) -> Result<PathBuf, Failure> {
    let dir = common.data_dir()?;
    Ok(if common.data.is_some() {
        dir
    } else {
        dir.with_file_name("xiangmu-demo")
    })
}

fn print_table(demo: &Demo, dir: &str, output: &mut Output) -> Result<(), Failure> {
    let password = &demo.facts.password;
    if output.json {
        let places: Vec<_> = demo
            .facts
            .places
            .iter()
            .map(|place| {
                let users: Vec<_> = place
                    .users
                    .iter()
                    .map(|user| json!({"name": user.name, "role": user.role, "password": password}))
                    .collect();
                json!({
                    "name": place.name,
                    "role": place.role,
                    "address": place.address(),
                    "data": PathBuf::from(dir).join(&place.folder),
                    "users": users,
                })
            })
            .collect();
        output.value(&places)?;
        return output.flush();
    }
    for line in table(&demo.facts, output.lang) {
        output.line(&line)?;
    }
    output.words(&System::DemoRunning {
        dir: dir.to_owned(),
    })?;
    output.flush()
}

/// The servers with their log-ins, a line for each account under a heading; what a line shares with the one above is not
/// repeated.
fn table(facts: &Facts, lang: Lang) -> Vec<String> {
    let heading: Vec<String> = DemoColumn::ALL
        .iter()
        .map(|column| column.text(lang).to_owned())
        .collect();
    let mut rows = vec![heading];
    for place in &facts.places {
        for (index, user) in place.users.iter().enumerate() {
            let (name, address) = if index == 0 {
                (place.name.clone(), place.address())
            } else {
                Default::default()
            };
            let role = account_role(&user.role, lang).to_owned();
            rows.push(vec![
                name,
                address,
                user.name.clone(),
                role,
                facts.password.clone(),
            ]);
        }
    }
    let widths: Vec<usize> = (0..DemoColumn::ALL.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths);
            let line: String = cells
                .map(|(cell, widest)| format!("{cell}{}", " ".repeat(widest - width(cell) + 2)))
                .collect();
            line.trim_end().to_owned()
        })
        .collect()
}

/// Columns of a terminal a text takes: names and words here are ASCII or Chinese, which is twice as wide.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn explain(error: DemoError) -> Failure {
    match &error {
        DemoError::NotOurs { .. } => {
            Failure::unusable(error).hint("name another folder with --data DIR")
        }
        DemoError::PortTaken { .. } => Failure::unusable(error)
            .hint("end what uses the port, or name another with --port-base PORT"),
        _ => Failure::failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{Place, User};

    #[test]
    fn the_table_has_a_heading_and_its_columns_stand_under_each_other() {
        let user = |name: &str, role: &str| User {
            name: name.to_owned(),
            role: role.to_owned(),
        };
        let place = |name: &str, role: &str, port, users| Place {
            name: name.to_owned(),
            role: role.to_owned(),
            folder: String::new(),
            port,
            users,
        };
        let facts = Facts {
            password: "demo-abcdefghkm".to_owned(),
            places: vec![
                place(
                    "演示区项目中心",
                    "hub",
                    8471,
                    vec![user("王科", "hub_officer"), user("陈主任", "hub_head")],
                ),
                place("松坪镇", "node", 8472, vec![user("李梅", "clerk")]),
            ],
        };
        insta::assert_snapshot!(table(&facts, Lang::Zh).join("\n"), @r"
        单位            地址                   用户    角色            密码
        演示区项目中心  http://127.0.0.1:8471  王科    项目中心经办    demo-abcdefghkm
                                               陈主任  项目中心负责人  demo-abcdefghkm
        松坪镇          http://127.0.0.1:8472  李梅    经办            demo-abcdefghkm
        ");
        insta::assert_snapshot!(table(&facts, Lang::En).join("\n"), @r"
        Server          Address                User    Role                Password
        演示区项目中心  http://127.0.0.1:8471  王科    officer of the hub  demo-abcdefghkm
                                               陈主任  head of the hub     demo-abcdefghkm
        松坪镇          http://127.0.0.1:8472  李梅    clerk               demo-abcdefghkm
        ");
    }
}
