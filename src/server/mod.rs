//! Everything that only runs on the server.
//!
//! `router` is the door, `services` are the use cases, `db` and `livekit` what they work with, `jobs` what happens
//! without anybody asking.

pub mod auth;
pub mod clock;
mod command_line;
pub mod commands;
mod compression;
pub mod config;
mod current_page;
pub mod db;
pub mod error;
pub mod events;
pub mod headers;
pub mod instances;
pub mod intake;
pub mod jobs;
pub mod livekit;
pub mod mail;
pub mod metrics;
pub mod openapi;
pub mod operator;
pub mod others;
pub mod outbox;
pub mod pictures;
mod plain_forms;
pub mod queue;
pub mod router;
pub mod routes;
pub mod secrets;
pub mod services;
pub mod site;
pub mod state;
pub mod storage;
pub mod telemetry;
pub mod turns;

pub use commands::main;
pub use error::{Error, Result};
