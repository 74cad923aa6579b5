//! The chat of one channel, `carl`'s, and the people in it: a moderator, `mona`, a viewer, `bob`, and whoever a test
//! adds. On air, and with nothing said yet.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{Answer, Caller, Database, Encoder, TestApp};

/// Carl's channel, on air, with some people in its chat.
pub struct Chat {
    pub app: TestApp,
    /// Whose channel it is.
    pub carl: Caller,
    /// A moderator.
    pub mona: Caller,
    /// A viewer.
    pub bob: Caller,
    pub encoder: Encoder,
}

impl Chat {
    /// A new chat in which nobody has said anything yet.
    pub async fn on_air(database: Database) -> Self {
        let app = TestApp::start(database).await;
        let carl = app.creator("carl").await;
        let encoder = app.encoder_connects(&carl.make_key().await).await;
        let (mona, bob) = (app.user("mona").await, app.user("bob").await);
        carl.appoint("mona").await.ok();
        Self { app, carl, mona, bob, encoder }
    }

    /// The name of its room at LiveKit.
    pub fn room(&self) -> &str {
        self.encoder.stream_id()
    }

    /// Changes the rules.
    pub async fn rules(&self, change: Value) {
        self.carl.put("/api/stream/chat-settings", change).await.ok();
    }

    /// Viewers' messages are held back from now on, for as long as is possible.
    pub async fn delay(&self) {
        self.rules(json!({ "isChatDelayed": true, "chatDelaySeconds": 6 })).await;
    }

    /// Blocks these words and no others.
    pub async fn block(&self, words: &[&str]) {
        self.carl.put("/api/chat/blocked-words", json!({ "words": words })).await.ok();
    }

    /// What is held back now stays so for as long as the test does.
    pub async fn hold_on(&self) {
        self.app.execute("UPDATE chat_lines SET held_until = held_until + 3600000 WHERE revision IS NULL").await;
    }

    /// Everything that was said so far was said two minutes earlier.
    pub async fn time_passes(&self) {
        self.app.execute("UPDATE chat_lines SET sent_at = sent_at - 120000").await;
    }

    /// So many messages are written, by three people, each as fast as is allowed.
    pub async fn fill(&self, count: usize) {
        let people = [&self.carl, &self.mona, &self.bob];
        let all: Vec<usize> = (1..=count).collect();
        for some in all.chunks(60) {
            let of_each = some.chunks(20).zip(people).map(|(some, author)| async move {
                for n in some {
                    author.send(&format!("Message {n}")).await.ok();
                }
            });
            join_all(of_each).await;
            self.time_passes().await;
        }
    }

    /// What a guest sees of it.
    pub async fn seen(&self) -> Value {
        self.app.anonymous().read("").await
    }

    /// All texts that a guest sees, the newest first.
    pub async fn texts(&self) -> Vec<String> {
        texts(&self.app.anonymous().read_all().await)
    }
}

/// The texts of all messages among these lines.
pub fn texts(lines: &[Value]) -> Vec<String> {
    lines.iter().filter_map(|line| line["text"].as_str().map(str::to_owned)).collect()
}

/// A number of each of these lines.
#[track_caller]
pub fn numbers<'a>(lines: impl IntoIterator<Item = &'a Value>, name: &str) -> Vec<i64> {
    lines.into_iter().map(|line| line[name].as_i64().unwrap_or_else(|| panic!("no {name}: {line}"))).collect()
}

/// The lines of a piece.
#[track_caller]
pub fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap_or_else(|| panic!("no piece: {page}"))
}

impl Caller {
    /// Writes to carl's chat.
    pub async fn send(&self, text: &str) -> Answer {
        self.send_to("carl", text).await
    }

    /// Writes to the chat of that channel.
    pub async fn send_to(&self, channel: &str, text: &str) -> Answer {
        self.post("/api/chat/messages", json!({ "username": channel, "text": text })).await
    }

    /// Reads a piece of carl's chat: the newest lines, or what the query says.
    pub async fn read(&self, query: &str) -> Value {
        self.get(&format!("/api/chat/messages?username=carl{query}")).await.ok()
    }

    /// Reads all of carl's chat, the newest line first.
    pub async fn read_all(&self) -> Vec<Value> {
        let mut page = self.read("").await;
        let mut lines = items(&page).clone();
        while let Some(cursor) = page["next"].as_str() {
            page = self.read(&format!("&cursor={cursor}")).await;
            lines.extend_from_slice(items(&page));
        }
        lines
    }

    /// Removes that message.
    pub async fn remove(&self, line: &Value) -> Answer {
        self.delete(&format!("/api/chat/messages?id={}", line["id"].as_str().expect("an id"))).await
    }

    /// Stops somebody from writing in carl's chat.
    pub async fn ban(&self, user: &str, seconds: Option<i64>) -> Answer {
        self.post("/api/chat/bans", json!({ "username": "carl", "user": user, "seconds": seconds })).await
    }

    /// Lets somebody write in carl's chat again.
    pub async fn unban(&self, user: &str) -> Answer {
        self.delete(&format!("/api/chat/bans?username=carl&user={user}")).await
    }

    /// Makes somebody a moderator of one's own channel.
    pub async fn appoint(&self, user: &str) -> Answer {
        self.post("/api/chat/moderators", json!({ "user": user })).await
    }

    /// Makes somebody an ordinary viewer of one's own channel again.
    pub async fn dismiss(&self, user: &str) -> Answer {
        self.delete(&format!("/api/chat/moderators?user={user}")).await
    }

    /// Follows carl.
    pub async fn follow(&self) -> Answer {
        self.post("/api/channel/follow", json!({ "username": "carl" })).await
    }

    /// What one is to carl's channel.
    pub async fn standing(&self) -> Value {
        self.channel("carl").await["standing"].take()
    }

    /// The same person: here, in another browser, and as a script.
    pub async fn everywhere(&self, app: &TestApp) -> [Self; 3] {
        [self.clone(), app.anonymous().sign_in(&self.username).await, self.with_token().await]
    }
}
