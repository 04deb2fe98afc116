//! Sizes, colours and the pieces that both pictures have.

use super::PictureError;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The width of a picture.
pub(super) const WIDTH: u32 = 960;
/// The height of a picture.
pub(super) const HEIGHT: u32 = 460;
/// Where the plot ends and the legend begins.
pub(super) const LEGEND: i32 = 690;

pub(super) const INK: RGBColor = RGBColor(31, 35, 40);
pub(super) const SOFT: RGBColor = RGBColor(89, 99, 110);
pub(super) const GRID: RGBColor = RGBColor(228, 231, 235);
pub(super) const FLOW: RGBColor = RGBColor(154, 190, 214);
pub(super) const BLUE: RGBColor = RGBColor(0, 104, 168);
pub(super) const ORANGE: RGBColor = RGBColor(192, 74, 0);
pub(super) const GREEN: RGBColor = RGBColor(0, 115, 79);

/// A colour for each shape that is drawn: those of Okabe and Ito, which the colour-blind tell apart, darkened for white.
pub(super) const SHAPES: [RGBColor; 9] = [
    RGBColor(86, 160, 215),
    RGBColor(0, 104, 168),
    RGBColor(0, 115, 79),
    RGBColor(120, 94, 0),
    RGBColor(192, 74, 0),
    RGBColor(156, 63, 125),
    RGBColor(31, 35, 40),
    RGBColor(222, 143, 5),
    RGBColor(110, 110, 110),
];

/// What is drawn on.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Any error of drawing as ours.
pub(super) fn drawing(error: impl std::fmt::Display) -> PictureError {
    PictureError::Drawing(error.to_string())
}

/// A text of this size.
pub(super) fn font(size: i32, colour: &RGBColor) -> TextStyle<'_> {
    TextStyle::from(("sans-serif", size).into_font()).color(colour)
}

/// The title and a line below it.
pub(super) fn title(area: &Area<'_>, title: &str, below: &str) -> Result<(), PictureError> {
    let bold = TextStyle::from(("sans-serif", 18, FontStyle::Bold).into_font()).color(&INK);
    area.draw(&Text::new(title.to_owned(), (20, 16), bold))
        .map_err(drawing)?;
    area.draw(&Text::new(below.to_owned(), (20, 42), font(13, &SOFT)))
        .map_err(drawing)
}

/// A line of the legend, at its place from the top: a piece of line in its colour, and what it is.
pub(super) fn key(
    area: &Area<'_>,
    y: i32,
    colour: RGBColor,
    dashed: bool,
    text: &str,
) -> Result<(), PictureError> {
    let (left, right) = (LEGEND, LEGEND + 26);
    let style = colour.stroke_width(2);
    if dashed {
        for x in (left..right).step_by(10) {
            area.draw(&PathElement::new([(x, y), (x + 6, y)], style))
                .map_err(drawing)?;
        }
    } else {
        area.draw(&PathElement::new([(left, y), (right, y)], style))
            .map_err(drawing)?;
    }
    label(area, y, text)
}

/// A text in the legend, after where its mark stands.
pub(super) fn label(area: &Area<'_>, y: i32, text: &str) -> Result<(), PictureError> {
    let style = font(12, &INK).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(text.to_owned(), (LEGEND + 34, y), style))
        .map_err(drawing)
}

/// A smaller text in the legend that explains.
pub(super) fn note(area: &Area<'_>, y: i32, text: &str) -> Result<(), PictureError> {
    let style = font(12, &SOFT).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(text.to_owned(), (LEGEND, y), style))
        .map_err(drawing)
}

/// A number of the axis: `0`, `500`, `2K`, `1.5M`; powers of ten when it is larger than trillions.
pub(super) fn tick(value: f64) -> String {
    let (scaled, unit) = match value {
        _ if value >= 1e15 || (value > 0.0 && value < 1e-3) => return format!("{value:.0e}"),
        _ if value >= 1e12 => (value / 1e12, "T"),
        _ if value >= 1e9 => (value / 1e9, "B"),
        _ if value >= 1e6 => (value / 1e6, "M"),
        _ if value >= 1e3 => (value / 1e3, "K"),
        _ => (value, ""),
    };
    format!("{}{unit}", (scaled * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.05, "0.05"),
            (500.0, "500"),
            (2_000.0, "2K"),
            (1.5e6, "1.5M"),
            (3e18, "3e18"),
        ] {
            assert_eq!(tick(value), text);
        }
    }
}
