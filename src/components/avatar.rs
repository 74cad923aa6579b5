//! Somebody in a colour of theirs: always the same for the same name, and readable on every surface. Over it lies their
//! picture, where they have one.

use leptos::prelude::*;

use super::stored_picture::StoredPicture;

/// How many colours there are: `hue-0` to `hue-7` in the styles.
const HUES: u32 = 8;

/// The class of somebody's colour.
pub fn hue_of(username: &str) -> String {
    let hue = username.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % HUES;
    format!("hue-{hue}")
}

/// Somebody's picture, or the first letter of their name.
#[component]
pub fn Avatar(
    /// Whose it is.
    #[prop(into)]
    username: String,
    /// Where their picture is.
    #[prop(optional_no_strip, into)]
    picture: Option<String>,
) -> impl IntoView {
    // The style makes a capital of it: the tables of Unicode would be sent to everybody.
    let letter: String = username.chars().take(1).collect();
    view! {
        <span class=format!("avatar {}", hue_of(&username)) aria-hidden="true">
            {letter}
            {picture.map(|address| view! { <StoredPicture address class="avatar-picture" /> })}
        </span>
    }
}
