//! What somebody wrote: text with links that lead where they say, and nothing else. A link is never loaded, and no
//! text becomes HTML.

use leptos::{either::Either, prelude::*};
use linkify::{LinkFinder, LinkKind};

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Link(String),
}

/// A message, apart from the text around it: it may run from right to left.
#[component]
pub fn MessageWords(
    /// As it was typed.
    text: String,
) -> impl IntoView {
    let parts = parts(&text).into_iter().map(|part| match part {
        Part::Text(text) => Either::Left(text),
        Part::Link(address) => {
            let words = address.clone();
            Either::Right(view! {
                <a href=address target="_blank" rel="noopener noreferrer nofollow ugc">
                    {words}
                </a>
            })
        }
    });
    view! { <bdi class="chat-text">{parts.collect_view()}</bdi> }
}

fn parts(text: &str) -> Vec<Part> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let spans = finder.spans(text).map(|span| match span.kind() {
        Some(_) if is_web(span.as_str()) => Part::Link(span.as_str().to_owned()),
        _ => Part::Text(span.as_str().to_owned()),
    });
    spans.collect()
}

/// Other schemes could do more than show a page.
fn is_web(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    fn link(address: &str) -> Part {
        Part::Link(address.into())
    }

    #[test]
    fn links_stand_out_of_the_text_around_them() {
        let found = parts("see https://example.org/a?b=c, or (http://example.org).");
        let expected =
            [text("see "), link("https://example.org/a?b=c"), text(", or ("), link("http://example.org"), text(").")];
        assert_eq!(found, expected);
        assert_eq!(parts("مرحبا HTTPS://EXAMPLE.ORG"), [text("مرحبا "), link("HTTPS://EXAMPLE.ORG")]);
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for plain in
            ["example.org", "a@example.org", "javascript:alert(1)", "ftp://example.org/x", "data://x/y", "<b>hi</b>"]
        {
            assert!(parts(plain).iter().all(|part| matches!(part, Part::Text(_))), "{plain}");
        }
    }
}
