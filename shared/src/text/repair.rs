//! The words about repairing a record of which the county refuses a change.

use super::Lang;
use crate::time::Timestamp;

/// One message about a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the words beside each variant say what it means"
)]
pub enum RepairWords {
    /// `old` and `new` are empty for nothing.
    Value {
        label: String,
        old: String,
        new: String,
        by: String,
        at: Timestamp,
        is_writable: bool,
    },
    Plan {
        document: String,
        changes: usize,
        values: usize,
    },
    Done {
        values: u64,
        changes: u64,
    },
    /// The record is another unit's by now.
    NotOurs {
        document: String,
        changes: usize,
    },
    Sound,
    Others,
    NotAllowed,
    TooMany,
    Moved,
}

impl RepairWords {
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
            Self::Value {
                label,
                old,
                new,
                by,
                at,
                is_writable,
            } => {
                let (old, new) = (said(old, Lang::Zh), said(new, Lang::Zh));
                let note = if *is_writable {
                    ""
                } else {
                    "；本程序写不了这样的内容，不再写入，请重新填写"
                };
                format!("{label}：{old} → {new}（{by}，{at}{note}）")
            }
            Self::Plan {
                document,
                changes,
                values,
            } => format!(
                "{document}：被拒的改动连同其后的改动共 {changes} 处将另存，其中仍有效的 {values} 项内容重新写入"
            ),
            Self::Done { values, changes } => format!(
                "已修复：{changes} 处改动另存（可导出），{values} 项内容已重新写入，随下次同步报县。"
            ),
            Self::Sound => "这份资料没有本单位被拒的改动，不用修复。".into(),
            Self::NotOurs { document, changes } => format!(
                "{document}：已不归本单位填写，下列内容所在的 {changes} 处改动不会被收下。确认后移出本机的这份资料并另存（可导出）；仍需写入的，请与县里联系"
            ),
            Self::Others => {
                "被拒的改动是别的单位写的，本机不能修复；请那个单位在自己的机器上修复。".into()
            }
            Self::NotAllowed => {
                "这次修复有内容不再写入，须由本单位负责人确认。".into()
            }
            Self::TooMany => {
                "与别处同时改过的内容太多，不能一次修复；请先导出留存，再与县里联系。没有改动任何内容。".into()
            }
            Self::Moved => "这份资料刚有新的改动，请重新核对后再修复；没有改动任何内容。".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Value {
                label,
                old,
                new,
                by,
                at,
                is_writable,
            } => {
                let (old, new) = (said(old, Lang::En), said(new, Lang::En));
                let note = if *is_writable {
                    ""
                } else {
                    "; this program cannot write such a value, so it is left out: fill it in anew"
                };
                format!("{label}: {old} → {new} ({by}, {at}{note})")
            }
            Self::Plan {
                document,
                changes,
                values,
            } => format!(
                "{document}: the refused change and those after it, {changes} in all, will be set aside; {values} values of theirs that still stand are written again"
            ),
            Self::Done { values, changes } => format!(
                "Repaired: {changes} changes are set aside (the export holds them), {values} values were written again and go to the county with the next exchange."
            ),
            Self::Sound => "Nothing of this record that this unit wrote was refused; there is nothing to repair.".into(),
            Self::NotOurs { document, changes } => format!(
                "{document}: not this unit's to fill in any more, so the {changes} changes with these values will not be taken. They will leave the record on this node and be set aside (the export holds them); ask the county for what is still needed"
            ),
            Self::Others => "Another unit wrote what was refused, so this node cannot repair it; that unit can, on its own.".into(),
            Self::NotAllowed => "This repair leaves values out, which only the head of the unit decides.".into(),
            Self::TooMany => "Too many values were changed elsewhere as well for one repair. Export the changes and ask the county; nothing was written.".into(),
            Self::Moved => "This record has just changed. Look at it again, then repair it; nothing was written.".into(),
        }
    }
}

/// A value between its marks.
fn said(value: &str, lang: Lang) -> String {
    match (value, lang) {
        ("", Lang::Zh) => "（空）".to_owned(),
        ("", Lang::En) => "(empty)".to_owned(),
        (value, Lang::Zh) => format!("“{value}”"),
        (value, Lang::En) => format!("\"{value}\""),
    }
}
