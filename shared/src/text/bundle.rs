//! The words about USB bundles (摆渡包).

use super::Lang;
use crate::time::Timestamp;

/// One message about a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum BundleWords {
    Made {
        unit: String,
        entries: u64,
        files: u64,
        file: String,
    },
    FilesStay {
        files: u64,
        bytes: u64,
    },
    FilesSeen {
        files: u64,
        bytes: u64,
        fresh: u64,
    },
    FilesTaken {
        fresh: u64,
        left: u64,
    },
    Seen {
        unit: String,
        made_at: Timestamp,
        entries: u64,
        fresh: u64,
        documents: u64,
    },
    Taken {
        unit: String,
        fresh: u64,
        refused: u64,
    },
    AlreadyTaken {
        unit: String,
        made_at: Timestamp,
    },
    Pending {
        unit: String,
    },
    Missing {
        entries: u64,
    },
    NoBundle,
    Newer,
    ForAnother,
    Changed,
    OwnBundle,
    NotJoined,
    Stranger,
    NoSuchNode,
}

impl BundleWords {
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
            Self::Made {
                unit,
                entries,
                files: 0,
                file,
            } => format!("已生成给“{unit}”的摆渡包：{entries} 条，在 {file}。"),
            Self::Made {
                unit,
                entries,
                files,
                file,
            } => {
                format!("已生成给“{unit}”的摆渡包：{entries} 条，附件 {files} 个，在 {file}。")
            }
            Self::FilesStay { files, bytes } => format!(
                "还有 {files} 个附件（{}）这次放不下：对方读入并把回包带回后，下一个包会带上；也可用 --files 加大。",
                size(*bytes)
            ),
            Self::FilesSeen {
                files,
                bytes,
                fresh,
            } => format!(
                "附件 {files} 个，共 {}，其中 {fresh} 个本机还没有。",
                size(*bytes)
            ),
            Self::FilesTaken { fresh, left: 0 } => format!("附件：新到 {fresh} 个。"),
            Self::FilesTaken { fresh, left } => format!(
                "附件：新到 {fresh} 个；{left} 个没有读入（损坏、不完整、没有记录引用或附件额度已满）。请重新拷贝后再读入一次，或请对方重新生成。"
            ),
            Self::Seen {
                unit,
                made_at,
                entries,
                fresh,
                documents,
            } => format!(
                "“{unit}”{made_at} 生成的摆渡包：{entries} 条，涉及文档 {documents} 份，其中 {fresh} 条本机还没有。"
            ),
            Self::Taken {
                unit,
                fresh,
                refused: 0,
            } => format!("已读入“{unit}”的摆渡包：新到 {fresh} 条。"),
            Self::Taken {
                unit,
                fresh,
                refused,
            } => format!(
                "已读入“{unit}”的摆渡包：新到 {fresh} 条，其中 {refused} 处改动被隔离待查。"
            ),
            Self::AlreadyTaken { unit, made_at } => {
                format!("“{unit}”{made_at} 生成的这个摆渡包已处理过，没有变化。")
            }
            Self::Pending { unit } => {
                format!("“{unit}”还没有获准接入，内容未读入。请先确认该单位，再读入一次。")
            }
            Self::Missing { entries } => format!(
                "这个包之前还缺 {entries} 条，后面的内容没有读入。请对方生成全量包（命令行加 --all）。"
            ),
            Self::NoBundle => "这不是摆渡包。".into(),
            Self::Newer => "这个摆渡包由更新的版本生成，请先升级本机。".into(),
            Self::ForAnother => "这个摆渡包是给别的单位的，本机打不开。".into(),
            Self::Changed => {
                "这个摆渡包被改动过或不完整，没有读入任何内容。请重新拷贝或请对方重新生成。".into()
            }
            Self::OwnBundle => "这是本机自己生成的摆渡包，应拿到对方那里读入。".into(),
            Self::NotJoined => "本机还没有接入上级，先用邀请码登记，再用摆渡包。".into(),
            Self::Stranger => "这个摆渡包的来源没有接入本平台，或已被停用，没有读入。".into(),
            Self::NoSuchNode => "没有这个接收单位。".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Made {
                unit,
                entries,
                files: 0,
                file,
            } => format!("Made a bundle for {unit}: {entries} entries, in {file}."),
            Self::Made {
                unit,
                entries,
                files,
                file,
            } => format!(
                "Made a bundle for {unit}: {entries} entries and {files} attached files, in {file}."
            ),
            Self::FilesStay { files, bytes } => format!(
                "{files} more attached files ({}) had no room. The next bundle takes them once this one's answer is back; --files gives more room.",
                size(*bytes)
            ),
            Self::FilesSeen {
                files,
                bytes,
                fresh,
            } => format!(
                "{files} attached files, {} together, {fresh} of them not here yet.",
                size(*bytes)
            ),
            Self::FilesTaken { fresh, left: 0 } => format!("Attached files: {fresh} new."),
            Self::FilesTaken { fresh, left } => format!(
                "Attached files: {fresh} new; {left} were not taken in (damaged, incomplete, named by no record, or there is no room for them). Copy the file again and import it once more, or ask for a new one."
            ),
            Self::Seen {
                unit,
                made_at,
                entries,
                fresh,
                documents,
            } => format!(
                "A bundle of {unit} made {made_at}: {entries} entries about {documents} documents, {fresh} of them not here yet."
            ),
            Self::Taken {
                unit,
                fresh,
                refused: 0,
            } => format!("Took in the bundle of {unit}: {fresh} new entries."),
            Self::Taken {
                unit,
                fresh,
                refused,
            } => format!(
                "Took in the bundle of {unit}: {fresh} new entries; {refused} changes went into quarantine."
            ),
            Self::AlreadyTaken { unit, made_at } => {
                format!(
                    "This bundle of {unit} made {made_at} was taken in before; nothing changed."
                )
            }
            Self::Pending { unit } => {
                format!(
                    "{unit} is not approved yet, so nothing was taken in. Approve it, then import again."
                )
            }
            Self::Missing { entries } => format!(
                "{entries} entries are missing before this bundle; what follows them was not taken in. Ask for one with everything (--all at the command line)."
            ),
            Self::NoBundle => "This is no bundle.".into(),
            Self::Newer => "A newer version made this bundle; upgrade this one first.".into(),
            Self::ForAnother => "This bundle is for another node.".into(),
            Self::Changed => {
                "This bundle was changed on the way or is incomplete; nothing of it was taken in."
                    .into()
            }
            Self::OwnBundle => {
                "This node made the bundle itself; it is to be imported at the other side.".into()
            }
            Self::NotJoined => "This node is not enrolled at a hub; join one first.".into(),
            Self::Stranger => {
                "The bundle's sender is not enrolled here, or not any more; nothing was taken in."
                    .into()
            }
            Self::NoSuchNode => "There is no such node.".into(),
        }
    }
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
