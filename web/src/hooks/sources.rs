//! The line, the outbox and the rows in one context: each owns effects, all change seldom.

use std::rc::Rc;

use crate::component::use_context;

use super::line::Line;
use super::outbox::OutboxHandle;
use super::rows::Rows;

/// What the shell keeps for every page.
#[derive(PartialEq)]
pub struct Sources {
    /// Whether the node answers, and its line.
    pub line: Line,
    /// Commands on their way.
    pub outbox: Rc<OutboxHandle>,
    /// The project list.
    pub rows: Rows,
}

/// What the shell keeps, for components below it.
///
/// # Panics
/// Outside the shell, which would be our own mistake.
pub fn use_sources() -> Rc<Sources> {
    use_context::<Rc<Sources>>().expect("the shell provides the sources")
}
