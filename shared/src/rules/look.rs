//! A world at a moment, with what was already worked out about it: asked by many rules in one judgement.

use std::cell::OnceCell;

use crate::rules::World;
use crate::rules::membership::Rolls;
use crate::time::{Date, Timestamp};

/// A world at a moment.
#[derive(Debug)]
pub struct Look<'a> {
    /// What is known.
    pub world: World<'a>,
    /// When.
    pub now: Timestamp,
    /// The year a plan or list in question is for; the year of `now` unless told.
    pub year: Option<i16>,
    rolls: OnceCell<Rolls>,
}

impl<'a> Look<'a> {
    /// Looks at a world now.
    #[must_use]
    pub fn new(world: &World<'a>, now: Timestamp) -> Self {
        Self {
            world: *world,
            now,
            year: None,
            rolls: OnceCell::new(),
        }
    }

    /// The same, about the plan of a year.
    #[must_use]
    pub fn about_year(mut self, year: Option<i16>) -> Self {
        self.year = year;
        self
    }

    /// The day it is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// The year in question.
    #[must_use]
    pub fn plan_year(&self) -> i16 {
        self.year.unwrap_or_else(|| self.today().year())
    }

    /// Who stands on which list today.
    #[must_use]
    pub fn rolls(&self) -> &Rolls {
        let read = || Rolls::of(self.world.profile, self.world.county, self.today());
        let known = self.world.rolls;
        known.unwrap_or_else(|| self.rolls.get_or_init(read))
    }
}
