//! The HTML of messages, as far as Telegram rejects it.

use super::{Refusal, refused};

const TAGS: [&str; 14] =
    ["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "tg-spoiler", "blockquote"];

const ENTITIES: [(&str, char); 4] = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"')];

fn wrong(why: &str) -> Refusal {
    refused(400, &format!("Bad Request: can't parse entities: {why}"))
}

/// The text that the reader sees.
pub(super) fn plain(html: &str) -> Result<String, Refusal> {
    let (mut shown, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(at) = rest.find(['<', '&']) {
        shown.push_str(&rest[..at]);
        rest = if rest[at..].starts_with('<') {
            tag(&rest[at + 1..], &mut open)?
        } else {
            entity(&rest[at + 1..], &mut shown)
        };
    }
    shown.push_str(rest);
    if open.is_empty() { Ok(shown) } else { Err(wrong("Can't find end tag")) }
}

/// Reads a tag behind its `<` and returns what follows it.
fn tag<'a>(rest: &'a str, open: &mut Vec<String>) -> Result<&'a str, Refusal> {
    let (inside, rest) = rest.split_once('>').ok_or_else(|| wrong("Unclosed start tag"))?;
    let closing = inside.starts_with('/');
    let name = inside.trim_start_matches('/').split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    if closing {
        if open.pop() != Some(name) {
            return Err(wrong("Unmatched end tag"));
        }
    } else if TAGS.contains(&name.as_str()) {
        open.push(name);
    } else {
        return Err(wrong(&format!("Unsupported start tag \"{name}\"")));
    }
    Ok(rest)
}

/// Reads an entity behind its `&` and returns what follows it. An unknown one is plain text.
fn entity<'a>(rest: &'a str, shown: &mut String) -> &'a str {
    let known = rest.split_once(';').and_then(|(name, after)| {
        let letter = ENTITIES.iter().find(|(known, _)| *known == name)?;
        Some((letter.1, after))
    });
    if let Some((letter, after)) = known {
        shown.push(letter);
        return after;
    }
    shown.push('&');
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_shown_plain_and_broken_html_is_rejected() {
        assert_eq!(plain("<b>Pago</b> de <code>A &lt; B</code> & más"), Ok("Pago de A < B & más".to_owned()));
        for broken in ["<b>", "<b></i>", "a < b", "<script>x</script>", "</b>"] {
            assert!(plain(broken).is_err(), "{broken}");
        }
    }
}
