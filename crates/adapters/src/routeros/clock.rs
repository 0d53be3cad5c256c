//! What time a router believes it is.

use portero_domain::Timestamp;
use portero_routeros::proto::Row;
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use super::rows::text;

/// What is asked of a router's clock.
pub(super) const CLOCK: &[&str] = &["date", "time", "gmt-offset"];

/// The moment that a router's clock shows, if it can be told from its row.
pub(super) fn moment(row: Row<'_>) -> Option<Timestamp> {
    let part = |name| text(row, name);
    let local = PrimitiveDateTime::new(date(&part("date")?)?, time_of_day(&part("time")?)?);
    Some(Timestamp::new(local.assume_offset(offset(&part("gmt-offset")?)?)))
}

/// `2026-11-24`, or `nov/24/2026` before RouterOS 7.10.
fn date(text: &str) -> Option<Date> {
    let (year, month, day) = match text.split(['-', '/']).collect::<Vec<_>>()[..] {
        [month, day, year] if text.contains('/') => (year, month_named(month)?, day),
        [year, month, day] => (year, Month::try_from(month.parse::<u8>().ok()?).ok()?, day),
        _ => return None,
    };
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn month_named(text: &str) -> Option<Month> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let index = NAMES.iter().position(|name| text.eq_ignore_ascii_case(name))?;
    Month::try_from(u8::try_from(index + 1).ok()?).ok()
}

/// `13:05:59`.
fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':').map(|part| part.parse().ok());
    Time::from_hms(parts.next()??, parts.next()??, parts.next()??).ok()
}

/// `-06:00`, or seconds, which are written as a number of 32 bits without a sign.
fn offset(text: &str) -> Option<UtcOffset> {
    if let Ok(seconds) = text.parse::<i64>() {
        let seconds = i32::try_from(seconds).ok().or_else(|| u32::try_from(seconds).ok().map(u32::cast_signed))?;
        return UtcOffset::from_whole_seconds(seconds).ok();
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    UtcOffset::from_hms(sign * hours.parse::<i8>().ok()?, sign * minutes.parse::<i8>().ok()?, 0).ok()
}

#[cfg(test)]
mod tests {
    use portero_routeros::proto::{Reply, SentenceBuf};
    use time::macros::datetime;

    use super::*;

    fn read(date: &str, time: &str, offset: &str) -> Option<Timestamp> {
        let words =
            ["!re".to_owned(), format!("=date={date}"), format!("=time={time}"), format!("=gmt-offset={offset}")];
        moment(Reply::parse(SentenceBuf::of(words).unwrap().as_sentence()).row())
    }

    #[test]
    fn a_clock_is_read_as_old_and_new_routers_write_it() {
        let noon = Some(Timestamp::new(datetime!(2026-11-24 12:00:00 UTC)));
        for (date, time, offset) in [
            ("2026-11-24", "12:00:00", "+00:00"),
            ("nov/24/2026", "12:00:00", "+00:00"),
            ("Nov/24/2026", "06:00:00", "-06:00"),
            ("2026-11-24", "17:45:00", "+05:45"),
            ("2026-11-24", "08:30:00", "-03:30"),
            ("2026-11-25", "00:00:00", "43200"),
            ("2026-11-24", "06:00:00", "4294945696"),
            ("2026-11-24", "06:00:00", "-21600"),
        ] {
            assert_eq!(read(date, time, offset), noon, "{date} {time} {offset}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for (date, time, offset) in [
            ("", "12:00:00", "+00:00"),
            ("2026-11-24", "", "+00:00"),
            ("2026-11-24", "12:00:00", ""),
            ("2026-13-24", "12:00:00", "+00:00"),
            ("2026-11-31", "12:00:00", "+00:00"),
            ("nov-24-2026", "12:00:00", "+00:00"),
            ("11/24/2026", "12:00:00", "+00:00"),
            ("today", "12:00:00", "+00:00"),
            ("2026-11-24", "24:00:00", "+00:00"),
            ("2026-11-24", "12:00", "+00:00"),
            ("2026-11-24", "noon", "+00:00"),
            ("2026-11-24", "12:00:00", "UTC"),
            ("2026-11-24", "12:00:00", "+99:00"),
            ("2026-11-24", "12:00:00", "99999999999"),
            ("2026-11-24", "12:00:00", "é"),
        ] {
            assert_eq!(read(date, time, offset), None, "{date} {time} {offset}");
        }
    }
}
