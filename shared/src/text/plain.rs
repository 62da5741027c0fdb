//! The words of the pages without script (`/plain`), for browsers too old for the front end.

words! {
    /// A word or sentence of the plain pages.
    Plain {
        Title "乡目 · 简易页面" "Xiangmu · plain pages";
        About "本页面不需要脚本，适用于较旧的浏览器：下载台账、填写后上传、打印清单。" "These pages need no script and serve old browsers: download the ledger, fill it in, upload it, print the list.";
        UserName "用户名" "Name";
        Password "密码" "Password";
        LogIn "登录" "Log in";
        LogOut "退出登录" "Log out";
        Home "返回首页" "Back to the first page";
        Step1 "一、下载台账" "1. Download the ledger";
        Step1Note "台账含本单位现有项目，可在其中修改和增加行，列标题请勿改动。没有项目时下载的是空白模板。" "The ledger holds your unit's projects; change rows or add some, and leave the titles as they are. Without projects it is an empty template.";
        Download "下载台账（.xlsx）" "Download the ledger (.xlsx)";
        Step2 "二、上传填好的表格" "2. Upload the filled table";
        Step2Note "先预览，不会立即写入。支持 .xlsx、.xls、.csv。" "A preview comes first; nothing is written yet. .xlsx, .xls and .csv are read.";
        File "选择文件" "File";
        Upload "上传并预览" "Upload and preview";
        Step3 "三、打印项目清单" "3. Print the list of projects";
        OpenList "打开项目清单" "Open the list";
        ListTitle "项目清单" "List of projects";
        PrintNote "用浏览器的打印功能打印本页（A4 横向）。" "Print this page with the browser's own command (A4 landscape).";
        Preview "导入预览" "Preview of the import";
        NothingWritten "以下内容尚未写入，请核对后确认。" "Nothing of this is written yet; check it and confirm.";
        Created "新增项目" "New projects";
        Updated "更新项目" "Changed projects";
        Unchanged "未变项目" "Unchanged projects";
        Kept "保留现值" "Left as they are";
        Rows "读到的行数" "Rows read";
        Findings "需要注意的行" "Rows to look at";
        Sheet "工作表" "Sheet";
        Row "行" "Row";
        Column "列" "Column";
        Severity "级别" "Kind";
        Error "错误，不导入" "error, stays out";
        Warning "警告" "warning";
        Hint "提示" "hint";
        Reason "原因" "Reason";
        More "其余见错误表格。" "The others are in the workbook of errors.";
        ErrorBook "下载错误行（.xlsx）" "Download the refused rows (.xlsx)";
        Confirm "确认导入" "Import";
        Done "导入完成，已保存在本机。" "The import is done and saved on this computer.";
        Failed "没有完成" "It was not done";
        NoFile "请先选择文件。" "Choose a file first.";
        Number "序号" "No.";
        Name "项目名称" "Project";
        Stage "阶段" "Stage";
        Total "总投资（万元）" "Total (10,000 yuan)";
        YearPlan "年度计划（万元）" "Year plan (10,000 yuan)";
        YearDone "本年累计（万元）" "Done this year (10,000 yuan)";
        Image "形象进度" "Progress";
        Sum "合计" "Total";
        Empty "还没有项目。" "There are no projects yet.";
        Docs "程序接口" "The interface for programs";
        DocsNote "供其他程序使用。先用 POST /api/v1/session 登录；之后每次请求带上所得的凭据，写入时再带 X-CSRF。" "For other programs. Log in with POST /api/v1/session; send the cookie with every request, and X-CSRF with every one that writes.";
        DocsFile "机器可读的说明（OpenAPI）" "The same for programs (OpenAPI)";
        Method "方法" "Method";
        Path "路径" "Path";
        Access "谁可用" "Who";
        AccessOpen "任何人" "anybody";
        AccessPerson "登录后" "logged in";
        Purpose "用途" "What it does";
        Parameters "参数" "Parameters";
        Colleagues "让同事打开本机" "For colleagues on the office network";
        ColleaguesLink "查看网址和二维码" "Show the address and its code";
        ColleaguesNote "同一办公网内的电脑或手机，在浏览器中输入下面的网址，或用相机扫二维码，再用自己的用户名登录。本页可以打印张贴。" "A computer or telephone on the same network opens this address, or scans the code, and logs in with its owner's own name. The page may be printed.";
        OnlyHere "本机目前只供这台电脑自己使用，同事还打不开。" "This node serves this computer alone; colleagues cannot open it yet.";
        OpenUp "请管理员把数据目录里 config.toml 的 listen 改为 \"0.0.0.0:8470\"，然后重新启动；从此一律加密传输。" "Have the administrator set listen = \"0.0.0.0:8470\" in config.toml in the data folder and start it again; from then on everything is encrypted.";
        NoNetwork "这台电脑现在没有接入网络，没有可用的网址；接好网线或无线网后刷新本页。" "This computer is on no network now, so it has no address; connect it and load this page anew.";
        Certificate "第一次打开时浏览器会提示证书不受信任。请核对证书的 SHA-256 指纹与下面一致，再选择继续。" "The first time, the browser says that it does not know the certificate. See that its SHA-256 fingerprint is this one, then go on.";
        Demo "演示数据，不代表真实情况。" "Demonstration data, not real.";
    }
}
