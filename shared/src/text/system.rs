//! The words of the server and the command line: why a request failed, and what a command did.
//!
//! Errors of programs (`error:` and `caused by:` on stderr) stay English, as the logs are; what a person in an office reads is
//! here. Each message holds its facts.

use super::Lang;
use super::attachment::AttachmentWords;
use super::bundle::BundleWords;
use super::line::LineReason;
use super::recovery::RecoveryWords;
use crate::api::SyncState;
use crate::time::Timestamp;

words! {
    /// A column of the demo's table.
    DemoColumn {
    Server "单位" "Server";
    Address "地址" "Address";
    User "用户" "User";
    Role "角色" "Role";
    Password "密码" "Password";
    }
}

/// One message of the server or the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum System {
    NotLoggedIn,
    LoginRefused,
    TooManyTries {
        seconds: u64,
    },
    Forbidden,
    HubOnly,
    ForeignOrigin,
    ForeignHost,
    NotFound,
    WrongMethod,
    BadRequest {
        what: String,
    },
    TooLarge {
        mebibytes: u64,
    },
    Refused,
    StorageFailed,
    DiskFull,
    NotReady,
    Internal,
    NameTaken {
        name: String,
    },
    BadName,
    NoSuchUser {
        name: String,
    },
    PasswordTooShort {
        least: usize,
    },
    PasswordTooLong {
        most: usize,
    },
    PasswordIsName,
    PasswordCommon,
    WorkbookUnreadable {
        why: String,
    },
    PreviewGone,
    /// About an attached file.
    Attachment(AttachmentWords),
    /// About a bundle.
    Bundle(BundleWords),
    /// About a backup.
    Recovery(RecoveryWords),
    Created {
        name: String,
        role: String,
        dir: String,
    },
    UserAdded {
        name: String,
    },
    UserBarred {
        name: String,
    },
    UserAdmitted {
        name: String,
    },
    PasswordSet {
        name: String,
    },
    Invited {
        unit: String,
        until: Timestamp,
    },
    Joined {
        unit: String,
        active: bool,
    },
    HubNotAsked {
        reason: LineReason,
    },
    NodeChanged {
        unit: String,
        state: String,
    },
    Imported {
        created: u32,
        updated: u32,
        unchanged: u32,
        kept: u32,
        refused: u32,
    },
    ImportPlanned {
        created: u32,
        updated: u32,
        unchanged: u32,
        refused: u32,
    },
    ImportUndone {
        changed: u32,
        kept: u32,
    },
    ImportId {
        id: String,
    },
    ImportUnitUnknown,
    ImportedMany {
        done: usize,
        files: usize,
    },
    UnitsAsked {
        files: String,
    },
    ErrorsWritten {
        file: String,
    },
    Exported {
        rows: usize,
        file: String,
    },
    LineOff,
    LineOn,
    DemoMaking,
    DemoStarting,
    DemoInviting,
    DemoWriting {
        unit: String,
    },
    DemoExchanging,
    DemoRunning {
        dir: String,
    },
    DemoStopping,
    DemoEnded {
        name: String,
    },
    Synced {
        sent: u64,
        received: u64,
        left: u64,
        complete: bool,
    },
    AllWell {
        documents: u64,
        entries: u64,
    },
    StepFailed {
        place: String,
        expected: String,
        found: String,
    },
    ScenariosRun {
        files: usize,
        steps: usize,
        failed: usize,
    },
    Findings {
        count: usize,
    },
    Healthy {
        serving: bool,
    },
    NotServing,
    ProfileSound {
        unset: usize,
    },
    Unset,
    RulesProposed {
        version: String,
    },
    RulesApplied {
        version: String,
    },
    RulesUnreadable {
        version: String,
    },
    HolidaysPublished,
    ScoresFilled {
        filled: usize,
        differ: usize,
    },
    Quarantined {
        document: String,
        from: String,
        at: Timestamp,
        reason: String,
    },
    QuarantineAccepted {
        taken: u64,
        left: u64,
    },
    AsideDismissed {
        changes: usize,
    },
    HolidaysMissing {
        year: i16,
    },
    Nothing,
}

impl System {
    /// The words in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.chinese(),
            Lang::En => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::NotLoggedIn => "登录已失效，请重新登录。".into(),
            Self::LoginRefused => "用户名或密码不对。".into(),
            Self::TooManyTries { seconds } => format!("试得太频繁，请 {seconds} 秒后再试。"),
            Self::Forbidden => "您的账号没有这项权限。".into(),
            Self::HubOnly => "这项操作只能在上级平台进行。".into(),
            Self::ForeignOrigin => "请求不是从本系统页面发出的，已拒绝。请刷新页面再试。".into(),
            Self::ForeignHost => "本服务器不使用这个地址。请用管理员给的地址打开。".into(),
            Self::NotFound => "没有找到。".into(),
            Self::WrongMethod => "这个地址不支持这种请求。".into(),
            Self::BadRequest { what } => format!("请求的格式不对：{what}"),
            Self::TooLarge { mebibytes } => format!("内容太大，最多 {mebibytes} MB。"),
            Self::Refused => "没有保存：不符合规则。".into(),
            Self::StorageFailed => "存储出错，本机暂时只能查看，不能保存。请联系管理员。".into(),
            Self::DiskFull => {
                "磁盘已满，本机暂时只能查看，刚才的内容没有保存。请管理员腾出空间，腾出后自动恢复。"
                    .into()
            }
            Self::NotReady => "服务正在启动或停止，请稍候再试。".into(),
            Self::Internal => "服务器内部出错，已记入日志。".into(),
            Self::NameTaken { name } => format!("用户名“{name}”已被使用。"),
            Self::BadName => "用户名为 1 至 40 个字，不能含换行等控制字符。".into(),
            Self::NoSuchUser { name } => format!("没有用户“{name}”。"),
            Self::PasswordTooShort { least } => format!("密码至少 {least} 位。"),
            Self::PasswordTooLong { most } => format!("密码最多 {most} 位。"),
            Self::PasswordIsName => "密码不能是用户名。".into(),
            Self::PasswordCommon => "这个密码太常见，请换一个。".into(),
            Self::WorkbookUnreadable { why } => format!("这个文件读不出来：{why}"),
            Self::Attachment(words) => words.text(Lang::Zh),
            Self::Bundle(words) => words.text(Lang::Zh),
            Self::Recovery(words) => words.text(Lang::Zh),
            Self::PreviewGone => "这次预览已过期，请重新上传。".into(),
            Self::Created { name, role, dir } => {
                format!("已建立{}“{name}”，数据在 {dir}。", role_zh(role))
            }
            Self::UserAdded { name } => format!("已添加用户“{name}”。"),
            Self::UserBarred { name } => format!("已停用用户“{name}”，其登录已全部结束。"),
            Self::UserAdmitted { name } => format!("已启用用户“{name}”。"),
            Self::PasswordSet { name } => format!("已重设用户“{name}”的密码，其登录已全部结束。"),
            Self::Invited { unit, until } => {
                format!("“{unit}”的邀请码（一次有效，{until} 前用）：")
            }
            Self::Joined { unit, active: true } => format!("已加入，本机代表“{unit}”。"),
            Self::Joined {
                unit,
                active: false,
            } => format!("已登记为“{unit}”，等上级确认后开始同步。"),
            Self::HubNotAsked { reason } => {
                format!(
                    "暂时问不到上级（{}），接通后自动登记。",
                    reason.text(Lang::Zh)
                )
            }
            Self::NodeChanged { unit, state } => {
                format!("“{unit}”的服务器：{}。", peer_state_zh(state))
            }
            Self::Imported {
                created,
                updated,
                unchanged,
                kept,
                refused,
            } => {
                format!(
                    "导入完成：新增 {created}，更新 {updated}，无变化 {unchanged}，保留现值 {kept}，退回 {refused} 行。"
                )
            }
            Self::ImportPlanned {
                created,
                updated,
                unchanged,
                refused,
            } => {
                format!(
                    "试导入（未写入）：将新增 {created}，更新 {updated}，无变化 {unchanged}，退回 {refused} 行。"
                )
            }
            Self::ImportUndone { changed, kept } => {
                format!("已撤销：还原 {changed} 个项目，{kept} 处此后有人改过，保留现值。")
            }
            Self::ImportId { id } => format!("导入号 {id}，可用“import --undo {id}”撤销。"),
            Self::ImportUnitUnknown => "未导入：看不出是哪个单位的项目。".into(),
            Self::ImportedMany { done, files } => format!("{files} 个文件中 {done} 个已处理完。"),
            Self::UnitsAsked { files } => {
                format!("请用“import --unit 单位名称 文件”分别指定单位后再导入：{files}")
            }
            Self::ErrorsWritten { file } => format!("退回的行已写入 {file}。"),
            Self::Exported { rows, file } => format!("已导出 {rows} 个项目到 {file}。"),
            Self::LineOff => "已断开，恢复前不再连接。".into(),
            Self::LineOn => "已恢复连接。".into(),
            Self::DemoMaking => "建立四个数据目录和账号……".into(),
            Self::DemoStarting => "启动上级平台和三个乡镇节点……".into(),
            Self::DemoInviting => "邀请并接入乡镇节点……".into(),
            Self::DemoWriting { unit } => format!("写入{unit}的演示数据……"),
            Self::DemoExchanging => "同步……".into(),
            Self::DemoRunning { dir } => {
                format!("\n演示数据在 {dir}，再次启动时继续。Ctrl-C 结束。")
            }
            Self::DemoStopping => "正在结束……".into(),
            Self::DemoEnded { name } => format!("{name}的服务已退出，详见其日志。"),
            Self::Synced {
                sent,
                received,
                left: 0,
                complete: true,
            } => format!("已同步：上传 {sent} 条，下载 {received} 条。"),
            Self::Synced {
                sent,
                received,
                left: 0,
                complete: false,
            } => format!("没有同步完：上传 {sent} 条，下载 {received} 条。"),
            Self::Synced {
                sent,
                received,
                left,
                ..
            } => format!("上传 {sent} 条，下载 {received} 条，还有 {left} 条没有传完。"),
            Self::AllWell { documents, entries } => {
                format!("检查完毕，没有发现问题：文档 {documents} 份，日志 {entries} 条。")
            }
            Self::StepFailed {
                place,
                expected,
                found,
            } => format!("{place}：应为 {expected}；实为 {found}"),
            Self::ScenariosRun {
                files,
                steps,
                failed: 0,
            } => format!("情景 {files} 个、步骤 {steps} 步，全部符合。"),
            Self::ScenariosRun {
                files,
                steps,
                failed,
            } => format!("情景 {files} 个、步骤 {steps} 步，{failed} 步不符。"),
            Self::Findings { count } => format!("检查完毕，发现 {count} 个问题。"),
            Self::Healthy { serving: true } => "检查完毕，一切正常，服务在运行。".into(),
            Self::Healthy { serving: false } => "检查完毕，没有发现问题。".into(),
            Self::NotServing => "服务没有运行；要用浏览器打开，请先用 serve 启动。".into(),
            Self::ProfileSound { unset } => format!("规则文件没有错误，{unset} 处提示。"),
            Self::Unset => "未配置".into(),
            Self::RulesProposed { version } => {
                format!("已提出规则版本 {version}，由系统管理员应用后生效。")
            }
            Self::RulesApplied { version } => format!("规则版本 {version} 已应用。"),
            Self::HolidaysPublished => "节假日安排已发布，各节点同步后生效。".into(),
            Self::ScoresFilled { filled, differ } => {
                format!("已按记录填入 {filled} 个分值；{differ} 个已填的与记录不符，未改动。")
            }
            Self::Quarantined {
                document,
                from,
                at,
                reason,
            } => {
                format!(
                    "{document}：{from} 于 {at} 送来的一处改动被隔离，{}。",
                    refused_zh(reason)
                )
            }
            Self::QuarantineAccepted { taken, left } => {
                format!("已收下隔离的改动 {taken} 处，还有 {left} 处。")
            }
            Self::AsideDismissed { changes } => {
                format!("已放弃无法读取的改动 {changes} 处，原因已记入审计。")
            }
            Self::HolidaysMissing { year } => {
                format!(
                    "{year}年节假日未导入，涉及该年的剩余工作日无法计算；请在上级节点导入国务院办公厅的通知"
                )
            }
            Self::RulesUnreadable { version } => {
                format!("本程序读不懂这一规则版本，仍按上一版本办理：{version}")
            }
            Self::Nothing => "没有内容。".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NotLoggedIn => "Your log-in has ended. Please log in again.".into(),
            Self::LoginRefused => "Name or password is wrong.".into(),
            Self::TooManyTries { seconds } => format!("Too many tries. Please try again in {seconds} s."),
            Self::Forbidden => "Your account may not do this.".into(),
            Self::HubOnly => "Only the hub can do this.".into(),
            Self::ForeignOrigin => "The request does not come from this server's own pages. Please reload the page.".into(),
            Self::ForeignHost => "This server does not go by that name. Please use the address your administrator gave you.".into(),
            Self::NotFound => "Not found.".into(),
            Self::WrongMethod => "This address does not take that kind of request.".into(),
            Self::BadRequest { what } => format!("The request has the wrong form: {what}"),
            Self::TooLarge { mebibytes } => format!("Too large; at most {mebibytes} MiB."),
            Self::Refused => "Not saved: a rule refuses it.".into(),
            Self::DiskFull => "The disk is full. This server only shows data, and what was sent is not saved. Once your administrator makes room it goes on by itself.".into(),
            Self::StorageFailed => "Storage failed. This server only shows data for now; please tell your administrator.".into(),
            Self::NotReady => "The server is starting or stopping. Please try again in a moment.".into(),
            Self::Internal => "The server made a mistake; it is in the log.".into(),
            Self::NameTaken { name } => format!("The name {name} is taken."),
            Self::BadName => "A name has 1 to 40 characters and no control characters.".into(),
            Self::NoSuchUser { name } => format!("There is no user {name}."),
            Self::PasswordTooShort { least } => format!("A password needs at least {least} characters."),
            Self::PasswordTooLong { most } => format!("A password has at most {most} characters."),
            Self::PasswordIsName => "A password may not be the user's name.".into(),
            Self::PasswordCommon => "This password is too common; please choose another.".into(),
            Self::WorkbookUnreadable { why } => format!("This file cannot be read: {why}"),
            Self::Attachment(words) => words.text(Lang::En),
            Self::Bundle(words) => words.text(Lang::En),
            Self::Recovery(words) => words.text(Lang::En),
            Self::PreviewGone => "This preview is over; please upload again.".into(),
            Self::Created { name, role, dir } => format!("Made the {role} {name} in {dir}."),
            Self::UserAdded { name } => format!("Added the user {name}."),
            Self::UserBarred { name } => format!("Barred the user {name}; all log-ins ended."),
            Self::UserAdmitted { name } => format!("Admitted the user {name} again."),
            Self::PasswordSet { name } => format!("Set a new password for {name}; all log-ins ended."),
            Self::Invited { unit, until } => format!("One-time code for {unit}, good until {until}:"),
            Self::Joined { unit, active: true } => format!("Joined: this node speaks for {unit}."),
            Self::Joined { unit, active: false } => format!("Enrolled for {unit}; the hub has to approve before data flows."),
            Self::HubNotAsked { reason } => format!("the hub cannot be asked now ({}); it will be as soon as the line stands", reason.text(Lang::En)),
            Self::NodeChanged { unit, state } => format!("The node of {unit} is {state}."),
            Self::Imported { created, updated, unchanged, kept, refused } => {
                format!("Imported: {created} created, {updated} updated, {unchanged} unchanged, {kept} kept as they were, {refused} rows refused.")
            }
            Self::ImportPlanned { created, updated, unchanged, refused } => {
                format!("Dry run, nothing written: would create {created}, update {updated}, leave {unchanged}, refuse {refused} rows.")
            }
            Self::ImportUndone { changed, kept } => format!("Undone: {changed} projects restored, {kept} values kept because they were changed since."),
            Self::ImportId { id } => format!("Import {id}; `import --undo {id}` takes it back."),
            Self::ImportUnitUnknown => "Not imported: nothing says whose projects these are.".into(),
            Self::ImportedMany { done, files } => format!("{done} of {files} files are done."),
            Self::UnitsAsked { files } => format!("Say whose these are with `import --unit NAME FILE`, then they come in: {files}"),
            Self::ErrorsWritten { file } => format!("Refused rows are in {file}."),
            Self::Exported { rows, file } => format!("Exported {rows} projects to {file}."),
            Self::LineOff => "The line is closed and stays so until it is switched on.".into(),
            Self::LineOn => "The line is on again.".into(),
            Self::DemoMaking => "Making four data folders and their accounts…".into(),
            Self::DemoStarting => "Starting the hub and three townships…".into(),
            Self::DemoInviting => "Inviting and enrolling the townships…".into(),
            Self::DemoWriting { unit } => format!("Writing the demonstration data of {unit}…"),
            Self::DemoExchanging => "Exchanging everything…".into(),
            Self::DemoRunning { dir } => format!("\nThe data lie in {dir}; a second start goes on with them. Ctrl-C ends the demo."),
            Self::DemoStopping => "Stopping…".into(),
            Self::DemoEnded { name } => format!("The server of {name} has ended; its log says why."),
            Self::Synced { sent, received, left: 0, complete: true } => format!("In step: {sent} sent, {received} received."),
            Self::Synced { sent, received, left: 0, complete: false } => format!("Not in step: {sent} sent, {received} received."),
            Self::Synced { sent, received, left, .. } => format!("{sent} sent, {received} received, {left} left."),
            Self::AllWell { documents, entries } => format!("All is well: {documents} documents, {entries} log entries."),
            Self::StepFailed { place, expected, found } => format!("{place}: expected {expected}; found {found}"),
            Self::ScenariosRun { files, steps, failed: 0 } => format!("{files} files, {steps} steps, all as expected."),
            Self::ScenariosRun { files, steps, failed } => format!("{files} files, {steps} steps, {failed} not as expected."),
            Self::Findings { count } => format!("{count} findings."),
            Self::Healthy { serving: true } => "All is well, and the server runs.".into(),
            Self::Healthy { serving: false } => "Nothing is wrong.".into(),
            Self::NotServing => "No server runs on this folder; a browser needs one: serve.".into(),
            Self::ProfileSound { unset } => format!("No errors, {unset} warnings."),
            Self::Unset => "not set".into(),
            Self::RulesProposed { version } => format!("Version {version} is decided; it counts once the administrator applies it."),
            Self::RulesApplied { version } => format!("Version {version} is applied."),
            Self::HolidaysPublished => "The holidays are published; nodes learn of them by sync.".into(),
            Self::ScoresFilled { filled, differ } => format!("{filled} values entered as the records make them; {differ} that stand and differ are left alone."),
            Self::Quarantined { document, from, at, reason } => format!("{document}: a change brought by {from} at {at} is in quarantine: {}", refused_en(reason)),
            Self::AsideDismissed { changes } => format!("{changes} changes that cannot be read were let go of; the reason stands in the audit trail."),
            Self::QuarantineAccepted { taken, left } => format!("{taken} changes taken in, {left} left in quarantine."),
            Self::HolidaysMissing { year } => format!("the holidays of {year} are not imported, so working days that reach into it cannot be counted; import the notice at the hub"),
            Self::RulesUnreadable { version } => format!("this program cannot read a version of the rules and goes on by the one before: {version}"),
            Self::Nothing => "Nothing.".into(),
        }
    }
}

fn role_zh(role: &str) -> &'static str {
    match role {
        "hub" => "上级平台",
        _ => "乡镇节点",
    }
}

/// What a person of a role is called.
#[must_use]
pub fn account_role(role: &str, lang: Lang) -> &str {
    match (role, lang) {
        ("clerk", Lang::Zh) => "经办",
        ("clerk", Lang::En) => "clerk",
        ("head", Lang::Zh) => "单位负责人",
        ("head", Lang::En) => "head of unit",
        ("hub_officer", Lang::Zh) => "项目中心经办",
        ("hub_officer", Lang::En) => "officer of the hub",
        ("hub_head", Lang::Zh) => "项目中心负责人",
        ("hub_head", Lang::En) => "head of the hub",
        (other, _) => other,
    }
}

fn peer_state_zh(state: &str) -> &str {
    match state {
        "pending" => "待确认",
        "active" => "已启用",
        "suspended" => "已暂停",
        "revoked" => "已注销",
        other => other,
    }
}

/// The state of the line in words, with its reason.
#[must_use]
pub fn sync_state(state: &SyncState, lang: Lang) -> String {
    match lang {
        Lang::Zh => match state {
            SyncState::NotJoined => "未接入".into(),
            SyncState::Synced => "已同步".into(),
            SyncState::Waiting => "待上传".into(),
            SyncState::Running { done, total } => format!("同步中 {done}/{total}"),
            SyncState::Offline {
                switched_off: true, ..
            } => "离线：人工断开".into(),
            SyncState::Offline { reason, .. } if reason.is_empty() => "离线".into(),
            SyncState::Offline { reason, .. } => format!("离线：{reason}"),
            SyncState::Conflicts { count } => format!("需确认：{count} 处"),
            SyncState::Refused { reason } => format!("上传失败：{reason}"),
            SyncState::ClockSkew { minutes } => format!("时间相差 {minutes} 分钟"),
        },
        Lang::En => match state {
            SyncState::NotJoined => "not joined".into(),
            SyncState::Synced => "in step".into(),
            SyncState::Waiting => "waiting to be sent".into(),
            SyncState::Running { done, total } => format!("exchanging {done}/{total}"),
            SyncState::Offline {
                switched_off: true, ..
            } => "offline: switched off".into(),
            SyncState::Offline { reason, .. } if reason.is_empty() => "offline".into(),
            SyncState::Offline { reason, .. } => format!("offline: {reason}"),
            SyncState::Conflicts { count } => format!("{count} conflicts wait for a person"),
            SyncState::Refused { reason } => format!("refused by the hub: {reason}"),
            SyncState::ClockSkew { minutes } => format!("clock differs by {minutes} minutes"),
        },
    }
}

/// Why a change was refused, by the reason's id.
#[must_use]
pub fn refused(reason: &str, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => refused_zh(reason),
        Lang::En => refused_en(reason),
    }
}

fn refused_zh(reason: &str) -> &'static str {
    match reason {
        "too_large" => "内容过大",
        "not_a_change" => "不是一处改动",
        "too_many_operations" => "一次写得太多",
        "malformed" => "内容损坏",
        "foreign_actor" => "署名不是送来的节点",
        "out_of_scope" => "送来的节点无权写这份资料",
        "bad_sequence" => "序号不连续",
        "missing_dependency" => "所依据的改动不在这里",
        "bad_operation" => "含有本程序不会写的内容",
        "breaks" => "收下会损坏资料",
        "after_revocation" => "写在得知该项目已划走之后",
        _ => "原因不明",
    }
}

/// The same in English.
fn refused_en(reason: &str) -> &'static str {
    match reason {
        "too_large" => "it is too large",
        "not_a_change" => "it is not a change",
        "too_many_operations" => "it writes too much at once",
        "malformed" => "its bytes are damaged",
        "foreign_actor" => "it is signed by another node than the one that brought it",
        "out_of_scope" => "the node may not write this document",
        "bad_sequence" => "its number does not follow",
        "missing_dependency" => "it builds on a change that is not here",
        "bad_operation" => "it does what this program never does",
        "breaks" => "taking it in would break the document",
        "after_revocation" => {
            "it was written after its author knew that the record is not its own any more"
        }
        _ => "for a reason this version does not know",
    }
}
