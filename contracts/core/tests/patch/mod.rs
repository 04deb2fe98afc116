//! What an observer with a watch and a notebook knows of patches: who did what when, and what follows from it. No word of it is packed.

#![allow(dead_code, unreachable_pub)] // A module of two tests, each of which uses what it needs.

use portcullis_core::patch::{Config, Path, Phase, WayBack, Window, SHORTEST_WINDOW_SECS};

/// What somebody does to a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    Commit,
    Propose(Path, WayBack),
    Reveal(WayBack),
    Approve,
    Arm(Window),
    Apply,
    Cancel,
    RollBack,
}

/// How a patch that was applied stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It runs, or did before another.
    Kept,
    /// It was made final before its time.
    Settled,
    RolledBack,
}

/// The page of one patch: when each step was taken, and under which policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    pub recorded_at: u64,
    pub policy: Config,
    pub path: Path,
    /// None while it is a hash only.
    pub way_back: Option<WayBack>,
    pub approved_at: Option<u64>,
    pub window: Option<Window>,
    pub applied: Option<(u64, Fate)>,
    pub is_cancelled: bool,
}

/// All pages of a proxy; none of a patch that was never put on record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notebook {
    pub pages: Vec<Option<Page>>,
}

impl Page {
    fn new(recorded_at: u64, policy: Config, path: Path, way_back: Option<WayBack>) -> Self {
        Self {
            recorded_at,
            policy,
            path,
            way_back,
            approved_at: None,
            window: None,
            applied: None,
            is_cancelled: false,
        }
    }

    pub fn reviewed_at(&self) -> u64 {
        self.recorded_at + self.policy.review_secs
    }

    /// From when on it lies ready, and until when.
    fn ready(&self) -> Option<(u64, u64)> {
        let ready_at = self.approved_at? + self.policy.delay_secs;
        let lies_ready_secs = match self.path {
            Path::Timelocked => self.policy.approval_secs,
            Path::Standby => self.policy.standby_secs,
        };
        Some((ready_at, ready_at + lies_ready_secs))
    }

    /// When it ends if nobody does anything, if it was not applied.
    pub fn pending_until(&self) -> u64 {
        match (self.window, self.ready()) {
            (Some(window), _) => window.until + 1,
            (None, Some((_, until))) => until,
            (None, None) => self.reviewed_at() + self.policy.proposal_secs,
        }
    }

    /// Until when it can be rolled back, if it was applied.
    pub fn probation_until(&self) -> Option<u64> {
        match (self.applied?, self.way_back) {
            ((at, Fate::Kept), Some(WayBack::Open)) => Some(at + self.policy.probation_secs),
            _ => None,
        }
    }

    pub fn phase(&self, now: u64) -> Phase {
        match self.applied {
            Some((_, Fate::RolledBack)) => Phase::RolledBack,
            Some(_) if self.probation_until().is_some_and(|until| now < until) => Phase::Probation,
            Some(_) => Phase::Final,
            None if self.is_cancelled => Phase::Cancelled,
            None if now >= self.pending_until() => Phase::Expired,
            None if self.window.is_some() => Phase::Armed,
            None if self.approved_at.is_some() => Phase::Approved,
            None if self.way_back.is_some() => Phase::Proposed,
            None => Phase::Committed,
        }
    }
}

impl Notebook {
    pub fn phase(&self, index: usize, now: u64) -> Phase {
        self.pages[index].map_or(Phase::Unknown, |page| page.phase(now))
    }

    /// From when on a pending one can be approved or applied.
    pub fn opens_at(&self, index: usize) -> Option<u64> {
        let page = self.pages[index]?;
        Some(page.window.map_or(page.reviewed_at(), |window| window.from))
    }

    /// Until when the one in probation can be rolled back, and which that is.
    pub fn probation(&self, now: u64) -> Option<(usize, u64)> {
        let found: Vec<_> = self
            .pages
            .iter()
            .enumerate()
            .filter_map(|(index, page)| Some((index, (*page)?.probation_until()?)))
            .filter(|(_, until)| now < *until)
            .collect();
        assert!(found.len() <= 1, "two can be rolled back: {found:?}");
        found.first().copied()
    }

    /// Whether a step may be taken: what the module promises, said once more.
    pub fn may(&self, index: usize, step: Step, now: u64) -> bool {
        let phase = self.phase(index, now);
        let Some(page) = self.pages[index] else {
            return matches!(step, Step::Commit | Step::Propose(..));
        };
        match step {
            Step::Commit | Step::Propose(..) => false,
            Step::Reveal(_) => phase.is_pending() && page.way_back.is_none(),
            Step::Approve => matches!(phase, Phase::Committed | Phase::Proposed) && now >= page.reviewed_at(),
            Step::Arm(window) => {
                let (ready_at, until) = page.ready().unwrap_or_default();
                let from = window.from.max(now);
                phase == Phase::Approved
                    && page.way_back.is_some()
                    && (ready_at..until).contains(&window.from)
                    && window.until >= from + SHORTEST_WINDOW_SECS - 1
                    && window.until < from + page.policy.window_secs
            }
            Step::Apply => {
                phase == Phase::Armed
                    && page.window.is_some_and(|window| now >= window.from)
                    && self.probation(now).is_none()
            }
            Step::Cancel => phase.is_pending(),
            Step::RollBack => phase == Phase::Probation,
        }
    }

    /// Writes down that a step was taken.
    pub fn write(&mut self, index: usize, step: Step, policy: Config, now: u64) {
        let page = &mut self.pages[index];
        match (step, page) {
            (Step::Commit, page) => *page = Some(Page::new(now, policy, Path::Timelocked, None)),
            (Step::Propose(path, way_back), page) => {
                *page = Some(Page::new(now, policy, path, Some(way_back)));
            }
            (step, Some(page)) => match step {
                Step::Reveal(way_back) => page.way_back = Some(way_back),
                Step::Approve => page.approved_at = Some(now),
                Step::Arm(window) => {
                    page.window = Some(Window {
                        from: window.from.max(now),
                        ..window
                    });
                }
                Step::Apply => page.applied = Some((now, Fate::Kept)),
                Step::Cancel => page.is_cancelled = true,
                Step::RollBack => page.applied = page.applied.map(|(at, _)| (at, Fate::RolledBack)),
                Step::Commit | Step::Propose(..) => unreachable!(),
            },
            (step, None) => panic!("{step:?} of nothing"),
        }
    }

    /// Writes down that all were cancelled: those that came before, and are not applied.
    pub fn cancel_all(&mut self) {
        for page in self.pages.iter_mut().flatten() {
            page.is_cancelled = true;
        }
    }

    /// Writes down that what is in probation is final.
    pub fn settle(&mut self, now: u64) {
        let (index, _) = self.probation(now).expect("something to settle");
        let page = self.pages[index].as_mut().expect("its page");
        page.applied = page.applied.map(|(at, _)| (at, Fate::Settled));
    }
}
