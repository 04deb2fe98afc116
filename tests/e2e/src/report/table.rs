//! The table of incidents, as aligned text and as Markdown.

use reporting::markdown;

/// One incident of the table. A cell may hold several lines, separated by `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The incident and its date.
    pub incident: String,
    /// What the attacker asked for.
    pub attempted: String,
    /// What left the unguarded vault.
    pub lost_unguarded: String,
    /// What left the guarded vault to the same calls.
    pub lost_guarded: String,
    /// What left the guarded vault in 24 hours to an attacker who knows the limits.
    pub lost_adaptive: String,
    /// The guard or guards that refused.
    pub guard: String,
    /// The gas that a call pays for the guards.
    pub gas: String,
}

const HEADER: [&str; 7] = [
    "Incident",
    "Attempted",
    "Lost without guards",
    "Lost with guards",
    "Lost to an attacker\nwho adapts (24 h)",
    "Guard that acted",
    "Gas a call pays",
];

/// The table as text, columns aligned by display width, without trailing blanks.
pub fn text(rows: &[Row]) -> String {
    let header = HEADER.map(str::to_owned);
    let widths: [usize; 7] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| cells(row)[column]);
        cells
            .chain([HEADER[column]])
            .flat_map(str::lines)
            .map(width)
            .max()
            .unwrap_or(0)
    });
    let mut out = String::new();
    push_lines(&mut out, &header.each_ref().map(String::as_str), &widths);
    let rule = widths.map(|width| "─".repeat(width)).join("  ");
    for row in rows {
        out.push_str(&rule);
        out.push('\n');
        push_lines(&mut out, &cells(row), &widths);
    }
    out
}

/// The table as GitHub Markdown; the lines of a cell become `<br>`.
pub fn markdown(rows: &[Row]) -> String {
    let mut out = markdown::head(&HEADER.map(|cell| cell.replace('\n', " ")));
    for row in rows {
        out.push_str(&markdown::row(&cells(row)));
    }
    out
}

fn cells(row: &Row) -> [&str; 7] {
    [
        &row.incident,
        &row.attempted,
        &row.lost_unguarded,
        &row.lost_guarded,
        &row.lost_adaptive,
        &row.guard,
        &row.gas,
    ]
}

fn push_lines(out: &mut String, cells: &[&str; 7], widths: &[usize; 7]) {
    let height = cells.iter().map(|cell| cell.lines().count()).max().unwrap_or(0);
    for line in 0..height {
        let mut text = String::new();
        for (cell, &column) in cells.iter().zip(widths) {
            let part = cell.lines().nth(line).unwrap_or_default();
            text.push_str(part);
            text.push_str(&" ".repeat(column - width(part) + 2));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

/// Columns that a terminal gives to a text: two for East Asian wide characters and emoji, none for marks
/// that combine with the character before.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
            0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            incident: "Ronin\nMarch 2022".into(),
            attempted: "173,600 ETH ($594M)".into(),
            lost_unguarded: "$594M".into(),
            lost_guarded: "$0".into(),
            lost_adaptive: "$1.2M".into(),
            guard: "rate limit".into(),
            gas: "9,100 gas".into(),
        }
    }

    #[test]
    fn columns_align_and_a_cell_may_hold_several_lines() {
        let lines = [
            "Incident    Attempted            Lost without guards  Lost with guards  Lost to an attacker  Guard that acted  Gas a call pays",
            "                                                                        who adapts (24 h)",
            "──────────  ───────────────────  ───────────────────  ────────────────  ───────────────────  ────────────────  ───────────────",
            "Ronin       173,600 ETH ($594M)  $594M                $0                $1.2M                rate limit        9,100 gas",
            "March 2022",
        ];
        assert_eq!(text(&[row()]).lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn a_table_without_rows_is_its_header() {
        assert_eq!(text(&[]).lines().count(), 2);
        assert_eq!(markdown(&[]).lines().count(), 2);
    }

    #[test]
    fn markdown_keeps_a_row_on_one_line_and_escapes_markup() {
        let row = Row {
            guard: "a|b <i>".into(),
            ..row()
        };
        let text = markdown(&[row]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "| --- | --- | --- | --- | --- | --- | --- |");
        assert_eq!(
            lines[2],
            "| Ronin<br>March 2022 | 173,600 ETH (\\$594M) | \\$594M | \\$0 | \\$1.2M | a\\|b &lt;i&gt; | 9,100 gas |"
        );
    }

    #[test]
    fn width_is_what_a_terminal_shows() {
        assert_eq!(width("−é─"), 3);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("橋"), 2);
    }
}
