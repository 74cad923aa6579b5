//! Pictures that the server keeps, and the names of their files. A name says what the picture is, holds 128 random bits
//! that nobody guesses, and is never given twice: what is behind it never changes. Nothing else is read as a name.

/// Most bytes of a picture that is uploaded: 5 MB.
pub const MAX_PICTURE_BYTES: usize = 5 * 1024 * 1024;

/// Where files of pictures are.
const FOLDER: &str = "/media/";
const ENDING: &str = ".webp";
const SMALL_ENDING: &str = "-small.webp";
/// Hexadecimal digits of 128 bits.
const DIGITS: usize = 32;

/// What a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// A stream's thumbnail, of the creator's own choice.
    Chosen,
    /// A stream's thumbnail, taken from its live picture by itself.
    Frame,
    /// Somebody's face, or what they show instead.
    Portrait,
}

impl PictureKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Frame => "frame",
            Self::Portrait => "portrait",
        }
    }

    /// Kept in a small size too, for lists.
    fn has_small(self) -> bool {
        self != Self::Portrait
    }
}

/// A picture that the server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    kind: PictureKind,
    digits: String,
}

impl Picture {
    /// A new one; the bits have to be random.
    pub fn new(kind: PictureKind, random: u128) -> Self {
        Self { kind, digits: format!("{random:032x}") }
    }

    /// The picture at that address of ours, if it is one.
    pub fn at(address: &str) -> Option<Self> {
        let file = MediaFile::parse(address.strip_prefix(FOLDER)?)?;
        (!file.is_small).then_some(file.picture)
    }

    /// What it is.
    pub fn kind(&self) -> PictureKind {
        self.kind
    }

    /// Where it is seen.
    pub fn address(&self) -> String {
        format!("{FOLDER}{}", self.large().name())
    }

    /// Its file.
    pub fn large(&self) -> MediaFile {
        MediaFile { picture: self.clone(), is_small: false }
    }

    /// Its smaller file, where it has one.
    pub fn small(&self) -> Option<MediaFile> {
        self.kind.has_small().then(|| MediaFile { picture: self.clone(), is_small: true })
    }
}

/// One file of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    picture: Picture,
    is_small: bool,
}

impl MediaFile {
    /// Reads a name exactly as [`Self::name`] writes it.
    pub fn parse(name: &str) -> Option<Self> {
        let (stem, is_small) = match name.strip_suffix(SMALL_ENDING) {
            Some(stem) => (stem, true),
            None => (name.strip_suffix(ENDING)?, false),
        };
        let (kind, digits) = stem.split_once('-')?;
        let kinds = [PictureKind::Chosen, PictureKind::Frame, PictureKind::Portrait];
        let kind = kinds.into_iter().find(|known| known.as_str() == kind)?;
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_fine = digits.len() == DIGITS && digits.bytes().all(is_hexadecimal) && (!is_small || kind.has_small());
        is_fine.then(|| Self { picture: Picture { kind, digits: digits.to_owned() }, is_small })
    }

    /// Its name: letters, digits, `-` and `.`.
    pub fn name(&self) -> String {
        let ending = if self.is_small { SMALL_ENDING } else { ENDING };
        format!("{}-{}{ending}", self.picture.kind.as_str(), self.picture.digits)
    }
}

/// Where a smaller file of the thumbnail at `address` is: only of pictures that the server keeps.
pub fn small_address(address: &str) -> Option<String> {
    let small = Picture::at(address)?.small()?;
    Some(format!("{FOLDER}{}", small.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written() {
        for kind in [PictureKind::Chosen, PictureKind::Frame, PictureKind::Portrait] {
            let picture = Picture::new(kind, 0xab);
            assert_eq!(Picture::at(&picture.address()), Some(picture.clone()));
            for file in [Some(picture.large()), picture.small()].into_iter().flatten() {
                assert_eq!(MediaFile::parse(&file.name()), Some(file));
            }
        }
        let frame = Picture::new(PictureKind::Frame, 1);
        assert_eq!(frame.address(), format!("/media/frame-{}1.webp", "0".repeat(31)));
        assert_eq!(small_address(&frame.address()), Some(format!("/media/frame-{}1-small.webp", "0".repeat(31))));
    }

    #[test]
    fn nothing_else_is_a_name() {
        let digits = "0123456789abcdef0123456789abcdef";
        for bad in [
            "".to_owned(),
            digits.to_owned(),
            format!("{digits}.webp"),
            format!("other-{digits}.webp"),
            format!("chosen-{digits}.png"),
            format!("chosen-{digits}"),
            format!("chosen-{digits}0.webp"),
            format!("chosen-{}.webp", digits.to_uppercase()),
            format!("portrait-{digits}-small.webp"),
            format!("chosen-{digits}-small-small.webp"),
            format!("../chosen-{digits}.webp"),
            format!("chosen-{digits}.webp/"),
            format!("chosen-{digits}.webp\0"),
            format!(" chosen-{digits}.webp"),
            "chosen-../../../../../../../etc/passwd.webp".to_owned(),
            "streamit.db".to_owned(),
        ] {
            assert_eq!(MediaFile::parse(&bad), None, "{bad}");
            assert_eq!(Picture::at(&format!("/media/{bad}")), None, "{bad}");
        }
        // A smaller file is not the picture itself.
        assert_eq!(Picture::at(&format!("/media/chosen-{digits}-small.webp")), None);
        assert_eq!(Picture::at(&format!("https://example.org/media/chosen-{digits}.webp")), None);
    }
}
