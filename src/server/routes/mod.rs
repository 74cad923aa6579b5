//! Doors that are not server functions: read the request, call one service, answer.

pub mod chat_events;
pub mod export;
pub mod health;
pub mod media;
pub mod openapi;
pub mod sse;
pub mod uploads;
pub mod webhook;
