//! Words of what the node draws of a page (`panels`), beside those it shares with the pages themselves.

words! {
    /// A word or sentence of a panel.
    Panel {
    CopyWords "复制为文字" "Copy as words";
    // 导入导出.
    FoundBy "匹配依据" "Found by";
    FoundById "系统编号" "our id";
    FoundByCode "项目代码" "code";
    FoundByName "名称、业主" "name, owner";
    FoundByPerson "人工指定" "your word";
    MatchWith "改为匹配…" "Match with…";
    Blanks "空白单元格：" "Empty cells:";
    BlankKeeps "不改" "change nothing";
    BlankClears "清空" "empty what stands";
    Scheme "对照方案：" "Scheme:";
    SchemeName "方案名称，如 XX镇月报" "A name for it";
    SchemeKeep "按此名保存" "Keep";
    Templates "下载模板" "Templates";
    TemplatesNote "按模板填好后在上面选文件导入。选项和本单位的项目在下拉列表中，各列怎么填写在表头的批注里。" "Fill one in and choose it above. Options and projects are offered in lists; notes at the titles say what each column takes.";
    MoreLedgers "更多台账" "More ledgers";
    ExportNote "选好台账、报送期、范围和列后导出；导出的表修改后可以导入，原样导入不产生修改。" "Choose what to export. A changed export can be imported; unchanged it changes nothing.";
    ExportScope "范围" "Projects";
    AllProjects "全部项目" "All projects";
    ExportColumns "列（不选即全部）" "Columns (none: all)";
    ExportAs "格式" "Format";
    AsPrint "Excel 打印版（标题、合计、签字栏）" "Excel, to be printed";
    AsData "Excel 数据版（只有表头和数据）" "Excel, data";
    AsCsv "CSV" "CSV";
    AsWord "Word" "Word";
    AsZip "全库 zip（全部台账）" "Everything (.zip)";
    ExportNow "导出" "Export";
    // A month on paper.
    InWan "单位：万元" "in 10,000 yuan";
    SignHead "单位负责人：" "Head of unit:";
    SignChecked "审核人：" "Checked by:";
    SignFilled "填表人：" "Filled in by:";
    // What does not fit in a month.
    CheckMissing "本月完成未填，也未选“本月无变化”" "This month's figure is missing and not marked as no change";
    CheckReason "本月无变化选了“其他”，请写明原因" "Nothing changed for another reason: please say which";
    CheckConflict "有冲突待确认" "In conflict";
    CheckYearPlan "本年累计超过年度计划" "Year to date exceeds the year's plan";
    CheckTotal "本年累计超过总投资" "Year to date exceeds total investment";
    CheckSurge "本月完成超过前{0}个月平均数的{1}倍" "More than {1} times the mean of the {0} months before";
    CheckNotStarted "尚未开工，本月有投资" "Money moved before the start";
    CheckSameImage "形象进度与上月相同，但本月有投资" "Money moved but the progress text is last month's";
    CheckImage "形象进度未填" "Progress text is missing";
    CheckPhoto "在建项目本月没有照片" "No photograph this month of a project under construction";
    CheckIssue "{0}个问题超过{1}天没有更新" "{0} problems without news for more than {1} days";
    CheckCounts "{0} 错误 · {1} 警告 · {2} 提示 · {3} 未确认" "{0} errors · {1} warnings · {2} hints · {3} to confirm";
    Explain "忽略并说明" "Set aside with a reason";
    ExplainWhy "说明原因" "Why it is right as it is";
    ExplainNote "说明随月报保存，审核时可见；这一格再改动，提示会重新出现。" "The sentence is kept with the report and read in its review; once the cell changes, the remark comes back.";
    ExplainedTitle "填报说明 {0} 条" "{0} remarks explained";
    // The other ledgers of a month.
    LatestProgress "最新进展" "Latest progress";
    WriteProgress "写进展，回车登记" "Write what was done; Enter enters it";
    LedgerNoIssues "本单位项目没有未销号问题。" "The unit's projects have no open problem.";
    LedgerNoTasks "本单位项目今年没有倒计时任务；在项目档案的“节点工期”里新增或倒排。" "No tasks of this year; enter them or plan backwards in a project's schedule.";
    // Reports of any period.
    Reports "应报报表" "Reports";
    ReportsNote "按本地规定应当报送的报表。月报在“月报填报”里逐格填写，其他报表点开即可填写、报送。" "What the rules of this place ask for. Open one to fill it in and file it.";
    NoReports "现在没有应报的报表。" "No report is due now.";
    ReportName "报表" "Report";
    ForPeriod "报送期" "Period";
    OpenReport "打开" "Open";
    PeriodBefore "上一期" "Previous period";
    PeriodAfter "下一期" "Next period";
    InvestedInPeriod "完成投资（万元）" "Invested (10,000 yuan)";
    LastTime "上期：" "Last time: ";
    NilLine "零报告" "Nothing to report";
    NilTake "改为填写" "Fill in instead";
    NilSaid "零报告：本期没有要报的情况" "Nothing to report this period";
    Lacks "还缺 {0} 处，点开即到" "{0} places are empty; press one to go there";
    LacksNone "没有缺项，可以报送。" "Nothing is missing; it can be filed.";
    NotOwed "本期没有规定本单位必报的项目。确有情况要报的，可直接报送。" "The rules name no project of this unit for this period. It can still be filed.";
    NamesElsewhere "名单在“记录与登记”的申报里逐项登记，报送后随本报表生效。" "Names are entered under Records, Nominations, and go with this report.";
    NamesOpen "去登记申报" "Enter nominations";
    CorrectWhy "更正原因" "Why it is corrected";
    CorrectBegin "开始更正" "Begin";
    CorrectEnd "结束更正" "Stop";
    AmendedNote "更正已随数据上报；未被退回的不必重新报送。" "Corrections are known at the hub; what was not returned need not be filed again.";
    Remarks "退回意见 {0} 处，点开即到，改后自动消去" "{0} cells to correct; press one to go there; it goes when the cell is changed";
    ReturnReason "退回原因" "Why it is returned";
    ReturnCells "逐格意见：在需要修改的格下写明，没有意见的留空。" "Say what to correct in each cell; leave the others empty.";
    ReturnCell "意见" "Remark";
    Filing "本次报送" "This filing";
    Counted "{0} 个项目，已填 {1}，零报告 {2}，未填 {3}" "{0} projects: {1} filled in, {2} with nothing to report, {3} empty";
    UnitsReported "已报 {0}/{1}" "{0} of {1} filed";
    // 节点工期.
    Countdown "全年倒计时任务" "Tasks of the year";
    Task "任务" "Task";
    TaskDue "完成时限" "Due";
    Standing "状态" "State";
    NoTasks "本年还没有倒计时任务。可以逐项新增，也可以套用模板倒排。" "No tasks this year yet. Add them one by one, or plan backwards from a template.";
    AddTask "新增任务" "Add a task";
    Add "新增" "Add";
    PlanBack "套用模板倒排" "Plan backwards";
    PlanBackNote "按竣工日期向前推算各项任务的完成时限（工作日，扣除法定节假日）。工期为参考值，写入前可逐项修改。" "Works out when each task must be done, back from the day of completion, in working days without public holidays. The days are usual ones; change any of them before they are written.";
    Works "工程类型" "Kind of works";
    Finish "竣工日期" "Completion";
    WorkOut "推算" "Work out";
    BeginBy "须在 {0} 前启动。" "Must begin by {0}.";
    HolidaysUnknown "{0} 年的节假日尚未公布，该年按 5 个工作日折合 7 天推算。" "The holidays of {0} are not published; its days are taken as seven for five.";
    AlreadyOver "▲ {0} 项任务的完成时限已过，请调整竣工日期或逐项修改。" "▲ {0} tasks would be due before today; change the completion or single days.";
    BadFinish "竣工日期不能识别，例如 2027-06-30。" "The day of completion cannot be read; write 2027-06-30.";
    WriteTasks "写入 {0} 项任务" "Write {0} tasks";
    YearNodes "年度节点" "Nodes of the year";
    ByThen "应完成投资" "To be invested";
    DoneByThen "实际完成投资" "Invested";
    ImageByThen "应达形象" "To be seen";
    ImageDone "实际形象" "Seen";
    GanttLabel "节点工期图：每项任务从上一项的时限起算" "Bars of the tasks, each from when the one before it is due";
    GanttPlan "计划" "Plan";
    GanttActual "实际" "Actual";
    GanttRunning "进行中" "Under way";
    GanttLate "超期" "Overdue";
    GanttNode "年度节点" "Node of the year";
    GanttBase "基线" "Baseline";
    GanttToday "今天" "Today";
    TaskDone "完成时间" "Done on";
    Slip "相差" "Slip";
    Versions "计划版本（基线）" "Versions of the plan (baselines)";
    VersionsNote "每次定稿或调整都留下当时的计划日期，不会再变。" "Each time the plan is made final or opened again, its days of that moment are kept and change no more.";
    NoVersions "本年计划还没有定稿，没有可比较的基线。" "The plan of this year was never made final: nothing to compare with.";
    VersionNumber "第 {0} 版" "Version {0}";
    VersionWhy "原因" "Reason";
    VersionDay "日期" "Day";
    VersionBy "经办人" "By";
    VersionAgainst "与此版比较" "Compare";
    VersionFinal "定稿，留作基线" "Make final and keep as baseline";
    VersionRevise "调整计划" "Open for revision";
    Deviation "与第 {0} 版（{1}）的偏差" "Against version {0} ({1})";
    DueThen "基线时限" "Due by baseline";
    DueNow "现时限" "Due now";
    DaysLater "推迟 {0} 天" "{0} days later";
    DaysEarlier "提前 {0} 天" "{0} days earlier";
    AsPlanned "按基线" "As planned";
    AddedSince "基线后新增" "Added since";
    GoneSince "基线后取消" "Dropped since";
    NotOpen "责任人员信息不对观察员开放。" "Who is responsible is not shown to observers.";
    // 投资.
    MonthsTitle "分月计划与完成" "Plan and done by month";
    MonthPlan "当月计划" "Plan";
    MonthDone "当月完成" "Done";
    PlanUpTo "累计计划" "Plan to date";
    DoneUpTo "累计完成" "Done to date";
    Difference "超欠" "Ahead or behind";
    PlanFits "各月计划之和等于年度计划。" "The months add up to the year's plan.";
    PlanMisfits "▲ 各月计划之和与年度计划相差 {0} 万元。" "▲ The months differ from the year's plan by {0} (10,000 yuan).";
    Sources "资金来源" "Sources of money";
    Share "占比" "Share";
    NoSources "还没有填写资金来源。" "No sources of money yet.";
    SourcesMisfit "▲ 资金来源之和与总投资相差 {0} 万元。" "▲ The sources differ from the total by {0} (10,000 yuan).";
    ChartLabel "累计计划与累计完成（万元）" "Plan and done to date (10,000 yuan)";
    // 审批手续 and what comes next.
    NextStep "下一步" "What comes next";
    StageNow "当前阶段" "Stage";
    Ready "条件已具备" "Everything is there";
    Lacking "还差 {0} 项" "{0} things are missing";
    NothingNext "没有下一阶段。" "Nothing comes next.";
    Apply "提出申请" "File a request";
    Condition "条件" "Condition";
    ApprovalsTitle "审批事项" "Approvals";
    Item "事项" "Item";
    Department "审批部门" "Department";
    DaysUsed "已用（工作日）" "Days used";
    LimitDays "时限（工作日）" "Limit";
    Officer "联系人" "Officer";
    Tolerated "容缺补正逾期" "promised papers overdue";
    NoApprovals "还没有审批事项。" "No approvals yet.";
    AddApproval "登记审批事项" "Enter an approval";
    OpenDuties "未落实的要求" "Open obligations";
    Lists "所在清单" "Lists";
    OnNoList "不在任何清单。" "On no list.";
    Nominate "申报入库、纳入清单" "Nominate for a list";
    FitsProgramme "入库条件" "Eligibility";
    // 责任体系.
    Responsible "责任体系" "Who is responsible";
    NotNamed "未明确" "Not named";
    NamedBy "由 {0} 明确" "named by {0}";
    AllNamed "各级责任人已明确。" "Everyone is named.";
    CopyPhone "复制电话" "Copy the number";
    // 月报.
    MonthsFiled "各月填报" "By month";
    Month "月份" "Month";
    OpenMonth "打开月报" "Open the month";
    // 动态与历史.
    PastNote "最近 {0} 条变动，新的在前。" "The last {0} changes, newest first.";
    Changed "字段" "Field";
    Number "序号" "No.";
    Before "原值" "Before";
    After "新值" "After";
    RestoreValue "恢复原值" "Restore";
    FieldWords "字段或内容" "Field or words";
    NoPast "没有符合的变动。" "No such changes.";
    Filter "筛选" "Filter";
    LookBack "查看当时" "As it was";
    LookBackDay "查看某日的档案" "The file as of a day";
    LookBackOf "{0} 时的档案（只读）" "The file as of {0} (read only)";
    LookBackNote "按各单位保存的时间还原，不会改动现在的内容。" "Put together by the times of saving; nothing that stands now is touched.";
    LookBackNone "当时还没有这个项目的档案。" "There was no file of this project then.";
    LookBackEnd "回到现在" "Back to now";
    BadDay "日期不能识别，例如 2026-11-20。" "The day cannot be read; write 2026-11-20.";
    Differs "与现在不同" "Differs from now";
    DiffersNot "与现在完全相同。" "Nothing differs from now.";
    Then "当时" "Then";
    Now "现在" "Now";
    AllThen "当时的全部内容" "Everything as it was";
    RowGone "现已删除" "Removed since";
    // 导入.
    ImportRows "将写入的内容" "What would be written";
    ImportRowsShown "下面是前 {0} 行；导入会写入全部。" "The first {0} rows; the import writes all.";
    ImportRow "文件中的行" "Row of the file";
    ImportNew "新增" "New";
    ImportChanges "原值 → 新值" "As it stands → as it would";
    // 问题与调度.
    IssuesAs "显示方式" "Shown as";
    IssuesBoard "看板" "Board";
    IssuesTable "表格" "Table";
    IssuesOpen "未销号" "Open";
    GroupBy "分组" "Group by";
    NoGroups "不分组" "No groups";
    IssueOf "项目" "Project";
    IssueHome "乡镇（单位）" "Unit";
    IssueWhat "问题" "Problem";
    IssueType "问题类型" "Kind";
    IssueLevel "层级" "Level";
    IssueWhose "责任单位和责任人" "Responsible";
    IssueDue "时限" "Due";
    IssueDays "已持续（天）" "Days open";
    IssueStandard "解决标准" "Solved when";
    CorrectOwn "改正本人登记的内容" "Correct what I wrote";
    FindProject "查找项目" "Find";
    OtherProjects "其他项目：" "Others:";
    // 问题.
    ProblemsTitle "问题" "Problems";
    NoProblems "没有登记问题。" "No problems.";
    DaysOpen "已持续" "Open for";
    }
}

impl Panel {
    /// The sentence with its facts in the places of `{0}`, `{1}`…
    #[must_use]
    pub fn fill(self, facts: &[String], lang: super::Lang) -> String {
        super::ui::fill(self.text(lang), facts)
    }
}
