//! Channels in lists: who is live, who was, and who is looked for. Only those of approved creators.
//!
//! Viewers are not in the database: who is live comes in one piece, to be put in order by whoever knows the counts. The
//! others come piece by piece. A rehearsal is as good as offline.

use sqlx::Result;

use super::{Query, Queryable, is_approved, statements};
use crate::domain::{
    channel::{ChannelCard, StreamStatus},
    id::StreamId,
    search::Search,
    timestamp::Timestamp,
};

/// Patterns that a search is made of. What has more words looks for the last ones in the order in which they stand.
const PATTERNS: usize = 4;

/// The columns of [`CardRow`], up to how well it fits.
macro_rules! columns {
    () => {
        "SELECT s.id, u.username, coalesce(u.display_name, u.username) AS display_name, u.picture, s.title, s.thumbnail, s.status, s.started_at, s.last_live_at,
             coalesce(s.last_live_at, 0) AS ended_at, CAST("
    };
}

macro_rules! channels {
    () => {
        concat!(
            " AS BIGINT) AS distance FROM streams s JOIN users u ON u.id = s.user_id WHERE ",
            is_approved!("s.user_id")
        )
    };
}

macro_rules! on_air {
    () => {
        " AND s.status IN ('live', 'reconnecting')"
    };
}

macro_rules! off_air {
    () => {
        " AND s.status NOT IN ('live', 'reconnecting')"
    };
}

/// $1 is all that is looked for, $2 what begins with it, $3 to $6 its words. A name counts more than a title.
macro_rules! distance {
    () => {
        "CASE WHEN u.username = $1 OR u.folded_name = $1 THEN 0
              WHEN u.username LIKE $2 ESCAPE '!' OR u.folded_name LIKE $2 ESCAPE '!' THEN 1
              WHEN (u.username || ' ' || u.folded_name) LIKE $3 ESCAPE '!'
               AND (u.username || ' ' || u.folded_name) LIKE $4 ESCAPE '!'
               AND (u.username || ' ' || u.folded_name) LIKE $5 ESCAPE '!'
               AND (u.username || ' ' || u.folded_name) LIKE $6 ESCAPE '!' THEN 2
              ELSE 3 END"
    };
}

macro_rules! is_found {
    () => {
        " AND (u.username || ' ' || u.folded_name || ' ' || s.folded_title) LIKE $3 ESCAPE '!'
          AND (u.username || ' ' || u.folded_name || ' ' || s.folded_title) LIKE $4 ESCAPE '!'
          AND (u.username || ' ' || u.folded_name || ' ' || s.folded_title) LIKE $5 ESCAPE '!'
          AND (u.username || ' ' || u.folded_name || ' ' || s.folded_title) LIKE $6 ESCAPE '!'"
    };
}

statements! {
    LIST_LIVE = concat!(columns!(), "0", channels!(), on_air!(), " ORDER BY s.started_at DESC, s.id LIMIT 1000");

    /// Who was never live is not among them.
    LIST_RECENT = concat!(
        columns!(), "0", channels!(), off_air!(),
        " AND (s.last_live_at < $1 OR (s.last_live_at = $1 AND s.id > $2)) ORDER BY s.last_live_at DESC, s.id LIMIT $3"
    );

    SEARCH_LIVE = concat!(
        columns!(), distance!(), channels!(), on_air!(), is_found!(),
        " ORDER BY distance, s.started_at DESC, s.id LIMIT 1000"
    );

    SEARCH_OFF_AIR = concat!(
        "SELECT * FROM (", columns!(), distance!(), channels!(), off_air!(), is_found!(), ") found
         WHERE distance > $7 OR (distance = $7 AND (ended_at < $8 OR (ended_at = $8 AND id > $9)))
         ORDER BY distance, ended_at DESC, id LIMIT $10"
    );
}

/// A channel in a list.
#[derive(Debug, sqlx::FromRow)]
pub struct CardRow {
    /// Which stream it is of.
    #[sqlx(try_from = "String")]
    pub id: StreamId,
    username: String,
    display_name: String,
    picture: Option<String>,
    title: String,
    thumbnail: Option<String>,
    status: String,
    started_at: Option<i64>,
    last_live_at: Option<i64>,
    distance: i64,
}

impl CardRow {
    /// Where it stands among those that are off air.
    pub fn place(&self) -> Place {
        let ended_at = Timestamp(self.last_live_at.unwrap_or(0));
        Place { distance: self.distance, ended_at, id: self.id.to_string() }
    }

    /// How far it is from what was looked for.
    pub fn distance(&self) -> i64 {
        self.distance
    }

    /// As it is shown, with that many viewers.
    pub fn card(self, viewer_count: u32) -> ChannelCard {
        let is_live = StreamStatus::from_stored(&self.status).is_live();
        ChannelCard {
            username: self.username,
            display_name: self.display_name,
            picture: self.picture,
            title: self.title,
            thumbnail: self.thumbnail,
            is_live,
            started_at: self.started_at.filter(|_| is_live).map(Timestamp),
            last_live_at: self.last_live_at.filter(|_| !is_live).map(Timestamp),
            viewer_count: if is_live { viewer_count } else { 0 },
        }
    }
}

/// A place in the list of those that are off air, which goes by these in this order. Whoever goes on air and ends again
/// only ever moves towards the beginning, so that nobody is met twice on the way to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// How far the channel is from what was looked for: 0 where nothing is.
    pub distance: i64,
    /// When it was last on air, the last one first; 0 if never.
    pub ended_at: Timestamp,
    /// Which stream it is.
    pub id: String,
}

impl Place {
    /// Before all.
    pub fn beginning() -> Self {
        Self { distance: -1, ended_at: Timestamp(i64::MAX), id: String::new() }
    }
}

/// Channels that are live, the newest first. Of more than a thousand, those that began last.
pub async fn list_live(db: impl Queryable<'_>) -> Result<Vec<CardRow>> {
    db.read(LIST_LIVE).fetch_all().await
}

/// Channels that were live once and are not now, the last ones first.
pub async fn list_recent(db: impl Queryable<'_>, after: &Place, limit: i64) -> Result<Vec<CardRow>> {
    db.read(LIST_RECENT).bind(after.ended_at.0).bind(after.id.as_str()).bind(limit).fetch_all().await
}

/// Those that are live and fit, the closest first. Of more than a thousand, the closest.
pub async fn search_live(db: impl Queryable<'_>, search: &Search) -> Result<Vec<CardRow>> {
    with_search(db.read(SEARCH_LIVE), search).fetch_all().await
}

/// Those that are not live and fit, the closest first, whether or not they ever were.
pub async fn search_off_air(
    db: impl Queryable<'_>,
    search: &Search,
    after: &Place,
    limit: i64,
) -> Result<Vec<CardRow>> {
    let query = with_search(db.read(SEARCH_OFF_AIR), search);
    query.bind(after.distance).bind(after.ended_at.0).bind(after.id.as_str()).bind(limit).fetch_all().await
}

fn with_search<'c>(query: Query<'c>, search: &Search) -> Query<'c> {
    let query = query.bind(search.folded()).bind(format!("{}%", literal(search.folded())));
    patterns(search).into_iter().fold(query, |query, pattern| query.bind(pattern))
}

fn patterns(search: &Search) -> [String; PATTERNS] {
    let words: Vec<String> = search.words().map(literal).collect();
    let (first, last) = words.split_at(words.len().min(PATTERNS - 1));
    let mut patterns = std::array::from_fn(|place| format!("%{}%", first.get(place).map_or("", String::as_str)));
    patterns[PATTERNS - 1] = format!("%{}%", last.join("%"));
    patterns
}

/// What stands for other characters in a pattern stands for itself.
pub(super) fn literal(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns_of(text: &str) -> [String; PATTERNS] {
        patterns(&Search::parse(text).expect("short").expect("something"))
    }

    #[test]
    fn words_beyond_the_third_share_a_pattern() {
        assert_eq!(patterns_of("a"), ["%a%", "%%", "%%", "%%"]);
        assert_eq!(patterns_of("a b c d e"), ["%a%", "%b%", "%c%", "%d%e%"]);
    }

    #[test]
    fn no_character_stands_for_others() {
        assert_eq!(patterns_of("100%_! x")[0], "%100!%!_!!%");
    }
}
