//! The words about backups: what one holds, what came of making, reading and restoring it.

use super::Lang;
use crate::time::Timestamp;

/// One message about a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum RecoveryWords {
    Made {
        file: String,
    },
    HoldsKey,
    LeftOut {
        attachment: String,
    },
    Sound,
    Holds {
        name: String,
        made_at: Timestamp,
        position: u64,
        documents: u64,
        projects: u64,
        accounts: u64,
        audit: u64,
        attachments: u64,
    },
    Damaged {
        places: usize,
    },
    Restored {
        dir: String,
    },
    RestoredHub,
    NotRestored,
    AuditWhole {
        lines: u64,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    },
    /// `what` is a `desk::Break`, by its id.
    AuditBroken {
        line: u64,
        at: Option<Timestamp>,
        what: String,
    },
}

impl RecoveryWords {
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
            Self::Made { file } => format!("备份成功，已回读核对：{file}"),
            Self::HoldsKey => "备份里有本机的密钥和账号，请像钥匙一样保管。".into(),
            Self::LeftOut { attachment } => {
                format!("附件 {attachment} 已损坏，没有备份进去；请先运行 check 查看")
            }
            Self::Sound => "备份完好，可以用来恢复。".into(),
            Self::Holds {
                name,
                made_at,
                position,
                documents,
                projects,
                accounts,
                audit,
                attachments,
            } => format!(
                "“{name}”截至 {made_at}（日志第 {position} 条）：文档 {documents} 份，其中项目 {projects} 个；账号 {accounts} 个，审计记录 {audit} 条，附件 {attachments} 个"
            ),
            Self::Damaged { places } => {
                format!("备份有 {places} 处损坏，不能用来恢复；请换一份更早的备份。")
            }
            Self::Restored { dir } => format!(
                "已恢复到 {dir}。用 serve 启动后，会与上级互相补齐备份之后的内容。原来的那台不要再启动：两台同时运行会被上级发现并报警。"
            ),
            Self::RestoredHub => "恢复的是上级平台：备份之后的停用、改密码、邀请和接入都已回到当时，请马上核对 nodes 和 user list；各节点连上后会把备份之后的内容补回来，平台自己写的在隔离区等确认。".into(),
            Self::NotRestored => "备份已损坏，什么都没有恢复。".into(),
            Self::AuditWhole {
                lines,
                first: Some(first),
                last: Some(last),
            } => format!("审计记录完整：{lines} 条，从 {first} 到 {last}。"),
            Self::AuditWhole { lines, .. } => format!("审计记录完整：{lines} 条。"),
            Self::AuditBroken { line, at, what } => {
                let at = at.map_or_else(String::new, |at| format!("（{at}）"));
                let what = match what.as_str() {
                    "missing" => "不见了",
                    "changed" => "被改动或挪动过",
                    "foreign" => "不是本机写的",
                    "rewritten" => "与备份里留存的不一致，之前的内容被重写过",
                    _ => "不对",
                };
                format!("审计记录从第 {line} 条{at}起不可信：这一条{what}。请保留现场，报告上级。")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Made { file } => format!("Made a backup and read it back: {file}"),
            Self::HoldsKey => {
                "It holds this server's key and its accounts: keep it as you keep a key.".into()
            }
            Self::LeftOut { attachment } => format!(
                "attachment {attachment} is damaged and is not in the backup; see xiangmu check"
            ),
            Self::Sound => "The backup is sound and can be restored.".into(),
            Self::Holds {
                name,
                made_at,
                position,
                documents,
                projects,
                accounts,
                audit,
                attachments,
            } => format!(
                "{name} as of {made_at} (commit {position}): {documents} documents, {projects} of them projects; {accounts} accounts, {audit} lines of audit, {attachments} attachments"
            ),
            Self::Damaged { places } => format!(
                "The backup is damaged in {places} places and cannot be restored; use an earlier one."
            ),
            Self::Restored { dir } => format!(
                "Restored to {dir}. Once served, it and its hub give each other what came after the backup. Do not start the old one again: the hub notices two of one node and says so."
            ),
            Self::RestoredHub => "This is a hub: who was suspended, enrolled or invited since, and passwords set since, are as they were then. Check `nodes` and `user list` at once. Its nodes bring back what came after the backup; what the hub wrote itself waits in quarantine.".into(),
            Self::NotRestored => "The backup is damaged; nothing was restored.".into(),
            Self::AuditWhole {
                lines,
                first: Some(first),
                last: Some(last),
            } => format!("The audit trail is whole: {lines} lines from {first} to {last}."),
            Self::AuditWhole { lines, .. } => format!("The audit trail is whole: {lines} lines."),
            Self::AuditBroken { line, at, what } => {
                let at = at.map_or_else(String::new, |at| format!(" ({at})"));
                let what = match what.as_str() {
                    "missing" => "is gone",
                    "changed" => "was changed or moved",
                    "foreign" => "was not written by this server",
                    "rewritten" => "is another one than a backup saw; what is before it was written anew",
                    _ => "is not as it was written",
                };
                format!("The audit trail is not to be trusted from line {line}{at} on: that line {what}. Leave everything as it is, and report it.")
            }
        }
    }
}
