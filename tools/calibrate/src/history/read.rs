//! From a file to a history.

use super::{field, AssetHistory, Expected, Flow, History, HistoryError};
use csv::{ByteRecord, ReaderBuilder, Trim};
use std::collections::HashMap;
use std::io::Read;

/// The columns. They may stand in any order; all of them, and no others.
pub const COLUMNS: [&str; 5] = ["time", "asset", "in", "out", "account"];

/// Reads a history.
///
/// # Errors
/// [`HistoryError`], for the first line that is not what it should be.
pub fn read(mut file: impl Read) -> Result<History, HistoryError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(HistoryError::Unreadable)?;
    let mut lines = Lines::of(&bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(bytes.as_slice());
    let mut record = ByteRecord::new();
    if !next(&mut reader, &mut record)? {
        return Err(HistoryError::Empty);
    }
    let places = Places::of(&record)?;
    let mut assets: Vec<AssetHistory> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut first_out_of_order = None;
    let mut latest = 0;
    while next(&mut reader, &mut record)? {
        let (asset, flow) = places.row(&record, lines.line_of(&record))?;
        if flow.at < latest {
            first_out_of_order = first_out_of_order.or(Some(flow.line));
        }
        latest = latest.max(flow.at);
        let place = *by_name.entry(asset).or_insert_with_key(|asset| {
            assets.push(AssetHistory {
                asset: asset.clone(),
                flows: Vec::new(),
            });
            assets.len() - 1
        });
        assets[place].flows.push(flow);
    }
    if assets.is_empty() {
        return Err(HistoryError::NoRows);
    }
    for asset in &mut assets {
        asset.flows.sort_by_key(|flow| flow.at);
    }
    Ok(History {
        assets,
        first_out_of_order,
    })
}

fn next(reader: &mut csv::Reader<impl Read>, record: &mut ByteRecord) -> Result<bool, HistoryError> {
    reader
        .read_byte_record(record)
        .map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => HistoryError::Unreadable(error),
            // Bytes of any number of fields are always a record.
            other => HistoryError::Unreadable(std::io::Error::other(format!("{other:?}"))),
        })
}

/// Counts lines as an editor does. The parser's own count is one behind after an end of line of two bytes, or an empty line.
struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line on which a record begins, which comes after the one asked for before.
    fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte) as usize;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let ends = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let passed = self.bytes.get(self.counted..start + ends).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = start + ends;
        self.line
    }
}

/// At which place of a row each column stands.
struct Places([usize; COLUMNS.len()]);

impl Places {
    fn of(heading: &ByteRecord) -> Result<Self, HistoryError> {
        let mut places = [None; COLUMNS.len()];
        for (place, found) in heading.iter().enumerate() {
            let known = COLUMNS.iter().position(|name| name.as_bytes() == found);
            let Some(column) = known else {
                return Err(HistoryError::UnknownColumn {
                    column: place + 1,
                    found: String::from_utf8_lossy(found).into_owned(),
                });
            };
            if places[column].replace(place).is_some() {
                return Err(HistoryError::ColumnTwice {
                    column: place + 1,
                    name: COLUMNS[column],
                });
            }
        }
        let mut found = [0; COLUMNS.len()];
        for (column, place) in places.into_iter().enumerate() {
            found[column] = place.ok_or(HistoryError::MissingColumn {
                name: COLUMNS[column],
            })?;
        }
        Ok(Self(found))
    }

    fn row(&self, record: &ByteRecord, line: u64) -> Result<(String, Flow), HistoryError> {
        if record.len() != COLUMNS.len() {
            return Err(HistoryError::FieldCount {
                line,
                found: record.len(),
            });
        }
        let mut texts = [""; COLUMNS.len()];
        for (column, text) in texts.iter_mut().enumerate() {
            *text =
                std::str::from_utf8(&record[self.0[column]]).map_err(|_| HistoryError::NotText { line })?;
        }
        let [at, asset, brought_in, taken_out, account] = texts;
        let wrong = |column: usize| {
            move |expected: Expected| HistoryError::Field {
                line,
                column: self.0[column] + 1,
                name: COLUMNS[column],
                found: texts[column].to_owned(),
                expected,
            }
        };
        Ok((
            field::name(asset).map_err(wrong(1))?.to_owned(),
            Flow {
                line,
                at: field::time(at).map_err(wrong(0))?,
                brought_in: field::amount(brought_in).map_err(wrong(2))?,
                taken_out: field::amount(taken_out).map_err(wrong(3))?,
                account: field::name(account).map_err(wrong(4))?.to_owned(),
            },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    const HEADING: &str = "time,asset,in,out,account\n";

    fn refusal(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    fn refused_row(row: &str) -> String {
        refusal(&format!("{HEADING}0,ETH,0,1,a\n{row}\n"))
    }

    #[test]
    fn assets_are_told_apart_and_columns_may_stand_in_any_order() {
        let text = "\u{feff}account, out, in, asset, time\r\na,1,0,ETH,5\r\n\"b, c\",0,2,USDC,1970-01-01T00:00:06Z\r\na,3,4,ETH,7\r\n";
        let history = read(text.as_bytes()).unwrap();
        assert_eq!(history.first_out_of_order, None);
        let told: Vec<_> = history
            .assets
            .iter()
            .map(|asset| (asset.asset.as_str(), asset.flows.len()))
            .collect();
        assert_eq!(told, [("ETH", 2), ("USDC", 1)]);
        assert_eq!(
            history.assets[1].flows[0],
            Flow {
                line: 3,
                at: 6,
                brought_in: U256::from(2),
                taken_out: U256::ZERO,
                account: "b, c".to_owned(),
            }
        );
    }

    #[test]
    fn rows_are_put_in_the_order_of_time_and_the_first_that_was_not_is_named() {
        let history =
            read(format!("{HEADING}5,E,0,1,a\n5,E,0,2,a\n3,E,0,3,a\n5,E,0,4,a\n1,E,0,5,a\n").as_bytes())
                .unwrap();
        assert_eq!(history.first_out_of_order, Some(4));
        let order: Vec<_> = history.assets[0]
            .flows
            .iter()
            .map(|flow| (flow.at, flow.line))
            .collect();
        assert_eq!(
            order,
            [(1, 6), (3, 4), (5, 2), (5, 3), (5, 5)],
            "one second keeps the file's order"
        );
    }

    #[test]
    fn a_file_without_a_heading_or_rows_is_refused() {
        assert_eq!(
            refusal(""),
            "the file is empty; its first line has to be time,asset,in,out,account"
        );
        assert_eq!(refusal("\n\n"), refusal(""));
        assert_eq!(
            refusal(HEADING),
            "the file has a heading and no rows; each row is a transaction: time,asset,in,out,account"
        );
    }

    #[test]
    fn a_heading_that_is_another_one_is_refused() {
        assert_eq!(
            refusal("1648000000,ETH,0,1,a\n"),
            "line 1, column 1: the heading has \"1648000000\", which is none of time,asset,in,out,account"
        );
        assert_eq!(
            refusal("time,asset,in,out,account,fee\n"),
            "line 1, column 6: the heading has \"fee\", which is none of time,asset,in,out,account"
        );
        assert_eq!(
            refusal("time,asset,in,in,account\n"),
            "line 1, column 4: the heading has \"in\" a second time"
        );
        assert_eq!(
            refusal("time,asset,in,out\n"),
            "line 1: the heading has no column \"account\"; it has to be time,asset,in,out,account"
        );
    }

    #[test]
    fn a_row_of_another_length_is_refused_with_its_line() {
        assert_eq!(
            refused_row("1,ETH,0,1"),
            "line 3: 4 fields where 5 are expected: time,asset,in,out,account"
        );
        assert_eq!(
            refused_row("1,ETH,0,1,a,b"),
            "line 3: 6 fields where 5 are expected: time,asset,in,out,account"
        );
    }

    #[test]
    fn each_field_is_refused_with_line_column_and_what_is_expected() {
        assert_eq!(
            refused_row("yesterday,ETH,0,1,a"),
            "line 3, column 1 (time): \"yesterday\" is not a time: seconds since 1970, or RFC 3339 like \
             2025-03-01T12:00:00Z, from 1970 on"
        );
        assert_eq!(
            refused_row("1648000000000,ETH,0,1,a"),
            "line 3, column 1 (time): \"1648000000000\" is not a time before the year 10000; seconds are expected, not milliseconds"
        );
        assert_eq!(
            refused_row("1,,0,1,a"),
            "line 3, column 2 (asset): \"\" is not a name: any text that is not empty"
        );
        let amount = "an amount: a whole number of the smallest unit in decimal digits, without sign, point, exponent or separators";
        assert_eq!(
            refused_row("1,ETH,-1,1,a"),
            format!("line 3, column 3 (in): \"-1\" is not {amount}")
        );
        assert_eq!(
            refused_row("1,ETH,0,1.5,a"),
            format!("line 3, column 4 (out): \"1.5\" is not {amount}")
        );
        assert_eq!(
            refused_row(&format!("1,ETH,0,{}0,a", U256::MAX)),
            format!(
                "line 3, column 4 (out): \"{}0\" is not an amount below 2^256",
                U256::MAX
            )
        );
        assert_eq!(
            refused_row("1,ETH,0,1,"),
            "line 3, column 5 (account): \"\" is not a name: any text that is not empty"
        );
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let lines = |text: &str| -> Vec<u64> {
            let history = read(text.as_bytes()).unwrap();
            history.assets[0].flows.iter().map(|flow| flow.line).collect()
        };
        assert_eq!(
            lines(&format!("{HEADING}1,E,0,1,a\n\n\n2,E,0,1,\"b\nc\"\n3,E,0,1,d")),
            [2, 5, 7]
        );
        assert_eq!(
            lines(&format!(
                "\r\n{HEADING}1,E,0,1,a\r\n2,E,0,1,b\r\n\r\n3,E,0,1,c\r\n"
            )),
            [3, 4, 6]
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_line() {
        let mut bytes = format!("{HEADING}0,ETH,0,1,").into_bytes();
        bytes.extend([0xff, b'\n']);
        let error = read(bytes.as_slice()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2: not UTF-8 text; save the file as UTF-8"
        );
    }
}
