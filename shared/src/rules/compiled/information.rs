//! 项目信息网络: every project by its class (being built, in preparation, only talked about), with whom to ask about it and what its contacts
//! still lack (KP-10.2).

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, lead, name, stage, text, views};
use crate::field::{Column, Field};
use crate::ids::{ProjectId, UnitId};
use crate::project::ProjectView;
use crate::rules::information::{is_unexplained, untold};
use crate::rules::obligations::Ground;
use crate::text::Lang;
use crate::text::compiled as words;
use crate::text::fields::fixed_options;
use crate::text::records::comma;
use crate::time::Timestamp;

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    let Some(rules) = &ground.profile.information else {
        return BTreeSet::new();
    };
    let on = ground.memberships(now);
    let briefs = briefs(ground, whose).filter(|brief| !brief.is_out);
    let briefs = briefs.filter(|brief| ground.in_programme(brief, &rules.programme, &on));
    briefs.map(|brief| brief.id).collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose, sources.now);
    let mut shown = views(sources, |brief| about.contains(&brief.id));
    // Those nobody classed come last.
    shown.sort_by_key(|view| class(view).unwrap_or(usize::MAX));
    for view in shown {
        let same = [
            (Column::InfoClass, Field::InfoClass),
            (Column::Owner, Field::OwnerOrg),
            (Column::Liaison, Field::Liaison),
            (Column::Phone, Field::LiaisonPhone),
            (Column::UnitLiaison, Field::UnitLiaison),
            (Column::Image, Field::ImageNow),
        ];
        let mut cells = vec![
            (Column::Project, name(&view.id)),
            (Column::LeadUnit, lead(view)),
            (Column::Stage, stage(view).into()),
            (Column::Lacks, text(&lacks(view, sources.lang))),
        ];
        let same = same.map(|(column, field)| (column, view.once(field).clone()));
        cells.extend(same);
        sheet.row(cells);
    }
}

/// The place of a project's class among the three.
fn class(view: &ProjectView) -> Option<usize> {
    let classes = fixed_options("info_class").unwrap_or_default();
    let own = view.text(Field::InfoClass);
    classes.iter().position(|class| class.id == own)
}

fn lacks(view: &ProjectView, lang: Lang) -> String {
    let asked = [Field::InfoClass, Field::Liaison, Field::UnitLiaison];
    let empty = asked.iter().filter(|field| view.once(**field).is_null());
    let mut said: Vec<&str> = empty.map(|field| field.label(lang)).collect();
    if untold(view).next().is_some() || is_unexplained(view) {
        said.push(words::untold(lang));
    }
    said.join(comma(lang))
}
