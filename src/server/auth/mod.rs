//! Who is there: passwords, sessions, cookies, and where a request came from. Whether they may do what they ask for is
//! for services to say.

pub mod actor;
pub mod door;
pub mod origin;
pub mod password;
pub mod reset_token;
pub mod session;
