//! Pictures that somebody chooses, or that are taken from a player, and sending them.
//!
//! They stay with the browser, as `picture.js` has them; here they go by the address under which it shows them, until
//! they are forgotten.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use server_fn::Decodes;
use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        protocol::{Envelope, Payload},
    },
    domain::{crop::Crop, media::MAX_PICTURE_BYTES},
    text,
};

#[wasm_bindgen(module = "/src/browser/picture.js")]
extern "C" {
    #[wasm_bindgen(js_name = choose)]
    fn choose_file(source: &JsValue) -> Option<js_sys::Array>;
    #[wasm_bindgen(js_name = forget)]
    fn forget_picture(address: &str);
    #[wasm_bindgen(catch, js_name = grab)]
    async fn grab_frame(video: &HtmlVideoElement, is_new_only: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = send)]
    async fn send_form(
        path: &str,
        address: &str,
        fields: &js_sys::Object,
        progress: &Closure<dyn FnMut(f64)>,
    ) -> Result<JsValue, JsValue>;
}

/// The picture in a file field, or in what was dropped; `None` when there is none.
///
/// # Errors
/// In words, when it is too large.
pub fn choose(source: &JsValue) -> Option<Result<String, String>> {
    let answer = choose_file(source)?;
    let address = answer.get(0).as_string()?;
    let is_too_large = answer.get(1).as_f64().is_some_and(|bytes| bytes > max_bytes());
    if is_too_large {
        forget(&address);
        return Some(Err(text!(errors.picture_too_large).to_owned()));
    }
    Some(Ok(address))
}

/// What JavaScript counts with.
fn max_bytes() -> f64 {
    u32::try_from(MAX_PICTURE_BYTES).map_or(f64::MAX, f64::from)
}

/// Lets go of a picture.
pub fn forget(address: &str) {
    forget_picture(address);
}

/// What a video shows now. `None` when it shows nothing, or with `is_new_only`, nothing else than the last time.
pub async fn grab(video: &HtmlVideoElement, is_new_only: bool) -> Option<String> {
    grab_frame(video, is_new_only).await.ok()?.as_string()
}

/// What is said with a picture that is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields {
    /// The part of it that is shown; the middle when left out.
    pub crop: Option<Crop>,
    /// It was taken without anybody asking for it.
    pub is_automatic: bool,
}

impl Fields {
    fn to_js(self) -> js_sys::Object {
        let fields = js_sys::Object::new();
        let set = |name: &str, value: &str| {
            // Fails for frozen objects only.
            let _ = js_sys::Reflect::set(&fields, &name.into(), &value.into());
        };
        if let Some(crop) = self.crop.and_then(|crop| serde_json::to_string(&crop).ok()) {
            set("crop", &crop);
        }
        if self.is_automatic {
            set("automatic", "true");
        }
        fields
    }
}

/// Sends a picture to one of the doors for pictures. `progress` is called with percents.
///
/// # Errors
/// What the server says, or that it cannot be reached.
pub async fn send<T>(path: &str, address: &str, fields: Fields, progress: impl Fn(u32) + 'static) -> Result<T, ApiError>
where
    T: DeserializeOwned + Payload,
{
    let progress = Closure::<dyn FnMut(f64)>::new(move |percent: f64| progress(percent.clamp(0.0, 100.0) as u32));
    let answer = send_form(path, address, &fields.to_js(), &progress).await;
    let answer = answer.ok().and_then(|text| text.as_string()).map(Bytes::from);
    let unreachable = || ApiError::new(ErrorCode::Network, text!(errors.server_away));
    let bytes = answer.ok_or_else(unreachable)?;
    let data: Result<T, _> = Envelope::decode(bytes.clone());
    let failure = |_| Envelope::decode(bytes).unwrap_or_else(|_: serde_json::Error| unreachable());
    data.map_err(failure)
}
