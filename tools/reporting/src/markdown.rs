//! Tables in GitHub's Markdown.

/// A row of a table; the lines of a cell become `<br>`.
#[must_use]
pub fn row<S: AsRef<str>>(cells: &[S]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell.as_ref())).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The row of the columns' names and the line below it.
#[must_use]
pub fn head<S: AsRef<str>>(names: &[S]) -> String {
    format!("{}|{}\n", row(names), " --- |".repeat(names.len()))
}

/// What would end a cell or start markup is escaped; dollars too, which GitHub reads as mathematics.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push_str("<br>");
        }
        for c in line.chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '\\' | '|' | '*' | '_' | '`' | '$' | '[' | ']' => out.extend(['\\', c]),
                c if c.is_control() => {}
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stays_on_one_line_and_holds_no_markup() {
        assert_eq!(
            row(&[
                "Ronin\nMarch 2022",
                "173,600 ETH ($594M)",
                "a|b <i>",
                "[x](y)\u{7}"
            ]),
            "| Ronin<br>March 2022 | 173,600 ETH (\\$594M) | a\\|b &lt;i&gt; | \\[x\\](y) |\n"
        );
    }

    #[test]
    fn a_head_has_a_rule_as_wide_as_itself() {
        assert_eq!(head(&["A", "B"]), "| A | B |\n| --- | --- |\n");
    }
}
