//! What `doctor` finds wrong with a node, each as one line that a clerk can read out on the telephone: what, and what to do.

use serde::{Deserialize, Serialize};

use super::Lang;
use super::line::LineReason;
use crate::time::Timestamp;

/// One thing that is not as it should be. With its facts it is what programs get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum Ailment {
    Unwritable {
        path: String,
        why: String,
    },
    ForeignFiles {
        path: String,
    },
    KeyReadable {
        path: String,
    },
    DiskLow {
        mebibytes: u64,
    },
    AttachmentsFull {
        mebibytes: u64,
        most: u64,
    },
    UnitFilesFull {
        unit: String,
        mebibytes: u64,
        most: u64,
    },
    FileSystem {
        kind: String,
    },
    SyncedFolder {
        part: String,
    },
    Configuration {
        why: String,
    },
    PortTaken {
        address: String,
    },
    InUse {
        pid: u32,
    },
    CannotOpen {
        why: String,
    },
    ReadOnly {
        why: String,
    },
    Damage {
        what: String,
    },
    NobodyCanLogIn,
    ClockBehind {
        known: Timestamp,
    },
    ClockOff {
        minutes: i64,
    },
    Line {
        reason: LineReason,
        detail: String,
    },
    Unsent {
        count: u64,
        days: i64,
    },
    NoBackup,
    BackupOld {
        days: i64,
    },
    BackupGone {
        file: String,
    },
    HolidaysMissing {
        year: i16,
        at_hub: bool,
    },
    RulesUnreadable {
        what: String,
    },
    Quarantine {
        count: u64,
    },
    Copied {
        unit: String,
        at: Timestamp,
    },
    Suspended {
        unit: String,
        node: String,
    },
    AwaitsApproval {
        unit: String,
        node: String,
    },
    LongSilent {
        unit: String,
        days: i64,
    },
}

impl Ailment {
    /// The line in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.chinese(),
            Lang::En => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Unwritable { path, why } => {
                format!("写不进 {path}（{why}）：请把这个文件夹的权限交给运行本程序的账号")
            }
            Self::ForeignFiles { path } => format!(
                "{path} 属于另一个系统账号：大概有人用别的账号运行过本程序，请把整个数据文件夹改回同一个账号"
            ),
            Self::KeyReadable { path } => {
                format!("{path} 别的账号也能读：里面是密钥，请把权限改为仅本账号可读（600）")
            }
            Self::DiskLow { mebibytes } => {
                format!("磁盘只剩 {mebibytes} MB：请删掉不用的文件，满了以后就不能保存了")
            }
            Self::AttachmentsFull { mebibytes, most } => format!(
                "附件已占 {mebibytes} MB，额度 {most} MB：满了以后不再收附件，请在 config.toml 的 [attachments] 里加大 folder_mebibytes"
            ),
            Self::UnitFilesFull {
                unit,
                mebibytes,
                most,
            } => format!(
                "“{unit}”的附件有 {mebibytes} MB，额度 {most} MB：满了以后不再自动取来，请核对，需要时加大 unit_mebibytes"
            ),
            Self::FileSystem { kind } => format!(
                "数据文件夹在 {kind} 文件系统上，断电时保不住数据：请移到本机硬盘的普通分区"
            ),
            Self::SyncedFolder { part } => format!(
                "数据文件夹在网盘目录“{part}”里，网盘会弄坏数据：请停止服务，移到网盘以外，再启动"
            ),
            Self::Configuration { why } => format!("配置文件有误：{why}"),
            Self::PortTaken { address } => format!(
                "{address} 被别的程序占用，服务启动不了：请结束那个程序，或在 config.toml 里改 listen"
            ),
            Self::InUse { pid } => {
                format!("数据文件夹被进程 {pid} 占用，而它没有应答：请结束它，再启动服务")
            }
            Self::CannotOpen { why } => format!("数据打不开（{why}）：请运行 check，并联系管理员"),
            Self::ReadOnly { why } => {
                format!("现在只能查看、不能保存（{why}）：请腾出磁盘空间或检查磁盘，再重启服务")
            }
            Self::Damage { what } => format!("存储出过问题：{what}；请运行 check，并检查磁盘"),
            Self::NobodyCanLogIn => "还没有能登录的账号：请用 user add 添加".into(),
            Self::ClockBehind { known } => {
                format!("本机时钟比已知的时间 {known} 还早：请校准本机时钟")
            }
            Self::ClockOff { minutes } => format!(
                "本机时钟比上级{} {} 分钟：请校准本机时钟",
                if *minutes < 0 { "慢" } else { "快" },
                minutes.abs()
            ),
            Self::Line { reason, detail } => format!(
                "与上级没有接通：{}{}。{}",
                reason.text(Lang::Zh),
                bracketed(detail),
                reason.advice(Lang::Zh)
            ),
            Self::Unsent { count, days } => {
                format!("有 {count} 项已 {days} 天没有报到上级：请恢复线路，或用U盘报送")
            }
            Self::NoBackup => "还没有备份过：请运行 backup，最好用 --out 存到U盘".into(),
            Self::BackupOld { days } => {
                format!("最近一次备份是 {days} 天前：请运行 backup，最好用 --out 存到U盘")
            }
            Self::BackupGone { file } => format!("最近一次备份 {file} 不见了：请重新运行 backup"),
            Self::HolidaysMissing { year, at_hub: true } => format!(
                "{year}年节假日未导入：通知发布后请运行 profile holidays 导入，否则涉及该年的工作日算不出来"
            ),
            Self::HolidaysMissing {
                year,
                at_hub: false,
            } => format!("{year}年节假日未导入：请上级导入，同步后本机就有"),
            Self::RulesUnreadable { what } => {
                format!("本程序读不懂现行规则，仍按上一版本办理（{what}）：请升级本程序")
            }
            Self::Quarantine { count } => {
                format!("有 {count} 处改动在隔离区等人决定：请运行 quarantine 查看")
            }
            Self::Copied { unit, at } => format!(
                "{at} 发现“{unit}”的节点用的是旧盘或副本：若没有恢复过备份，请查是否有两台机器在用同一份数据，并停掉一台"
            ),
            Self::Suspended { unit, node } => {
                format!("“{unit}”的节点已被暂停：查明原因后运行 nodes approve {node}")
            }
            Self::AwaitsApproval { unit, node } => {
                format!("“{unit}”的节点在等确认接入：请核对后运行 nodes approve {node}")
            }
            Self::LongSilent { unit, days } => {
                format!("“{unit}”的节点已 {days} 天没有消息：请打电话问问")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Unwritable { path, why } => format!(
                "{path} cannot be written ({why}): give the folder to the account that runs this program"
            ),
            Self::ForeignFiles { path } => format!(
                "{path} belongs to another account: somebody ran this program as someone else; give the whole data folder back to one account"
            ),
            Self::KeyReadable { path } => format!(
                "{path} can be read by other accounts: it holds a key; make it readable by its owner alone (600)"
            ),
            Self::DiskLow { mebibytes } => format!(
                "{mebibytes} MiB are left on the disk: remove what is not needed; a full disk saves nothing"
            ),
            Self::AttachmentsFull { mebibytes, most } => format!(
                "attachments take {mebibytes} of the {most} MiB they may have: when it is full no more are taken; raise `folder_mebibytes` in [attachments] of config.toml"
            ),
            Self::UnitFilesFull {
                unit,
                mebibytes,
                most,
            } => format!(
                "the files of {unit} come to {mebibytes} of the {most} MiB they may have: beyond it no more are fetched by themselves; look why, and raise `unit_mebibytes` if they are needed"
            ),
            Self::FileSystem { kind } => format!(
                "the data folder is on a file system ({kind}) that does not keep data through a power cut: move it to an ordinary partition of this machine"
            ),
            Self::SyncedFolder { part } => format!(
                "the data folder lies in {part}, a folder another program copies about, which damages it: stop the server, move it elsewhere, start again"
            ),
            Self::Configuration { why } => format!("the configuration is wrong: {why}"),
            Self::PortTaken { address } => format!(
                "{address} is taken by another program, so the server cannot start: end that program, or change `listen` in config.toml"
            ),
            Self::InUse { pid } => format!(
                "the data folder is held by process {pid}, which does not answer: end it, then start the server"
            ),
            Self::CannotOpen { why } => {
                format!(
                    "the data cannot be opened ({why}): run `check`, and tell your administrator"
                )
            }
            Self::ReadOnly { why } => format!(
                "nothing can be saved now ({why}): make room or look after the disk, then start the server again"
            ),
            Self::Damage { what } => {
                format!("the storage had trouble: {what}; run `check`, and look after the disk")
            }
            Self::NobodyCanLogIn => "nobody has an account yet: add one with `user add`".into(),
            Self::ClockBehind { known } => {
                format!("the clock is before a moment that is known to be past ({known}): set it")
            }
            Self::ClockOff { minutes } => format!(
                "the clock is {} minutes {} the hub's: set it",
                minutes.abs(),
                if *minutes < 0 { "behind" } else { "ahead of" }
            ),
            Self::Line { reason, detail } => format!(
                "the line to the hub does not stand: {}{}. {}",
                reason.text(Lang::En),
                bracketed(detail),
                reason.advice(Lang::En)
            ),
            Self::Unsent { count, days } => format!(
                "{count} entries have not reached the hub for {days} days: restore the line, or carry a stick"
            ),
            Self::NoBackup => {
                "there is no backup yet: run `backup`, best with --out to a stick".into()
            }
            Self::BackupOld { days } => format!(
                "the last backup is {days} days old: run `backup`, best with --out to a stick"
            ),
            Self::BackupGone { file } => {
                format!("the last backup is not at {file} any more: run `backup`")
            }
            Self::HolidaysMissing { year, at_hub: true } => format!(
                "the official holidays of {year} are missing: run `profile holidays` once the notice is out; until then its workdays cannot be counted"
            ),
            Self::HolidaysMissing {
                year,
                at_hub: false,
            } => format!(
                "the official holidays of {year} are missing: the hub has to publish them; they come with the next exchange"
            ),
            Self::RulesUnreadable { what } => format!(
                "this program cannot read the rules in force and goes on by those before ({what}): upgrade it"
            ),
            Self::Quarantine { count } => {
                format!("{count} changes wait in quarantine for a decision: see `quarantine`")
            }
            Self::Copied { unit, at } => format!(
                "an old or copied disk of {unit} was seen {at}: unless a backup was restored there, find out whether two machines use the same data, and stop one"
            ),
            Self::Suspended { unit, node } => format!(
                "the node of {unit} is suspended: once the cause is known, `nodes approve {node}`"
            ),
            Self::AwaitsApproval { unit, node } => {
                format!(
                    "the node of {unit} waits to be let in: check it, then `nodes approve {node}`"
                )
            }
            Self::LongSilent { unit, days } => {
                format!("nothing was heard of the node of {unit} for {days} days: call them")
            }
        }
    }
}

fn bracketed(detail: &str) -> String {
    match detail {
        "" => String::new(),
        detail => format!(" ({detail})"),
    }
}
