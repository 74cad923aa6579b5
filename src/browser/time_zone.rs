//! The time zone that this browser is set to.
//!
//! The server cannot know it, so nothing that is rendered first may depend on it: it is asked for in an effect.

use js_sys::{Array, Intl, Object, Reflect};

/// Its name, as `Europe/Berlin`; `None` where the browser does not tell.
pub fn time_zone() -> Option<String> {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}
