//! What pages show and play that others made, under the names that this build has given it. The server provides it; in
//! the browser there is none, and nothing asks for it there: the document holds the icons, and its answer names the player.

use std::sync::Arc;

use leptos::prelude::use_context;

/// The icons as one `<svg>`, a `<symbol>` each: what [`Icon`](crate::components::icon::Icon) shows.
#[derive(Clone, Debug, Default)]
pub struct IconSprite(pub Arc<str>);

/// Names LiveKit's client in the answer with the document that is being rendered, once, however often it is called.
#[derive(Clone)]
pub struct PlayerAhead(pub Arc<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for PlayerAhead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlayerAhead")
    }
}

/// Lets the browser load LiveKit's client beside the program, if it is the server that renders the page: the player
/// asks for it once it has a token. For a page that has something to play.
pub fn load_player_ahead() {
    if let Some(PlayerAhead(name)) = use_context() {
        name();
    }
}
