//! Makes the pictures that are kept out of those that people send: read, turned the right way round, cut, made smaller,
//! and written anew as WebP, so that nothing of the file that was sent is kept: no place, no camera, no comment.
//!
//! What a file is, its content says and never its name. Off the async threads, and only a few at a time: a picture
//! takes up to `MAX_MEMORY_BYTES` while it is read.

use std::{io::Cursor, sync::Arc};

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, imageops::FilterType,
    metadata::Orientation,
};
use tokio::sync::Semaphore;

use super::{Error, Result};
use crate::{
    domain::{
        crop::{Aspect, Crop, Pixels},
        fields::FieldErrors,
    },
    text,
};

/// Pictures that are made at once.
const AT_ONCE: usize = 2;
/// Most pixels of a picture: 40 megapixels, as large cameras take them.
const MAX_PIXELS: u64 = 40_000_000;
/// Most memory that reading one may take: that many pixels with four bytes each, and some.
const MAX_MEMORY_BYTES: u64 = 192 * 1024 * 1024;
/// From 0 to 100: the picture is looked at in the size that it has.
const QUALITY: f32 = 80.0;
/// A thumbnail, and the one for lists.
const LARGE: (u32, u32) = (1280, 720);
const SMALL: (u32, u32) = (480, 270);
/// A portrait.
const SQUARE: (u32, u32) = (256, 256);

/// Files, or why there are none; that is put into words by whoever asked, since a thread of its own knows no language.
type Made = Result<Vec<Bytes>, Unusable>;

/// Makes pictures. Clones wait in the same line.
#[derive(Clone, Debug)]
pub struct PictureMaker(Arc<Semaphore>);

/// The files of a thumbnail, as WebP.
#[derive(Clone, Debug)]
pub struct Still {
    /// 1280×720.
    pub large: Bytes,
    /// 480×270.
    pub small: Bytes,
}

/// Why a picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// None of the kinds that are read.
    Unknown,
    /// It says to be one of them, and is not whole.
    Damaged,
    /// Too many pixels.
    TooManyPixels,
}

impl From<Unusable> for Error {
    fn from(reason: Unusable) -> Self {
        let message = match reason {
            Unusable::Unknown => text!(fields.picture_unknown),
            Unusable::Damaged => text!(fields.picture_damaged),
            Unusable::TooManyPixels => text!(fields.picture_too_many_pixels),
        };
        FieldErrors::one("image", message).into()
    }
}

impl Default for PictureMaker {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl PictureMaker {
    /// The thumbnail of a stream.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn still(&self, sent: Bytes, crop: Crop) -> Result<Still> {
        let made = self.compute(move || make(&sent, crop, Aspect::Wide, &[LARGE, SMALL])).await?;
        let [large, small] = made.try_into().map_err(|_| Error::Internal("two sizes were asked for".into()))?;
        Ok(Still { large, small })
    }

    /// Somebody's portrait.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn portrait(&self, sent: Bytes, crop: Crop) -> Result<Bytes> {
        let made = self.compute(move || make(&sent, crop, Aspect::Square, &[SQUARE])).await?;
        made.into_iter().next().ok_or_else(|| Error::Internal("one size was asked for".into()))
    }

    async fn compute(&self, work: impl FnOnce() -> Result<Made> + Send + 'static) -> Result<Vec<Bytes>> {
        let closed = |error| Error::Internal(format!("no more pictures are made: {error}"));
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(closed)?;
        let made = tokio::task::spawn_blocking(move || {
            let made = work();
            // Not before: whoever asked may be gone, and the work goes on.
            drop(turn);
            made
        });
        let made = made.await.map_err(|error| Error::Internal(format!("making a picture panicked: {error}")))?;
        Ok(made??)
    }
}

/// The picture in these sizes, the largest first.
fn make(sent: &[u8], crop: Crop, aspect: Aspect, sizes: &[(u32, u32)]) -> Result<Made> {
    let mut picture = match read(sent) {
        Ok(picture) => picture,
        Err(unusable) => return Ok(Err(unusable)),
    };
    let Pixels { x, y, width, height } = crop.pixels(picture.width(), picture.height(), aspect);
    picture = picture.crop_imm(x, y, width, height);
    let mut made = Vec::with_capacity(sizes.len());
    for &(width, height) in sizes {
        // Each from the one before it: that is large enough, and less work.
        picture = picture.resize_exact(width, height, FilterType::CatmullRom);
        made.push(write(&picture)?);
    }
    Ok(Ok(made))
}

fn read(sent: &[u8]) -> Result<DynamicImage, Unusable> {
    let format = image::guess_format(sent).map_err(|_| Unusable::Unknown)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(Unusable::Unknown);
    }
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    // This much reads the header alone.
    let mut decoder = reader.into_decoder().map_err(|error| unusable(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY_BYTES {
        return Err(Unusable::TooManyPixels);
    }
    // What says nothing sensible about its orientation is the right way round.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unusable(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn unusable(error: &ImageError) -> Unusable {
    match error {
        ImageError::Limits(_) => Unusable::TooManyPixels,
        _ => Unusable::Damaged,
    }
}

fn write(picture: &DynamicImage) -> Result<Bytes> {
    let pixels = picture.to_rgba8();
    let encoder = webp::Encoder::from_rgba(&pixels, pixels.width(), pixels.height());
    let written = encoder.encode_simple(false, QUALITY);
    let written = written.map_err(|error| Error::Internal(format!("a picture could not be written: {error:?}")))?;
    Ok(Bytes::copy_from_slice(&written))
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder as _, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

    use super::*;

    const RED: Rgb<u8> = Rgb([220, 20, 20]);
    const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

    /// Red on the left, blue on the right.
    fn two_halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
    }

    fn file(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut file, format).expect("writable");
        file.into_inner()
    }

    /// A JPEG that says how it is to be turned, and where it was taken.
    fn turned_jpeg(orientation: u8) -> Vec<u8> {
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 52.5200 N 13.4050 E");
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
        encoder.set_exif_metadata(exif).expect("known to JPEG");
        let picture = two_halves(320, 180);
        encoder.write_image(&picture, 320, 180, image::ExtendedColorType::Rgb8).expect("writable");
        file
    }

    fn made(sent: &[u8], crop: Crop, aspect: Aspect, size: (u32, u32)) -> Result<RgbImage> {
        let made = make(sent, crop, aspect, &[size])??;
        let (bytes, _) = made.split_first().expect("one size");
        assert_eq!(image::guess_format(bytes).expect("known"), ImageFormat::WebP);
        let picture = image::load_from_memory(bytes).expect("readable").to_rgb8();
        assert_eq!((picture.width(), picture.height()), size);
        Ok(picture)
    }

    fn is_near(found: &Rgb<u8>, wanted: Rgb<u8>) -> bool {
        found.0.iter().zip(wanted.0).all(|(a, b)| a.abs_diff(b) < 60)
    }

    #[test]
    fn every_kind_becomes_webp_of_the_right_size() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let sent = file(two_halves(640, 480), format);
            let picture = made(&sent, Crop::default(), Aspect::Wide, LARGE).expect("usable");
            assert!(is_near(picture.get_pixel(100, 360), RED) && is_near(picture.get_pixel(1180, 360), BLUE));
        }
    }

    #[test]
    fn the_part_that_was_asked_for_is_kept() {
        let right: Crop = serde_json::from_str(r#"{"x":0.6,"y":0,"width":0.4,"height":1}"#).expect("inside");
        let picture = made(&file(two_halves(640, 480), ImageFormat::Png), right, Aspect::Square, SQUARE);
        assert!(picture.expect("usable").pixels().all(|pixel| is_near(pixel, BLUE)));
    }

    #[test]
    fn a_picture_is_turned_the_right_way_round_and_keeps_no_place() {
        // As it is; upside down; on its side, so that left becomes top.
        for (orientation, first, last) in [(1, (80, 360), (1200, 360)), (3, (1200, 360), (80, 360))] {
            let sent = turned_jpeg(orientation);
            let picture = made(&sent, Crop::default(), Aspect::Wide, LARGE).expect("usable");
            assert!(is_near(picture.get_pixel(first.0, first.1), RED), "{orientation}");
            assert!(is_near(picture.get_pixel(last.0, last.1), BLUE), "{orientation}");
        }
        let sent = turned_jpeg(6);
        let picture = made(&sent, Crop::default(), Aspect::Square, SQUARE).expect("usable");
        assert!(is_near(picture.get_pixel(128, 20), RED) && is_near(picture.get_pixel(128, 236), BLUE));
        let kept = make(&sent, Crop::default(), Aspect::Square, &[SQUARE]).expect("writable").expect("usable");
        let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(holds(&sent, b"GPS") && !holds(&kept[0], b"GPS") && !holds(&kept[0], b"EXIF"));
    }

    #[test]
    fn what_is_no_picture_is_refused_by_its_content() {
        for bytes in
            [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a\x01\0\x01\0", b"%PDF-1.7", &[0; 64]]
        {
            assert_eq!(read(bytes).expect_err("refused"), Unusable::Unknown);
        }
        let whole = file(two_halves(64, 64), ImageFormat::Png);
        assert_eq!(read(&whole[..whole.len() / 2]).expect_err("refused"), Unusable::Damaged);
        assert_eq!(read(&whole[..12]).expect_err("refused"), Unusable::Damaged);
    }

    /// A PNG of one colour takes next to nothing as a file, and everything as a picture.
    #[test]
    fn a_small_file_with_a_huge_picture_is_refused_by_its_header() {
        let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        header.extend(60_000_u32.to_be_bytes());
        header.extend(60_000_u32.to_be_bytes());
        header.extend([8, 6, 0, 0, 0]);
        let checksum = crc32(&header[12..]);
        header.extend(checksum.to_be_bytes());
        header.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
        assert_eq!(read(&header).expect_err("refused"), Unusable::TooManyPixels);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |sum: u32, byte: &u8| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
