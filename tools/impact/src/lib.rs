//! What a patch would change, before anybody deploys it: recorded operations of users against the old and the new version, from one state.
//! `docs/IMPACT.md` says how a person uses it.
//!
//! - [`operations`]: the file of what users did; [`record`](mod@record) takes it from a chain.
//! - [`scenario`]: what is measured and how far it may move, by [views](view).
//! - [`switch`](mod@switch): how the new version gets in; [`worlds`]: both futures of the state.
//! - [`replay`](mod@replay): the operations in both, and what is asked in between.
//! - [`verdict`], [`report`], [`chart`]: what fails the patch, the tables and the picture.
//!
//! # Design
//! - **One state, two futures.** Both begin on the same block of the same chain, and time goes on in both alike: what differs is the patch's alone.
//! - **The real code**: the contracts' own, of the EVM and Stylus, on a fork; the manager's, where the patch is on record.
//! - **Exact**: differences are whole numbers of the smallest unit, and no share is rounded before it is compared.
//! - **The same input, the same bytes.** Nothing of the report depends on the machine, the moment or the order of answers.
//! - **A refusal is a sentence**: of a file that is none, of a measure that never answers, of an endpoint that does not.
//!
//! # Trust assumptions
//! - The endpoint, for everything that is read; and whoever wrote the scenario: what it does not ask is not compared, but for storage, ETH and code, of which
//!   every difference at the end is told; of words of storage the first twenty, and how many more there are.
//! - What was recorded stands for what users will do. A patch can be right for all of that and wrong for what nobody did yet.
//!
//! # The attack
//! A patch that does what it says and something else: moves a price by what nobody notices, rounds against one user, refuses a way out, makes a function too dear
//! to call, or stops answering a view that others price by.

pub mod chart;
pub mod errors;
pub mod interface;
pub mod number;
pub mod operations;
pub mod record;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod switch;
pub mod verdict;
pub mod view;
pub mod worlds;
