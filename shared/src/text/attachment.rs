//! The words about attachments (附件).

use super::Lang;

/// Why a file is not taken, or not given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum AttachmentWords {
    Empty,
    TooLarge { mebibytes: u64 },
    Kind { allowed: String },
    Content { ending: String },
    Name,
    TooMany { most: usize },
    NotHere,
    Damaged,
    Full { mebibytes: u64, most: u64 },
    DiskLow { mebibytes: u64 },
}

impl AttachmentWords {
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
            Self::Empty => "这个文件是空的。".into(),
            Self::TooLarge { mebibytes } => {
                format!("文件太大，附件最多 {mebibytes} MB。照片可先压缩，扫描件可降低分辨率。")
            }
            Self::Kind { allowed } => format!("不能附这种文件。可以附：{allowed}"),
            Self::Content { ending } => {
                format!("这个文件的内容不是 {ending}，可能改过扩展名。请另存为正确的格式再附。")
            }
            Self::Name => "文件名不能用，请改短或去掉特殊字符。".into(),
            Self::TooMany { most } => format!("每个项目最多 {most} 个附件。"),
            Self::NotHere => "未下载：这个附件的内容还不在本机，已登记，连上后自动取来。".into(),
            Self::Damaged => "这个附件在本机的内容已损坏，已登记从上级重新取来。".into(),
            Self::Full { mebibytes, most } => format!(
                "附件已占 {mebibytes} MB，额度 {most} MB，这个文件没有收下；填报不受影响。请管理员在 config.toml 的 [attachments] 里加大额度。"
            ),
            Self::DiskLow { mebibytes } => format!(
                "磁盘只剩 {mebibytes} MB，留给填报用，这个文件没有收下。请删掉不用的文件，腾出空间后再附。"
            ),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "The file is empty.".into(),
            Self::TooLarge { mebibytes } => {
                format!("The file is too large; an attachment may have {mebibytes} MB.")
            }
            Self::Kind { allowed } => {
                format!("Such a file cannot be attached. What can: {allowed}")
            }
            Self::Content { ending } => {
                format!("The file's content is no {ending}; save it in the right format first.")
            }
            Self::Name => "The file's name cannot be used; make it shorter or plainer.".into(),
            Self::TooMany { most } => format!("A project has at most {most} attachments."),
            Self::NotHere => "Not downloaded: the content is not here yet; it comes by itself once there is a line.".into(),
            Self::Damaged => "The content here is damaged; it is fetched again.".into(),
            Self::Full { mebibytes, most } => format!(
                "Attachments take {mebibytes} of the {most} MB they may have, so this file was not taken; edits go on. An administrator can raise the limit in [attachments] of config.toml."
            ),
            Self::DiskLow { mebibytes } => format!(
                "{mebibytes} MB are left on the disk, which are kept for edits, so this file was not taken. Make room, then attach it again."
            ),
        }
    }
}
