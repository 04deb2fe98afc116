//! A table of text.

/// Columns whose cells may have several lines.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this heading.
    pub(super) fn new(heading: Vec<String>) -> Self {
        Self { rows: vec![heading] }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Its lines, columns aligned, a rule below the heading, no trailing blanks.
    pub(super) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width_of = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.flat_map(|cell| cell.lines()).map(width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width_of).collect();
        let mut out = String::new();
        for (place, row) in self.rows.iter().enumerate() {
            push_row(&mut out, row, &widths);
            if place == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                out += &rules.join("  ");
                out.push('\n');
            }
        }
        out
    }
}

fn push_row(out: &mut String, cells: &[String], widths: &[usize]) {
    let height = cells.iter().map(|cell| cell.lines().count()).max().unwrap_or(0);
    for line in 0..height {
        let mut text = String::new();
        for (cell, column) in cells.iter().zip(widths) {
            let part = cell.lines().nth(line).unwrap_or_default();
            text += part;
            text += &" ".repeat(column - width(part) + 2);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

/// Names of assets may have any letters; what is wider than one column stands a little out.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_a_cell_may_have_several_lines() {
        let mut table = Table::new(vec!["a".into(), "bé\nc".into(), "d".into()]);
        table.row(vec!["123".into(), String::new(), "4\n5".into()]);
        let lines = ["a    bé  d", "     c", "───  ──  ─", "123      4", "         5"];
        assert_eq!(table.text().lines().collect::<Vec<_>>(), lines);
    }
}
