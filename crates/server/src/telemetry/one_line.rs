//! One line for each event, without characters that change how it is shown.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

/// Writes events to `W`. The log gives each event as a whole.
pub(super) struct OneLine<W>(pub(super) W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The event with each control and bidirectional character escaped, as JSON escapes it, except the final line break.
fn escaped(event: &str) -> String {
    let (text, end) = event.strip_suffix('\n').map_or((event, ""), |text| (text, "\n"));
    let mut line = String::with_capacity(event.len());
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                // Writing to a String cannot fail.
                let _ = write!(line, "\\u{:04x}", u32::from(hidden));
            }
            shown => line.push(shown),
        }
    }
    line.push_str(end);
    line
}

/// Whether a terminal or an editor obeys the character in place of showing it: controls, line and paragraph separators, and
/// marks of the writing direction.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_and_shows_what_it_holds() {
        let mut written = Vec::new();
        let event = "connection failed\n\tIs the server running?\r\n\u{1b}[31m \u{202E}evil\u{2066} \u{85}café 日本\n";
        OneLine(&mut written).write_all(event.as_bytes()).unwrap();
        let expected =
            "connection failed\\n\\tIs the server running?\\r\\n\\u001b[31m \\u202eevil\\u2066 \\u0085café 日本\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
