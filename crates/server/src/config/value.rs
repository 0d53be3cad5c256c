//! Parsers that several variables share. Each error completes the sentence that begins with the variable's name.

use portero_domain::secret::Secret;

/// The text without the white space and the one pair of quotes around it. Some tools hand both on from an `.env` file.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).map_or(text, str::trim)
}

/// A whole number in these bounds.
pub(super) fn whole_number(least: u32, most: u32) -> impl Fn(&str) -> Result<u32, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
    }
}

/// The items of a list, which is separated by commas or is a JSON list of texts.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.split(',').map(unquoted).filter(|item| !item.is_empty())
}

/// A secret that signs tokens.
pub(super) fn signing_secret(text: &str) -> Result<Secret, &'static str> {
    if text.len() < 32 {
        return Err("must have 32 bytes or more");
    }
    Ok(Secret::new(text.to_owned()))
}

/// A decimal number in these bounds.
pub(super) fn decimal_number(least: f64, most: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("must be a number from {least} to {most}"))
    }
}
