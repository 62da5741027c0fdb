//! The words of an import's findings: what was found in a cell, how serious it is, and what was done about it.
//!
//! Each [`Found`] has an id for programs, a severity and one sentence per language. An error keeps its row out; a warning lets it in, and
//! whatever text could not become a value is kept in the project's notes, so nothing a person typed is lost.

use super::Lang;
use crate::api::Severity;

macro_rules! found {
    ($($(#[$doc:meta])* $variant:ident $({ $($fact:ident),* })? $kind:literal $severity:ident $zh:literal $en:literal;)*) => {
        /// One thing an import found.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the sentence beside each variant says what it means and what its facts are")]
        pub enum Found { $($(#[$doc])* $variant $({ $($fact: String),* })?),* }

        impl Found {
            /// The id for programs.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $kind),* }
            }

            /// How serious it is.
            #[must_use]
            pub const fn severity(&self) -> Severity {
                match self { $(Self::$variant { .. } => Severity::$severity),* }
            }

            /// The sentence for a person.
            #[must_use]
            pub fn text(&self, lang: Lang) -> String {
                match (self, lang) {
                    $((Self::$variant $({ $($fact),* })?, Lang::Zh) => format!($zh $($(, $fact = $fact)*)?),
                    (Self::$variant $({ $($fact),* })?, Lang::En) => format!($en $($(, $fact = $fact)*)?),)*
                }
            }

            /// Every id, for the tests.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];
        }
    };
}

found! {
    // Errors: the row stays out and comes back in the error workbook.
    NameMissing "name_missing" Error
        "缺项目名称，本行未导入" "the project name is missing; the row stays out";
    NameTooLong { max } "name_too_long" Error
        "项目名称超过{max}字，本行未导入" "the project name is longer than {max} characters; the row stays out";
    TextTooLong "text_too_long" Error
        "文字过长，本行未导入" "the text is longer than its field takes; the row stays out";
    MoneyNegative { text } "money_negative" Error
        "金额“{text}”为负数，本行未导入" "the amount “{text}” is negative; the row stays out";
    MoneyFinerThanFen { text } "money_finer_than_fen" Error
        "金额“{text}”小于一分，请核对，系统不作四舍五入" "the amount “{text}” is finer than a fen; it is not rounded, please check";
    MoneyTooLarge { text } "money_too_large" Error
        "金额“{text}”过大，请核对单位" "the amount “{text}” is too large; please check its unit";
    DateImpossible { text } "date_impossible" Error
        "日期“{text}”不存在，本行未导入" "the date “{text}” does not exist; the row stays out";
    DuplicateDiffers { sheet, row, title, here, there } "duplicate_differs" Error
        "与“{sheet}”第{row}行同名，{title}不同（此处{here}，彼处{there}），请选定其一" "same project as row {row} of “{sheet}”, but {title} differs (here {here}, there {there}); choose one";
    MatchAmbiguous { count } "match_ambiguous" Error
        "系统中有{count}个同名项目，无法确定是哪一个，请填项目代码或业主" "{count} projects here have this name; give a project code or the owner to tell which";
    ProjectDeleted "project_deleted" Error
        "该项目已删除，请先恢复再导入" "the project was deleted; restore it before importing";
    DatesContradict { from, to } "dates_contradict" Error
        "开工{from}晚于竣工{to}（其中一个是系统中已有的），请核对后再导入，本行未导入" "start {from} is after completion {to} (one of them is in the record); the row stays out, please check";
    RuleRefuses { sentence } "rule_refuses" Error
        "本行未导入：{sentence}" "the row stays out: {sentence}";
    IdUnknown { text } "id_unknown" Error
        "系统编号“{text}”在本机没有，请清空该格后重新导入" "the system id “{text}” is not known here; clear the cell and import again";
    CellUnreadable { title, text } "cell_unreadable" Error
        "{title}“{text}”不能识别，请改正后再导入，本行未导入" "{title} “{text}” cannot be read; put it right and import again, the row stays out";
    CellUnsure { title, text, value } "cell_unsure" Error
        "{title}“{text}”不是数字；如果就是{value}万元，请改填{value}后再导入，本行未导入" "{title} “{text}” is no number; if it is {value}万元, write {value} and import again, the row stays out";
    CellNotOffered { title, text, options } "cell_not_offered" Error
        "{title}“{text}”不在选项中（{options}），请改正后再导入，本行未导入" "{title} “{text}” is none of the options ({options}); put it right and import again, the row stays out";
    CellMissing { title } "cell_missing" Error
        "缺{title}，本行未导入" "{title} is missing; the row stays out";
    ProjectUnknown { text } "project_unknown" Error
        "系统中没有项目“{text}”，请先导入或新增该项目，或改为匹配已有项目" "there is no project “{text}” here; import or add it first, or match the row with another";
    RowOfOther { text } "row_of_other" Error
        "系统编号是项目“{text}”的记录，与本行的项目名称不符，请核对；要新增记录的请清空系统编号" "the system id is that of a record of “{text}”, not of the project named here; clear it to add a record";
    RowAmbiguous { count } "row_ambiguous" Error
        "该项目有{count}条这样的记录，无法确定是哪一条，请用导出的表（带系统编号）修改" "the project has {count} such records; change the exported table, which has their ids";
    RowTwice { sheet, row } "row_twice" Error
        "与“{sheet}”第{row}行是同一条记录而内容不同，请只留一条" "same record as row {row} of “{sheet}” with other content; keep one of them";
    ActWritten { title } "act_written" Error
        "这条记录已登记，{title}不能在表中改；写错的请在系统中划去后重新登记" "this record is written and its {title} cannot be changed by a table; strike it out and write it anew";
    ReferenceUnknown { title, text } "reference_unknown" Error
        "{title}“{text}”在该项目中没有，请按导出的表填写，本行未导入" "{title} “{text}” is not there in this project; write it as an exported table does, the row stays out";

    // Warnings: the row goes in, marked.
    MoneyUnreadable { text } "money_unreadable" Warning
        "“{text}”不是可换算的金额，未作数字导入，原文记入备注" "“{text}” is no amount; no number was taken, the text is kept in the notes";
    MoneyMasked { text } "money_masked" Warning
        "金额“{text}”被遮盖，未作数字导入，原文记入备注" "the amount “{text}” is masked; no number was taken, the text is kept in the notes";
    MoneyRange { text } "money_range" Warning
        "“{text}”是区间，请选定一个数，原文记入备注" "“{text}” is a range; choose one amount, the text is kept in the notes";
    MoneyForeign { text } "money_foreign" Warning
        "“{text}”是外币，请填汇率折算，原文记入备注" "“{text}” is in a foreign currency; give a rate, the text is kept in the notes";
    MoneyApproximate { text, value } "money_approximate" Warning
        "“{text}”按{value}万元导入，“约、超、余”等原文记入备注" "“{text}” was taken as {value}万元; the words are kept in the notes";
    UnitSuspect { value, unit } "unit_suspect" Warning
        "{value}万元远大于同列其他项目，疑似单位填错（是否以{unit}填写？）" "{value}万元 is far above the rest of the column; was it given in {unit}?";
    HomeAssumed "home_assumed" Warning
        "未见是哪个单位的项目，新项目归入本单位；不对的请指定单位再导入" "nothing says whose projects these are, so new ones become this unit's own; if that is wrong, name the unit and import again";
    UnitAssumed "unit_assumed" Warning
        "表中未见金额单位，按万元导入" "the table names no unit of money; 万元 was assumed";
    PercentUnreadable { text } "percent_unreadable" Warning
        "“{text}”不是百分比，原文记入备注" "“{text}” is no percentage; the text is kept in the notes";
    CumulativeFalls { value, before } "cumulative_falls" Warning
        "累计完成{value}万元小于系统中的{before}万元，此数未导入；确需更正的，请在该项目填写更正原因后改数" "done since start {value}万元 is below the {before}万元 of the record; not taken. To correct it, change it in the project with a reason";
    DatesReversed { from, to } "dates_reversed" Warning
        "开工{from}晚于竣工{to}，两个日期未导入，原文记入备注" "start {from} is after completion {to}; neither was taken, the text is kept in the notes";
    MonthAmbiguous { text } "month_ambiguous" Warning
        "数字“{text}”可能是1月也可能是10月，按1月导入，请核对" "the number “{text}” may mean January or October; January was taken, please check";
    CellError { text } "cell_error" Warning
        "单元格是错误值“{text}”，按空导入" "the cell holds the error “{text}”; taken as empty";
    CumAboveTotal { value, total } "cum_above_total" Warning
        "累计完成{value}万元大于总投资{total}万元，请核对" "done since start {value}万元 is above the total of {total}万元; please check";
    FormulaText { text } "formula_text" Warning
        "文字以“=”等符号开头（“{text}”），按文字保存，导出时作防公式处理" "the text starts like a formula (“{text}”); kept as text, and exported so that it stays one";
    DuplicateRow { sheet, row } "duplicate_row" Warning
        "与“{sheet}”第{row}行重复，只保留一条" "same as row {row} of “{sheet}”; kept once";
    DuplicateName { sheet, row } "duplicate_name" Warning
        "与“{sheet}”第{row}行同名（空格、标点不计），已合并为一条" "same name as row {row} of “{sheet}” but for spaces and signs; merged into one";
    YearToDateFalls { text, before } "year_to_date_falls" Warning
        "年初累计{text}万元小于以前各月之和{before}万元，未导入" "the amount since January {text}万元 is below the sum {before}万元 of earlier months; not taken";
    FieldInConflict { title } "field_in_conflict" Warning
        "{title}有冲突待确认，本次不改" "{title} is in conflict and waits for a person; left alone";
    TotalDiffers { title, stated, computed } "total_differs" Warning
        "合计行的{title}为{stated}，各行之和为{computed}，请核对" "the total row says {stated} for {title}, its rows sum up to {computed}; please check";
    NoTableAtAll "no_table_at_all" Warning
        "没有找到表头（含“项目名称”等列名的一行），本表没有导入；请点选表头所在的行，或换一份台账" "no header was found (a row with names of columns, such as 项目名称); choose its row, or another file";
    CodeOdd { text, digits } "code_odd" Warning
        "项目代码“{text}”有{digits}位数字，全国统一代码是20位（如 2404-500154-04-01-123456），已照原文导入，请核对" "the project code “{text}” has {digits} digits, the national one 20; taken as written, please check";
    DateOld { text } "date_old" Warning
        "日期“{text}”早于2000年，请核对" "the date “{text}” is before 2000; please check";
    UnitUnlisted { text, nearest } "unit_unlisted" Warning
        "“{text}”不在单位名录中，是否为“{nearest}”？已照原文导入，请核对" "“{text}” is none of the units; is it “{nearest}”? Taken as written, please check";

    // Hints.
    Placeholder { text } "placeholder" Hint
        "“{text}”按空导入，不作0" "“{text}” was taken as empty, not as zero";
    MoneyConverted { text, value } "money_converted" Hint
        "“{text}”换算为{value}万元" "“{text}” was converted to {value}万元";
    DateUnreadable { text } "date_unreadable" Hint
        "“{text}”不是可识别的日期，原文记入备注" "“{text}” is no date; the text is kept in the notes";
    DateFromSerial { text, value } "date_from_serial" Hint
        "数字{text}按表格日期识别为{value}" "the number {text} was read as the date {value}";
    DateRead { text, value } "date_read" Hint
        "“{text}”识别为{value}" "“{text}” was read as {value}";
    PeriodSplit { text, from, to } "period_split" Hint
        "“{text}”拆为起{from}、止{to}" "“{text}” was split into start {from} and end {to}";
    ChoiceUnknown { text } "choice_unknown" Hint
        "“{text}”不在选项中，照原文保留" "“{text}” is none of the options; kept as written";
    FlagUnreadable { text } "flag_unreadable" Hint
        "“{text}”不是“是/否”，原文记入备注" "“{text}” is neither yes nor no; the text is kept in the notes";
    RatioRead { text, value } "ratio_read" Hint
        "“{text}”识别为{value}；完成率由系统计算，不单独保存" "“{text}” was read as {value}; the ratio is computed, not stored";
    RatioGuessed { text, value } "ratio_guessed" Hint
        "“{text}”未带百分号，按{value}识别；完成率由系统计算，不单独保存" "“{text}” has no percent sign and was read as {value}; the ratio is computed, not stored";
    NameCleaned { text } "name_cleaned" Hint
        "名称中的换行、多余空格或不可见字符已去除：{text}" "line breaks, spaces or invisible characters were removed from the name: {text}";
    SerialIgnored { text } "serial_ignored" Hint
        "序号“{text}”不是数，已忽略" "the serial “{text}” is no number; ignored";
    Sensitive "sensitive" Hint
        "手机号码按个人敏感信息保存，列表与导出中隐去" "the mobile number is kept as personal data and hidden in lists and exports";
    MergedFilled { text } "merged_filled" Hint
        "合并单元格向下填充“{text}”，可在导入后改正" "filled down from a merged cell: “{text}”; correct it after the import if need be";
    HeaderRepeated "header_repeated" Hint
        "中途重复的表头，已跳过" "a repeated header; skipped";
    NoteSkipped "note_skipped" Hint
        "表尾说明或签字栏，已跳过" "a note or signature line; skipped";
    TotalSkipped "total_skipped" Hint
        "合计行，不作为项目" "a total row; not a project";
    TotalMatches { title, stated } "total_matches" Hint
        "合计行的{title}{stated}与各行之和一致" "the total row's {title} {stated} equals the sum of its rows";
    HiddenRows { rows } "hidden_rows" Hint
        "第{rows}行被隐藏，已照常读取" "rows {rows} are hidden and were read all the same";
    HiddenColumn { title } "hidden_column" Hint
        "列“{title}”被隐藏，已照常读取" "the column “{title}” is hidden and was read all the same";
    NoTable "no_table" Hint
        "本表没有可识别的表头，已跳过" "no header was recognised on this sheet; skipped";
    ColumnIgnored { title } "column_ignored" Hint
        "列“{title}”没有对应字段，未导入" "the column “{title}” has no field here; not imported";
    YearToDate { title, month } "year_to_date" Hint
        "“{title}”是年初至今累计，减去以前各月后记入{month}当月" "“{title}” counts from January; what earlier months do not hold is written to {month}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sentences_hold_their_facts() {
        let mut kinds = Found::KINDS.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), Found::KINDS.len());
        let found = Found::DuplicateDiffers {
            sheet: "甲".into(),
            row: "6".into(),
            title: "总投资".into(),
            here: "2".into(),
            there: "1".into(),
        };
        assert_eq!(found.severity(), Severity::Error);
        assert_eq!(found.kind(), "duplicate_differs");
        for lang in [Lang::Zh, Lang::En] {
            let text = found.text(lang);
            for fact in ["甲", "6", "总投资", "2", "1"] {
                assert!(text.contains(fact), "{text}");
            }
        }
    }
}
