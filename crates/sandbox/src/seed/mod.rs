//! The data every site starts with, read from the files below `data/`.
//!
//! Cloud and Data Center have a story each: a payments team on Cloud, a logistics team on Data
//! Center. The files are JSON with names instead of ids; `jira` and `confluence` here turn them
//! into state. Placeholders: `%SITE%` the site's name, `%JIRA%` and `%WIKI%` its addresses,
//! `%ACCOUNT:ada%` a user's account id, `%USERKEY:ada%` a Confluence user key.

pub(crate) mod bulk;
pub(crate) mod confluence;
mod issues;
pub(crate) mod jira;

use std::io;

use serde_json::Value;

use crate::people::{People, Person};
use crate::site::{Addresses, Flavour};

/// Where a site's ids start, so that no two sites of a sandbox share one.
pub(crate) fn first_id(index: usize) -> u64 {
    10_000 + 100_000 * u64::try_from(index).unwrap_or_default()
}

/// A seed file with its placeholders filled.
pub(crate) fn read(
    text: &str,
    site: &str,
    addresses: &Addresses,
    people: &People,
) -> io::Result<Value> {
    let mut filled = text
        .replace("%SITE%", site)
        .replace("%JIRA%", &addresses.jira)
        .replace("%WIKI%", &addresses.confluence);
    for person in &people.all {
        filled = filled
            .replace(&format!("%ACCOUNT:{}%", person.name), &person.account_id)
            .replace(&format!("%USERKEY:{}%", person.name), &person.user_key());
    }
    if let Some(at) = filled.find("%ACCOUNT:").or_else(|| filled.find("%USERKEY:")) {
        let place: String = filled.get(at..).unwrap_or_default().chars().take(30).collect();
        return Err(broken(&format!("the seed names a user it does not have: {place}")));
    }
    serde_json::from_str(&filled).map_err(|error| broken(&format!("the seed is no JSON: {error}")))
}

pub(crate) fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// Users of a flavour's story.
pub(crate) fn people(flavour: Flavour, site: &str, index: usize) -> People {
    const CLOUD: &[(&str, &str)] = &[
        ("ada", "Ada Okafor"),
        ("bo", "Bo Lindqvist"),
        ("chen", "Chen Wei"),
        ("dora", "Dóra Szabó"),
        ("emil", "Emil Haugen"),
        ("farah", "Farah Nazari"),
        ("gus", "Gus Pereira"),
        ("helga", "Helga Brandt"),
    ];
    const DATA_CENTER: &[(&str, &str)] = &[
        ("mvoss", "Mira Voss"),
        ("nkamau", "Nia Kamau"),
        ("oruiz", "Óscar Ruiz"),
        ("ptan", "Priya Tan"),
        ("qberg", "Quentin Berg"),
        ("rsilva", "Rita Silva"),
    ];
    let list = match flavour {
        Flavour::Cloud => CLOUD,
        Flavour::DataCenter => DATA_CENTER,
    };
    let people = list.iter().enumerate().map(|(place, (name, display))| {
        let number = index * 100 + place;
        Person {
            name: (*name).to_owned(),
            display: (*display).to_owned(),
            email: format!("{name}@{site}.example"),
            email_hidden: matches!(*name, "farah"),
            // Both forms in use: the older ones are 24 hexadecimal digits.
            account_id: if place % 3 == 2 {
                format!("5b10ac8d82e05b22cc7d{number:04x}")
            } else {
                format!(
                    "712020:{number:08x}-4d1e-4f6a-9c3b-{:012x}",
                    0x00c0_ffee_u64 + number as u64
                )
            },
            key: format!("JIRAUSER{}", 10_100 + number),
            // People leave.
            active: !matches!(*name, "helga" | "rsilva"),
        }
    });
    People { all: people.collect() }
}

/// A text of a seed object.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list of a seed object.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts of a list of a seed object.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Bytes of a seeded file: `png` for a small picture, `repeat:N:text` for a long one, else the
/// text itself.
pub(crate) fn file_bytes(data: &str) -> Vec<u8> {
    if data == "png" {
        return PIXEL.to_vec();
    }
    if let Some((count, text)) = data.strip_prefix("repeat:").and_then(|rest| rest.split_once(':'))
    {
        return text.repeat(count.parse().unwrap_or(1)).into_bytes();
    }
    data.as_bytes().to_vec()
}

/// A PNG of one transparent pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4,
    0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x62, 0x00, 0x01, 0x00, 0x00,
    0x05, 0x00, 0x01, 0x0d, 0x0a, 0x2d, 0xb4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adf;
    use crate::jira::fields::Kind;
    use crate::site::SiteSpec;
    use crate::world::World;

    fn world(spec: &SiteSpec, index: usize) -> World {
        let addresses = Addresses {
            jira: "http://jira".to_owned(),
            confluence: "http://wiki".to_owned(),
            gateway: String::new(),
            cloud_id: String::new(),
            media: None,
            auth: String::new(),
        };
        World::seeded(spec, index, &addresses).unwrap()
    }

    #[test]
    fn every_document_of_the_cloud_seed_is_one_jira_accepts() {
        let world = world(&SiteSpec::cloud("acme"), 0);
        let rich: Vec<&str> = world
            .jira
            .fields
            .iter()
            .filter(|f| {
                f.kind == Kind::TextArea || matches!(f.id.as_str(), "description" | "environment")
            })
            .map(|f| f.id.as_str())
            .collect();
        let mut checked = 0;
        for issue in world.jira.issues.values() {
            let fields = rich.iter().map(|id| issue.value(id));
            let bodies = issue.comments.iter().map(|c| &c.body);
            for document in fields.chain(bodies).filter(|d| !d.is_null()) {
                assert_eq!(adf::check(document), Ok(()), "{}: {document}", issue.key);
                checked += 1;
            }
        }
        assert!(checked > 80, "only {checked} documents");
    }

    #[test]
    fn two_sites_of_one_flavour_share_no_id() {
        let (first, second) = (world(&SiteSpec::cloud("a"), 0), world(&SiteSpec::cloud("b"), 1));
        let fields = |world: &World| -> Vec<String> {
            world.jira.fields.iter().filter(|f| f.custom()).map(|f| f.id.clone()).collect()
        };
        assert!(fields(&first).iter().all(|id| !fields(&second).contains(id)));
        assert!(first.jira.issues.keys().all(|id| !second.jira.issues.contains_key(id)));
        assert!(
            first.confluence.contents.keys().all(|id| !second.confluence.contents.contains_key(id))
        );
        let accounts = |world: &World| -> Vec<String> {
            world.people.all.iter().map(|p| p.account_id.clone()).collect()
        };
        assert!(accounts(&first).iter().all(|id| !accounts(&second).contains(id)));
    }
}
