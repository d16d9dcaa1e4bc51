//! Durations: by the calendar, or within working hours.

use super::history::minutes_between;
use atlassian_settings::Behaviour;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned, civil};

/// How time is counted.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    /// Every minute.
    Calendar,
    /// Minutes of working days between two times of day.
    Working(WorkingHours),
}

/// The working hours of an instance.
#[derive(Clone, Debug)]
pub(super) struct WorkingHours {
    zone: TimeZone,
    /// Minutes after midnight.
    start: u16,
    /// Minutes after midnight; when not after `start`, of the next day.
    end: u16,
    /// 1 = Monday to 7 = Sunday.
    days: Vec<u8>,
}

/// The zone of an instance's figures: UTC when it is not one that is known.
pub(super) fn zone(behaviour: &Behaviour) -> TimeZone {
    let name = behaviour.sla_timezone.as_deref();
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

impl Clock {
    /// The clock of an instance.
    pub(super) fn of(behaviour: &Behaviour, working_hours: bool) -> Self {
        if !working_hours {
            return Self::Calendar;
        }
        Self::Working(WorkingHours {
            zone: zone(behaviour),
            start: behaviour.sla_working_hours_start,
            end: behaviour.sla_working_hours_end,
            days: behaviour.sla_working_days.clone(),
        })
    }

    /// Whole minutes from one point in time to another, never below 0.
    pub(super) fn minutes(&self, from: &Zoned, to: &Zoned) -> i64 {
        match self {
            Self::Calendar => minutes_between(from, to).max(0),
            Self::Working(hours) => hours.minutes(from, to),
        }
    }
}

impl WorkingHours {
    /// Whole minutes of each working day, summed. Windows are compared as points in time, so that
    /// the length of a day on which clocks change is the real one (spec D8).
    fn minutes(&self, from: &Zoned, to: &Zoned) -> i64 {
        if to.timestamp() <= from.timestamp() {
            return 0;
        }
        let overnight = self.end <= self.start;
        let first = from.with_time_zone(self.zone.clone()).date();
        let first = if overnight { first.yesterday().unwrap_or(first) } else { first };
        let last = to.with_time_zone(self.zone.clone()).date();
        let mut minutes = 0;
        let mut day = first;
        while day <= last {
            if self.works(day)
                && let Some((start, end)) = self.window(day, overnight)
            {
                let start = start.timestamp().max(from.timestamp());
                let end = end.timestamp().min(to.timestamp());
                minutes += (end.duration_since(start).as_secs() / 60).max(0);
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        minutes
    }

    fn works(&self, day: civil::Date) -> bool {
        let weekday = day.weekday().to_monday_one_offset();
        u8::try_from(weekday).is_ok_and(|weekday| self.days.contains(&weekday))
    }

    fn window(&self, day: civil::Date, overnight: bool) -> Option<(Zoned, Zoned)> {
        let next = day.checked_add(1.day()).ok()?;
        let start = self.at(day, self.start)?;
        let end = self.at(if overnight { next } else { day }, self.end)?;
        Some((start, end))
    }

    /// A time of day; 24:00 is the start of the next day.
    fn at(&self, day: civil::Date, minutes: u16) -> Option<Zoned> {
        let (day, minutes) = if minutes >= 1_440 {
            (day.checked_add(1.day()).ok()?, minutes - 1_440)
        } else {
            (day, minutes)
        };
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        day.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use crate::jira::stamp;
    use atlassian_settings::Behaviour;
    use jiff::Zoned;
    use serde_json::json;

    fn at(text: &str) -> Zoned {
        stamp::parse(&json!(text)).expect("a time")
    }

    fn working(zone: &str, start: u16, end: u16, days: &[u8]) -> Clock {
        Clock::of(
            &Behaviour {
                sla_timezone: Some(zone.to_owned()),
                sla_working_hours_start: start,
                sla_working_hours_end: end,
                sla_working_days: days.to_vec(),
                ..Behaviour::default()
            },
            true,
        )
    }

    const WEEK: &[u8] = &[1, 2, 3, 4, 5];
    const ALL: &[u8] = &[1, 2, 3, 4, 5, 6, 7];
    /// The first fixture of the spec: Friday 15:00 UTC to Wednesday 10:30:30 UTC.
    const CREATED: &str = "2026-01-02T15:00:00.000+0000";
    const STARTED: &str = "2026-01-05T08:00:00.000+0000";
    const RESOLVED: &str = "2026-01-07T10:30:30.000+0000";

    #[test]
    fn the_examples_of_the_spec() {
        let (created, started, resolved) = (at(CREATED), at(STARTED), at(RESOLVED));
        let all = |clock: &Clock| {
            [
                clock.minutes(&created, &resolved),
                clock.minutes(&started, &resolved),
                clock.minutes(&created, &started),
            ]
        };
        assert_eq!(all(&Clock::Calendar), [6_930, 3_030, 3_900]);
        assert_eq!(all(&working("UTC", 540, 1_020, WEEK)), [1_170, 1_050, 120]);
        assert_eq!(all(&working("America/New_York", 540, 1_020, WEEK)), [1_380, 960, 420]);
        let berlin = working("Europe/Berlin", 0, 1_439, ALL);
        assert_eq!(berlin.minutes(&created, &resolved), 6_925);
    }

    #[test]
    fn nights_cross_midnight_and_24_hours_are_a_day() {
        let night = working("UTC", 1_320, 360, WEEK);
        // Friday night counts as Friday's although it ends on Saturday.
        assert_eq!(night.minutes(&at("2026-01-02T23:00:00Z"), &at("2026-01-03T12:00:00Z")), 420);
        assert_eq!(night.minutes(&at("2026-01-03T07:00:00Z"), &at("2026-01-05T12:00:00Z")), 0);
        assert_eq!(night.minutes(&at("2026-01-06T01:00:00Z"), &at("2026-01-06T02:00:00Z")), 60);
        let whole = working("UTC", 0, 1_440, ALL);
        assert_eq!(whole.minutes(&at(CREATED), &at("2026-01-04T15:00:00Z")), 2_880);
    }

    #[test]
    fn clock_changes_count_as_long_as_they_are() {
        let berlin = working("Europe/Berlin", 0, 1_439, ALL);
        let (from, to) = (at("2026-03-27T09:00:00.000+0100"), at("2026-03-30T12:00:00.000+0200"));
        // Sunday has 23 hours: one hour less than by the clock on the wall.
        assert_eq!(berlin.minutes(&from, &to), 899 + 1_439 + 1_379 + 720);
        let back = (at("2026-10-24T12:00:00.000+0200"), at("2026-10-26T12:00:00.000+0100"));
        assert_eq!(
            working("Europe/Berlin", 0, 1_440, ALL).minutes(&back.0, &back.1),
            49 * 60,
            "Sunday has 25 hours"
        );
    }

    #[test]
    fn seconds_are_cut_per_day_and_nothing_runs_backwards() {
        let clock = working("UTC", 540, 1_020, WEEK);
        let (from, to) = (at("2026-01-05T16:59:01Z"), at("2026-01-06T09:00:59Z"));
        assert_eq!(clock.minutes(&from, &to), 0);
        assert_eq!(clock.minutes(&at(RESOLVED), &at(CREATED)), 0);
        assert_eq!(Clock::Calendar.minutes(&at(RESOLVED), &at(CREATED)), 0);
        let unknown = working("Mars/Olympus", 540, 1_020, WEEK);
        assert_eq!(unknown.minutes(&at(CREATED), &at(RESOLVED)), 1_170, "UTC");
    }
}
