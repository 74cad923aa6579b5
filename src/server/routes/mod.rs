//! Doors that are not server functions: read the request, call one service, answer. Each has its row in
//! `router::doors` and its description in `openapi/doors.rs`, but `chat_events.rs`, which `sse.rs` sends. None touches
//! the database or LiveKit.

pub mod chat_events;
pub mod export;
pub mod health;
pub mod media;
pub mod openapi;
pub mod sse;
pub mod uploads;
pub mod webhook;
