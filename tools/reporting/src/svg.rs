//! SVG text: elements and escaping.

use std::fmt::Write;

/// A document under construction.
#[derive(Default)]
pub(super) struct Svg {
    out: String,
}

impl Svg {
    /// Opens an element; the attributes' values are escaped.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
    }

    /// Closes what `open` opened.
    pub(super) fn close(&mut self, name: &str) {
        let _ = writeln!(self.out, "</{name}>");
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, "/>\n");
    }

    /// An element around a text, which is escaped.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes, ">");
        let _ = writeln!(self.out, "{}</{name}>", escaped(text));
    }

    /// Text that is written as it is.
    pub(super) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A label at a place.
    pub(super) fn label(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        let (x, y) = (number(x), number(y));
        self.text(
            "text",
            &[("class", class), ("x", &x), ("y", &y), ("text-anchor", anchor)],
            text,
        );
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        self.empty(
            "line",
            &[
                ("class", class),
                ("x1", &x1),
                ("y1", &y1),
                ("x2", &x2),
                ("y2", &y2),
            ],
        );
    }

    /// The document's text.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        let _ = write!(self.out, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.out, " {key}=\"{}\"", escaped(value));
        }
        self.out.push_str(end);
    }
}

/// A coordinate to a tenth of a pixel; what is not finite goes to the origin.
pub(super) fn number(value: f64) -> String {
    let tenths = if value.is_finite() {
        (value * 10.0).round() / 10.0
    } else {
        0.0
    };
    // Adding zero turns a negative zero into zero.
    (tenths + 0.0).to_string()
}

/// Text for content and attributes; control characters, which XML forbids, are dropped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// The width of a text in pixels, estimated for system sans-serif fonts, rather too wide than too narrow.
pub(super) fn text_width(text: &str, font_size: f64) -> f64 {
    text.chars().count() as f64 * font_size * 0.58
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_and_attributes_is_escaped() {
        let mut svg = Svg::default();
        svg.text("text", &[("id", "\"&")], "<b>\u{0}\n");
        assert_eq!(svg.finish(), "<text id=\"&quot;&amp;\">&lt;b&gt; </text>\n");
    }

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!(number(1.0 / 3.0), "0.3");
        assert_eq!(number(20.0), "20");
        assert_eq!(number(-0.01), "0");
        assert_eq!(number(f64::NAN), "0");
    }
}
