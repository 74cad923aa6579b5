//! What a browser can capture, what somebody wants of it, and why it cannot be had. The browser itself is asked
//! elsewhere: here its answers are made sense of, and a failure becomes words that say what to do.

use serde::Deserialize;

use crate::text;

/// What viewers see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Picture {
    /// A camera.
    #[default]
    Camera,
    /// A screen, a window or a tab, with its sound where the browser gives it.
    Screen,
    /// Sound alone.
    Nothing,
}

impl Picture {
    /// Its name for scripts and styles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Screen => "screen",
            Self::Nothing => "nothing",
        }
    }
}

/// A camera or a microphone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Device {
    /// What the browser calls it.
    pub id: String,
    /// What people call it.
    pub label: String,
}

/// The devices that there are. Browsers name none before they were allowed to be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Devices {
    /// Cameras.
    pub cameras: Vec<Device>,
    /// Microphones.
    pub microphones: Vec<Device>,
}

/// What somebody wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What viewers see.
    pub picture: Picture,
    /// Which camera; empty is the browser's own choice.
    pub camera: String,
    /// A microphone is on.
    pub has_microphone: bool,
    /// Which one; empty is the browser's own choice.
    pub microphone: String,
}

impl Default for Choice {
    fn default() -> Self {
        Self { picture: Picture::Camera, camera: String::new(), has_microphone: true, microphone: String::new() }
    }
}

impl Choice {
    /// Neither picture nor sound.
    pub fn is_nothing(&self) -> bool {
        self.picture == Picture::Nothing && !self.has_microphone
    }

    /// Whether it is the same device, or the same kind of picture, in both.
    pub fn has_same(&self, other: &Self, input: Input) -> bool {
        let has_same_picture = self.picture == other.picture && self.camera == other.camera;
        let has_same_sound = self.has_microphone == other.has_microphone && self.microphone == other.microphone;
        match input {
            Input::Camera | Input::Screen => has_same_picture,
            Input::Microphone => has_same_sound,
            Input::Devices => has_same_picture && has_same_sound,
        }
    }

    /// With that input as it is in the other one.
    pub fn take_back(&mut self, input: Input, before: &Self) {
        if matches!(input, Input::Camera | Input::Screen | Input::Devices) {
            (self.picture, self.camera) = (before.picture, before.camera.clone());
        }
        if matches!(input, Input::Microphone | Input::Devices) {
            (self.has_microphone, self.microphone) = (before.has_microphone, before.microphone.clone());
        }
    }

    /// Without what is gone; says whether it was in it.
    pub fn lose(&mut self, gone: Input) -> bool {
        let before = self.clone();
        match (gone, self.picture) {
            (Input::Microphone, _) => self.has_microphone = false,
            (Input::Camera, Picture::Camera) | (Input::Screen, Picture::Screen) => self.picture = Picture::Nothing,
            (Input::Camera | Input::Screen, _) => {}
            (Input::Devices, picture) => {
                self.has_microphone = false;
                self.picture = if picture == Picture::Camera { Picture::Nothing } else { picture };
            }
        }
        *self != before
    }
}

/// What is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The camera.
    Camera,
    /// The microphone.
    Microphone,
    /// Camera and microphone, asked for together.
    Devices,
    /// The screen.
    Screen,
}

impl Input {
    /// By its name in scripts; what is not known is all devices.
    pub fn parse(name: &str) -> Self {
        match name {
            "camera" => Self::Camera,
            "microphone" => Self::Microphone,
            "screen" => Self::Screen,
            _ => Self::Devices,
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Camera => text!(browser_broadcast.camera),
            Self::Microphone => text!(browser_broadcast.microphone),
            Self::Devices => text!(browser_broadcast.devices),
            Self::Screen => text!(browser_broadcast.screen),
        }
    }
}

/// Something could not be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureFailure {
    input: Input,
    /// The name of the browser's exception.
    reason: String,
}

impl CaptureFailure {
    /// From `camera:NotFoundError`.
    pub fn parse(text: &str) -> Self {
        let (input, reason) = text.split_once(':').unwrap_or((text, ""));
        Self { input: Input::parse(input), reason: reason.to_owned() }
    }

    /// What cannot be had.
    pub fn input(&self) -> Input {
        self.input
    }

    /// What to do about it. The names of exceptions are those of the Media Capture and Streams specification.
    pub fn message(&self) -> String {
        let name = self.input.name();
        match self.reason.as_str() {
            "NotAllowedError" if self.input == Input::Screen => text!(browser_broadcast.screen_not_shared).to_owned(),
            "NotAllowedError" => text!(browser_broadcast.not_allowed, input = name),
            "SecurityError" => text!(browser_broadcast.not_secure).to_owned(),
            "NotFoundError" if self.input == Input::Screen => text!(browser_broadcast.screen_not_possible).to_owned(),
            "NotFoundError" => text!(browser_broadcast.not_found, input = name),
            "NotReadableError" | "AbortError" => text!(browser_broadcast.not_free, input = name),
            "OverconstrainedError" => text!(browser_broadcast.chosen_is_gone, input = name),
            _ => text!(browser_broadcast.not_usable, input = name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_says_what_to_do() {
        for (failure, words) in [
            ("camera:NotAllowedError", "let this page use your camera"),
            ("devices:NotAllowedError", "camera and microphone"),
            ("microphone:NotFoundError", "There is no microphone"),
            ("camera:NotReadableError", "another program"),
            ("camera:OverconstrainedError", "is gone"),
            ("devices:SecurityError", "https"),
            ("screen:NotFoundError", "can't share a screen"),
            ("something else", "can't be used"),
        ] {
            let message = CaptureFailure::parse(failure).message();
            assert!(message.contains(words) && message.ends_with('.'), "{failure}: {message}");
        }
    }
}
