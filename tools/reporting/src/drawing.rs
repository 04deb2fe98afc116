//! The picture: one standalone SVG, its panels two a line.
//!
//! # Design
//! - Names stand at the ends of the lines, so that nobody looks up a legend.
//! - Colours are told apart without red and green (Okabe and Ito), and dashes tell lines apart without colour.
//! - The background is solid and follows the reader's colour scheme: the file reads alike wherever it is shown.
//! - No script, no font and no reference leave the file.

use super::panel::{self, Layout};
use super::style;
use super::svg::{number, Svg};
use super::{Picture, Role};
use std::collections::BTreeSet;

/// Width of the picture, that of a README on GitHub.
const WIDTH: f64 = 880.0;
/// The margin on all sides.
const MARGIN: f64 = 16.0;
/// Room for title and subtitle.
const HEAD: f64 = 76.0;
/// Room between two lines of panels.
const GAP: f64 = 22.0;
/// Room for the note at the bottom.
const FOOT: f64 = 24.0;

/// Draws the picture.
pub fn svg(picture: &Picture) -> String {
    let layouts: Vec<_> = picture.panels.iter().map(Layout::new).collect();
    let lines: Vec<_> = layouts
        .chunks(2)
        .map(|line| (line, line.iter().map(Layout::flag_rows).max().unwrap_or(0)))
        .collect();
    let panels: f64 = lines.iter().map(|(_, rows)| Layout::height(*rows) + GAP).sum();
    let height = HEAD + panels + FOOT;

    let mut svg = Svg::default();
    let view = format!("0 0 {} {}", number(WIDTH), number(height));
    svg.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("viewBox", &view),
            ("width", &number(WIDTH)),
            ("height", &number(height)),
            ("role", "img"),
            ("aria-labelledby", "title description"),
        ],
    );
    svg.text("title", &[("id", "title")], &picture.title);
    svg.text("desc", &[("id", "description")], &picture.description);
    svg.open("style", &[]);
    svg.raw(&style::sheet(&roles(picture)));
    svg.close("style");
    svg.empty(
        "rect",
        &[
            ("class", "background"),
            ("width", "100%"),
            ("height", "100%"),
            ("rx", "6"),
        ],
    );
    svg.label("title", MARGIN, 34.0, "start", &picture.title);
    svg.label("subtitle", MARGIN, 55.0, "start", &picture.subtitle);
    let mut y = HEAD;
    for (line, rows) in lines {
        for (layout, x) in line.iter().zip([MARGIN, WIDTH - MARGIN - panel::WIDTH]) {
            layout.draw(&mut svg, (x, y), rows);
        }
        y += Layout::height(rows) + GAP;
    }
    if picture.panels.iter().any(|panel| !panel.marks.is_empty()) {
        let (x, cy) = (number(MARGIN + 5.0), number(height - 19.0));
        svg.empty(
            "circle",
            &[("class", "mark"), ("cx", &x), ("cy", &cy), ("r", "4")],
        );
        svg.label("note", MARGIN + 15.0, height - 15.0, "start", &picture.mark);
    }
    svg.close("svg");
    svg.finish()
}

/// What its lines stand for.
fn roles(picture: &Picture) -> BTreeSet<Role> {
    let series = picture.panels.iter().flat_map(|panel| &panel.series);
    series.map(|series| series.role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mark, Panel, Role, Series, Unit};

    fn series(role: Role, points: &[(u64, f64)]) -> Series {
        Series {
            label: format!("{role:?} <&>"),
            role,
            points: points.to_vec(),
        }
    }

    fn picture(series: Vec<Series>, marks: Vec<Mark>) -> String {
        let panel = Panel {
            title: "a < b".into(),
            subtitle: "\"&\"".into(),
            unit: Unit::Dollars,
            series,
            marks,
        };
        svg(&Picture {
            title: "T & U".into(),
            panels: vec![panel; 3],
            mark: "a guard < refuses".into(),
            ..Picture::default()
        })
    }

    /// Every tag closes the one that was opened last, and text holds no markup.
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for part in svg.split('<').skip(1) {
            let (tag, text) = part.split_once('>').expect("a tag ends");
            assert!(!text.contains('>'), "{text}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().expect("a tag has a name"));
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn lines_without_points_with_one_or_with_constant_ones_do_not_break_it() {
        let cases: [&[(u64, f64)]; 5] = [
            &[],
            &[(0, 0.0)],
            &[(7, 5e6), (9, 5e6)],
            &[(0, f64::NAN), (1, f64::INFINITY)],
            &[(u64::MAX, 1e300)],
        ];
        for points in cases {
            let mark = Mark {
                at: 3,
                label: "rate <limit>".into(),
            };
            let svg = picture(
                vec![series(Role::Guarded, points), series(Role::Limit, points)],
                vec![mark],
            );
            assert_well_formed(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        assert_well_formed(&picture(vec![], vec![]));
        assert_well_formed(&svg(&Picture::default()));
    }

    #[test]
    fn a_line_steps_and_holds_its_last_value_to_the_end() {
        let svg = picture(
            vec![series(Role::Guarded, &[(50, 0.0), (0, 100.0), (100, 0.0)])],
            vec![],
        );
        assert!(
            svg.contains("<path class=\"line guarded\" d=\"M46 48H181V198H316V198H316\"/>"),
            "{svg}"
        );
    }

    #[test]
    fn a_mark_stands_on_the_guarded_line() {
        let lines = vec![
            series(Role::Unguarded, &[(0, 0.0)]),
            series(Role::Guarded, &[(0, 100.0), (100, 50.0)]),
        ];
        let svg = picture(
            lines,
            vec![Mark {
                at: 50,
                label: "cap".into(),
            }],
        );
        assert!(
            svg.contains("<circle class=\"mark\" cx=\"181\" cy=\"63\" r=\"4\"/>"),
            "{svg}"
        );
        assert!(svg.contains("a guard &lt; refuses"));
    }

    #[test]
    fn a_mark_stands_on_the_line_of_the_new_version_and_the_old_one_is_dashed() {
        let lines = vec![
            series(Role::Old, &[(0, 100.0), (100, 100.0)]),
            series(Role::New, &[(0, 100.0), (50, 50.0)]),
        ];
        let mark = Mark {
            at: 50,
            label: "refused".into(),
        };
        let svg = picture(lines, vec![mark]);
        assert!(
            svg.contains("<circle class=\"mark\" cx=\"181\" cy=\"138\" r=\"4\"/>"),
            "{svg}"
        );
        assert!(svg.contains(".line.old{stroke-width:1.5;stroke-dasharray:5 3}"));
        assert!(!svg.contains(".guarded") && !svg.contains(".limit"));
    }

    #[test]
    fn names_of_lines_that_end_together_do_not_overlap() {
        let svg = picture(
            vec![
                series(Role::Guarded, &[(0, 1.0)]),
                series(Role::Adaptive, &[(0, 1.0)]),
            ],
            vec![],
        );
        assert!(
            svg.contains("<text class=\"end guarded\" x=\"323\" y=\"47\""),
            "{svg}"
        );
        assert!(
            svg.contains("<text class=\"end adaptive\" x=\"323\" y=\"76\""),
            "{svg}"
        );
    }

    #[test]
    fn it_is_named_for_readers_who_do_not_see_it_and_refers_to_nothing_outside() {
        let svg = picture(vec![], vec![]);
        assert!(svg.contains("role=\"img\"") && svg.contains("<title id=\"title\">T &amp; U</title>"));
        assert_eq!(svg.matches("http").count(), 1);
        for forbidden in ["<script", "href", "url(", "@import"] {
            assert!(!svg.contains(forbidden), "{forbidden}");
        }
    }
}
