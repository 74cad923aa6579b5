//! Pictures, and forms that they are sent in. The pictures have two colours, side by side, so that a test can tell
//! which part of them is left.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::{Method, RequestBuilder, header};

use super::{Answer, Caller};

const BOUNDARY: &str = "----a-line-that-is-in-no-picture";

/// Red.
pub const RED: Rgb<u8> = Rgb([220, 20, 20]);
/// Blue.
pub const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

/// A file whose left half is red and whose right half is blue.
pub fn two_halves(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(640, 480, |x, _| if x < 320 { RED } else { BLUE });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, format).expect("writable");
    file.into_inner()
}

/// Whether the colour at that place is it, as near as a picture that lost something can be.
pub fn is_at(picture: &RgbImage, (x, y): (u32, u32), colour: Rgb<u8>) -> bool {
    picture.get_pixel(x, y).0.iter().zip(colour.0).all(|(a, b)| a.abs_diff(b) < 60)
}

/// A form that is about to be sent.
#[derive(Clone, Debug, Default)]
pub struct Upload(Vec<u8>);

impl Upload {
    /// A form with that file in it, under a name that says nothing about its content.
    pub fn of(file: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"holiday.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n"
        );
        Self([head.as_bytes(), file, b"\r\n"].concat())
    }

    /// With another field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let field = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.0.extend(field.into_bytes());
        self
    }

    /// As a page's script sends it.
    pub async fn send(self, caller: &Caller, path: &str) -> Answer {
        Answer::to(self.request(caller, path)).await
    }

    /// As a browser without WASM sends it.
    pub async fn send_plainly(self, caller: &Caller, path: &str) -> Answer {
        Answer::to(self.request(caller, path).header(header::ACCEPT, "text/html,*/*;q=0.8")).await
    }

    /// The request.
    pub fn request(mut self, caller: &Caller, path: &str) -> RequestBuilder {
        self.0.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        caller.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(self.0)
    }
}

/// The picture at that address of ours, as anybody gets it; `None` when it is not there.
pub async fn picture_at(caller: &Caller, address: &str) -> Option<RgbImage> {
    assert!(address.starts_with("/media/"), "{address}");
    let response = caller.request(Method::GET, address).send().await.expect("an answer");
    if response.status() == 404 {
        return None;
    }
    assert_eq!(response.status(), 200, "{address}");
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
    assert_eq!(header("content-type"), "image/webp");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    let bytes = response.bytes().await.expect("a body");
    assert_eq!(image::guess_format(&bytes).expect("known"), ImageFormat::WebP);
    Some(image::load_from_memory(&bytes).expect("readable").to_rgb8())
}
