//! Papers that the county's list of materials asks for before an act and no gate does (domain.md 13.9): each is a gate of its own, with the
//! mode and the clause of the list.

use super::{concerns, programmes};
use crate::profile::{Gate, Material, Params, Profile};
use crate::rules::guards::{self, Ask, Guard, Holds, Lack};

/// The materials an act asks for that none of its gates asks for, in the order of the profile.
pub(super) fn asked<'a>(ask: &Ask<'a>, act: &str) -> Vec<&'a Material> {
    let profile = ask.profile();
    let of_act = profile
        .materials
        .iter()
        .filter(|material| material.transition == act);
    let mut asked: Vec<_> = of_act.filter(|one| !is_asked(profile, one)).collect();
    // Most acts have none: what the project is managed in is not looked up for them.
    if !asked.is_empty() {
        let programmes = programmes(ask);
        asked.retain(|material| {
            let programme = material.programme.as_str();
            let when = material.when.as_ref();
            (programme == "all" || programmes.contains(&programme))
                && when.is_none_or(|when| concerns(ask, when))
        });
    }
    asked
}

/// All materials that no gate asks for.
pub(super) fn of_their_own(profile: &Profile) -> impl Iterator<Item = &Material> {
    let materials = profile.materials.iter();
    materials.filter(|material| !is_asked(profile, material))
}

/// The guard whose turn a paper comes with: minutes are there once the review was held, everything else an applicant brings.
pub(super) fn turn(material: &Material) -> Guard {
    let is_minutes = material
        .alternatives
        .iter()
        .any(|paper| paper == "review_minutes");
    if is_minutes {
        Guard::JointReviewPassed
    } else {
        Guard::Materials
    }
}

/// Whether the paper is there; minutes of a review are the hub's to bring.
pub(super) fn test(ask: &Ask<'_>, material: &Material) -> Holds {
    let ids = vec![material.id.as_str().into()];
    let params = Params::from([("materials".to_owned(), serde_json::Value::Array(ids))]);
    match guards::test(Guard::Materials, &params, ask) {
        Holds::Unmet(lack) if turn(material) == Guard::JointReviewPassed => {
            let from = guards::party(ask.profile(), "", "hub").to_owned();
            Holds::Unmet(Lack { from, ..lack })
        }
        holds => holds,
    }
}

/// True when a gate before the same act asks for the paper, or for what the paper is about.
fn is_asked(profile: &Profile, material: &Material) -> bool {
    let programmes = [material.programme.as_str(), "all"];
    let mut gates = profile.gates.iter().filter(|gate| {
        gate.transition == material.transition
            && (material.programme == "all" || programmes.contains(&gate.programme.as_str()))
    });
    gates.any(|gate| covers(profile, gate, material))
}

fn covers(profile: &Profile, gate: &Gate, material: &Material) -> bool {
    let texts = |key: &str| -> Vec<&str> {
        let values = gate.params.get(key).and_then(serde_json::Value::as_array);
        let values = values.into_iter().flatten();
        values.filter_map(serde_json::Value::as_str).collect()
    };
    let is = |paper: &str| material.alternatives.iter().any(|known| known == paper);
    match Guard::from_id(&gate.guard) {
        Some(Guard::Materials) => texts("materials").contains(&material.id.as_str()),
        Some(Guard::Doc) => {
            let document = gate
                .params
                .get("document")
                .and_then(serde_json::Value::as_str);
            document.is_some_and(is)
        }
        Some(Guard::DocForGrade) => {
            let mut grades = profile.reserve_grades.iter();
            grades.any(|grade| is(&grade.document))
        }
        Some(Guard::PackageComplete) => is("feasibility_study") || is("special_reports"),
        Some(Guard::ApplicationTo) => is("acceptance_application"),
        Some(Guard::DecisionProcedureRecord) => is("decision_procedure_doc"),
        Some(Guard::Ordered) => {
            let steps = texts("steps");
            steps.contains(&"application") && is("listing_application")
                || steps.contains(&"plan_in_doc") && material.when_record.is_some()
        }
        Some(Guard::Filled) => {
            let asked = texts("fields");
            let mut fields = material.fields.iter();
            material.alternatives.is_empty() && fields.all(|field| asked.contains(&field.as_str()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::field::{Column, Field, Table};
    use crate::profile::Mode;
    use crate::rules::{Look, gates};
    use crate::testing::{County, of};

    #[test]
    fn a_paper_that_no_gate_asks_for_is_a_gate_of_its_own() {
        for (slug, expected) in [
            ("kaizhou", vec!["review_minutes"]),
            ("wushan", vec![]),
            ("kundulun", vec!["B1", "B2", "B3"]),
            ("longting", vec![]),
            ("honghe", vec![]),
        ] {
            let profile = Profile::built_in(slug).unwrap();
            let own = of_their_own(&profile);
            let own: Vec<_> = own.map(|one| one.id.as_str()).collect();
            assert_eq!(own, expected, "{slug}");
        }
    }

    /// KB-8: plan, work list and ledger follow the confirmation; the works do not start without them.
    #[test]
    fn the_works_of_a_contracted_project_wait_for_its_papers() {
        let mut county = County::new("kundulun", "2017-03-01");
        let town = county.unit("town", "township");
        let project = county.project(town);
        county.set(project, Field::Stage, "permitting");
        county.set(project, Field::Programmes, "baolian");
        let lacking = |county: &County| {
            let world = county.world();
            let look = Look::new(&world, county.now);
            let states = gates::open_gates(&look, county.view(project), "T5");
            let papers = states
                .iter()
                .filter(|state| state.guard == Guard::Materials);
            let papers = papers.filter(|state| !state.is_open());
            papers
                .map(|state| {
                    assert_eq!((state.mode, state.clause), (Mode::Block, "KB-8"));
                    state.lack().unwrap().lacks.join(",")
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(lacking(&county), ["推进方案", "工作清单", "台账"]);
        let plan = [
            (Column::Overview, "plan".into()),
            (Column::WorkList, "list".into()),
        ];
        county.put(of(project), Table::PushPlans, &plan);
        assert_eq!(lacking(&county), ["台账"]);
        let paper = [(Column::About, "push_ledger".into())];
        county.put(of(project), Table::Attachments, &paper);
        assert!(lacking(&county).is_empty());
        // Another programme's project starts without them.
        county.set(project, Field::Programmes, "key");
        let world = county.world();
        let look = Look::new(&world, county.now);
        let states = gates::open_gates(&look, county.view(project), "T5");
        assert!(states.iter().all(|state| state.guard != Guard::Materials));
    }
}
