//! What ArbOS knows of Stylus programs: their registry, their prices and their memory.

mod memory;
mod params;
mod pricer;
mod program;
mod recent;

pub use memory::MemoryModel;
pub use params::StylusParams;
pub use pricer::DataPricer;
pub(crate) use program::{hours_since_start, kib_up};
pub use program::{Program, ProgramError};
pub(crate) use recent::RecentPrograms;
