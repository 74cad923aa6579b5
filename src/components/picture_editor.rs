//! Choosing a picture, the part of it that is shown, and how sending it goes.
//!
//! It is a plain form with a file in it, which works without WASM too; with it, a file that was chosen or dropped is
//! shown in a [`Cropper`] before it goes anywhere.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsValue};

use super::{cropper::Cropper, feedback::ErrorNote, focus_keeper::FocusKeeper, icon::Icon};
use crate::{
    domain::crop::{Aspect, Framing},
    text,
};

/// How sending a picture goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UploadState {
    /// Nothing is being sent.
    #[default]
    Idle,
    /// On its way.
    Sending {
        /// How much of it, in percent; all of it means that the server is at work.
        percent: u32,
    },
    /// The server has it.
    Saved,
    /// It was not taken, for that reason.
    Failed(String),
}

/// What an editor works on.
#[derive(Clone, Copy)]
pub struct PictureDraft {
    /// Address of the picture that was chosen and not sent yet.
    pub chosen: RwSignal<Option<String>>,
    /// The part of it that is shown.
    pub framing: RwSignal<Option<Framing>>,
    /// How sending goes.
    pub state: RwSignal<UploadState>,
}

impl Default for PictureDraft {
    fn default() -> Self {
        Self { chosen: RwSignal::new(None), framing: RwSignal::new(None), state: RwSignal::default() }
    }
}

impl PictureDraft {
    /// Something is on its way.
    pub fn is_sending(self) -> bool {
        self.state.with(|state| matches!(state, UploadState::Sending { .. }))
    }
}

/// What somebody wants of a picture.
#[derive(Clone, Debug)]
pub enum PictureAction {
    /// Look at what is in this field, or in what was dropped.
    Choose(JsValue),
    /// Send what was chosen.
    Send,
    /// Leave things as they are.
    Cancel,
    /// It can't be shown.
    Broken,
}

/// Chooses and sends a picture. Its children are further buttons beside the one that chooses.
#[component]
pub fn PictureEditor(
    /// What is chosen, and how it goes.
    draft: PictureDraft,
    /// The shape of the picture.
    aspect: Aspect,
    /// The words on the button that chooses.
    label: &'static str,
    /// Where the form goes without WASM.
    path: &'static str,
    /// What is shown now.
    #[prop(into)]
    current: ViewFn,
    /// There is a picture now, which a button among the children may remove.
    #[prop(into)]
    has_current: Signal<bool>,
    /// Called with what the person wants.
    #[prop(into)]
    on_action: Callback<PictureAction>,
    /// Further buttons.
    children: ChildrenFn,
) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let over = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        if !draft.is_sending() {
            on_action.run(PictureAction::Choose(event.into()));
        }
    };
    let children = StoredValue::new(children);
    let is_choosing = Memo::new(move |_| draft.chosen.with(Option::is_some));
    view! {
        <div
            class="picture-editor stack"
            data-over=move || is_over.get().then_some("true")
            on:dragover=over
            on:dragleave=move |_| is_over.set(false)
            on:drop=dropped
        >
            <FocusKeeper class="stack" changes=Memo::new(move |_| (is_choosing.get(), has_current.get()))>
            {move || {
                if is_choosing.get() {
                    // Another picture is cut behind another frame.
                    view! {
                        <For each=move || draft.chosen.get() key=String::clone let:address>
                            <Choice address draft aspect on_action />
                        </For>
                    }
                        .into_any()
                } else {
                    let further = children.with_value(|children| children());
                    view! {
                        {current.run()}
                        <PictureForm draft label path on_action>
                            {further}
                        </PictureForm>
                    }
                        .into_any()
                }
            }}
            </FocusKeeper>
            <UploadNote draft />
        </div>
    }
}

#[component]
fn PictureForm(
    draft: PictureDraft,
    label: &'static str,
    path: &'static str,
    on_action: Callback<PictureAction>,
    children: Children,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let choose = move || {
        if let Some(field) = field.get_untracked() {
            on_action.run(PictureAction::Choose(field.into()));
        }
    };
    // What was chosen before the page was alive.
    Effect::new(move |_| {
        if field.get().is_some_and(|field| !field.value().is_empty()) {
            choose();
        }
    });
    view! {
        <div class="row">
            <form method="post" action=path enctype="multipart/form-data" class="picture-form">
                <label class="button file-button">
                    <Icon name="upload" />
                    {label}
                    <input
                        type="file"
                        name="image"
                        accept="image/png,image/jpeg,image/webp"
                        required
                        node_ref=field
                        disabled=move || draft.is_sending()
                        on:change=move |_| choose()
                    />
                </label>
                <button type="submit" class="button without-program">
                    {text!(frame.upload)}
                </button>
            </form>
            {children()}
        </div>
        <p class="field-hint">{text!(frame.picture_hint)}</p>
    }
}

#[component]
fn Choice(address: String, draft: PictureDraft, aspect: Aspect, on_action: Callback<PictureAction>) -> impl IntoView {
    let is_sending = move || draft.is_sending();
    view! {
        <Cropper address aspect framing=draft.framing on_broken=move || on_action.run(PictureAction::Broken) />
        <div class="row">
            <button
                type="button"
                class="button primary"
                disabled=move || is_sending() || draft.framing.get().is_none()
                aria-busy=move || is_sending().then_some("true")
                on:click=move |_| on_action.run(PictureAction::Send)
            >
                {text!(frame.save_picture)}
            </button>
            <button
                type="button"
                class="button"
                disabled=is_sending
                on:click=move |_| on_action.run(PictureAction::Cancel)
            >
                {text!(frame.cancel)}
            </button>
        </div>
    }
}

#[component]
fn UploadNote(draft: PictureDraft) -> impl IntoView {
    let words = move || match draft.state.get() {
        UploadState::Sending { percent } if percent < 100 => Some(text!(frame.uploading)),
        UploadState::Sending { .. } => Some(text!(frame.saving)),
        UploadState::Saved => Some(text!(frame.saved)),
        UploadState::Idle | UploadState::Failed(_) => None,
    };
    let percent = move || match draft.state.get() {
        UploadState::Sending { percent } if percent < 100 => Some(text!(frame.upload_percent, percent = percent)),
        _ => None,
    };
    let failure = Signal::derive(move || match draft.state.get() {
        UploadState::Failed(message) => Some(message),
        _ => None,
    });
    view! {
        <p class="upload-note">
            <span role="status">{words}</span>
            " "
            // Seen, and not read out a hundred times.
            <span aria-hidden="true">{percent}</span>
        </p>
        <ErrorNote message=failure />
    }
}
