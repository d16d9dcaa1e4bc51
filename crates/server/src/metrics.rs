//! Counters of calls and how long they took, in the text format of Prometheus.
//!
//! The number of series is bounded by the configuration: labels are instance, tool, outcome and
//! status, all of which this program names itself. What a client invents (an unknown tool, an
//! instance it made up) is counted under one label. No series names a caller.

use atlassian_instances::{Ending, Observer, Record};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets of a call's duration, in milliseconds.
const BOUNDS_MS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/// Most tools per instance and most instances are bounded by the registry; this is the belt to
/// those braces.
const MOST_SERIES: usize = 20_000;

/// Label of a tool that does not exist.
const NO_TOOL: &str = "(unknown)";

/// Instance (`service`, `name`) and tool.
type Place = (&'static str, Arc<str>, Arc<str>);

/// The counters of a process.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    calls: BTreeMap<(Place, Ending), u64>,
    durations: BTreeMap<Place, Histogram>,
    statuses: BTreeMap<(&'static str, Arc<str>, u16), u64>,
    requests: BTreeMap<(&'static str, Arc<str>), Requests>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Requests {
    unanswered: u64,
    received: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Histogram {
    /// One more than there are bounds: the last is everything above.
    buckets: [u64; BOUNDS_MS.len() + 1],
    sum: Duration,
}

impl Histogram {
    fn add(&mut self, took: Duration) {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        // A duration of exactly 5 ms belongs to the bucket `le="0.005"`; sub-millisecond rests round down.
        let place = BOUNDS_MS.iter().position(|bound| ms <= *bound).unwrap_or(BOUNDS_MS.len());
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }
}

/// What is true at the moment of a scrape.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Now {
    /// Open sessions.
    pub(crate) sessions: usize,
    /// Most sessions there may be.
    pub(crate) most_sessions: usize,
    /// Usable instances.
    pub(crate) usable: usize,
    /// Configured instances that are skipped.
    pub(crate) skipped: usize,
}

impl Metrics {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page, ending in a line end (Prometheus text format 0.0.4).
    pub(crate) fn page(&self, now: Now) -> String {
        let mut page = String::with_capacity(4096);
        let counted = self.counted();
        counted.calls(&mut page);
        counted.durations(&mut page);
        counted.upstream(&mut page);
        drop(counted);
        for (name, help, value) in [
            ("sessions", "Sessions of clients that are open.", now.sessions),
            ("sessions_limit", "Most sessions there may be.", now.most_sessions),
            ("instances_usable", "Instances that can be called.", now.usable),
            ("instances_skipped", "Configured instances that are skipped.", now.skipped),
        ] {
            head(&mut page, name, "gauge", help);
            line(&mut page, name, "", value);
        }
        head(&mut page, "build_info", "gauge", "The running version; always 1.");
        let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
        line(&mut page, "build_info", version, 1);
        page
    }
}

impl Observer for Metrics {
    fn ended(&self, record: &Record) {
        let (service, instance): (&'static str, Arc<str>) = match &record.instance {
            Some(id) => (id.service.word(), id.name.as_str().into()),
            None => ("", "".into()),
        };
        let tool = if record.known { Arc::clone(&record.tool) } else { NO_TOOL.into() };
        let place: Place = (service, Arc::clone(&instance), tool);
        let mut counted = self.counted();
        if counted.calls.len() < MOST_SERIES {
            *counted.calls.entry((place.clone(), record.ending)).or_insert(0) += 1;
            counted.durations.entry(place).or_default().add(record.took);
        }
        if record.instance.is_none() {
            return;
        }
        let mut answered = 0;
        for (status, times) in &record.traffic.statuses {
            answered += u64::from(*times);
            let key = (service, Arc::clone(&instance), *status);
            if counted.statuses.len() < MOST_SERIES {
                *counted.statuses.entry(key).or_insert(0) += u64::from(*times);
            }
        }
        let requests = counted.requests.entry((service, instance)).or_default();
        requests.unanswered += u64::from(record.traffic.requests).saturating_sub(answered);
        requests.received = requests.received.saturating_add(record.traffic.received);
    }
}

impl Counted {
    fn calls(&self, page: &mut String) {
        let name = "calls_total";
        head(page, name, "counter", "Calls of tools, by how they ended.");
        for ((place, ending), times) in &self.calls {
            let labels = format!("{},outcome=\"{}\"", labels(place), ending.word());
            line(page, name, &labels, times);
        }
    }

    fn durations(&self, page: &mut String) {
        let name = "call_duration_seconds";
        head(page, name, "histogram", "How long calls of tools took.");
        for (place, histogram) in &self.durations {
            let labels = labels(place);
            let mut below = 0;
            let bounds = BOUNDS_MS.iter().map(|ms| seconds(Duration::from_millis(*ms)));
            let bounds = bounds.chain(std::iter::once("+Inf".to_owned()));
            for (count, bound) in histogram.buckets.iter().zip(bounds) {
                below += count;
                let labels = format!("{labels},le=\"{bound}\"");
                line(page, "call_duration_seconds_bucket", &labels, below);
            }
            line(page, "call_duration_seconds_sum", &labels, seconds(histogram.sum));
            line(page, "call_duration_seconds_count", &labels, below);
        }
    }

    fn upstream(&self, page: &mut String) {
        let place = |service: &str, instance: &str| {
            format!("service=\"{service}\",instance=\"{}\"", escaped(instance))
        };
        let name = "upstream_responses_total";
        head(
            page,
            name,
            "counter",
            "Answers of instances, by HTTP status; a repeated request counts once.",
        );
        for ((service, instance, status), times) in &self.statuses {
            let labels = format!("{},status=\"{status}\"", place(service, instance));
            line(page, name, &labels, times);
        }
        let name = "upstream_unanswered_total";
        head(page, name, "counter", "Requests to instances that got no answer.");
        for ((service, instance), requests) in &self.requests {
            line(page, name, &place(service, instance), requests.unanswered);
        }
        let name = "upstream_received_bytes_total";
        head(page, name, "counter", "Bytes of successful answers of instances.");
        for ((service, instance), requests) in &self.requests {
            line(page, name, &place(service, instance), requests.received);
        }
    }
}

fn labels((service, instance, tool): &Place) -> String {
    format!("service=\"{service}\",instance=\"{}\",tool=\"{}\"", escaped(instance), escaped(tool))
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ =
        write!(page, "# HELP atlassian_mcp_{name} {help}\n# TYPE atlassian_mcp_{name} {kind}\n");
}

fn line(page: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = if labels.is_empty() {
        writeln!(page, "atlassian_mcp_{name} {value}")
    } else {
        writeln!(page, "atlassian_mcp_{name}{{{labels}}} {value}")
    };
}

/// Seconds with the digits there are and no more: `0.005`, `1`, `2.5`.
fn seconds(duration: Duration) -> String {
    let text = format!("{}.{:06}", duration.as_secs(), duration.subsec_micros());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{Histogram, escaped, seconds};
    use std::time::Duration;

    #[test]
    fn durations_fall_into_the_bucket_of_their_bound() {
        let mut histogram = Histogram::default();
        for ms in [0, 5, 6, 30_000, 30_001, 90_000] {
            histogram.add(Duration::from_millis(ms));
        }
        assert_eq!(histogram.buckets, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(seconds(histogram.sum), "150.012");
    }

    #[test]
    fn numbers_and_labels_are_what_the_format_takes() {
        assert_eq!(seconds(Duration::from_millis(5)), "0.005");
        assert_eq!(seconds(Duration::from_secs(10)), "10");
        assert_eq!(seconds(Duration::ZERO), "0");
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
