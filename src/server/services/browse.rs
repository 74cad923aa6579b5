//! The list of channels: who is live, by viewers, and then who was, piece by piece.
//!
//! How many watch is known in memory and not in the database, so the live ones are all read, put in order here, and are
//! all in the first piece: up to a thousand, which is more than one installation has on air. Nobody is in the list
//! twice, whatever happens between two pieces, and who does not change is in it once.

use std::{cmp::Reverse, collections::HashSet};

use crate::{
    domain::{
        channel::ChannelCard,
        fields::{FieldErrors, Invalid},
        page::{Page, one_more},
        search::Search,
        timestamp::Timestamp,
    },
    server::{
        Result,
        db::channels::{self, CardRow, Place},
        state::AppState,
    },
    text,
};

/// Channels off air in one piece of the list.
const PER_PAGE: usize = 24;
/// Longest id in a cursor: that of a UUID is 36.
const MAX_ID_BYTES: usize = 64;

/// Live channels by viewers, then those that were live by when that was; or, nearest first, what `search` finds, then
/// also those that never were. `after` is where a piece ended.
///
/// # Errors
/// When `search` is too long, `after` is not from an answer, or the database cannot be read.
pub async fn browse(state: &AppState, search: Option<&str>, after: Option<&str>) -> Result<Page<ChannelCard>> {
    let mut errors = FieldErrors::default();
    let search = errors.take("search", Search::parse(search.unwrap_or_default())).flatten();
    let place = errors.take("after", after.map_or_else(|| Ok(Place::beginning()), parse_place));
    errors.into_result()?;
    let place = place.unwrap_or_else(Place::beginning);
    let off_air = off_air(state, search.as_ref(), &place).await?;
    let live = match after {
        None => live(state, search.as_ref()).await?,
        Some(_) => Vec::new(),
    };
    Ok(joined(state, live, off_air))
}

async fn off_air(state: &AppState, search: Option<&Search>, after: &Place) -> Result<Page<CardRow>> {
    let limit = one_more(PER_PAGE);
    let rows = match search {
        Some(search) => channels::search_off_air(&state.db, search, after, limit).await?,
        None => channels::list_recent(&state.db, after, limit).await?,
    };
    Ok(Page::cut(rows, PER_PAGE, |row| write_place(&row.place())))
}

async fn live(state: &AppState, search: Option<&Search>) -> Result<Vec<CardRow>> {
    let mut rows = match search {
        Some(search) => channels::search_live(&state.db, search).await?,
        None => channels::list_live(&state.db).await?,
    };
    // The sort is stable: among equals, who began last stays first.
    rows.sort_by_key(|row| (row.distance(), Reverse(state.events.viewers(&row.id))));
    Ok(rows)
}

/// Who went on air between the two readings, of which this is the second, is live.
fn joined(state: &AppState, live: Vec<CardRow>, off_air: Page<CardRow>) -> Page<ChannelCard> {
    let is_live: HashSet<_> = live.iter().map(|row| row.id.clone()).collect();
    let off_air_now = off_air.items.into_iter().filter(|row| !is_live.contains(&row.id));
    let with_viewers = |row: CardRow| {
        let viewers = state.events.viewers(&row.id);
        row.card(viewers)
    };
    Page { items: live.into_iter().chain(off_air_now).map(with_viewers).collect(), next: off_air.next }
}

fn write_place(place: &Place) -> String {
    format!("{}.{}.{}", place.distance, place.ended_at.0, place.id)
}

fn parse_place(text: &str) -> Result<Place, Invalid> {
    let unknown = || Invalid::new(text!(fields.place_unknown));
    let mut parts = text.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (distance, ended_at, id) = (part().parse(), part().parse(), part());
    let is_id = (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    match (distance, ended_at) {
        (Ok(distance), Ok(ended_at)) if is_id => {
            Ok(Place { distance, ended_at: Timestamp(ended_at), id: id.to_owned() })
        }
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = Place { distance: 2, ended_at: Timestamp(12), id: "0a-b".into() };
        assert_eq!(parse_place(&write_place(&place)), Ok(place));
    }

    #[test]
    fn a_forged_cursor_is_refused() {
        let long = format!("0.1.{}", "a".repeat(65));
        for forged in ["", "x", "1.2", "1.2.", "x.2.a", "1.x.a", "1.2.a.b", "1.2.a b", "1.2.\u{0}", "1.2.é", &long] {
            assert!(parse_place(forged).is_err(), "{forged:?}");
        }
        assert!(parse_place(&format!("{}.{}.a", i64::MIN, i64::MAX)).is_ok(), "strange, and harmless");
    }
}
