//! The style sheet, with the colours of light and dark.
//!
//! Colours are written out rather than kept in custom properties, which converters to PNG or PDF do not know.

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
.line.adaptive{stroke-width:1.5;stroke-dasharray:5 3}
.line.limit{stroke-width:1.5;stroke-dasharray:2 3}
";

struct Colours {
    background: &'static str,
    ink: &'static str,
    soft: &'static str,
    grid: &'static str,
    axis: &'static str,
    /// The classes of lines and of the names at their ends.
    roles: [(&'static str, &'static str); 5],
}

const LIGHT: Colours = Colours {
    background: "#ffffff",
    ink: "#1f2328",
    soft: "#59636e",
    grid: "#e4e7eb",
    axis: "#9aa4ae",
    roles: [
        ("unguarded", "#c04a00"),
        ("guarded", "#0068a8"),
        ("adaptive", "#9c3f7d"),
        ("honest", "#00734f"),
        ("limit", "#59636e"),
    ],
};

const DARK: Colours = Colours {
    background: "#0d1117",
    ink: "#f0f6fc",
    soft: "#9198a1",
    grid: "#21262d",
    axis: "#565f6a",
    roles: [
        ("unguarded", "#ff9447"),
        ("guarded", "#5cb8f5"),
        ("adaptive", "#e79ac6"),
        ("honest", "#3ecf9c"),
        ("limit", "#9198a1"),
    ],
};

/// The whole sheet.
pub(super) fn sheet() -> String {
    format!(
        "{SHAPES}{}@media (prefers-color-scheme:dark){{\n{}}}\n",
        rules(&LIGHT),
        rules(&DARK)
    )
}

fn rules(colours: &Colours) -> String {
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
    for (class, colour) in roles {
        out += &format!(".line.{class}{{stroke:{colour}}}\n.end.{class}{{fill:{colour}}}\n");
    }
    out
}
