//! Who is there: passwords, sessions, cookies, and where a request came from.

pub mod actor;
pub mod door;
pub mod origin;
pub mod password;
pub mod reset_token;
pub mod session;
