//! Pictures, as SVG: nothing of them comes from the network, and the same history draws the same.
//!
//! - [`loss`]: for each setting, the most that a thief takes in a day against how rarely it refuses honest people.
//! - [`flow`]: what left each day, and the proposed limit over it.

pub mod flow;
pub mod loss;
mod style;

use crate::analysis::Analysis;
use crate::shape::InvalidSetting;

/// A picture that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Core refuses a limit.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// Drawing failed.
    #[error("the picture cannot be drawn: {0}")]
    Drawing(String),
}

/// Every picture and the name of its file.
///
/// # Errors
/// [`PictureError`].
pub fn all(analysis: &Analysis) -> Result<Vec<(String, String)>, PictureError> {
    let mut pictures = Vec::new();
    for (place, asset) in analysis.assets.iter().enumerate() {
        let name = file_name(&asset.asset, place);
        if let Some(svg) = loss::svg(analysis, asset)? {
            pictures.push((format!("loss-{name}.svg"), svg));
        }
        if let Some(svg) = flow::svg(asset)? {
            pictures.push((format!("flow-{name}.svg"), svg));
        }
    }
    Ok(pictures)
}

/// The asset's name, if a file can be called that everywhere; else with its place, so that no two are the same.
fn file_name(asset: &str, place: usize) -> String {
    let kept: String = asset
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(40)
        .collect();
    if kept == asset {
        kept
    } else {
        format!("{kept}-{}", place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_like_its_asset_and_never_leaves_its_directory() {
        assert_eq!(file_name("USDC", 0), "USDC");
        assert_eq!(file_name("../../etc/passwd", 1), "etcpasswd-2");
        assert_eq!(file_name("橋", 2), "-3");
    }
}
