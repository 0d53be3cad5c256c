use portero_domain::{
    ids::LogoTag,
    logo::{Logo, LogoFile},
};

use crate::builders::a_company;

/// A PNG of one red pixel.
pub fn a_logo() -> Logo {
    Logo::parse(include_bytes!("pixel.png").to_vec()).expect("a logo")
}

/// The file of [`a_logo`], of [`a_company`], with this tag.
pub fn a_logo_file(tag: &str) -> LogoFile {
    let tag = LogoTag::parse(tag).expect("a tag");
    LogoFile { company: a_company().build().id, tag, kind: a_logo().kind() }
}
