//! Reads Server-Sent Events, as a browser does: what has no name is passed over, and what the network cuts in two is
//! put together. When the events end too soon, a test fails with all that came.

use reqwest::Response;
use serde_json::Value;

use super::in_time;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub data: Value,
}

/// A line of events, and all that came so far.
#[derive(Debug)]
pub struct Events {
    pub response: Response,
    pub seen: Vec<Event>,
    buffer: Vec<u8>,
}

impl Events {
    /// Reads from an answer that has begun.
    pub fn new(response: Response) -> Self {
        Self { response, seen: Vec::new(), buffer: Vec::new() }
    }

    /// The next event; `None` when the server ended.
    pub async fn next(&mut self) -> Option<Event> {
        in_time("an event comes", async {
            loop {
                if let Some(event) = self.cut() {
                    self.seen.push(event.clone());
                    return Some(event);
                }
                match self.response.chunk().await {
                    Ok(Some(bytes)) => self.buffer.extend(bytes),
                    Ok(None) | Err(_) => return None,
                }
            }
        })
        .await
    }

    /// Cuts the next event off what was read. What has no name (comments, the time to come back after) is passed over.
    fn cut(&mut self) -> Option<Event> {
        loop {
            let end = self.buffer.windows(2).position(|two| two == b"\n\n")?;
            let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
            let block = String::from_utf8(block).expect("UTF-8");
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                return Some(Event { name: name.to_owned(), data: serde_json::from_str(data).expect("JSON") });
            }
        }
    }

    /// The next event of that name for which it is so.
    pub async fn until(&mut self, name: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let Some(event) = self.next().await else { panic!("the events ended: {:?}", self.seen) };
            if event.name == name && is_so(&event.data) {
                return event.data;
            }
        }
    }

    /// An event of that name for which it is so: one that came already, or else the next. What is told by different
    /// ways comes in no order.
    pub async fn ever(&mut self, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let came =
            self.seen.iter().find(|event| event.name == name && is_so(&event.data)).map(|event| event.data.clone());
        match came {
            Some(data) => data,
            None => self.until(name, is_so).await,
        }
    }

    /// The next state with that status.
    pub async fn until_status(&mut self, status: &str) -> Value {
        self.until("state", |state| state["status"] == status).await
    }

    /// All states that came so far.
    pub fn states(&self) -> impl Iterator<Item = &Value> {
        self.seen.iter().filter(|event| event.name == "state").map(|event| &event.data)
    }

    /// The status of each state that came so far, without repeats.
    pub fn statuses(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.states().map(|state| state["status"].as_str().expect("a status")).collect();
        all.dedup();
        all
    }
}
