//! The time zone that this browser is set to.

use js_sys::{Array, Intl, Object, Reflect};

/// Its name, as `Europe/Berlin`; `None` where the browser does not tell.
pub fn time_zone() -> Option<String> {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}
