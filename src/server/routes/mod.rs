//! Doors that are not server functions: read the request, call one service, answer.

pub mod health;
pub mod sse;
pub mod webhook;
