//! What other sites and messengers show of a link to a page: Open Graph, Twitter's card, and the address that counts.
//! They read what the server sends first, so it is part of that; the browser has no use for it.

use leptos::prelude::*;
use leptos_meta::{Link, Meta};

/// The picture of pages that have none of their own.
const DEFAULT_PICTURE: &str = "/link-preview.png";

/// How this site is reached, such as `https://live.example.org`. The server provides it.
#[derive(Clone, Debug)]
pub struct SiteAddress(pub String);

impl SiteAddress {
    /// The address in full; one of another site is that already.
    fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') { format!("{}{address}", self.0.trim_end_matches('/')) } else { address.to_owned() }
    }
}

/// The tags in the head of the page.
#[component]
pub fn LinkPreview(
    /// `website`, or for a stream `video.other`.
    kind: &'static str,
    /// What it is called.
    #[prop(into)]
    title: String,
    /// A sentence about it.
    #[prop(into)]
    description: String,
    /// The path that counts, however it was come by.
    #[prop(into)]
    path: String,
    /// Address of its picture.
    #[prop(optional_no_strip)]
    picture: Option<String>,
) -> impl IntoView {
    // In the browser there is none; it keeps the tags that the server has sent.
    let site = use_context::<SiteAddress>().unwrap_or_else(|| SiteAddress(String::new()));
    let address = site.absolute(&path);
    let picture = site.absolute(picture.as_deref().unwrap_or(DEFAULT_PICTURE));
    view! {
        <Link rel="canonical" href=address.clone() />
        <Meta property="og:site_name" content="StreamIt" />
        <Meta property="og:type" content=kind />
        <Meta property="og:url" content=address />
        <Meta property="og:title" content=title.clone() />
        <Meta property="og:description" content=description />
        <Meta property="og:image" content=picture />
        <Meta property="og:image:alt" content=title />
        <Meta name="twitter:card" content="summary_large_image" />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_whole() {
        let site = SiteAddress("https://live.example.org/".to_owned());
        assert_eq!(site.absolute("/watch/ann"), "https://live.example.org/watch/ann");
        assert_eq!(site.absolute("https://example.org/a.png"), "https://example.org/a.png");
    }
}
