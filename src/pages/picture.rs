//! The account's own picture, on the account page.

use leptos::{prelude::*, task::spawn_local};

use super::{forms::failure_in_address, lists::in_time, session::use_session, upload::PictureUpload};
use crate::{
    api::{
        account::remove_picture,
        auth::{Account, me},
        paths,
    },
    components::{
        avatar::Avatar,
        feedback::Skeleton,
        icon::Icon,
        picture_editor::{PictureEditor, UploadState},
    },
    domain::crop::Aspect,
};

/// The picture, and ways to change it.
#[component]
pub fn PictureSection() -> impl IntoView {
    let account = Resource::new_blocking(|| (), |()| me());
    view! {
        <Transition fallback=|| view! { <Skeleton kind="row" /> }>
            {move || Suspend::new(async move { account.await.ok().map(|account| view! { <Editor account /> }) })}
        </Transition>
    }
    .into_any()
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
    if let Some(failure) = failure_in_address(paths::PORTRAIT).get_untracked() {
        let words = failure.fields.into_values().next().unwrap_or(failure.message);
        upload.draft.state.set(UploadState::Failed(words));
    }
    let current = move || {
        let username = username.clone();
        let shown = move || view! { <Avatar username=username.clone() picture=address.get() /> };
        view! { <div class="portrait-now">{shown}</div> }
    };
    view! {
        <section class="panel stack" aria-labelledby="picture-title">
            <h2 id="picture-title" class="section-title">
                "Your picture"
            </h2>
            <PictureEditor
                draft=upload.draft
                aspect=Aspect::Square
                label="Choose a picture"
                path=paths::PORTRAIT
                current
                on_action=move |action| upload.act(action)
            >
                <Show when=move || address.with(Option::is_some)>
                    <RemoveButton upload on_removed=take />
                </Show>
            </PictureEditor>
        </section>
    }
    .into_any()
}

#[component]
fn RemoveButton(upload: PictureUpload<Account>, #[prop(into)] on_removed: Callback<Account>) -> impl IntoView {
    let state = upload.draft.state;
    let remove = move |_| {
        state.set(UploadState::Sending { percent: 100 });
        spawn_local(async move {
            let answer = in_time(remove_picture()).await;
            let state_after = match answer {
                Ok(account) => {
                    on_removed.run(account);
                    UploadState::Idle
                }
                Err(message) => UploadState::Failed(message),
            };
            let _ = state.try_set(state_after);
        });
    };
    // In an element of its own: a form with a field called remove cannot be taken away by its method of that name.
    view! {
        <div>
            <form method="post" action=paths::PORTRAIT enctype="multipart/form-data" on:submit=move |event| event.prevent_default()>
                <input type="hidden" name="remove" value="true" />
                <button type="submit" class="button" disabled=move || upload.draft.is_sending() on:click=remove>
                    <Icon name="trash-2" />
                    "Remove"
                </button>
            </form>
        </div>
    }
    .into_any()
}
