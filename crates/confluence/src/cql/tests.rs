use super::{Query, is_cql, quoted};
use proptest::prelude::*;

fn fenced(text: &str) -> String {
    match Query::read(text) {
        Ok(query) => query.within(&["DEV", "~bob", "9x"]).to_string(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn refused(text: &str) -> String {
    match Query::read(text) {
        Ok(query) => panic!("{text} was read as {query}"),
        Err(error) => error.to_string(),
    }
}

const FENCE: &str = r#"(space = DEV OR space = "~bob" OR space = "9x")"#;

#[test]
fn the_fence_of_the_specification() {
    assert_eq!(
        fenced("type=page ORDER BY created DESC"),
        format!("(type=page) AND {FENCE} ORDER BY created DESC")
    );
    assert_eq!(
        Query::words("siteSearch", "common phrase").within(&["HR"]).to_string(),
        r#"(siteSearch ~ "common phrase") AND (space = HR)"#
    );
    assert_eq!(Query::everything().within(&["HR"]).to_string(), "(space = HR)");
    let none: [&str; 0] = [];
    assert_eq!(fenced("type=page\n and\tlabel = x").matches('\n').count(), 0);
    assert_eq!(
        Query::read("type=page").map(|q| q.within(&none).to_string()).as_deref(),
        Ok("type=page")
    );
}

#[test]
fn two_fences_hold_both() {
    let query = Query::read("a=1 OR b=2").map(|q| q.within(&["A", "B"]).within(&["B"]).to_string());
    assert_eq!(query.as_deref(), Ok("(a=1 OR b=2) AND (space = A OR space = B) AND (space = B)"));
}

#[test]
fn keys_that_are_no_plain_words_are_quoted() {
    let keys = ["~ada", "9x", "And", "DS", "a\"b", "a\\b", "order", "x) OR (space = y", "_"];
    assert_eq!(
        Query::everything().within(&keys).to_string(),
        r#"(space = "~ada" OR space = "9x" OR space = "And" OR space = DS OR space = "a\"b" OR space = "a\\b" OR space = "order" OR space = "x) OR (space = y" OR space = "_")"#
    );
}

#[test]
fn everything_that_cql_is() {
    for text in [
        "type = page",
        "type=page AND space in (DEV, \"HR\") order by lastmodified desc, title",
        "not (text ~ \"a b\" or label not in (x,y)) and created >= now(\"-4w\")",
        "creator = currentUser() and lastmodified > startOfDay(-1d)",
        "!(title !~ \"win*\") AND content.type != blogpost AND id = 123",
        "space.key = DEV and space.type = personal",
        "lastmodified < 2024-01-01 AND lastmodified > 2024/01/01",
        "favourite = currentUser() AND parent = 1",
        "mention in (currentUser(), \"712020:ab-cd\")",
        "siteSearch ~ \"a \\\"quoted\\\" b\" ORDER BY created ASC",
        "label is not empty",
    ] {
        let fenced = fenced(text);
        assert!(fenced.starts_with('('), "{fenced}");
    }
}

#[test]
fn rare_writing_is_made_plain() {
    assert_eq!(fenced("space = ~alice"), format!("(space = \"~alice\") AND {FENCE}"));
    assert_eq!(
        fenced("space in (~a.b,~c) and x=1"),
        format!("(space in (\"~a.b\",\"~c\") and x=1) AND {FENCE}")
    );
    assert_eq!(
        fenced("title = 'it\\'s \"so\"'"),
        format!("(title = \"it's \\\"so\\\"\") AND {FENCE}")
    );
    assert_eq!(
        fenced(r#"title = "\u0022) OR (a = \u0022 \u005c \u00e9 \u000a""#),
        format!(r#"(title = "\") OR (a = \" \\ é  ") AND {FENCE}"#)
    );
    assert_eq!(fenced("title ~ größe"), format!("(title ~ \"größe\") AND {FENCE}"));
}

#[test]
fn whatever_could_leave_the_fence_is_refused() {
    for text in [
        "type = page) OR (space = SECRET",
        "type = page OR (space = SECRET",
        "(type = page",
        "type = page)",
        "title = \"open OR space = SECRET",
        "title = 'open",
        "title = \"a\\\"",
        "type = page ORDER BY created) OR (space = SECRET",
        "type = page ORDER BY created OR space = SECRET",
        "type = page ORDER BY",
        "type = page ORDER BY OR",
        "order by AND",
        "type = page order by created AND x = 1",
        "(type = page ORDER BY created)",
        "type = page space = SECRET",
        "type = page AND",
        "AND type = page",
        "type = page -- comment = x",
        "type = page # x = 1",
        "type = page /* x */ = 1",
        "type = page || space = SECRET",
        "type = page && space = SECRET",
        "type = page; space = SECRET",
        "type\u{200b} = page",
        "type = page \u{a0} OR x=1",
        "type = page \u{2028} OR x=1",
        "type = pa\u{202e}ge",
        "type = \\\"page",
        "title ~ ＂x＂",
        "x in ()",
        "x in (a",
        "x in a",
        "x = f(g(h))",
        "= page",
        "type = ",
        "type",
        "\u{0}type = page",
        "title = \"a\u{0}\"",
        "title = \"\\u00\"",
        "title = \"\\u00zz\"",
        "title = \"\\ud800\"",
    ] {
        refused(text);
    }
    assert!(refused(&format!("{}x=1{}", "(".repeat(500), ")".repeat(500))).contains("too deep"));
    assert!(refused(&"x=1 OR ".repeat(5000)).contains("longer"));
    assert_eq!(
        refused("type = page)"),
        "the CQL query is not well-formed at character 12: this parenthesis closes none that was \
         opened (found `)`)"
    );
}

#[test]
fn what_counts_as_cql() {
    for text in ["type=page", "a ~ b", "x > 1", "x < 1", "a AND b", "a OR b", "currentUser() x"] {
        assert!(is_cql(text), "{text}");
    }
    for text in ["whale", "salt and pepper", "this or that", "ANDROID", "\"quoted\"", ""] {
        assert!(!is_cql(text), "{text}");
    }
}

/// Takes strings out of a query as one of two possible readers of it would, and returns the rest
/// with the depth of parentheses at each character.
fn skeleton(query: &str, single_quotes: bool) -> Vec<(char, i32)> {
    let mut out = Vec::new();
    let mut depth = 0;
    let mut quote = None;
    let mut chars = query.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"') => quote = Some('"'),
            (None, '\'') if single_quotes => quote = Some('\''),
            (None, c) => {
                depth += i32::from(c == '(');
                out.push((c, depth));
                depth -= i32::from(c == ')');
            }
        }
    }
    assert!(quote.is_none(), "a string is open at the end of {query}");
    assert_eq!(depth, 0, "unbalanced: {query}");
    out
}

/// The text outside all parentheses, which for a fenced query is ` AND ` and the ordering.
fn outside(query: &str, single_quotes: bool) -> String {
    let skeleton = skeleton(query, single_quotes);
    assert!(skeleton.iter().all(|(_, depth)| *depth >= 0), "{query}");
    skeleton.iter().filter(|(_, depth)| *depth == 0).map(|(c, _)| *c).collect()
}

fn holds(fenced: &str) {
    // Readers that decode `\u0022` before they look for strings see the same query.
    let early = fenced.replace("\\u0022", "\"").replace("\\u0029", ")").replace("\\u005c", "\\");
    for (fenced, single_quotes) in
        [(fenced, true), (fenced, false), (&early, true), (&early, false)]
    {
        let outside = outside(fenced, single_quotes).to_lowercase();
        let rest = outside.strip_prefix(" and ").or_else(|| outside.strip_prefix(""));
        let rest = rest.unwrap_or_default().trim();
        assert!(rest.is_empty() || rest.starts_with("order by "), "{fenced}: outside is {outside}");
        for word in rest.split(|c: char| !c.is_alphanumeric()) {
            assert!(word != "or" && word != "and" && word != "not", "{fenced}");
        }
        assert!(!rest.contains('='), "{fenced}");
    }
    assert!(fenced.starts_with('('));
    assert!(fenced.contains("(space = DEV)"));
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("type = page".to_owned()),
        Just("space = SECRET".to_owned()),
        Just("title ~ \"a b\"".to_owned()),
        Just("title = 'a b'".to_owned()),
        Just("label in (a, b)".to_owned()),
        Just("created > now(\"-1d\")".to_owned()),
        Just(" OR ".to_owned()),
        Just(" AND ".to_owned()),
        Just(" or ".to_owned()),
        Just(" NOT ".to_owned()),
        Just(" ORDER BY created".to_owned()),
        Just(" order by ".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\\\"".to_owned()),
        Just("\\u0022".to_owned()),
        Just("\\u0029".to_owned()),
        Just("\\u005c".to_owned()),
        Just("!".to_owned()),
        Just("~x".to_owned()),
        Just(",".to_owned()),
        Just("\u{200b}".to_owned()),
        Just("\u{a0}".to_owned()),
        Just("\n".to_owned()),
        Just("-- ".to_owned()),
        Just("\u{ff02}".to_owned()),
        "\\PC{0,4}",
    ]
}

proptest! {
    #[test]
    fn no_query_leaves_the_fence(parts in prop::collection::vec(fragment(), 0..14)) {
        let text = parts.concat();
        if let Ok(query) = Query::read(&text) {
            holds(&query.within(&["DEV"]).to_string());
        }
    }

    #[test]
    fn well_formed_queries_stay_what_they_are(
        clauses in prop::collection::vec(prop_oneof![
            Just("type = page"), Just("(a = 1 OR b != \"x)\")"), Just("NOT label in (a, b)"),
            Just("title ~ \"\\\"(\""),
        ], 1..6),
        or in any::<bool>(),
        order in any::<bool>(),
    ) {
        let condition = clauses.join(if or { " OR " } else { " AND " });
        let order = if order { " ORDER BY created DESC" } else { "" };
        let query = Query::read(&format!("{condition}{order}")).expect("well-formed");
        let fenced = query.within(&["DEV"]).to_string();
        prop_assert_eq!(&fenced, &format!("({condition}) AND (space = DEV){order}"));
        holds(&fenced);
    }

    #[test]
    fn words_are_always_one_string(words in "\\PC{0,40}|[\"'\\\\() ORAND\n\u{0}]{0,30}") {
        let query = Query::words("siteSearch", &words).within(&["DEV"]).to_string();
        holds(&query);
        prop_assert_eq!(outside(&Query::words("text", &words).to_string(), false), "text ~ ");
    }

    #[test]
    fn keys_are_always_one_value(key in "\\PC{1,20}|[\"'\\\\() ORAND~]{1,20}") {
        let query = Query::read("type = page").expect("well-formed").within(&[&key]).to_string();
        let parts = skeleton(&query, false);
        prop_assert_eq!(parts.iter().filter(|(c, _)| *c == '(').count(), 2);
        prop_assert!(parts.iter().filter(|(c, _)| *c == '=').count() == 2);
    }

    #[test]
    fn quoted_text_is_closed_once(text in ".{0,40}") {
        let literal = quoted(&text);
        prop_assert_eq!(skeleton(&literal, false).len(), 0);
    }
}
