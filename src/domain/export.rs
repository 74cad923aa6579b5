//! Broadcasts as a file: CSV as RFC 4180 has it, for spreadsheets, or JSON in the envelope of every answer. CSV begins
//! with a byte order mark, without which Excel does not read UTF-8.
//!
//! A title can be anything. One that a spreadsheet would take for a formula gets an apostrophe before it, which
//! spreadsheets do not show.

use super::{analytics::BroadcastSummary, fields::Invalid, timestamp::Timestamp};
use crate::text;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A line for each broadcast, below a line of names.
    Csv,
    /// `{"success":true,"data":{"items":[…],"next":null}}`
    Json,
}

/// A byte order mark, and the names of the columns: those on the wire.
const COLUMNS: &str = "\u{feff}id,title,startedAt,endedAt,durationSeconds,averageViewers,peakViewers,distinctViewers,\
                       watchSeconds,messages,chatters,newFollowers,drops\r\n";
/// What a formula begins with, for one spreadsheet or another; some take full-width signs for the usual ones.
const FORMULA_SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

impl ExportFormat {
    /// The format of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(name: Option<&str>) -> Result<Self, Invalid> {
        match name {
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            _ => Err(Invalid::new(text!(analytics.choose_csv_or_json))),
        }
    }

    /// What a file's name ends in.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// What comes before the first broadcast.
    pub fn head(self) -> &'static str {
        match self {
            Self::Csv => COLUMNS,
            Self::Json => r#"{"success":true,"data":{"items":["#,
        }
    }

    /// What comes after the last one.
    pub fn foot(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => r#"],"next":null}}"#,
        }
    }
}

/// A broadcast as a line of CSV.
pub fn csv_line(broadcast: &BroadcastSummary) -> String {
    let time = |at: Timestamp| at.to_rfc3339().unwrap_or_default();
    let numbers = &broadcast.numbers;
    let fields = [
        field(broadcast.id.as_str()),
        field(&broadcast.title),
        time(broadcast.started_at),
        broadcast.ended_at.map(time).unwrap_or_default(),
        numbers.duration_seconds.to_string(),
        format!("{:.2}", numbers.average_viewers),
        numbers.peak_viewers.to_string(),
        numbers.distinct_viewers.to_string(),
        numbers.watch_seconds.to_string(),
        numbers.messages.to_string(),
        numbers.chatters.to_string(),
        numbers.new_followers.to_string(),
        numbers.drops.to_string(),
    ];
    fields.join(",") + "\r\n"
}

fn field(text: &str) -> String {
    let guard = if text.starts_with(FORMULA_SIGNS) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{analytics::BroadcastNumbers, id::BroadcastId};

    fn broadcast(title: &str) -> BroadcastSummary {
        BroadcastSummary {
            id: BroadcastId("b1".into()),
            title: title.to_owned(),
            started_at: Timestamp(1_700_000_000_000),
            ended_at: None,
            is_settled: false,
            is_interrupted: false,
            numbers: BroadcastNumbers { average_viewers: 1.005, drops: 2, ..BroadcastNumbers::default() },
        }
    }

    #[test]
    fn a_title_that_would_be_a_formula_is_a_text() {
        for title in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1+1", "＋1", "－1", "＠SUM(A1)"] {
            assert_eq!(field(title), format!("'{title}"));
        }
        assert_eq!(field("=A1,\"B\""), "\"'=A1,\"\"B\"\"\"");
        assert_eq!(field("Retro: 1+1=2"), "Retro: 1+1=2");
    }

    #[test]
    fn a_spreadsheet_sees_that_it_is_utf_8() {
        assert!(ExportFormat::Csv.head().as_bytes().starts_with(b"\xef\xbb\xbfid,"));
    }

    #[test]
    fn a_line_has_a_field_for_each_column() {
        let line = csv_line(&broadcast("Hello"));
        assert_eq!(line, "b1,Hello,2023-11-14T22:13:20Z,,0,1.00,0,0,0,0,0,0,2\r\n");
        assert_eq!(line.matches(',').count(), COLUMNS.matches(',').count());
    }

    /// Reads one field as RFC 4180 says.
    fn read(field: &str) -> String {
        match field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => field.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn any_title_is_one_field_and_read_back(title in "[a-c,\"\r\n=+@\t＝＋－＠' -]{0,12}") {
            let written = field(&title);
            let is_quoted = written.starts_with('"');
            prop_assert!(is_quoted || !written.contains([',', '"', '\r', '\n']));
            let read = read(&written);
            prop_assert!(!read.starts_with(FORMULA_SIGNS));
            let guarded = format!("'{title}");
            prop_assert!(read == title || read == guarded);
        }
    }
}
