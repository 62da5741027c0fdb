//! What narrows and orders the list of projects: views by name, groups, a menu a facet, a switch a mark.

use std::rc::Rc;

use shared::text::ui::Ui;
use yew::prelude::*;

use super::cells::choice;
use super::project_table::facet_label;
use super::reason_dialog::ReasonDialog;
use crate::client::{page, prefs};
use crate::component::{component, use_memo, use_state};
use crate::hooks::session::use_session;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::markup::{classes, html};
use crate::state::ledger::{self, Facet, Mark, Query, views};

/// Values a filter offers at once; the search box finds the rest.
const VALUES_SHOWN: usize = 60;

/// Views that are always there. The last is named by the county's word for its stage.
const FIXED: [(Ui, &str); 6] = [
    (Ui::All, ""),
    (Ui::OnlyIssues, "mi\t"),
    (Ui::OnlyConflicts, "mc\t"),
    (Ui::OnlyUnfilled, "mu\t"),
    (Ui::OnlyDeleted, "md\t"),
    (Ui::Stage, "ftconstruction\t"),
];

/// Props of [`Filters`].
#[derive(Properties, PartialEq)]
pub struct FiltersProps {
    /// What the list is asked for.
    pub query: Query,
    /// Every row.
    pub rows: Rc<Vec<ledger::Row>>,
    /// It is asked for something else.
    pub on_query: Callback<Query>,
}

/// The chips.
#[component]
pub fn Filters(props: &FiltersProps) -> Html {
    let session = use_session();
    let words = &session.words;
    let user = session.me.user;
    let mine = use_state(|| prefs::views(user));
    let naming = use_state(|| false);
    let offered = use_memo(props.rows.clone(), |rows| {
        Facet::ALL.map(|facet| (facet, ledger::values(rows, facet)))
    });
    let change = |edit: Box<dyn Fn(&mut Query)>| {
        let (query, on_query) = (props.query.clone(), props.on_query.clone());
        move || {
            let mut next = query.clone();
            edit(&mut next);
            on_query.emit(next);
        }
    };
    use_shortcuts(Callback::from(|pressed: Pressed| {
        let press = &pressed.press;
        if matches!(press.key.as_str(), "v" | "V") && !pressed.typing && !press.ctrl && !press.alt {
            pressed.take();
            page::open_choice("#views");
        }
    }));
    let shown = props.query.as_view();
    // The first names nothing: what is shown has no name yet.
    let (mut names, mut all) = (vec!["—".to_owned()], vec![String::new()]);
    for (word, view) in FIXED {
        names.push(if word == Ui::Stage {
            words.option("stage", "construction")
        } else {
            words.t(word).to_owned()
        });
        all.push(view.to_owned());
    }
    for (name, view) in views::saved(&mine) {
        names.push(name.to_owned());
        all.push(view.to_owned());
    }
    let now = (1..all.len()).find(|at| all[*at] == shown).unwrap_or(0);
    let keep = {
        let (mine, naming, own, view) = (mine.clone(), naming.clone(), names[now].clone(), shown);
        Callback::from(move |name: Option<String>| {
            let next = match name {
                Some(name) => views::with(&mine.now(), &name, Some(&view)),
                None => views::with(&mine.now(), &own, None),
            };
            prefs::set_views(user, &next);
            mine.set(next);
            naming.set(false);
        })
    };
    let on_view = props
        .on_query
        .reform(move |at: usize| Query::of_view(&all[at]));
    let group = props.query.group;
    let by = group.and_then(|group| Facet::ALL.iter().position(|facet| *facet == group));
    let groups = Facet::ALL.map(|facet| words.t(facet_word(facet)).to_owned());
    let groups = std::iter::once("—".to_owned()).chain(groups).collect();
    let on_group = {
        let query = props.query.clone();
        props.on_query.reform(move |at: usize| Query {
            group: Facet::ALL.get(at.wrapping_sub(1)).copied(),
            ..query.clone()
        })
    };
    html! {
        <div class="filters" role="group" aria-label={words.t(Ui::Filter)}>
            { choice("views", words.t(Ui::Views), names, now, on_view) }
            if now == 0 {
                <button class="chip" id="save-view" onclick={let naming = naming.clone(); move |_: MouseEvent| naming.set(true)}>{ "＋ " }{ words.t(Ui::SaveView) }</button>
            } else if now > FIXED.len() {
                <button class="chip" id="delete-view" onclick={keep.reform(|_: MouseEvent| None)}>{ "× " }{ words.t(Ui::DeleteView) }</button>
            }
            { choice("group-by", words.t(Ui::GroupBy), groups, by.map_or(0, |at| at + 1), on_group) }
            { for offered.iter().filter(|(_, values)| values.len() > 1).map(|(facet, values)| {
                let facet = *facet;
                let chosen: Vec<&String> = props.query.facets.iter().filter(|(f, _)| *f == facet).map(|(_, value)| value).collect();
                let mut summary = words.t(facet_word(facet)).to_owned();
                if let [only] = chosen.as_slice() {
                    summary = format!("{summary}: {}", facet_label(words, facet, only));
                } else if chosen.len() > 1 {
                    summary = format!("{summary}: {}", chosen.len());
                }
                html! {
                    <details class={classes!("filter", (!chosen.is_empty()).then_some("filter--on"))} name="filter" key={facet as usize}>
                        <summary class={classes!("chip", (!chosen.is_empty()).then_some("chip--on"))}>{ summary }{ " ▾" }</summary>
                        <div class="filter__values">
                            { for values.iter().take(VALUES_SHOWN).map(|(value, count)| {
                                let checked = chosen.contains(&value);
                                let own = value.clone();
                                let toggle = change(Box::new(move |query| query.toggle(facet, &own)));
                                html! {
                                    <label key={value.clone()}><input type="checkbox" {checked} onchange={move |_: Event| toggle()} />
                                        <span>{ facet_label(words, facet, value) }</span><small class="number">{ *count }</small></label>
                                }
                            }) }
                        </div>
                    </details>
                }
            }) }
            { for Mark::ALL.iter().map(|mark| {
                let mark = *mark;
                let on = props.query.marks.contains(&mark);
                let word = match mark {
                    Mark::Conflict => Ui::OnlyConflicts,
                    Mark::Proposal => Ui::OnlyProposals,
                    Mark::Issue => Ui::OnlyIssues,
                    Mark::Unfilled => Ui::OnlyUnfilled,
                    Mark::Deleted => Ui::OnlyDeleted,
                };
                let toggle = change(Box::new(move |query| {
                    query.toggle_mark(mark);
                }));
                html! {
                    <button key={mark as usize + 256} class={classes!("chip", on.then_some("chip--on"))} aria-pressed={on.to_string()} onclick={move |_: MouseEvent| toggle()}>{ words.t(word) }</button>
                }
            }) }
            if !props.query.is_open() {
                <button class="button button--bare" onclick={let (on_query, sort, group) = (props.on_query.clone(), props.query.sort, props.query.group); move |_: MouseEvent| on_query.emit(Query { sort, group, ..Query::default() })}>{ words.t(Ui::ClearFilters) }</button>
            }
            if *naming {
                <ReasonDialog title={words.t(Ui::SaveView)} asks={Ui::ViewName} verb={words.t(Ui::SaveView)}
                    on_closed={Callback::from(move |()| naming.set(false))} on_given={keep.reform(Some)} />
            }
        </div>
    }
}

/// What a facet is called.
fn facet_word(facet: Facet) -> Ui {
    match facet {
        Facet::Unit => Ui::Unit,
        Facet::Sector => Ui::Sector,
        Facet::Stage => Ui::Stage,
        Facet::Kind => Ui::InvestmentKind,
        Facet::Lead => Ui::LeadUnit,
        Facet::Size => Ui::TotalInWan,
    }
}
