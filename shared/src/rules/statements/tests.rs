use super::*;
use crate::testing::{County, by, of};
use crate::value::Value;

#[test]
fn a_unit_states_what_a_report_of_the_county_asks_for_and_no_other() {
    for (slug, report, period, fits) in [
        ("longting", "R-LT-1", "2024-05", true),
        ("longting", "R-LT-1", "2024-Q2", false),
        ("longting", "R-LT-3", "2024-05", false),
        ("kaizhou", "R-KZ-1", "2024-05", false),
    ] {
        let mut county = County::new(slug, "2024-05-06");
        let town = county.unit("Town", "township");
        let clerk = county.clerk(town);
        let set = [
            (Column::ReportKind, report.into()),
            (Column::Period, period.into()),
            (Column::Person, "Wang".into()),
        ];
        let stated = county.record(&clerk, by(town), Table::ReportStatements, &set);
        assert_eq!(stated.is_ok(), fits, "{slug} {report} {period}");
    }
}

#[test]
fn a_report_on_occasion_says_that_it_is_true_where_the_county_asks_for_it() {
    for (slug, truthful, rule) in [
        ("longting", false, Some("LT-15")),
        ("longting", true, None),
        ("kaizhou", true, Some("domain 13.18")),
    ] {
        let mut county = County::new(slug, "2024-05-06");
        let town = county.unit("Town", "township");
        let (clerk, project) = (county.clerk(town), county.project(town));
        let set = [
            (Column::Progress, "topped out".into()),
            (Column::Truthful, Value::Bool(truthful)),
        ];
        let told = county.record(&clerk, of(project), Table::ProgressReports, &set);
        let refused = told.err().and_then(|refusal| refusal.rule);
        assert_eq!(refused.as_deref(), rule, "{slug} {truthful}");
    }
}
