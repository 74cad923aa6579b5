//! The account's own picture: a section of the account page.
//!
//! It is a portrait where it is kept and sent, and shows as an avatar (`components/avatar.rs`), here at once and at the
//! top of the page as well.

use leptos::prelude::*;

use super::{
    session::use_session,
    upload::{PictureUpload, RemoveButton},
};
use crate::{
    api::{
        account::remove_picture,
        auth::{Account, me},
        paths,
    },
    components::{avatar::Avatar, feedback::Skeleton, picture_editor::PictureEditor},
    domain::crop::Aspect,
    text,
};

/// The picture, and ways to change it.
#[component]
pub fn PortraitSection() -> impl IntoView {
    let account = Resource::new_blocking(|| (), |()| me());
    view! {
        <Transition fallback=|| view! { <Skeleton kind="row" /> }>
            {move || Suspend::new(async move { account.await.ok().map(|account| view! { <Editor account /> }) })}
        </Transition>
    }
}

#[component]
fn Editor(account: Account) -> impl IntoView {
    let session = use_session();
    let Account { username, picture, .. } = account;
    let address = RwSignal::new(picture);
    let take = move |account: Account| {
        let _ = address.try_set(account.picture.clone());
        // The corner of the page shows it too.
        session.account.set(Some(Some(account)));
    };
    let upload = PictureUpload::new(paths::PORTRAIT, take);
    let current = move || {
        let username = username.clone();
        let shown = move || view! { <Avatar username=username.clone() picture=address.get() /> };
        view! { <div class="portrait-now">{shown}</div> }
    };
    view! {
        <section class="panel stack" aria-labelledby="picture-title">
            <h2 id="picture-title" class="section-title">
                {text!(account.picture)}
            </h2>
            <PictureEditor
                draft=upload.draft
                aspect=Aspect::Square
                label=text!(pictures.choose)
                path=upload.path
                current
                has_current=Signal::derive(move || address.with(Option::is_some))
                on_action=move |action| upload.act(action)
            >
                <Show when=move || address.with(Option::is_some)>
                    <RemoveButton upload remove=remove_picture />
                </Show>
            </PictureEditor>
        </section>
    }
}
