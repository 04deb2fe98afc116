//! An Arbitrum chain in a process.
