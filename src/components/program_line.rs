//! What a page says at its top while its program does not come. It is part of every page, and the styles show it
//! (`style/program.css`): what could make it appear is what is missing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::text;

/// The line, and a link that loads the page again.
#[component]
pub fn ProgramLine() -> impl IntoView {
    // The status is always there, so that what appears in it is announced. `external` is for the router, which may be
    // alive while a bundle of the program is missing: the address is that of this page, which it would not load again.
    view! {
        <div role="status">
            <p class="program-line">
                <Icon name="triangle-alert" />
                <span>
                    {text!(frame.program_absent)} " " <a href="" rel="external">
                        {text!(frame.reload)}
                    </a>
                </span>
            </p>
        </div>
    }
}
