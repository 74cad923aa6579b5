//! All broadcasts of a period as a file, the oldest first. It is read and sent piece by piece: never all of it is held,
//! and what is settled meanwhile comes once or not at all. What can be refused is refused before the file begins.

use futures::stream::{self, BoxStream, StreamExt as _};

use super::{analytics, period::AskedPeriod};
use crate::{
    domain::{
        analytics::{BroadcastOrder, BroadcastSummary},
        export::{ExportFormat, csv_line},
        fields::{FieldErrors, Invalid},
        id::StreamId,
        page::Page,
    },
    server::{
        Result,
        auth::actor::Actor,
        db,
        db::analytics::{Between, Place},
        state::AppState,
    },
};

/// Broadcasts that are read at once.
const AT_ONCE: usize = 200;

/// A file on its way.
#[expect(missing_debug_implementations, reason = "a stream has none")]
pub struct Export {
    /// What it is called.
    pub file_name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it. A failure half-way breaks it off.
    pub pieces: BoxStream<'static, Result<String>>,
}

/// Begins the file. What can fail at once has, when this answers.
///
/// # Errors
/// When the one who asks is not a creator, or format or period cannot be.
pub async fn begin(state: &AppState, actor: &Actor, asked: &AskedPeriod, format: Option<&str>) -> Result<Export> {
    let creator = actor.creator()?;
    let kept = db::users::find_time_zone(&state.db, &creator.user.user_id).await?;
    let format = ExportFormat::parse(format).map_err(|Invalid(message)| FieldErrors::one("format", message))?;
    let period = asked.find(kept.as_deref())?;
    let span = period.as_ref().map_or("all".to_owned(), |period| format!("{}-to-{}", period.from(), period.to()));
    let between = period.map_or(Between::EVER, |period| period.between());
    let reader = Reader { state: state.clone(), stream: creator.stream_id, between, format };
    let first = reader.read(None).await?;
    Ok(Export {
        file_name: format!("{}-broadcasts-{span}.{}", creator.user.username, format.ending()),
        media_type: format.media_type(),
        pieces: reader.pieces(first),
    })
}

fn entry(format: ExportFormat, broadcast: &BroadcastSummary, is_first: bool) -> String {
    // Made of texts, numbers and times: always serializable.
    let json = || serde_json::to_string(broadcast).unwrap_or_default();
    match format {
        ExportFormat::Csv => csv_line(broadcast),
        ExportFormat::Json if is_first => json(),
        ExportFormat::Json => format!(",{}", json()),
    }
}

struct Reader {
    state: AppState,
    stream: StreamId,
    between: Between,
    format: ExportFormat,
}

/// What is sent next.
enum Next {
    First(Page<BroadcastSummary>),
    After(String),
    Nothing,
}

impl Reader {
    async fn read(&self, cursor: Option<&str>) -> Result<Page<BroadcastSummary>> {
        let after = analytics::read_cursor(cursor).map_err(|Invalid(message)| FieldErrors::one("cursor", message))?;
        let place = Place { order: BroadcastOrder::Started, is_reverse: true, after };
        analytics::page(&self.state.db, &self.stream, self.between, &place, AT_ONCE).await
    }

    fn pieces(self, first: Page<BroadcastSummary>) -> BoxStream<'static, Result<String>> {
        stream::try_unfold((self, Next::First(first)), |(reader, next)| async move {
            let (mut text, page) = match next {
                Next::First(page) => (reader.format.head().to_owned(), page),
                Next::After(cursor) => (String::new(), reader.read(Some(&cursor)).await?),
                Next::Nothing => return Ok(None),
            };
            let mut is_first = !text.is_empty();
            for broadcast in &page.items {
                text += &entry(reader.format, broadcast, is_first);
                is_first = false;
            }
            let next = match page.next {
                Some(cursor) => Next::After(cursor),
                None => {
                    text += reader.format.foot();
                    Next::Nothing
                }
            };
            Ok(Some((text, (reader, next))))
        })
        .boxed()
    }
}
