//! Env files (server spec section 1.1).

use atlassian_settings::parse_env_file;
use proptest::prelude::*;

fn read(text: &str) -> Vec<(String, String)> {
    let environment = |name: &str| (name == "OUTSIDE").then(|| "from-outside".to_owned());
    parse_env_file(text, &environment).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn one_line_each() {
    for (line, value) in [
        ("A=plain", "plain"),
        ("  A = spaced out  ", "spaced out"),
        ("export A=exported", "exported"),
        ("export\tA=exported", "exported"),
        ("A=", ""),
        ("A= # not a comment", "# not a comment"),
        ("A=#hash", "#hash"),
        ("A=value # comment", "value"),
        ("A=value\t# comment", "value"),
        ("A=va#lue", "va#lue"),
        ("A='single # quoted' # comment", "single # quoted"),
        (r"A='it\'s \n'", r"it's \n"),
        (r#"A="double \"quoted\"\n\ttext""#, "double \"quoted\"\n\ttext"),
        (r#"A="unknown \q escape""#, r"unknown \q escape"),
        ("A=\"two\nlines\"", "two\nlines"),
        ("A=\"\"", ""),
        ("'A'=quoted key", "quoted key"),
        ("A=a=b=c", "a=b=c"),
        ("A=${OUTSIDE}", "from-outside"),
        ("A=x${OUTSIDE}y", "xfrom-outsidey"),
        ("A='${OUTSIDE}'", "from-outside"),
        ("A=${MISSING}", ""),
        ("A=${MISSING:-fallback}", "fallback"),
        ("A=${OUTSIDE:-fallback}", "from-outside"),
        ("A=$OUTSIDE", "$OUTSIDE"),
        ("A=${OUTSIDE", "${OUTSIDE"),
        ("A=${OUT:SIDE}", "${OUT:SIDE}"),
        ("\u{feff}A=marked", "marked"),
        ("# comment\n\n   # another\nA=after", "after"),
        ("A=first\r\nA=last\r\n", "last"),
    ] {
        assert_eq!(read(line), [("A".to_owned(), value.to_owned())], "{line:?}");
    }
}

#[test]
fn earlier_lines_are_seen_and_win_over_the_environment() {
    let pairs = read("B=1\nOUTSIDE=inside\nA=${B}-${OUTSIDE}\nB=2\nC=${B}\nD=${A}\n");
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).unwrap().1.as_str();
    assert_eq!(
        [value("A"), value("B"), value("C"), value("D")],
        ["1-inside", "2", "2", "1-inside"]
    );
    let order: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(order, ["B", "OUTSIDE", "A", "C", "D"]);
}

#[test]
fn a_key_without_a_value_sets_nothing() {
    assert!(read("LONELY\nexport ALSO # comment\n").is_empty());
}

#[test]
fn a_replacement_is_not_looked_at_again() {
    let environment = |name: &str| (name == "A").then(|| "${B}".to_owned());
    let pairs = parse_env_file("B=x\nC=${A}\n", &environment).unwrap();
    assert_eq!(pairs.last().unwrap().1, "${B}");
}

#[test]
fn what_cannot_be_read_is_told_by_its_line_and_never_by_its_value() {
    for (text, line) in [
        ("A=1\nB C=canary\n", 2),
        ("A=1\n\n# comment\n=canary\n", 4),
        ("A=\"canary", 1),
        ("A=1\nB=\"one\ntwo\" canary\n", 3),
        ("A=1\r\nB='canary\r\n", 2),
    ] {
        let error = parse_env_file(text, &|_| None).expect_err(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

/// Writes a value as a double-quoted one.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        pairs in proptest::collection::btree_map("[A-Z][A-Z0-9_]{0,8}", "[^$\u{0}]{0,20}", 0..8),
        single in any::<bool>(),
    ) {
        let mut text = String::new();
        for (name, value) in &pairs {
            let value = if single {
                format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
            } else {
                quoted(value)
            };
            text.push_str(&format!("{name}={value}\n"));
        }
        let read = parse_env_file(&text, &|_| None).unwrap();
        prop_assert_eq!(read, pairs.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn nothing_makes_the_reader_fail_otherwise_than_by_an_error(text in "[\\PC\n\r\t'\"\\\\$={}#]{0,80}") {
        let lines = text.lines().count() + text.matches('\r').count() + 1;
        if let Err(error) = parse_env_file(&text, &|_| None) {
            prop_assert!((1..=lines).contains(&error.line));
        }
    }
}
