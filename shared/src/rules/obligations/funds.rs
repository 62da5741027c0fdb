//! The money a county gives every year for packaging projects (domain.md 11.2): to be entered for each of its periods; and the department
//! that leads each category of the reserve: to be named once (KP-12.1).

use super::{Asked, Ground, blank};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::Cells as _;
use crate::field::{Column, Table};
use crate::profile::ListKind;
use crate::rules::guards::field_name;
use crate::rules::routing;

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    sectors(ground, found);
    let Some(fund) = &ground.profile.packaging_fund else {
        return;
    };
    let table = Table::PackagingFunds;
    for period in fund.recurrence.periods(asked.from, asked.to) {
        let (kind, name) = (ObligationKind::Checkpoint, field_name(table.id()));
        let mut one = blank(kind, table.id(), &name, &fund.clause);
        let year = format!("{:04}", period.first.year());
        let mut rows = ground.hub.each(table);
        if rows.any(|row| row.is(Column::Year, &year)) {
            one.standing = Standing::Done;
        }
        one.due = ground.profile.due_at(&period);
        one.opens = Some(period.opens);
        one.period = period.id;
        "finance".clone_into(&mut one.role);
        one.recipients.push("hub".to_owned());
        found.push(one);
    }
}

/// Categories of the reserve that no department leads.
fn sectors(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    let mut lists = ground.profile.lists.iter();
    let reserve = lists.find(|list| list.kind == ListKind::Reserve);
    let clause = reserve.map_or("engine", |list| list.clause.as_str());
    let rule = Table::SectorDepts.id();
    for sector in &ground.profile.reserve_sectors {
        if routing::sector_dept(ground.county, &sector.id).is_some() {
            continue;
        }
        let mut one = blank(ObligationKind::Slot, rule, &sector.name_zh, clause);
        one.severity = Severity::Amber;
        "hub".clone_into(&mut one.role);
        found.push(one);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::super::{Whose, obligations};
    use super::*;
    use crate::command::Why;
    use crate::field::Field;
    use crate::rules::actors;
    use crate::testing::{County, hub};

    #[test]
    fn the_money_for_packaging_is_entered_every_year() {
        let mut county = County::new("kundulun", "2017-05-10");
        let owed = |county: &County| {
            let asked = Asked::on(Whose::Hub, county.now.date(), county.now);
            let found = obligations(&Ground::of(&county.world()), &asked);
            let mut of_fund = found
                .into_iter()
                .filter(|one| one.rule == "packaging_funds");
            of_fund.next().map(|one| (one.period, one.standing))
        };
        assert_eq!(owed(&county), Some(("2017".to_owned(), Standing::Open)));
        county.put(
            hub(),
            Table::PackagingFunds,
            &[(Column::Year, "2017".into())],
        );
        assert_eq!(owed(&county), Some(("2017".to_owned(), Standing::Done)));
        county.on("2018-01-02");
        assert_eq!(owed(&county), Some(("2018".to_owned(), Standing::Open)));
        assert_eq!(owed(&County::new("honghe", "2018-01-02")), None);
    }

    #[test]
    fn each_category_of_the_reserve_is_led_by_a_department() {
        let mut county = County::new("kundulun", "2017-05-10");
        let bureau = county.unit("a bureau", "department");
        let town = county.unit("a township", "township");
        let project = county.project(town);
        county.set(project, Field::ReserveSector, "service");
        let owed = |county: &County| -> Vec<String> {
            let asked = Asked::on(Whose::Hub, county.now.date(), county.now);
            let found = obligations(&Ground::of(&county.world()), &asked).into_iter();
            let found = found.filter(|one| one.rule == "sector_depts");
            found.map(|one| one.name).collect()
        };
        let leads = |county: &County| {
            let view = Some(county.view(project));
            let clerk = county.clerk(bureau);
            actors::is_one_of(&county.world(), view, &clerk, "sector_dept")
        };
        assert_eq!(owed(&county), ["工业", "服务业", "基础设施", "社会事业"]);
        assert!(!leads(&county));
        let officer = county.officer();
        let name = |sector: &str| {
            [
                (Column::ReserveSector, sector.into()),
                (Column::Org, bureau.to_string().into()),
            ]
        };
        let refused = county.record(&officer, hub(), Table::SectorDepts, &name("tourism"));
        assert!(refused.is_err());
        county
            .record(&officer, hub(), Table::SectorDepts, &name("service"))
            .unwrap();
        assert_eq!(owed(&county), ["工业", "基础设施", "社会事业"]);
        assert!(leads(&county));
        let mut county = County::new("honghe", "2018-01-02");
        let refused = county.record(
            &county.officer(),
            hub(),
            Table::SectorDepts,
            &name("service"),
        );
        assert_eq!(refused.unwrap_err().why, Why::NotInProfile);
        assert!(owed(&county).is_empty());
    }
}
