//! The money a county gives every year for packaging projects (domain.md 11.2): to be entered for each of its periods.

use super::{Asked, Ground, blank};
use crate::api::obligations::{Obligation, ObligationKind, Standing};
use crate::book::Cells as _;
use crate::field::{Column, Table};
use crate::rules::guards::field_name;

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
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

#[cfg(test)]
mod tests {
    use super::super::{Whose, obligations};
    use super::*;
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
}
