//! Finding the handler of a request in a product's table.

use crate::documents::fits;
use crate::site::Flavour;
use crate::wire::{Answer, Call, decode};

/// A function that answers requests from a product's state.
pub(crate) type Handler<S> = fn(&mut S, &Call) -> Answer;

/// A row of a product's table.
#[derive(Debug)]
pub(crate) struct Route<S> {
    method: &'static str,
    template: &'static str,
    only: Option<Flavour>,
    pub(crate) run: Handler<S>,
}

#[cfg(test)]
impl<S> Route<S> {
    /// Method and a path that fits, when the operation is one of Cloud.
    pub(crate) fn cloud_sample(&self) -> Option<(&'static str, String)> {
        if self.only == Some(Flavour::DataCenter) {
            return None;
        }
        let sample = |segment: &'static str| match segment {
            "{v}" => "3",
            "{release}" => "1.0",
            other if other.starts_with('{') => "1",
            other => other,
        };
        let path: Vec<&str> = self.template.split('/').map(sample).collect();
        Some((self.method, path.join("/")))
    }
}

/// An operation of both flavours.
pub(crate) const fn both<S>(
    method: &'static str,
    template: &'static str,
    run: Handler<S>,
) -> Route<S> {
    Route { method, template, only: None, run }
}

/// An operation of Cloud.
pub(crate) const fn cloud<S>(
    method: &'static str,
    template: &'static str,
    run: Handler<S>,
) -> Route<S> {
    Route { method, template, only: Some(Flavour::Cloud), run }
}

/// An operation of Data Center.
pub(crate) const fn data_center<S>(
    method: &'static str,
    template: &'static str,
    run: Handler<S>,
) -> Route<S> {
    Route { method, template, only: Some(Flavour::DataCenter), run }
}

/// Values of a template's variable parts by their names.
pub(crate) type Parts = Vec<(&'static str, String)>;

/// The row for a request and the values of its template; the one with the fewest variable
/// parts wins, as in `/issue/bulk` against `/issue/{key}`.
pub(crate) fn find<S>(
    table: &'static [Route<S>],
    flavour: Flavour,
    method: &str,
    path: &str,
) -> Option<(&'static Route<S>, Parts)> {
    let path = path.strip_suffix('/').filter(|p| !p.is_empty()).unwrap_or(path);
    let route = table
        .iter()
        .filter(|route| route.method == method && route.only.is_none_or(|only| only == flavour))
        .filter(|route| fits(route.template, path))
        .min_by_key(|route| route.template.matches('{').count())?;
    let parts = route
        .template
        .split('/')
        .zip(path.split('/'))
        .filter_map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some((name, decode(value)))
        })
        .collect();
    Some((route, parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reply;

    fn nothing(_: &mut (), _: &Call) -> Answer {
        Ok(Reply::none())
    }

    const TABLE: &[Route<()>] = &[
        both("GET", "/issue/{key}", nothing),
        both("GET", "/issue/bulk", nothing),
        cloud("GET", "/only", nothing),
    ];

    #[test]
    fn the_more_literal_row_wins() {
        let found = |flavour, path| {
            find(TABLE, flavour, "GET", path).map(|(route, parts)| (route.template, parts))
        };
        assert_eq!(found(Flavour::Cloud, "/issue/bulk"), Some(("/issue/bulk", vec![])));
        let key = vec![("key", "A-1".to_owned())];
        assert_eq!(found(Flavour::Cloud, "/issue/A%2D1/"), Some(("/issue/{key}", key)));
        assert_eq!(found(Flavour::DataCenter, "/only"), None);
    }
}
