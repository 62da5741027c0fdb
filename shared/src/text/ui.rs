//! The words of the browser front end.
//!
//! [`Ui`] are words that stand alone, and the forms of sentences; [`Say`] are sentences with facts in them. Tone: short, official, polite, without blame;
//! the place of the data is named, and a number has its unit (ux.md 6.5).

use super::Lang;

words! {
    /// What a page must be able to say without the node: it carries these few words itself, all others are sent to it ([`super::page`]).
    Bare {
    Loading "正在读取…" "Loading…";
    Retry "重试" "Try again";
    Reload "重新载入" "Reload";
    PanicNote "页面出现错误，请重新载入。已保存和排队的修改不会丢失。" "The page failed. Please reload it; saved and queued edits are kept.";
    FailUnreachable "本机程序没有响应，请确认程序在运行。" "The server does not answer; check that it runs.";
    FailAnswer "收到的内容无法识别，程序与页面的版本可能不同，请重新载入。" "The answer could not be read; the page may be older than the server. Reload it.";
    }
}

words! {
    /// A word or sentence of the front end without facts in it.
    Ui {
    // Frame.
    Product "乡目 · 重大项目管理" "Xiangmu · major projects";
    Demo "演示数据" "Demonstration data";
    DemoNote "本页内容为演示数据，其中的计划、进度和问题由程序生成，不代表真实情况。" "This page shows demonstration data; plans, progress and problems were generated and are not real.";
    Desk "工作台" "Desk";
    Report "月报填报" "Monthly report";
    Projects "项目台账" "Projects";
    Exchange "导入导出" "Import and export";
    Sync "同步与冲突" "Sync and conflicts";
    County "收报" "Reports received";
    SearchHint "搜索项目：名称、拼音首字母、代码" "Search: name, pinyin initials, code";
    PreviousMonth "上一月" "Previous month";
    NextMonth "下一月" "Next month";
    Period "报送期" "Period";
    LargeType "大字" "Large type";
    Language "English" "中文";
    LogOut "退出登录" "Log out";
    KeyList "快捷键（?）" "Keyboard (?)";
    Rail "收起或展开导航" "Narrow or wide navigation";
    Menu "用户菜单" "User menu";
    SkipToContent "跳到正文" "Skip to content";
    // Log-in.
    LogIn "登录" "Log in";
    UserName "用户名" "Name";
    Password "密码" "Password";
    LoggingIn "正在登录…" "Logging in…";
    LogInRefused "用户名或密码不对" "The name or password is wrong";
    Seal "项" "X";
    SessionEnded "登录已失效，请重新登录。本机排队的修改仍然保留。" "Your session ended. Please log in again; queued edits are kept.";
    // Faces.
    CopyDetails "复制给技术人员" "Copy for support";
    NotFound "没有这个页面" "No such page";
    NotFoundHint "地址可能有误，或该内容已移走。" "The address may be wrong, or the page has moved.";
    ToDesk "回到工作台" "Back to the desk";
    ProjectMissing "没有这个项目，或您无权查看。" "There is no such project, or you may not see it.";
    NodeSilent "本机程序未响应" "The local server does not answer";
    NodeSilentNote "本机程序未响应。可以继续填写，修改先保存在浏览器中，恢复后自动送达；送达前不显示 ✔。" "The local server does not answer. You can go on; edits wait in this browser and are sent when it answers. No ✔ appears before that.";
    // Roles.
    RoleClerk "经办" "Clerk";
    RoleHead "单位负责人" "Head of unit";
    RoleHubOfficer "项目中心经办" "Centre officer";
    RoleHubHead "项目中心负责人" "Head of centre";
    RoleInspector "督查" "Inspector";
    RoleLeader "领导" "Leader";
    RoleObserver "人大政协" "Observer";
    RoleAdmin "系统管理员" "Administrator";
    // Common verbs and nouns.
    Cancel "取消" "Cancel";
    Close "关闭" "Close";
    Delete "删除" "Delete";
    Restore "恢复" "Restore";
    Strike "划去" "Strike out";
    Reason "原因" "Reason";
    Required "必填" "Required";
    Unset "未填" "Not set";
    Yes "是" "Yes";
    No "否" "No";
    All "全部" "All";
    Unit "单位" "Unit";
    Project "项目" "Project";
    State "状态" "State";
    Total "合计" "Total";
    Print "打印" "Print";
    Copied "已复制，可粘贴到表格或微信。" "Copied.";
    CopyFailed "浏览器不允许复制，请在弹出的框中手工复制。" "The browser did not allow copying; please copy by hand.";
    CopyTable "复制表格" "Copy table";
    ExportXlsx "导出 Excel" "Export Excel";
    Wan "万元" "10k yuan";
    By "填写人" "By";
    AutoSaved "已自动保存到本机" "Saved on this server already";
    NothingToUndo "没有可撤销的修改" "Nothing to undo";
    NothingToRedo "没有可重做的修改" "Nothing to redo";
    Undo "撤销" "Undo";
    // Saving.
    Saving "正在保存" "Saving";
    Saved "已保存在本机" "Saved on this server";
    Queued "已排队，待本机程序响应" "Queued until the server answers";
    NotSaved "未保存" "Not saved";
    BecameProposal "已作为建议值提交，由责任单位确认" "Handed in as a proposal; the responsible unit decides";
    OutboxNote "以下修改没有写入。请核对原因后重新填写，或删除。" "These edits were not written. Read the reason, then enter them again or delete them.";
    DiscardEdit "删除这条" "Delete it";
    // Desk.
    CardFiling "本期填报" "This period";
    StartFilling "开始填报" "Start";
    ContinueFilling "继续填报" "Continue";
    Unfilled "未填" "empty";
    ViewReport "查看本期" "View";
    CardReturned "被退回" "Returned";
    NothingReturned "没有被退回的报表" "Nothing was returned";
    CardDue "快到期 / 已逾期" "Due soon or overdue";
    NothingDue "近期没有到期事项" "Nothing is due soon";
    CardConflicts "需确认的冲突" "Conflicts to confirm";
    NoConflicts "没有需要确认的内容" "Nothing to confirm";
    NotReported "未报送" "Not reported";
    AllReported "本期已全部报送" "All have reported";
    Correct "去修改" "Correct";
    DueLate "已逾期" "Overdue";
    DueThisWeek "本周" "This week";
    DueNextWeek "下周" "Next week";
    DueLater "以后" "Later";
    DueUndated "未定日期" "Without a date";
    DueKind "类型" "Kind";
    DueWhat "事项" "What";
    DueDate "期限" "Due";
    WorkingDaysLeft "剩余工作日" "Working days left";
    Person "责任人" "Person";
    FirstSteps "还没有项目。从这里开始：" "There are no projects yet. Start here:";
    ImportExcel "导入 Excel 台账" "Import an Excel ledger";
    ImportExcelNote "沿用现有台账，一次导入，可撤销。" "Take over the ledger you keep; it can be undone.";
    FetchFromHubNote "接入后自动下载本单位的项目。" "After joining, your projects come by themselves.";
    NewByHand "手工新增" "Add by hand";
    NewByHandNote "先填必填项，其余以后补。" "The required fields first, the rest later.";
    Totals "汇总" "Totals";
    ToProjects "查看台账" "See the ledger";
    ProposalsWaiting "建议值待处理" "Proposals to decide";
    // Projects.
    NewProject "新增项目" "New project";
    Filter "筛选" "Filter";
    ClearFilters "清除筛选" "Clear filters";
    NoMatch "没有符合条件的项目" "No project matches";
    Sector "行业" "Sector";
    Stage "阶段" "Stage";
    InvestmentKind "投资类别" "Kind";
    TotalInWan "总投资（万元）" "Total (10,000 yuan)";
    LeadUnit "牵头单位" "Lead unit";
    Code "项目代码" "Code";
    TotalInvestment "总投资" "Total";
    YearPlan "年度计划" "Year plan";
    YearDone "本年累计" "Year to date";
    MonthDone "本月完成" "This month";
    Rate "完成率" "Done %";
    PaceGap "序时差" "Pace gap";
    Image "形象进度" "Visible progress";
    OpenIssues "未销号问题" "Open problems";
    UpdatedAt "最近更新" "Updated";
    OnlyConflicts "有冲突" "In conflict";
    OnlyIssues "有问题" "With problems";
    OnlyProposals "有建议值" "With proposals";
    OnlyDeleted "回收站" "Deleted";
    OnlyUnfilled "本月未填" "Month not filled";
    ProjectName "项目名称" "Name";
    Views "我的视图" "My views";
    ViewName "视图名称" "Name of the view";
    SaveView "保存视图" "Save view";
    DeleteView "删除视图" "Delete view";
    GroupBy "分组" "Group by";
    Choose "选择" "Select";
    Unchoose "取消选择" "Clear selection";
    BulkEdit "批量修改" "Change together";
    BulkWrite "确认修改" "Change";
    Field "字段" "Field";
    Before "原来" "Before";
    After "改为" "After";
    CreateHint "先填这几项，其余以后补。" "These first, the rest later.";
    NameMissing "请填写项目名称" "Please enter the name";
    // One project.
    Sections "分区" "Sections";
    UnreadableCell "这一格的内容不能识别，尚未保存。请改正或按 Esc 放弃后再报送。" "This cell cannot be read and is not saved. Mend it, or give it up with Esc, before filing.";
    TabOverview "概况" "Overview";
    TabSchedule "节点工期" "Schedule";
    TabMoney "投资" "Money";
    TabApprovals "审批手续" "Approvals";
    TabProblems "问题" "Problems";
    TabMonths "月报" "Months";
    TabFiles "附件照片" "Files";
    TabPeople "责任体系" "People";
    TabPast "动态与历史" "History";
    SectionIdentity "基本信息" "Identity";
    SectionPeople "业主与责任" "Owner and people";
    SectionContent "内容与时间" "Content and time";
    SectionMoney "投资资金" "Money";
    SectionProgress "进度" "Progress";
    SectionTables "明细表" "Lists";
    SectionComments "留言" "Comments";
    Files "附件与照片" "Files and photographs";
    NoFiles "还没有附件。可点“添加附件”，或把文件拖到这里。" "No files yet. Press “Add files”, or drop them here.";
    AddFiles "添加附件" "Add files";
    KeepPlace "照片保留拍摄地点" "Keep the place a photograph was taken at";
    PhotoNotDrawn "本浏览器打不开这张照片，去不掉拍摄地点，没有收下。可另存为 JPEG，或勾选“照片保留拍摄地点”原样添加。" "This browser cannot open the picture, so the place cannot be taken out; it was not kept. Save it as JPEG, or choose to keep the place.";
    FileTooLarge "文件太大，超过了附件的上限。扫描件可降低分辨率。" "The file is larger than files may be. Scans may be made with fewer dots.";
    FileElsewhere "未下载" "Not downloaded";
    FetchFile "取来" "Fetch";
    FileAsked "已登记，连上后自动取来" "Asked for; it comes by itself when the line is up";
    HideEmpty "只看已填" "Filled only";
    History "历史" "History";
    HistoryOf "修改历史" "History";
    NoHistory "还没有修改记录" "No changes yet";
    RestoreValue "恢复此值" "Restore this value";
    Conflict "冲突" "Conflict";
    ConflictNote "这个字段有不同的值，请选定一个。选定前各处显示相同的暂用值。" "This field holds different values. Choose one; until then all show the same.";
    Adopt "采用" "Adopt";
    AdoptOther "手工填写" "Enter another";
    Provisional "暂用" "shown meanwhile";
    Proposal "建议值" "Proposal";
    Accept "采纳" "Accept";
    Dismiss "不采纳" "Decline";
    OnBehalf "代填" "Fill on behalf";
    OnBehalfOn "正在代填" "Filling on behalf";
    OnBehalfEnd "结束代填" "Stop";
    OnBehalfNote "写明何人何事委托代填，原因随修改保存，该单位可见。" "State who asked and why; it is kept with the change and the unit sees it.";
    DeleteProject "删除项目" "Delete project";
    DeleteNote "删除后进入回收站，可以恢复；历史保留。" "It can be restored; its history stays.";
    DeletedBanner "该项目已删除" "This project is deleted";
    Comment "留言" "Comment";
    CommentHint "写一句话，各有关单位可见" "A sentence all parties see";
    Send "发送" "Send";
    NoComments "还没有留言" "No comments yet";
    AddRow "新增一行" "Add a row";
    WriterUnknown "未知" "unknown";
    Following "下一个项目" "Next project";
    Preceding "上一个项目" "Previous project";
    UnknownFields "其他字段" "Other fields";
    EngineField "系统填写" "written by the system";
    // Report.
    FileReport "报送" "File";
    FileAgain "重新报送" "File again";
    Check "校验" "Check";
    Receipt "报送回执" "Receipt";
    ReceiptNumber "回执编号" "Number";
    SignHead "负责人（签字）：" "Signed:";
    SignUnit "报送单位（盖章）：" "Seal of the unit:";
    LastCumulative "上月累计" "Before";
    NextMonthPlan "下月计划" "Next month";
    Problems "存在问题" "Problems";
    NoChange "本月无变化" "No change";
    CarryOver "沿用上月，请确认" "From last month, please confirm";
    CarryConfirm "沿用" "Keep it";
    FilingEmpty "未填报" "Empty";
    FilingFilling "填报中" "Filling in";
    FilingFiledLocally "已报送（待送达）" "Filed, on its way";
    FilingFiled "已报送" "Filed";
    FilingReturned "退回" "Returned";
    FilingAccepted "通过" "Accepted";
    FilingMissing "逾期未报" "Missing";
    OnTime "按时" "On time";
    LateNetwork "网络迟到" "Late by network";
    Late "逾期报送" "Late";
    TimelinessMissing "未报" "Missing";
    Pending "未到期" "Not due";
    Prefilled "预填（待确认）" "Sent early, to confirm";
    Excused "网络迟到（已核准）" "Late by network, excused";
    HolidaysMissing "节假日未导入" "Holidays not imported";
    FileSummary "本次报送" "What is filed";
    FiledWithProjects "项目数" "Projects";
    FilledRows "已填" "Filled";
    NilRows "无变化" "No change";
    UnconfirmedRows "未填完" "Unfinished";
    NoFindings "校验通过，没有问题。" "No findings.";
    CheckError "错误" "Error";
    CheckWarning "警告" "Warning";
    CheckHint "提示" "Hint";
    Light "灯号" "Light";
    LightGreen "正常" "On plan";
    LightAmber "预警" "Warning";
    LightRed "滞后" "Behind";
    LightDone "竣工" "Completed";
    RowInConflict "有冲突待确认" "In conflict";
    LessThanBefore "本年累计不能少于上月累计；前面月份有误的，请到该月“更正”并写明原因" "Less than the months before: correct the month that is wrong, with the reason";
    PlannedNode "本月计划节点" "Node of the month";
    NodeDone "是否完成" "Reached";
    Ungrouped "未分类" "Without category";
    CarryAll "全部沿用" "Keep all of last month's words";
    LedgerProgress "进度台账" "Progress";
    LedgerProblems "问题台账" "Problems";
    LedgerCountdown "倒计时台账" "Countdown";
    RegisterIssue "登记为问题" "Enter as a problem";
    KeyEdge "到首格 / 末格" "To the first / last cell";
    KeyWrite "在格内修改" "Write in the cell";
    KeyToday "填今天的日期" "Today's date";
    KeyCut "剪切整格" "Cut the cell";
    PassReport "通过" "Accept";
    ReturnReport "退回" "Return";
    CorrectReport "更正" "Correct";
    Correcting "正在更正" "Correcting";
    CorrectNote "已报送的内容已锁定。写明更正原因后可以修改；原报数、修改人和原因随修改保存，上级可见。未被退回的，更正后不必重新报送。" "What was filed is locked. Say why it is corrected and change it; what was filed, who changed it and why are kept. What was not returned need not be filed again.";
    ReadOnly "只读" "Read only";
    ReportEmpty "本单位没有需要填报的项目" "There are no projects to report";
    FiledAt "报送时间" "Filed at";
    ReceivedAt "送达时间" "Received at";
    FiledBy "报送人" "Filed by";
    Amended "事后更正" "Corrected later";
    // Issues.
    Issues "问题与调度" "Problems";
    Chart "作战图" "Chart";
    ChartRolling "滚动18个月" "Rolling 18 months";
    ChartEmpty "没有可上图的项目" "No project to draw";
    ChartTooMany "项目较多，只画出前面的，请用搜索缩小范围：" "Too many projects for one chart, only the first are drawn; search for fewer:";
    Paper "纸张" "Paper";
    Upright "竖向" "Upright";
    BlackWhite "黑白图案" "Black and white";
    DownloadSvg "下载SVG" "Download SVG";
    NewIssue "新增问题" "New problem";
    IssueLine "一句话说清问题" "The problem in one sentence";
    ShowClosed "含已销号" "Closed ones too";
    Overdue "逾期" "Overdue";
    IssueSteps "流转记录" "What was done";
    NoIssues "没有未销号的问题" "No open problems";
    Void "未生效" "Without effect";
    WarnedStep "越级" "Level skipped";
    NoProjectFound "没有匹配的项目" "No such project";
    // Companion records.
    Records "记录与登记" "Records";
    RecordsOff "本地未启用" "not kept here";
    RecordSave "登记" "Record";
    ActsNote "一经登记不能修改，有误可划去并写明原因。" "Once recorded it cannot be changed; strike it out with a reason.";
    NoRecords "还没有记录" "No records yet";
    ChooseProject "选择项目查看其记录" "Choose a project";
    // County.
    Reported "已报" "Reported";
    LastContact "最近联系" "Last contact";
    Online "在线" "online";
    OfflineWord "离线" "offline";
    NeverSeen "未联系过" "never";
    TimePace "序时进度" "Time passed";
    CopyReminder "复制催报文字" "Copy reminder";
    ReminderText "催报文字" "Reminder";
    Refiled "退回后重报" "Filed again after a return";
    OtherFigures "责任未明确的项目及储备、入库情况" "Posts nobody is named for, reserves, what waits to be taken in";
    NoUnits "还没有单位接入" "No unit has joined yet";
    UnitsWord "单位" "Unit";
    // Exchange.
    ImportTab "导入" "Import";
    ExportTab "导出" "Export";
    ImportsTab "导入记录" "Imports";
    Stick "U盘摆渡" "By USB stick";
    StickNote "线路不通时，把修改和附件装进一个密封、签名的文件，用U盘带到对方读入；重复读入不会重复写入。" "Where there is no line: changes and files go into one sealed and signed file, carried on a stick and read in at the other side; reading it twice writes nothing twice.";
    StickMake "生成摆渡包" "Make a bundle";
    StickWhole "生成全量包" "Make one with everything";
    StickFor "给" "For";
    StickRead "读取摆渡包" "Read a bundle";
    StickTake "读入" "Take it in";
    DropHere "把 Excel 或 CSV 文件（可多个）拖到这里，或" "Drop Excel or CSV files here, one or many, or";
    ChooseFile "选择文件" "choose a file";
    FileKinds "支持 .xlsx .xls .csv，最大 20 MB" ".xlsx, .xls or .csv, up to 20 MB";
    SheetSkipped "没有识别到表头" "no table found";
    MoneyUnit "金额单位" "Money unit";
    FileColumn "文件中的列" "Column in the file";
    SystemField "系统字段" "Field";
    IgnoreColumn "不导入" "leave out";
    Created "新增" "new";
    Updated "更新" "changed";
    Unchanged "未变" "unchanged";
    Kept "保留" "left alone";
    Refused "未导入" "not imported";
    Findings "核对结果" "Findings";
    Row "行" "Row";
    Column "列" "Column";
    Sheet "工作表" "Sheet";
    WholeImport "全部正确才导入" "Only if every row is right";
    WholeImportNote "有错误行，全部未写入。请改正后重新选择文件，或取消勾选。" "Rows have errors, nothing is written. Correct the file and choose it again, or untick this..";
    ConfirmImport "确认导入" "Import";
    Importing "正在导入…" "Importing…";
    ImportDone "导入完成" "Imported";
    UndoImport "撤销导入" "Undo";
    UndoImportNote "导入后没有被人改过的值恢复原样；之后改过的值保留。" "Values nobody changed since return to what they were.";
    Undone "已撤销" "undone";
    Undoing "正在撤销…" "Undoing…";
    ImportInterrupted "导入中断，可撤销或重新导入" "interrupted: undo it or import again";
    UndoInterrupted "撤销中断，可再次撤销" "undo interrupted: undo again";
    NoImports "还没有导入记录" "No imports yet";
    DownloadErrors "下载错误行" "Download refused rows";
    MappingRemembered "列的对照与上次导入同样表头的文件时一致，可以修改。" "Columns go where they went for a file with the same titles before; you can change that.";
    MappingWillStay "导入后，下次同样表头的文件照此对照。" "After the import, files with the same titles follow this.";
    HeaderElsewhere "表头不对？点选表头的第一行" "Wrong header? Choose its first row";
    HeaderIsHere "从这一行开始是表头" "The header begins in this row";
    FirstValues "前几个值" "First values";
    SheetHolds "本表内容" "Holds";
    ApplyMapping "按新对照重新核对" "Check again";
    ImportInto "导入到单位" "Into unit";
    ChooseUnit "请选择单位" "choose the unit";
    ReadyToImport "可导入" "ready";
    OwnUnit "本单位" "own unit";
    File "文件" "File";
    // Sync page.
    SyncNow "立即同步" "Sync now";
    Colleagues "让同事打开本机" "Let colleagues in";
    Syncing "正在同步…" "Syncing…";
    CutLine "断开线路" "Cut the line";
    RestoreLine "恢复线路" "Restore the line";
    DemoLine "演示：模拟断网" "Demo: pull the cable";
    PendingChanges "待上传" "To send";
    LastExchange "最近交换" "Last exchange";
    NextDial "下次重试" "Next try";
    Quarantined "隔离的改动" "In quarantine";
    QuarantineFile "导出" "Export";
    Repair "修复" "Repair";
    Nodes "接入的节点" "Enrolled nodes";
    Approve "批准接入" "Approve";
    Suspend "暂停" "Suspend";
    NodePending "待批准" "pending";
    NodeActive "已接入" "active";
    NodeSuspended "已暂停" "suspended";
    NodeRevoked "已吊销" "revoked";
    Position "已收条数" "Entries";
    NoNodes "还没有节点接入" "No node has joined";
    Never "从未" "never";
    // Sync pill (ux.md 5.0).
    PillNoNodes "尚无节点接入" "No node has joined";
    PillSynced "已同步" "In sync";
    // Keys.
    KeySearch "搜索" "Search";
    KeyRail "切换页面" "Go to a page";
    KeyHelp "快捷键列表" "This list";
    KeyEscape "关闭、放弃修改" "Close, give up an edit";
    KeyUndo "撤销 / 重做" "Undo / redo";
    KeySave "已自动保存（提示）" "Saved already (note)";
    KeyDown "下一行" "Next row";
    KeyRight "下一格" "Next cell";
    KeyHistory "字段历史" "History of a field";
    KeyRows "上下移动 / 打开" "Move / open";
    KeyFirst "到第一个未填的格" "To the first empty cell";
    KeyFillDown "同上一行" "As in the row above";
    KeyNil "本月无变化" "No change this month";
    // Entry.
    BadMoney "请填金额，单位万元，例如 1,234.5 或 1.2亿" "Enter an amount in 10k yuan, e.g. 1,234.5";
    MoneyTooFine "金额精确到分，小数不超过六位" "Amounts go down to one fen: at most six decimals";
    NegativeMoney "金额不能为负" "An amount cannot be negative";
    BadDate "请填日期，例如 2026-11-5 或 2026年11月" "Enter a date, e.g. 2026-11-5";
    BadPercent "请填 0 到 100 的整数" "Enter a whole number from 0 to 100";
    BadCount "请填不为负的整数" "Enter a whole number, not negative";
    BadYears "请填起止年份，例如 2025-2027" "Enter years, e.g. 2025-2027";
    TextTooLong "文字过长" "The text is too long";
    ReasonMissing "请写明原因" "Please state a reason";
    ListComma "、" ", ";
    // Kinds of command in a history.
    ActCreate "新建" "created";
    ActImport "导入" "import";
    ActUndo "撤销导入" "import undone";
    ActResolve "冲突选定" "conflict resolved";
    ActAccept "采纳建议" "proposal accepted";
    ActDelete "删除" "deleted";
    ActRestore "恢复" "restored";
    ActStrike "划去" "struck out";
    ActMove "移交" "moved";
    // The forms of sentences ([`Say`]).
    SayMonth "{0}年{1}月" "{0}-{2}";
    SayWaiting "待上传 {0}" "{0} to send";
    SayRunning "同步中 {0}/{1}" "Syncing {0}/{1}";
    SayOffline "离线 {0}" "Offline {0}";
    SayUnderMinute "不到1分钟" "under a minute";
    SayMinutes "{0}分钟" "{0} min";
    SayHours "{0}小时" "{0} h";
    SayDays "{0}天" "{0} d";
    SayToConfirm "{0} 处需确认" "{0} to confirm";
    SayUploadFailed "上传失败：{0}" "Not sent: {0}";
    SayClockSkew "时间相差 {0} 分钟" "Clock differs by {0} min";
    SayNodesOnline "在线节点 {0}/{1}" "{0}/{1} nodes online";
    SayDue "截止 {0}" "due {0}";
    SayDaysLeft "还剩 {0} 个工作日" "{0} working days left";
    SayDueToday "今天截止" "due today";
    SayDaysOver "已逾期 {0} 个工作日" "{0} working days overdue";
    SayFoundToday "今天发现" "found today";
    SayDaysOpen "已 {0} 天" "open for {0} days";
    SayFilled "已填 {0}/{1}" "{0}/{1} filled in";
    SayToCorrect "需修改 {0}" "{0} to correct";
    SayReceived "收报 {0}/{1}" "{0}/{1} received";
    SayFiledBy "{0} 由 {1} 报送" "filed {0} by {1}";
    SayShownAll "共 {0} 个项目" "{0} projects";
    SayShown "{0} / {1} 个项目" "{0} of {1} projects";
    SayFieldConflict "『{0}』有 {1} 个不同的值" "{0} has {1} different values";
    SayPasted "已粘贴 {0} 格。" "{0} cells pasted.";
    SayNotPasted "没有粘贴：第{0}行“{1}”不能读取。{2}" "Nothing was pasted: “{1}” in row {0} cannot be read. {2}";
    SayBehind "欠 {0}.{1}" "{0}.{1} behind";
    SayAhead "超 {0}.{1}" "{0}.{1} ahead";
    SayStatus "请求未完成（{0}）" "The request failed ({0})";
    SayUndid "已撤销：{0}" "Undone: {0}";
    SayRedid "已重做：{0}" "Done again: {0}";
    SayUndoBlocked "已有新的修改，没有改回：{0}" "Changed since and left as it is: {0}";
    SayFields "{0} 项修改" "{0} edits";
    SayChosen "已选 {0} 个" "{0} selected";
    SayTooManyChosen "一次最多修改 {0} 个项目，请分批选择。" "At most {0} projects can be changed together; please select fewer.";
    SayLooked "正在读取 {0}/{1}" "Reading {0} of {1}";
    SayPlanned "将修改 {0} 个；{1} 个已是该值，不写入；{2} 个有冲突或已删除，不修改。" "{0} will change; {1} hold the value already; {2} are in conflict or deleted and stay.";
    SayWritten "已提交 {0} 项修改。" "{0} edits handed in.";
    SayWaitingHere "浏览器中有 {0} 项修改待送达本机程序" "{0} edits wait in this browser";
    SayRefusedHere "{0} 项修改未写入" "{0} edits were not written";
    SayProblemCode "代码 {0} · {1}" "code {0} · {1}";
    SayRow "第{0}行" "row {0}";
    SayPlace "第{0}行 {1}列" "row {0}, column {1}";
    SayFiles "{0} 个文件" "{0} files";
    SayOfYear "{0}年度" "{0}";
    SaySheetFound "{0} 行，表头在第 {1}–{2} 行" "{0} rows, header in rows {1}–{2}";
    SayTakenBack "已撤销：{0} 个项目恢复原状，{1} 个之后有人改过而保留" "Undone: {0} projects as they were before, {1} kept as somebody wrote since";
    SayCounts "新增 {0}，更新 {1}，未变 {2}，保留 {3}" "{0} new, {1} changed, {2} unchanged, {3} left alone";
    }
}

/// A sentence with facts in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say<'a> {
    /// The month of a report.
    Month {
        /// The year.
        year: i16,
        /// The month.
        month: u8,
    },
    /// 待上传 n.
    Waiting(u64),
    /// 同步中 done/total.
    Running(u64, u64),
    /// 离线 for so long, as [`Say::Span`] prints it; empty when unknown.
    Offline(&'a str),
    /// A span of time in milliseconds, in its largest unit.
    Span(i64),
    /// n 处需确认.
    ToConfirm(u64),
    /// 上传失败.
    UploadFailed(&'a str),
    /// 时间相差.
    ClockSkew(i64),
    /// Nodes online at the hub.
    NodesOnline(usize, usize),
    /// 截止.
    Due(&'a str),
    /// Working days until something is due; negative when over.
    DaysLeft(i32),
    /// For how many days something has been open.
    DaysOpen(i64),
    /// 已填 n/m.
    Filled(u32, u32),
    /// Rows with errors.
    ToCorrect(u32),
    /// Received reports out of all.
    Received(usize, usize),
    /// 本期已报送.
    FiledBy {
        /// When.
        at: &'a str,
        /// Who.
        name: &'a str,
    },
    /// Rows shown out of all.
    Shown(usize, usize),
    /// A field holds several values.
    FieldConflict {
        /// The field's label.
        label: &'a str,
        /// How many values.
        count: usize,
    },
    /// Cells written from a spreadsheet's block.
    Pasted(usize),
    /// Nothing was pasted, since a cell cannot be read.
    NotPasted {
        /// The line of the grid, counted from 1.
        line: usize,
        /// What was to be pasted there.
        text: &'a str,
        /// Why it cannot be read.
        why: &'a str,
    },
    /// Findings by severity.
    /// Points ahead of (or behind) the time pace, in tenths of a point.
    Pace(i64),
    /// A request was refused with a status and nothing else.
    Status(u16),
    /// Undid an edit.
    Undid(&'a str),
    /// Did an edit again.
    Redid(&'a str),
    /// Edits that were not taken back, by name.
    UndoBlocked(&'a str),
    /// So many edits.
    Fields(usize),
    /// So many rows are chosen.
    Chosen(usize),
    /// At most so many are written at once.
    TooManyChosen(usize),
    /// So many of so many projects were read.
    Looked(usize, usize),
    /// What writing one value in many projects comes to.
    Planned {
        /// Projects that change.
        writes: usize,
        /// Those that hold the value already.
        same: usize,
        /// Those that may not be written.
        barred: usize,
    },
    /// So many edits were handed in.
    Written(usize),
    /// Edits that wait in this browser.
    WaitingHere(usize),
    /// Edits that were refused.
    RefusedHere(usize),
    /// The problem code of a failure.
    ProblemCode(&'a str, &'a str),
    /// A finding's place.
    Place {
        /// The row.
        row: u32,
        /// The column, or empty.
        column: &'a str,
    },
    /// Files chosen at once.
    Files(usize),
    /// Figures for a year.
    OfYear(i16),
    /// Rows of a sheet and where its header stands.
    SheetFound {
        /// Rows.
        rows: u32,
        /// First row of the header.
        first: u32,
        /// Last row of the header.
        last: u32,
    },
    /// An import was taken back.
    TakenBack {
        /// Projects that stand as before it.
        updated: u32,
        /// Projects or values somebody wrote since, which stay.
        kept: u32,
    },
    /// Counts of an import.
    Counts {
        /// New projects.
        created: u32,
        /// Changed ones.
        updated: u32,
        /// Unchanged ones.
        unchanged: u32,
        /// Left alone.
        kept: u32,
    },
}

impl Say<'_> {
    /// The sentence in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        self.by(|form| form.text(lang))
    }

    /// The sentence by whoever knows the words of its form.
    pub(super) fn by<'w>(&self, word: impl FnOnce(Ui) -> &'w str) -> String {
        let (form, facts) = self.form();
        fill(word(form), &facts)
    }

    /// The form of the sentence, and what stands for its `{0}`, `{1}`…
    fn form(&self) -> (Ui, Vec<String>) {
        macro_rules! say {
            ($form:ident $(, $fact:expr)*) => {
                (Ui::$form, vec![$($fact.to_string()),*])
            };
        }
        match *self {
            Self::Month { year, month } => say!(SayMonth, year, month, two_digits(month)),
            Self::Waiting(count) => say!(SayWaiting, count),
            Self::Running(done, total) => say!(SayRunning, done, total),
            Self::Offline(span) => say!(SayOffline, span),
            Self::Span(ms) => match span_of(ms) {
                (0, Unit::Minutes) => say!(SayUnderMinute),
                (count, Unit::Minutes) => say!(SayMinutes, count),
                (count, Unit::Hours) => say!(SayHours, count),
                (count, Unit::Days) => say!(SayDays, count),
            },
            Self::ToConfirm(count) => say!(SayToConfirm, count),
            Self::UploadFailed(reason) => say!(SayUploadFailed, reason),
            Self::ClockSkew(minutes) => say!(SayClockSkew, minutes.abs()),
            Self::NodesOnline(online, all) => say!(SayNodesOnline, online, all),
            Self::Due(at) => say!(SayDue, at),
            Self::DaysLeft(days) if days > 0 => say!(SayDaysLeft, days),
            Self::DaysLeft(0) => say!(SayDueToday),
            Self::DaysLeft(days) => say!(SayDaysOver, days.unsigned_abs()),
            Self::DaysOpen(0) => say!(SayFoundToday),
            Self::DaysOpen(days) => say!(SayDaysOpen, days),
            Self::Filled(filled, rows) => say!(SayFilled, filled, rows),
            Self::ToCorrect(count) => say!(SayToCorrect, count),
            Self::Received(count, all) => say!(SayReceived, count, all),
            Self::FiledBy { at, name } => say!(SayFiledBy, at, name),
            Self::Shown(shown, all) if shown == all => say!(SayShownAll, all),
            Self::Shown(shown, all) => say!(SayShown, shown, all),
            Self::FieldConflict { label, count } => say!(SayFieldConflict, label, count),
            Self::Pasted(count) => say!(SayPasted, count),
            Self::NotPasted { line, text, why } => say!(SayNotPasted, line, text, why),
            Self::Pace(tenths) => {
                let size = tenths.unsigned_abs();
                if tenths < 0 {
                    say!(SayBehind, size / 10, size % 10)
                } else {
                    say!(SayAhead, size / 10, size % 10)
                }
            }
            Self::Status(status) => say!(SayStatus, status),
            Self::Undid(label) => say!(SayUndid, label),
            Self::Redid(label) => say!(SayRedid, label),
            Self::UndoBlocked(labels) => say!(SayUndoBlocked, labels),
            Self::Fields(count) => say!(SayFields, count),
            Self::Chosen(count) => say!(SayChosen, count),
            Self::TooManyChosen(most) => say!(SayTooManyChosen, most),
            Self::Looked(count, all) => say!(SayLooked, count, all),
            Self::Planned {
                writes,
                same,
                barred,
            } => say!(SayPlanned, writes, same, barred),
            Self::Written(count) => say!(SayWritten, count),
            Self::WaitingHere(count) => say!(SayWaitingHere, count),
            Self::RefusedHere(count) => say!(SayRefusedHere, count),
            Self::ProblemCode(code, request) => say!(SayProblemCode, code, request),
            Self::Place { row, column: "" } => say!(SayRow, row),
            Self::Place { row, column } => say!(SayPlace, row, column),
            Self::Files(count) => say!(SayFiles, count),
            Self::OfYear(year) => say!(SayOfYear, year),
            Self::SheetFound { rows, first, last } => say!(SaySheetFound, rows, first, last),
            Self::TakenBack { updated, kept } => say!(SayTakenBack, updated, kept),
            Self::Counts {
                created,
                updated,
                unchanged,
                kept,
            } => say!(SayCounts, created, updated, unchanged, kept),
        }
    }
}

/// Puts facts into a form. A fact's own braces stay as they are.
pub(super) fn fill(form: &str, facts: &[String]) -> String {
    let mut parts = form.split(['{', '}']);
    let mut text = parts.next().unwrap_or("").to_owned();
    while let (Some(place), Some(rest)) = (parts.next(), parts.next()) {
        let fact = place
            .parse::<usize>()
            .ok()
            .and_then(|place| facts.get(place));
        text.push_str(fact.map_or("", String::as_str));
        text.push_str(rest);
    }
    text
}

fn two_digits(number: u8) -> String {
    format!("{number:02}")
}

enum Unit {
    Minutes,
    Hours,
    Days,
}

/// A span in its largest unit: minutes below an hour, hours up to a day, then days (ux.md 5.0).
fn span_of(ms: i64) -> (i64, Unit) {
    let minutes = ms.max(0) / 60_000;
    match minutes {
        0..60 => (minutes, Unit::Minutes),
        60..=1440 => (minutes / 60, Unit::Hours),
        _ => (minutes / 1440, Unit::Days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_in_both_languages_and_chinese_has_no_english_in_it() {
        for lang in [Lang::Zh, Lang::En] {
            let words = Ui::ALL.iter().map(|word| word.text(lang));
            for text in words.chain(Bare::ALL.iter().map(|word| word.text(lang))) {
                assert!(!text.is_empty());
            }
        }
    }

    #[test]
    fn a_sentence_has_its_facts_where_its_language_wants_them() {
        let not_pasted = Say::NotPasted {
            line: 3,
            text: "{1}十",
            why: "?",
        };
        let month = Say::Month {
            year: 2026,
            month: 3,
        };
        let place = |column| Say::Place { row: 7, column };
        for (say, zh, en) in [
            (month, "2026年3月", "2026-03"),
            (Say::Pace(-105), "欠 10.5", "10.5 behind"),
            (Say::Pace(3), "超 0.3", "0.3 ahead"),
            (
                Say::DaysLeft(-2),
                "已逾期 2 个工作日",
                "2 working days overdue",
            ),
            (Say::Shown(4, 4), "共 4 个项目", "4 projects"),
            (Say::Shown(1, 4), "1 / 4 个项目", "1 of 4 projects"),
            (place(""), "第7行", "row 7"),
            (place("B"), "第7行 B列", "row 7, column B"),
            (
                not_pasted,
                "没有粘贴：第3行“{1}十”不能读取。?",
                "Nothing was pasted: “{1}十” in row 3 cannot be read. ?",
            ),
        ] {
            assert_eq!(
                (say.text(Lang::Zh), say.text(Lang::En)),
                (zh.into(), en.into())
            );
        }
        // Both languages name the same facts of a form, but for the two digits of an English month.
        let places = |text: &str| -> std::collections::BTreeSet<String> {
            text.split('{')
                .skip(1)
                .map(|rest| rest[..1].to_owned())
                .collect()
        };
        for form in Ui::ALL.iter().filter(|form| **form != Ui::SayMonth) {
            assert_eq!(
                places(form.text(Lang::Zh)),
                places(form.text(Lang::En)),
                "{form:?}"
            );
        }
    }

    #[test]
    fn a_line_that_is_down_for_more_than_a_day_counts_days() {
        let hour = 3_600_000;
        for (ms, text) in [
            (59_999, "不到1分钟"),
            (25 * 60_000, "25分钟"),
            (24 * hour, "24小时"),
            (73 * hour, "3天"),
        ] {
            assert_eq!(Say::Span(ms).text(Lang::Zh), text);
        }
    }
}
