//! Pictures.
use crate::analysis::Analysis;
/// x
pub fn all(_a: &Analysis) -> Result<Vec<(String,String)>, String> { Ok(vec![]) }
