use std::{num::NonZeroU32, str::FromStr, time::Duration};

use governor::Quota;
use thiserror::Error;

/// A rate and a burst: `100/s burst 400` allows 100 requests a second, and 400 at once after a pause. The units are
/// `s`, `min` and `h`. The default burst is the number before the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(Quota);

/// The text is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is not a rate such as 100/s burst 400")]
pub struct NoRate;

impl Rate {
    /// The largest number of requests in a rate or a burst.
    const MAX: u32 = 1_000_000;

    pub(super) const fn quota(self) -> Quota {
        self.0
    }
}

impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let (speed, burst) = text.split_once(" burst ").map_or((text, None), |(speed, burst)| (speed, Some(burst)));
        let (calls, unit) = speed.split_once('/').ok_or(NoRate)?;
        let calls = number(calls)?;
        let unit = match unit.trim() {
            "s" => Duration::from_secs(1),
            "min" => Duration::from_mins(1),
            "h" => Duration::from_hours(1),
            _ => return Err(NoRate),
        };
        let quota = Quota::with_period(unit / calls.get()).ok_or(NoRate)?;
        Ok(Self(quota.allow_burst(burst.map_or(Ok(calls), number)?)))
    }
}

fn number(text: &str) -> Result<NonZeroU32, NoRate> {
    let number: NonZeroU32 = text.trim().parse().map_err(|_| NoRate)?;
    if number.get() <= Rate::MAX { Ok(number) } else { Err(NoRate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a bucket gets a call more, in milliseconds, and how many it holds.
    fn read(text: &str) -> Result<(u128, u32), NoRate> {
        let quota = text.parse::<Rate>()?.quota();
        Ok((quota.replenish_interval().as_millis(), quota.burst_size().get()))
    }

    #[test]
    fn a_rate_is_so_many_in_so_long_and_so_many_at_once() {
        assert_eq!(read("100/s burst 400"), Ok((10, 400)));
        assert_eq!(read("6/min burst 10"), Ok((10_000, 10)));
        assert_eq!(read(" 1 / h  burst  2 "), Ok((3_600_000, 2)));
        assert_eq!(read("20/s"), Ok((50, 20)));
        assert_eq!(read("1000000/s burst 1000000").map(|(_, burst)| burst), Ok(1_000_000));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for bad in [
            "",
            "100",
            "/s",
            "100/",
            "100/d",
            "100/s burst",
            "100/s burst ",
            "100/s burst 0",
            "0/s",
            "-1/s",
            "1.5/s",
            "1000001/s",
            "1/s burst 1000001",
            "1/s burst 2 burst 3",
            "100/s 400",
            "off",
        ] {
            assert_eq!(read(bad), Err(NoRate), "{bad:?}");
        }
    }
}
