//! The languages that there are, each by its own name. A plain form, with WASM too: the whole page comes anew in the
//! language that was chosen, and nothing on it has to change its words while somebody looks.

use leptos::prelude::*;

use crate::{
    language::{self, Language, Locale as _},
    text,
};

/// Where the choice goes: `api::language`.
const ENDPOINT: &str = "/api/language";

/// The choice, for the foot of a page.
#[component]
pub fn LanguageChoice() -> impl IntoView {
    view! {
        <nav class="languages" aria-label=text!(language.label)>
            <Choices />
        </nav>
    }
}

/// The same among the items of a menu.
#[component]
pub fn LanguageItems() -> impl IntoView {
    view! {
        <div class="menu-languages" role="group" aria-label=text!(language.label)>
            <Choices />
        </div>
    }
}

/// The same as a section of a page.
#[component]
pub fn LanguageSection() -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby="language-title">
            <h2 class="section-title" id="language-title">
                {text!(language.label)}
            </h2>
            <p class="muted">{text!(language.hint)}</p>
            <Choices />
        </section>
    }
}

#[component]
fn Choices() -> impl IntoView {
    view! {
        <form method="post" action=ENDPOINT class="language-choices">
            {language::all().iter().map(|language| choice(*language)).collect_view()}
        </form>
    }
}

fn choice(language: Language) -> AnyView {
    let is_current = language == language::current();
    view! {
        <button
            type="submit"
            class="button quiet"
            name="language"
            value=language.as_str()
            lang=language.as_str()
            dir=language::direction(language)
            aria-current=is_current.then_some("true")
        >
            {language::own_name(language)}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use leptos::server_fn::ServerFn as _;

    use super::ENDPOINT;
    use crate::api::language::ChooseLanguage;

    #[test]
    fn the_choice_goes_where_it_is_kept() {
        assert_eq!(ENDPOINT, ChooseLanguage::PATH);
    }
}
