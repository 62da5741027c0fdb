//! 月报: what each month of the year said, with the way to it.

use maud::{Markup, html};
use shared::field::{Field, Kind};
use shared::text::figures::wan;
use shared::text::panel::Panel;
use shared::text::ui::{Say, Ui};
use shared::time::Month;

use super::super::draw::{td_number, th, th_number};
use super::File;

/// What a month says in words.
const WORDS: [Field; 3] = [Field::MonthImage, Field::MonthNext, Field::MonthDeviation];

pub(super) fn part(file: &File) -> Markup {
    let (reader, view) = (&file.reader, &file.view);
    let ledger = reader
        .profile
        .monthly_report()
        .and_then(|report| report.ledgers.first())
        .map(|ledger| ledger.id.as_str());
    let months = (1..=12)
        .rev()
        .filter_map(|month| Month::new(file.year(), month));
    let said = |month: &Month| {
        let fields = [Field::MonthDoneFen, Field::MonthNil]
            .into_iter()
            .chain(WORDS);
        fields
            .into_iter()
            .any(|field| !view.month(*month, field).is_null())
    };
    let months: Vec<Month> = months.filter(said).collect();
    let nil = |month: Month| {
        let kind = Field::MonthNil.kind();
        reader.shown(kind, view.month(month, Field::MonthNil))
    };
    html! {
        h2 { (reader.say(&Say::OfYear(file.year()))) " " (reader.own(Panel::MonthsFiled)) small { (months.len()) } }
        @if months.is_empty() { p.empty { (reader.word(Ui::ReportEmpty)) } }
        @else {
            div.rows__scroll { table.table #said {
                thead { tr {
                    (th(reader.own(Panel::Month))) (th_number(reader.own(Panel::MonthDone)))
                    @for field in WORDS { (th(field.label(reader.lang()))) } (th(reader.own(Panel::Standing))) (th(""))
                } }
                tbody { @for month in months {
                    tr {
                        th scope="row" { (reader.month(month)) }
                        (td_number(wan(view.month(month, Field::MonthDoneFen).as_int())))
                        @for field in WORDS { td.panel__words { (reader.shown(Kind::Long, view.month(month, field))) } }
                        td { (nil(month)) }
                        td.nowrap { @if let Some(ledger) = ledger { a href={ "/report/" (ledger) "/" (month) } { (reader.own(Panel::OpenMonth)) } } }
                    }
                } }
            } }
        }
    }
}
