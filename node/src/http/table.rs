//! Every route of the server in one table: what is answered, to whom, with how large a body, and the words for OpenAPI.
//!
//! The dispatcher matches a request against [`routes`] and then matches [`Endpoint`] exhaustively, and `openapi` prints the
//! same table; so a route cannot exist without its documentation.

use http::Method;
use shared::api;
use shared::command::{Answer, Envelope};
use shared::limits::UPLOAD_BYTES_MAX;
use shared::wire::bundle::BUNDLE_BYTES_MAX;
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Ref, RefOr};

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is described by its line in the table")]
pub enum Endpoint {
    Healthz,
    Readyz,
    Metrics,
    OpenApi,
    Docs,
    LogIn,
    Me,
    LogOut,
    Profile,
    Words,
    PageWords,
    Directory,
    Projects,
    Project,
    PatchProject,
    History,
    Attachments,
    Attach,
    Attachment,
    Commands,
    Report,
    RecordTypes,
    Records,
    RecordHistory,
    Desk,
    Obligations,
    ProjectRules,
    CountyRules,
    Issues,
    Chart,
    Overview,
    Panel,
    Sync,
    SyncAct,
    Imports,
    ImportPreview,
    ImportConfirm,
    ImportErrors,
    ImportUndo,
    Export,
    ExportList,
    BundleExport,
    BundlePreview,
    BundleConfirm,
    Quarantine,
    QuarantineFile,
    RepairPlan,
    Repair,
    Audit,
    Users,
    AddUser,
    ChangeUser,
    Nodes,
    Invite,
    ChangeNode,
    Live,
    PlainHome,
    PlainStyle,
    PlainLogIn,
    PlainLogOut,
    PlainImport,
    PlainConfirm,
    PlainProjects,
    PlainColleagues,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody who reaches the server.
    Open,
    /// A person who is logged in; what he may do is judged by the command or the handler.
    Person,
}

/// What a body looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// None.
    Nothing,
    /// JSON of a type of `shared`.
    Json(fn(&mut Components) -> RefOr<Schema>),
    /// JSON whose form is not fixed here.
    AnyJson,
    /// Plain text.
    Text,
    /// A file.
    File,
    /// A bundle, which may be larger than any other file.
    Bundle,
    /// A page without script.
    Page,
    /// The multipart body of a form on such a page; its proof stands in a field.
    Form,
}

/// Schemas by name, as collected for the document.
pub type Components = Vec<(String, RefOr<Schema>)>;

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{name}` for a parameter.
    pub path: &'static str,
    /// What it does.
    pub endpoint: Endpoint,
    /// Who may ask.
    pub access: Access,
    /// What is sent.
    pub takes: Shape,
    /// What is answered.
    pub gives: Shape,
    /// Query parameters: name and meaning.
    pub query: &'static [(&'static str, &'static str)],
    /// One sentence.
    pub summary: &'static str,
}

impl Route {
    /// Bytes its body may have.
    #[must_use]
    pub fn body_bytes_max(&self) -> u64 {
        match self.takes {
            Shape::Nothing | Shape::Page => 4 * 1024,
            Shape::Json(_) | Shape::AnyJson | Shape::Text => 4 * 1024 * 1024,
            Shape::File | Shape::Form => UPLOAD_BYTES_MAX,
            Shape::Bundle => BUNDLE_BYTES_MAX as u64,
        }
    }

    /// The parameters of a path, when it is this route's.
    #[must_use]
    pub fn matches(&self, segments: &[String]) -> Option<Vec<String>> {
        let mut pattern = self.path.trim_start_matches('/').split('/');
        let mut parameters = Vec::new();
        for segment in segments {
            let expected = pattern.next()?;
            if expected.starts_with('{') {
                parameters.push(segment.clone());
            } else if expected != segment {
                return None;
            }
        }
        pattern.next().is_none().then_some(parameters)
    }
}

/// What a path means for a method.
#[derive(Debug)]
pub enum Found {
    /// A route with its parameters.
    Route(&'static Route, Vec<String>),
    /// The path is known, the method is not.
    WrongMethod,
    /// No route; the page's files may have it.
    Nothing,
}

/// Finds the route of a request.
#[must_use]
pub fn find(method: &Method, segments: &[String]) -> Found {
    let mut path_known = false;
    for route in routes() {
        if let Some(parameters) = route.matches(segments) {
            let same =
                route.method == *method || (*method == Method::HEAD && route.method == Method::GET);
            if same {
                return Found::Route(route, parameters);
            }
            path_known = true;
        }
    }
    if path_known {
        Found::WrongMethod
    } else {
        Found::Nothing
    }
}

fn of<T: ToSchema>(components: &mut Components) -> RefOr<Schema> {
    let name = T::name().into_owned();
    if !components.iter().any(|(known, _)| *known == name) {
        components.push((name.clone(), T::schema()));
        T::schemas(components);
    }
    Ref::from_schema_name(name).into()
}

fn list_of<T: ToSchema>(components: &mut Components) -> RefOr<Schema> {
    let item = of::<T>(components);
    utoipa::openapi::schema::Array::new(item).into()
}

fn one_or_list_of<T: ToSchema>(components: &mut Components) -> RefOr<Schema> {
    let one = of::<T>(components);
    let list = list_of::<T>(components);
    Schema::OneOf(
        utoipa::openapi::schema::OneOfBuilder::new()
            .item(one)
            .item(list)
            .build(),
    )
    .into()
}

/// Every route.
pub fn routes() -> &'static [Route] {
    static ROUTES: std::sync::LazyLock<Vec<Route>> = std::sync::LazyLock::new(build);
    &ROUTES
}

const PERIOD: (&str, &str) = (
    "period",
    "the month, `2026-11`; the current one when absent",
);
const OF_PROJECT: (&str, &str) = ("project", "the project, for tables of a project");
const OF_UNIT: (&str, &str) = (
    "unit",
    "the unit, for tables of a unit; the person's own when absent",
);
const TABLE: (&str, &str) = ("table", "the table's id");
const UNIT: (&str, &str) = ("unit", "a unit's id; the person's own when absent");

#[rustfmt::skip]
fn build() -> Vec<Route> {
    use Access::{Open, Person};
    use Endpoint as E;
    use Shape::{AnyJson, Bundle, File, Form, Json, Nothing, Page, Text};
    let mut routes = Vec::new();
    let mut add = |method: Method, path, endpoint, access, takes, gives, query, summary| {
        routes.push(Route { method, path, endpoint, access, takes, gives, query, summary });
    };
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    add(get.clone(), "/healthz", E::Healthz, Open, Nothing, Text, &[], "Answers `ok` as soon as the process accepts connections.");
    add(get.clone(), "/readyz", E::Readyz, Open, Nothing, Text, &[], "Answers 200 when the store is open and requests can be served.");
    add(get.clone(), "/metrics", E::Metrics, Open, Nothing, Text, &[], "Figures in the text format of OpenMetrics; only to loopback or a person of the administration.");
    add(get.clone(), "/api/openapi.json", E::OpenApi, Open, Nothing, AnyJson, &[], "This document.");
    add(get.clone(), "/api/docs", E::Docs, Open, Nothing, Page, &[], "The same as a page to read, without script.");
    add(post.clone(), "/api/v1/session", E::LogIn, Open, Json(of::<api::Login>), Json(of::<api::Me>), &[], "Logs in: sets the cookie, answers who one is and the `csrf` every unsafe request carries as `X-CSRF`.");
    add(get.clone(), "/api/v1/session", E::Me, Person, Nothing, Json(of::<api::Me>), &[], "Who I am and where.");
    add(delete.clone(), "/api/v1/session", E::LogOut, Person, Nothing, Nothing, &[], "Logs out.");
    add(get.clone(), "/api/v1/profile", E::Profile, Person, Nothing, AnyJson, &[], "The county's rules in force.");
    add(get.clone(), "/api/v1/words", E::Words, Person, Nothing, Json(of::<shared::text::book::WordBook>), &[], "What fields, tables, columns and fixed options are called, in every language.");
    add(get.clone(), "/api/v1/words/page", E::PageWords, Open, Nothing, Json(of::<shared::text::page::PageWords>), &[], "The words of the front end's pages, in every language; a page reads them by index, so `print` tells whether it is of this version.");
    add(get.clone(), "/api/v1/directory", E::Directory, Person, Nothing, Json(list_of::<api::DirectoryUnit>), &[], "The county's units, as far as this node knows them.");
    add(get.clone(), "/api/v1/projects", E::Projects, Person, Nothing, Json(of::<api::ProjectList>),
        &[PERIOD, ("q", "words or pinyin of name, code, owner"), ("filter", "`field:value` pairs joined by commas: home, stage, sector, investment_kind, fund_channel, conflicts, issues, deleted"),
          ("sort", "a field of the rows, `-` before it for descending"), ("limit", "rows at most, 1 to 20000"), ("cursor", "`next` of the answer before")], "Lists projects.");
    add(get.clone(), "/api/v1/projects/{id}", E::Project, Person, Nothing, Json(of::<shared::project::ProjectView>), &[], "One project with all values, rivals and heads.");
    add(patch.clone(), "/api/v1/projects/{id}", E::PatchProject, Person, Json(of::<api::ProjectPatch>), Json(of::<Answer>), &[], "Writes fields; answered after it is durable.");
    add(get.clone(), "/api/v1/projects/{id}/history", E::History, Person, Nothing, Json(list_of::<api::HistoryEntry>), &[("path", "one field's path; all when absent")], "Who changed what, newest first.");
    add(get.clone(), "/api/v1/projects/{id}/attachments", E::Attachments, Person, Nothing, Json(list_of::<api::AttachmentInfo>), &[], "The files attached to a project, and whether their bytes are here.");
    add(post.clone(), "/api/v1/projects/{id}/attachments", E::Attach, Person, File, Json(of::<api::AttachmentInfo>),
        &[("name", "the file's name; its ending says its kind"), ("about", "the kind of document, or the row it is about"), ("on_behalf", "at the hub: who asked for it and why (代填)")],
        "Attaches a file (raw body); answered after its bytes and its row are durable. A row is struck out with `strike_row` of `/api/v1/commands`.");
    add(get.clone(), "/api/v1/projects/{id}/attachments/{row}", E::Attachment, Person, Nothing, File, &[], "An attached file. `XM-2004` when its bytes are not here; they are asked for and come by themselves.");
    add(post.clone(), "/api/v1/commands", E::Commands, Person, Json(one_or_list_of::<Envelope>), Json(one_or_list_of::<api::WordedAnswer>), &[], "Carries out one command or a list; one answer each, in order, after it is durable.");
    add(get.clone(), "/api/v1/reports/{ledger}/{period}", E::Report, Person, Nothing, Json(of::<api::ReportView>), &[UNIT], "One unit's month of one ledger.");
    add(get.clone(), "/api/v1/record-types", E::RecordTypes, Person, Nothing, Json(list_of::<api::RecordType>),
        &[OF_PROJECT, OF_UNIT, ("table", "one table only")], "Every kind of companion record with its columns and options, and how many rows there are where the person may read.");
    add(get.clone(), "/api/v1/records", E::Records, Person, Nothing, Json(of::<api::Records>),
        &[TABLE, OF_PROJECT, OF_UNIT], "The rows of one kind of record as people read them. They are written with `record` and `strike_row` of `/api/v1/commands`.");
    add(get.clone(), "/api/v1/records/history", E::RecordHistory, Person, Nothing, Json(list_of::<api::RecordChange>),
        &[TABLE, ("row", "the row's key"), OF_PROJECT, OF_UNIT], "Who changed what in a row, newest first.");
    add(get.clone(), "/api/v1/desk", E::Desk, Person, Nothing, Json(of::<api::Desk>), &[PERIOD], "What waits for me.");
    add(get.clone(), "/api/v1/projects/{id}/rules", E::ProjectRules, Person, Nothing, Json(of::<api::rules::ProjectRules>), &[], "What the county's rules say of the project: eligibility, gates, gaps, findings, light, issues, approvals.");
    add(get.clone(), "/api/v1/rules", E::CountyRules, Person, Nothing, Json(of::<api::rules::CountyRules>), &[("year", "whose reports are counted; this year when absent")], "What the county's rules say of the hub's own business: the pool and its queue, rankings, cuts, reports on time, what the records propose for open score sheets.");
    add(get.clone(), "/api/v1/obligations", E::Obligations, Person, Nothing, Json(list_of::<api::obligations::Obligation>),
        &[("unit", "a unit's id; the person's own when absent, all at the hub"), ("project", "a project's id: what is owed for it"), ("person", "a name: what names this person"),
          ("day", "the day, `2026-11-30`; today when absent"), ("to", "the last day of a range that begins with `day`"), ("open", "`true`: only what still has to be done")],
        "What is due, overdue, expected and not held, each with its clause.");
    add(get.clone(), "/api/v1/issues", E::Issues, Person, Nothing, Json(of::<api::IssueBoard>), &[("closed", "`true`: closed issues too")],
        "The issues I may see, where each stands, and what I could do with it.");
    add(get.clone(), "/api/v1/chart", E::Chart, Person, Nothing, Json(of::<api::ChartSheets>),
        &[PERIOD, ("from", "the first month across; January of the period's year when absent"), ("months", "how many months, 1 to 18; 12 when absent"), ("paper", "A4, A3, A2 or A1; A3 when absent"),
          ("landscape", "`false`: upright"), ("bw", "`true`: patterns instead of colours"), ("page", "one sheet as an .svg file, counted from 1"),
          ("q", "as in the list of projects"), ("filter", "as in the list of projects"), ("sort", "as in the list of projects")],
        "The projects the same query lists as a wall chart, drawn as SVG for a size of paper.");
    add(get.clone(), "/api/v1/overview", E::Overview, Person, Nothing, Json(of::<api::Collection>), &[PERIOD, ("ledger", "the ledger; the county's monthly one when absent")], "At the hub: who has reported, and the totals.");
    add(get.clone(), "/api/v1/panels/{panel}", E::Panel, Person, Nothing, Page,
        &[PERIOD, ("project", "whose panel"), ("part", "which part of a project's file"), ("ledger", "the ledger of a month"), UNIT], "A part of a page, drawn by this node for the front end and the reader.");
    add(get.clone(), "/api/v1/sync", E::Sync, Person, Nothing, Json(of::<api::SyncStatus>), &[], "The truth about the line.");
    add(post.clone(), "/api/v1/sync", E::SyncAct, Person, Json(of::<api::SyncAct>), Json(of::<api::SyncAnswer>), &[], "Asks for an exchange, cuts the line or restores it.");
    add(get.clone(), "/api/v1/imports", E::Imports, Person, Nothing, Json(list_of::<api::ImportInfo>), &[], "Imports so far, newest first.");
    add(post.clone(), "/api/v1/imports", E::ImportPreview, Person, File, Json(of::<api::ImportPreview>),
        &[("file", "the file's name, for its ending and the list"), ("sheet", "one sheet only"), ("unit", "the name of the unit new projects belong to"), PERIOD, ("mapping", "JSON of a column mapping"), ("changes", "JSON of changes to what applies without one: `column TITLE`, `unit TITLE`, `header SHEET`, `ledger SHEET`")],
        "Reads a workbook (raw body) and says what its import would do; nothing is written.");
    add(post.clone(), "/api/v1/imports/{token}", E::ImportConfirm, Person, Nothing, Json(of::<api::WordedAnswer>), &[("whole", "`true`: nothing is written while a row has an error")], "Carries out a previewed import.");
    add(get.clone(), "/api/v1/imports/{token}/errors", E::ImportErrors, Person, Nothing, File, &[], "The refused rows of a previewed import as a workbook with a column of reasons.");
    add(delete.clone(), "/api/v1/imports/{token}", E::ImportUndo, Person, Nothing, Json(of::<api::WordedAnswer>), &[], "Takes an import back.");
    add(get.clone(), "/api/v1/exports", E::Export, Person, Nothing, File,
        &[("format", "xlsx (to be printed), data (a workbook of titles and rows), csv, ndjson, docx; zip: everything"), PERIOD, ("columns", "keys of columns joined by commas; all when absent"), ("q", "as in the list of projects"), ("filter", "as in the list of projects"), ("ledger", "a ledger of the county"), ("view", "`results`: at the hub, what assessment came to in the year of the period, for units and leaders, instead of projects"), ("table", "a table of records (`/api/v1/records`) instead of projects: .xlsx, .csv or .ndjson; one whose rows belong to projects comes back by import"), ("project", "whose rows, for such a table; of the projects the query lists when absent"), ("template", "given: no rows, and a note at each title"), ("unit", "whose rows, for the papers of units and compiled tables")],
        "The list of projects as a file, or the rows of another table; with `list` what waits under that name.");
    add(post.clone(), "/api/v1/exports", E::ExportList, Person, AnyJson, Text, &[], "Says which list somebody looks at: ids of projects in their order, a group's name with `=` before it. Answers the name under which it waits for `GET`, ten minutes.");
    add(get.clone(), "/api/v1/bundles", E::BundleExport, Person, Nothing, File,
        &[("to", "who it is for: a node's id, its unit's name, or `hub` (the default)"), ("all", "`true`: everything, not only what the other is not known to hold"), ("files", "`false`: no attached files; else as many as fit into 64 MiB, what somebody there waits for first, then the newest")],
        "A bundle to be carried to another node on a stick: sealed for it and signed.");
    add(post.clone(), "/api/v1/bundles", E::BundlePreview, Person, Bundle, Json(of::<api::BundleReport>), &[], "Opens a bundle (raw body), proves it and says what it would bring; nothing is written.");
    add(post.clone(), "/api/v1/bundles/{token}", E::BundleConfirm, Person, Nothing, Json(of::<api::BundleReport>), &[], "Takes a previewed bundle in.");
    add(get.clone(), "/api/v1/quarantine", E::Quarantine, Person, Nothing, Json(list_of::<api::RefusedChange>), &[], "Changes that were refused and wait in quarantine, the first 200.");
    add(get.clone(), "/api/v1/quarantine/file", E::QuarantineFile, Person, Nothing, File, &[], "All of them with their bytes, a JSON a line.");
    add(get.clone(), "/api/v1/quarantine/{kind}/{id}", E::RepairPlan, Person, Nothing, Json(of::<api::Repair>), &[], "What it would come to if a record parted from the changes of this node that were refused; nothing is written.");
    add(post.clone(), "/api/v1/quarantine/{kind}/{id}/{token}", E::Repair, Person, Nothing, Json(of::<api::Repair>), &[], "Repairs the record as it was shown.");
    add(get.clone(), "/api/v1/audit", E::Audit, Person, Nothing, Json(of::<api::Audit>),
        &[("day", "the first day, `2026-11-01`; thirty days before the last when absent"), ("to", "the last day; today when absent"), ("from", "a moment in milliseconds instead of the first day: that of the last line, to read on"), ("limit", "lines at most, 1 to 10000")],
        "Who asked this server for what, and what became of it (the head of the hub and administrators).");
    add(get.clone(), "/api/v1/users", E::Users, Person, Nothing, Json(list_of::<api::UserInfo>), &[], "Accounts of this server (administration only).");
    add(post.clone(), "/api/v1/users", E::AddUser, Person, Json(of::<api::NewUser>), Json(of::<api::UserInfo>), &[], "Makes an account (administration only).");
    add(patch.clone(), "/api/v1/users/{id}", E::ChangeUser, Person, Json(of::<api::UserChange>), Json(of::<api::UserInfo>), &[], "Bars or admits an account or gives it a new password.");
    add(get.clone(), "/api/v1/nodes", E::Nodes, Person, Nothing, Json(list_of::<api::PeerStatus>), &[], "At the hub: enrolled nodes.");
    add(post.clone(), "/api/v1/nodes", E::Invite, Person, Json(of::<api::NewInvite>), Json(of::<api::InviteInfo>), &[], "At the hub: makes a one-time code for a node.");
    add(patch, "/api/v1/nodes/{id}", E::ChangeNode, Person, Json(of::<api::NodeAct>), Json(list_of::<api::PeerStatus>), &[], "At the hub: lets a node in, suspends or revokes it.");
    add(get, "/api/v1/live", E::Live, Person, Nothing, Json(of::<api::Live>), &[], "A WebSocket: rows, views and the state of the line as they change; takes `Watch`.");
    let get = Method::GET;
    add(get.clone(), "/plain", E::PlainHome, Open, Nothing, Page, &[], "For browsers without the front end: the log-in, or what one can do.");
    add(get.clone(), "/plain.css", E::PlainStyle, Open, Nothing, Text, &[], "The style of those pages.");
    add(post.clone(), "/plain/log-in", E::PlainLogIn, Open, Form, Page, &[], "Logs in with a form.");
    add(post.clone(), "/plain/log-out", E::PlainLogOut, Person, Form, Page, &[], "Logs out with a form.");
    add(post.clone(), "/plain/imports", E::PlainImport, Person, Form, Page, &[], "Shows what the import of an uploaded table would do.");
    add(post.clone(), "/plain/imports/{token}", E::PlainConfirm, Person, Form, Page, &[], "Carries out a previewed import.");
    add(get.clone(), "/plain/colleagues", E::PlainColleagues, Person, Nothing, Page, &[], "How colleagues on the office network reach this node: addresses, with codes for a camera.");
    add(get, "/plain/projects", E::PlainProjects, Person, Nothing, Page, &[], "The list of projects for the printer.");
    let _ = (post, delete);
    routes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        path.trim_start_matches('/')
            .split('/')
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_path_finds_its_route_and_parameters() {
        let found = find(&Method::GET, &segments("/api/v1/reports/monthly/2026-11"));
        let Found::Route(route, parameters) = found else {
            panic!("{found:?}")
        };
        assert_eq!(route.endpoint, Endpoint::Report);
        assert_eq!(parameters, ["monthly", "2026-11"]);
        assert!(matches!(
            find(&Method::PUT, &segments("/healthz")),
            Found::WrongMethod
        ));
        assert!(matches!(
            find(&Method::GET, &segments("/projects/7")),
            Found::Nothing
        ));
        assert!(matches!(
            find(&Method::HEAD, &segments("/healthz")),
            Found::Route(..)
        ));
    }

    #[test]
    fn no_two_routes_share_method_and_path() {
        let mut names: Vec<_> = routes()
            .iter()
            .map(|r| (r.method.to_string(), r.path))
            .collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        let endpoints: std::collections::BTreeSet<_> =
            routes().iter().map(|r| r.endpoint).collect();
        assert_eq!(endpoints.len(), count);
    }
}
