//! The name of a person: what others read, and the username that they are addressed by.
//!
//! The username stands beside it only where it says something else: two people may read alike, and no two have one
//! address.

use leptos::prelude::*;

/// The name that is read, and the username beside it where that is another one.
#[component]
pub fn PersonName(
    /// What they are addressed by.
    #[prop(into)]
    username: String,
    /// What is read.
    #[prop(into)]
    display_name: String,
) -> impl IntoView {
    let address = address_of(&username, &display_name);
    view! {
        <bdi>{display_name}</bdi>
        {address.map(|address| view! { " " <span class="person-address">{address}</span> })}
    }
}

/// `@username`, if that is not what is read anyway.
pub fn address_of(username: &str, display_name: &str) -> Option<String> {
    (username != display_name).then(|| format!("@{username}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_only_where_it_says_something() {
        assert_eq!(address_of("ann", "ann"), None);
        assert_eq!(address_of("ann", "Ann").as_deref(), Some("@ann"));
    }
}
