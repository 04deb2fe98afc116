//! The style sheet, with the colours of light and dark.
//!
//! Only what a picture shows is in its sheet.
//!
//! Colours are written out rather than kept in custom properties, which converters to PNG or PDF do not know.

use super::panel::class;
use super::Role;
use std::collections::BTreeSet;

/// What does not depend on the reader's colour scheme.
const SHAPES: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
.title{font-size:20px;font-weight:600}
.subtitle{font-size:13px}
.panel-title{font-size:14px;font-weight:600}
.panel-subtitle{font-size:12px}
.tick,.note,.flag{font-size:11px}
.end{font-size:11.5px}
.value{font-weight:600}
.leader{stroke-width:.75}
.mark{stroke-width:1.75}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round}
";

/// The lines that are not drawn through.
const DASHES: [(Role, &str); 3] = [(Role::Adaptive, "5 3"), (Role::Limit, "2 3"), (Role::Old, "5 3")];

struct Colours {
    background: &'static str,
    ink: &'static str,
    soft: &'static str,
    grid: &'static str,
    axis: &'static str,
    /// Of lines and of the names at their ends.
    roles: [(Role, &'static str); 7],
}

const LIGHT: Colours = Colours {
    background: "#ffffff",
    ink: "#1f2328",
    soft: "#59636e",
    grid: "#e4e7eb",
    axis: "#9aa4ae",
    roles: [
        (Role::Unguarded, "#c04a00"),
        (Role::Guarded, "#0068a8"),
        (Role::Adaptive, "#9c3f7d"),
        (Role::Honest, "#00734f"),
        (Role::Limit, "#59636e"),
        (Role::Old, "#c04a00"),
        (Role::New, "#0068a8"),
    ],
};

const DARK: Colours = Colours {
    background: "#0d1117",
    ink: "#f0f6fc",
    soft: "#9198a1",
    grid: "#21262d",
    axis: "#565f6a",
    roles: [
        (Role::Unguarded, "#ff9447"),
        (Role::Guarded, "#5cb8f5"),
        (Role::Adaptive, "#e79ac6"),
        (Role::Honest, "#3ecf9c"),
        (Role::Limit, "#9198a1"),
        (Role::Old, "#ff9447"),
        (Role::New, "#5cb8f5"),
    ],
};

/// The whole sheet of a picture with lines of these roles.
pub(super) fn sheet(shown: &BTreeSet<Role>) -> String {
    let dashes: String = DASHES
        .iter()
        .filter(|(role, _)| shown.contains(role))
        .map(|(role, dashes)| {
            format!(
                ".line.{}{{stroke-width:1.5;stroke-dasharray:{dashes}}}\n",
                class(*role)
            )
        })
        .collect();
    format!(
        "{SHAPES}{dashes}{}@media (prefers-color-scheme:dark){{\n{}}}\n",
        rules(&LIGHT, shown),
        rules(&DARK, shown)
    )
}

fn rules(colours: &Colours, shown: &BTreeSet<Role>) -> String {
    let Colours {
        background,
        ink,
        soft,
        grid,
        axis,
        roles,
    } = colours;
    let mut out = format!(
        "text{{fill:{ink}}}\n.background{{fill:{background}}}\n\
         .subtitle,.panel-subtitle,.tick,.note{{fill:{soft}}}\n\
         .grid{{stroke:{grid}}}\n.axis{{stroke:{axis}}}\n.leader{{stroke:{ink}}}\n\
         .mark{{fill:{background};stroke:{ink}}}\n"
    );
    for (role, colour) in roles.iter().filter(|(role, _)| shown.contains(role)) {
        let class = class(*role);
        out += &format!(".line.{class}{{stroke:{colour}}}\n.end.{class}{{fill:{colour}}}\n");
    }
    out
}
