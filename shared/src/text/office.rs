//! The words of files people exchange: titles of ledgers and error workbooks, and why a file cannot be read.
//!
//! Files are written in Chinese, whatever the screen speaks: their readers are county offices, and the import recognises its own titles
//! (`synonyms`).

words! {
    /// A word or sentence about files.
    Office {
    Reason "错误原因" "Reason";
    SourceRow "原行号" "Source row";
    NotAWorkbook "这不是表格文件，请用 .xlsx、.xls 或 .csv" "This is no table; use .xlsx, .xls or .csv";
    Password "工作簿有密码，请取消密码后再导入" "The workbook has a password; take it off and import again";
    ForeignFormat "这种格式不能读取，请在 WPS 或 Excel 中另存为 .xlsx 后再导入" "This format cannot be read; save it as .xlsx in WPS or Excel";
    Damaged "文件已损坏，请重新保存后再导入" "The file is damaged; save it once more and import again";
    TooLarge "表格过大（最多10万行、200列），请拆分后再导入" "The table is too large (at most 100,000 rows and 200 columns); split it";
    NoSuchSheet "没有这个名称的工作表" "There is no sheet of this name";
    OverLimits "读取这个文件所需的内存或时间超过上限，请只保留数据区域后另存再导入" "Reading this file takes more memory or time than allowed; keep only the data and save it again";
    ReaderFailed "读取表格的程序没有启动，请联系技术人员" "The program that reads tables did not start; call a technician";
    Total "合  计" "Total";
    Yes "是" "yes";
    No "否" "no";
    ProjectName "项目名称" "Project";
    ProjectNote "必填。本条记录所属的项目，从下拉列表中选，或照系统中的名称填写。" "Required. The project the record belongs to: choose it, or write its name as it is here.";
    Template "模板" " template";
    Required "必填。" "Required. ";
    Optional "可不填。" "May stay empty. ";
    NoteMoney "金额，单位万元，例：1200.5" "An amount in 10,000 yuan, as 1200.5";
    NotePercent "百分比，0 到 100 的整数，例：35" "A percentage, 0 to 100, as 35";
    NoteCount "整数，例：15" "A whole number, as 15";
    NoteFlag "填“是”或“否”" "Yes or no";
    NoteDate "日期，例：2026-11-30，也可写 2026年11月" "A date, as 2026-11-30 or 2026-11";
    NoteYears "起止年份，例：2025-2027" "Years, as 2025-2027";
    NoteChoice "从下拉列表中选一项" "Choose one from the list";
    NoteSet "可填几项，用顿号分开" "Several may be named, with commas between";
    NoteUnit "单位全称，例：三合镇人民政府" "The full name of the unit";
    NotePerson "姓名，例：李梅" "A name";
    NoteLong "文字，可分行" "Words, in lines if need be";
    NoteText "一行文字" "A line of words";
    NoteReference "照导出的表填写，没有的不填" "As an exported table has it; else leave it empty";
    }
}

words! {
    /// What a column holds that is no single field.
    Reading {
    Serial "序号" "serial number";
    Id "系统编号" "our own id";
    Period "起止时间" "start and end";
    AsAt "数据截止月份" "month of the figures";
    Ratio "完成比例（只核对）" "ratio (checked only)";
    YearToDate "本年累计完成投资" "done since January";
    Contact "联系人和电话" "person and phone";
    Leader "包联领导" "leader in charge";
    }
}

impl Reading {
    /// The reading as mapping files write it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Serial => "@serial",
            Self::Id => "@id",
            Self::Period => "@period",
            Self::AsAt => "@as_at",
            Self::Ratio => "@ratio",
            Self::YearToDate => "@year_to_date",
            Self::Contact => "@contact",
            Self::Leader => "@leader",
        }
    }
}

/// One column of the standard ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerTitle {
    /// Where its content comes from, as mapping files write it.
    pub target: &'static str,
    /// The title above a group of columns, or empty.
    pub group: &'static str,
    /// Its title; `{year}` and `{month}` are put in.
    pub title: &'static str,
    /// Its width in characters.
    pub width: u8,
    /// True for the columns of the short ledger (.docx).
    pub short: bool,
}

macro_rules! ledger {
    ($(#[$doc:meta])* $name:ident; $($target:literal $group:literal $title:literal $width:literal $short:literal;)*) => {
        $(#[$doc])*
        pub const $name: &[LedgerTitle] = &[$(LedgerTitle { target: $target, group: $group, title: $title, width: $width, short: $short }),*];
    };
}

ledger! {
    /// The standard ledger, left to right. Every title is one the import recognises.
    LEDGER;
    "@serial" "" "序号" 5 true;
    "name" "" "项目名称" 30 true;
    "project_code" "" "项目代码" 16 false;
    "territorial_org" "" "属地乡镇" 12 true;
    "sector" "" "行业类别" 10 false;
    "owner_org" "" "项目业主" 18 false;
    "lead_unit" "" "牵头责任单位" 14 false;
    "build_nature" "" "建设性质" 8 false;
    "content_scale" "" "建设内容及规模" 40 false;
    "build_years" "建设时间" "建设年份" 10 false;
    "planned_start" "建设时间" "计划开工时间" 11 false;
    "planned_completion" "建设时间" "计划竣工时间" 11 false;
    "total_investment_fen" "投资情况" "总投资" 14 true;
    "funding_note" "投资情况" "资金来源" 18 false;
    "{year}/year_plan_fen" "投资情况" "{year}年计划投资" 14 true;
    "{month}/month_done_fen" "投资情况" "{year}年{month}月完成投资" 14 true;
    "cum_investment_fen" "投资情况" "累计完成投资" 14 true;
    "image_now" "推进情况" "形象进度" 30 true;
    "problems" "推进情况" "存在问题" 24 true;
    "notes" "" "备注" 24 false;
    "@id" "" "系统编号" 28 false;
}

ledger! {
    /// A month as its grid shows it, left to right; fields a county's ledger has besides come before the notes. Every title of what a
    /// person typed is one the import recognises; the two figures that are computed are not read back.
    MONTH_LEDGER;
    "@serial" "" "序号" 5 true;
    "name" "" "项目名称" 28 true;
    "territorial_org" "" "属地乡镇" 12 true;
    "owner_org" "" "项目业主" 16 false;
    "total_investment_fen" "投资情况" "总投资" 13 true;
    "{year}/year_plan_fen" "投资情况" "{year}年计划投资" 13 true;
    "{month}/month_done_fen" "投资情况" "{year}年{month}月完成投资" 13 true;
    "@year_to_date" "投资情况" "年内完成合计" 13 true;
    "@ratio" "投资情况" "年度完成率" 9 false;
    "cum_investment_fen" "投资情况" "累计完成投资" 13 true;
    "{month}/month_image" "推进情况" "当月形象进度" 30 true;
    "{month}/month_next" "推进情况" "下月计划" 24 true;
    "problems" "推进情况" "存在问题" 24 true;
    "{month}/month_deviation" "推进情况" "偏差原因" 18 false;
    "{month}/month_nil" "推进情况" "本月无变化" 10 false;
    "notes" "" "备注" 16 false;
    "@id" "" "系统编号" 28 false;
}

/// Titles of what is worked out, over the list of projects: none of them is read back.
pub const YEAR_DONE: &str = "年内完成合计";
/// The same of how far the year's plan is done.
pub const YEAR_RATE: &str = "年度完成率";
/// The same of what was said last of a project, in whatever month.
pub const LATEST_IMAGE: &str = "最近形象进度";

/// The line over a group of rows; it ends as lines of sums do, so that nobody takes it for a row.
#[must_use]
pub fn group_line(name: &str, count: usize) -> String {
    format!("{name}（{count}个）小计")
}

/// Titles of the table of assessment results, left to right, each with its width in characters.
pub const RESULTS: &[(&str, u8)] = &[
    ("考核办法", 24),
    ("依据", 10),
    ("对象类别", 10),
    ("考核对象", 20),
    ("项目数", 8),
    ("已报推进方案", 12),
    ("有年度计划", 10),
    ("计划投资（万元）", 16),
    ("完成投资（万元）", 16),
    ("完成率（%）", 12),
    ("未完成项目", 40),
    ("已作情况说明", 12),
    ("考核评分", 40),
];

/// The title over the results of a year.
#[must_use]
pub fn results_title(year: i16) -> String {
    format!("{year}年考核结果")
}

/// What a subject of assessment is: a unit or a leader.
#[must_use]
pub fn subject_kind(role: &str) -> &'static str {
    if role == "leader" { "领导" } else { "单位" }
}

/// The title over a ledger, with its period.
#[must_use]
pub fn ledger_title(name: &str, year: i16, month: u8) -> String {
    format!("{name}（{year}年{month}月）")
}

/// The line under a title: who reports.
#[must_use]
pub fn reporting_unit(unit: &str) -> String {
    format!("填报单位：{unit}")
}

/// The title of a column of amounts, with their unit.
#[must_use]
pub fn in_wan(title: &str, lang: super::Lang) -> String {
    let unit = match lang {
        super::Lang::Zh => "（万元）",
        super::Lang::En => " (10,000 yuan)",
    };
    format!("{title}{unit}")
}

/// What is said at a title in a template: whether it has to be filled, with what, and an example.
#[must_use]
pub fn title_note(kind: crate::field::Kind, is_needed: bool) -> String {
    use crate::field::Kind;
    let lang = super::Lang::Zh;
    let takes = match kind {
        Kind::Money => Office::NoteMoney,
        Kind::Percent => Office::NotePercent,
        Kind::Count => Office::NoteCount,
        Kind::Flag => Office::NoteFlag,
        Kind::Date => Office::NoteDate,
        Kind::Years => Office::NoteYears,
        Kind::Choice(_) => Office::NoteChoice,
        Kind::Set(_) => Office::NoteSet,
        Kind::Unit => Office::NoteUnit,
        Kind::Person => Office::NotePerson,
        Kind::Long | Kind::CoEdited => Office::NoteLong,
        Kind::Reference => Office::NoteReference,
        Kind::Text | Kind::Moment | Kind::Json | Kind::Rules => Office::NoteText,
    };
    let needed = match is_needed {
        true => Office::Required,
        false => Office::Optional,
    };
    [needed.text(lang), takes.text(lang)].concat()
}

/// The sheet of a workbook that holds the lists to choose from; the import steps over it.
pub const CHOICES_SHEET: &str = "可选项";

/// The line under a title: the unit of money.
pub const MONEY_UNIT: &str = "单位：万元";

/// The foot of a printed page, with the signs workbooks have for its number and for how many there are.
pub const PAGE_OF: &str = "&C第 &P 页，共 &N 页";

/// The line under a ledger where it is signed; the import takes it for a note.
#[must_use]
pub fn signatures(year: i16, month: u8, day: u8) -> String {
    let gap = "\u{3000}".repeat(8);
    format!(
        "单位负责人：{gap}审核人：{gap}填表人：{gap}联系电话：{gap}填报日期：{year}年{month}月{day}日"
    )
}

/// The ledger's name when nobody gives one.
pub const LEDGER_NAME: &str = "重点项目台账";
