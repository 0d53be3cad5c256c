//! The logos that companies upload.

use std::fmt;

use imagesize::{ImageType, blob_size, image_type};
use thiserror::Error;

use crate::{
    ids::{CompanyId, LogoTag},
    text::Link,
};

/// The kinds of images that every browser shows and that hold no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl ImageKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// The end of a file's name, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The kind of the files whose names end so.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.extension() == extension)
    }
}

/// An image that may be a logo (`R619`): PNG, JPEG or WebP by its content, at most 1 MiB, and at most 4,096 pixels wide and
/// high.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    kind: ImageKind,
    content: Vec<u8>,
}

/// The bytes are no image that may be a logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the file is no image of an accepted kind and size")]
pub struct NotALogo;

impl Logo {
    /// The greatest size in bytes.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// The greatest width and height in pixels.
    pub const MAX_PIXELS: usize = 4_096;

    /// Reads the kind and the size of an image from its content. The name and the declared type of a file prove nothing.
    pub fn parse(content: Vec<u8>) -> Result<Self, NotALogo> {
        if content.len() > Self::MAX_BYTES {
            return Err(NotALogo);
        }
        let kind = match image_type(&content) {
            Ok(ImageType::Png) => ImageKind::Png,
            Ok(ImageType::Jpeg) => ImageKind::Jpeg,
            Ok(ImageType::Webp) => ImageKind::Webp,
            _ => return Err(NotALogo),
        };
        let size = blob_size(&content).map_err(|_| NotALogo)?;
        let fits = |pixels| (1..=Self::MAX_PIXELS).contains(&pixels);
        if fits(size.width) && fits(size.height) { Ok(Self { kind, content }) } else { Err(NotALogo) }
    }

    /// The kind of the image.
    pub const fn kind(&self) -> ImageKind {
        self.kind
    }

    /// The bytes of the image.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The bytes of the image, without a copy.
    pub fn into_content(self) -> Vec<u8> {
        self.content
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.kind.extension(), self.content.len())
    }
}

/// The name of a logo's file: `logo_`, the company's id, a tag that changes with each upload, and the kind's extension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogoFile {
    /// The company.
    pub company: CompanyId,
    /// The part that changes with each upload.
    pub tag: LogoTag,
    /// The kind of the image.
    pub kind: ImageKind,
}

impl LogoFile {
    /// The regular expression that a name fits, and nothing else.
    pub const PATTERN: &'static str = "^logo_EMP_[0-9A-F]{10}_[0-9a-f]{6}\\.(png|jpg|webp)$";

    /// The folder of all logos in this service's address.
    pub const FOLDER: &'static str = "/static/logos/";

    /// The file with this name, or nothing when the name cannot be one.
    pub fn parse(name: &str) -> Option<Self> {
        let (stem, extension) = name.strip_prefix("logo_")?.rsplit_once('.')?;
        let (company, tag) = stem.rsplit_once('_')?;
        Some(Self {
            company: CompanyId::parse(company)?,
            tag: LogoTag::parse(tag)?,
            kind: ImageKind::of_extension(extension)?,
        })
    }

    /// The link to the file, relative to this service's address.
    pub fn link(&self) -> Link {
        Link::to_own_file(format!("{}{self}", Self::FOLDER))
    }
}

impl fmt::Display for LogoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "logo_{}_{}.{}", self.company, self.tag, self.kind.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG of this size. Nothing reads further.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        png.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        png
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08".to_vec();
        jpeg.extend(height.to_be_bytes());
        jpeg.extend(width.to_be_bytes());
        jpeg.extend(b"\x03\x01\x11\0\x02\x11\x01\x03\x11\x01\xff\xd9");
        jpeg
    }

    fn webp(width: u16, height: u16) -> Vec<u8> {
        let mut webp = b"RIFF\x1e\0\0\0WEBPVP8 \x12\0\0\0\x30\x01\0\x9d\x01\x2a".to_vec();
        webp.extend(width.to_le_bytes());
        webp.extend(height.to_le_bytes());
        webp.extend([0; 8]);
        webp
    }

    #[test]
    fn the_content_tells_the_kind() {
        for (content, kind) in
            [(png(4_096, 1), ImageKind::Png), (jpeg(1, 4_096), ImageKind::Jpeg), (webp(4_096, 4_096), ImageKind::Webp)]
        {
            let logo = Logo::parse(content.clone()).unwrap();
            assert_eq!((logo.kind(), logo.content()), (kind, content.as_slice()));
        }
    }

    #[test]
    fn other_files_and_other_sizes_are_refused() {
        let mut large = png(10, 10);
        large.resize(Logo::MAX_BYTES, 0);
        assert!(Logo::parse(large.clone()).is_ok());
        large.push(0);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
        for bad in [
            large,
            svg,
            b"GIF89a\x01\0\x01\0\0\0\0".to_vec(),
            b"BM0000000000000000\x01\0\0\0\x01\0\0\0".to_vec(),
            b"<html>".to_vec(),
            Vec::new(),
            png(4_097, 1),
            png(1, 4_097),
            png(0, 1),
            png(u32::MAX, u32::MAX),
            jpeg(4_097, 1),
            jpeg(1, 0),
            webp(1, 4_097),
        ] {
            assert_eq!(Logo::parse(bad.clone()), Err(NotALogo), "{bad:?}");
        }
    }

    #[test]
    fn a_cut_image_is_refused_or_whole_enough_to_have_a_size_and_never_panics() {
        for whole in [png(9, 9), jpeg(9, 9), webp(9, 9)] {
            for length in 0..whole.len() {
                if let Ok(logo) = Logo::parse(whole[..length].to_vec()) {
                    assert_eq!(Ok(logo.kind()), Logo::parse(whole.clone()).map(|logo| logo.kind()));
                }
            }
        }
    }

    #[test]
    fn a_name_is_read_as_it_is_written_and_nothing_else_is_one() {
        for kind in ImageKind::ALL {
            let name = format!("logo_EMP_3A9F1C0B2D_a1b2c3.{}", kind.extension());
            let file = LogoFile::parse(&name).unwrap();
            assert_eq!((file.to_string(), file.kind), (name.clone(), kind));
            assert_eq!(file.link().as_str(), format!("/static/logos/{name}"));
            assert_eq!(Link::parse(file.link().as_str()), Ok(file.link()));
        }
        for bad in [
            "",
            "logo_EMP_3A9F1C0B2D_a1b2c3.svg",
            "logo_EMP_3A9F1C0B2D_a1b2c3.jpeg",
            "logo_EMP_3A9F1C0B2D_a1b2c3.PNG",
            "logo_EMP_3A9F1C0B2D_A1B2C3.png",
            "logo_EMP_3A9F1C0B2D_a1b2c.png",
            "logo_EMP_3A9F1C0B2D_a1b2c3",
            "logo_EMP_3A9F1C0B2D.png",
            "EMP_3A9F1C0B2D_a1b2c3.png",
            "../logo_EMP_3A9F1C0B2D_a1b2c3.png",
            "logo_EMP_3A9F1C0B2D_a1b2c3.png/",
        ] {
            assert_eq!(LogoFile::parse(bad), None, "{bad:?}");
        }
    }
}
