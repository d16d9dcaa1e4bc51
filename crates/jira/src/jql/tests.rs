use super::{JqlError, fenced, project_clause, quoted, repaired, restricts};
use proptest::prelude::*;

fn keys(list: &[&str]) -> Vec<String> {
    list.iter().map(|key| (*key).to_owned()).collect()
}

fn behind(jql: &str) -> Result<String, JqlError> {
    fenced(jql, &[&keys(&["PAY"])])
}

#[test]
fn the_filter_comes_first_and_the_ordering_last() {
    for (asked, sent) in [
        ("status = Done", "(project = PAY) AND (status = Done)"),
        ("", "(project = PAY)"),
        ("  order BY\n created  desc ", "(project = PAY) order BY\n created  desc"),
        (
            "a = 1 OR b = 2 ORDER BY cf[10010] ASC, \"Story Points\" DESC",
            "(project = PAY) AND (a = 1 OR b = 2) ORDER BY cf[10010] ASC, \"Story Points\" DESC",
        ),
        (
            "summary ~ \"x ORDER BY y\" and (assignee = currentUser())",
            "(project = PAY) AND (summary ~ \"x ORDER BY y\" and (assignee = currentUser()))",
        ),
        (r#"summary ~ "a\") OR (1=1""#, r#"(project = PAY) AND (summary ~ "a\") OR (1=1")"#),
        ("project = IF", "(project = PAY) AND (project = \"IF\")"),
    ] {
        assert_eq!(behind(asked).as_deref(), Ok(sent), "{asked}");
    }
    assert_eq!(
        fenced("x = 1", &[&keys(&["PAY", "1A"]), &keys(&["PAY"])]).as_deref(),
        Ok("(project in (PAY, \"1A\")) AND (project = PAY) AND (x = 1)")
    );
}

#[test]
fn a_query_that_tries_to_leave_is_refused() {
    for hostile in [
        "project = OPS) OR (x = 1",
        "x = 1) OR project = OPS OR (y = 2",
        "(x = 1",
        "x = 1 ORDER BY created) OR (project = OPS",
        "x = 1 ORDER BY created OR project = OPS",
        "(x = 1 order by y) OR z = 1",
        "x = 1 oRdEr By a order by b",
        "summary ~ \"open",
        "summary ~ 'open",
        "summary ~ \"a\\\"",
        "x = 1 /* ) OR ( */",
        "x = 1 -- )",
        "x = 1 // )",
        "x = 1 # )",
        "x = 1; y = 2",
        "x = 1 \u{200b}OR y = 2",
        "x = 1 \u{a0}OR y = 2",
        "x = 1 \u{ff09} OR (y = 2",
        "x = \u{201c}a\u{201d}",
        "x = 1 \u{0} OR y = 2",
        "x = \"a\nb\"",
        "x = a\\) OR y = 2",
        "x = a\\u00zz",
        "x = {1}",
    ] {
        let outcome = behind(hostile);
        assert!(outcome.is_err(), "{hostile:?} became {outcome:?}");
    }
}

#[test]
fn values_are_quoted_only_where_they_must_be() {
    for (value, text) in [
        ("PAY", "PAY"),
        ("IF", "\"IF\""),
        ("1A", "\"1A\""),
        ("A-B", "\"A-B\""),
        ("a\"b\\c\n", "\"a\\\"b\\\\c\""),
        ("", "\"\""),
    ] {
        assert_eq!(quoted(value), text);
    }
    assert_eq!(project_clause(&keys(&["A1", "ON"])), "project in (A1, \"ON\")");
}

#[test]
fn reserved_project_keys_are_repaired_outside_of_quotes_only() {
    for (asked, sent) in [
        ("project = IF", "project = \"IF\""),
        ("project != as and x = 1", "project != \"as\" and x = 1"),
        ("project in (PAY, IF , on)", "project in (PAY, \"IF\" , \"on\")"),
        ("project not  in(\"IF\",IF)", "project not  in(\"IF\",\"IF\")"),
        ("summary ~ \"project = IF\"", "summary ~ \"project = IF\""),
        ("project = currentProject()", "project = currentProject()"),
        ("status = IF", "status = IF"),
        ("project = \"unfinished", "project = \"unfinished"),
    ] {
        assert_eq!(repaired(asked), sent);
    }
}

#[test]
fn an_ordering_alone_restricts_nothing() {
    assert!(!restricts(""));
    assert!(!restricts(" order by created"));
    assert!(restricts("project = PAY order by created"));
}

/// What Jira would make of a query: read again by a small parser of Atlassian's grammar that knows
/// nothing of the code above. `None` is a syntax error, which leaks nothing.
mod jira {
    #[derive(Debug, PartialEq)]
    pub(super) enum Tree {
        Or(Vec<Tree>),
        And(Vec<Tree>),
        Not(Box<Tree>),
        Clause(String),
    }

    fn lex(text: &str) -> Option<Vec<String>> {
        let chars: Vec<char> = text.chars().collect();
        let (mut words, mut at) = (Vec::new(), 0);
        while at < chars.len() {
            let c = chars[at];
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                at += 1;
            } else if matches!(c, '(' | ')' | ',' | '[' | ']') {
                words.push(c.to_string());
                at += 1;
            } else if matches!(c, '"' | '\'') {
                let mut word = String::from("\"");
                at += 1;
                loop {
                    let inner = *chars.get(at)?;
                    at += 1;
                    if inner == '\\' {
                        word.push(*chars.get(at)?);
                        at += 1;
                    } else if inner == c {
                        break;
                    } else {
                        word.push(inner);
                    }
                }
                words.push(word);
            } else if matches!(c, '=' | '!' | '<' | '>' | '~') {
                let mut word = String::new();
                while at < chars.len() && matches!(chars[at], '=' | '!' | '<' | '>' | '~') {
                    word.push(chars[at]);
                    at += 1;
                }
                words.push(word);
            } else if matches!(c, '&' | '|') {
                while at < chars.len() && chars[at] == c {
                    at += 1;
                }
                words.push(if c == '&' { "and".to_owned() } else { "or".to_owned() });
            } else {
                let mut word = String::new();
                while at < chars.len()
                    && !matches!(
                        chars[at],
                        ' ' | '\t'
                            | '\n'
                            | '\r'
                            | '('
                            | ')'
                            | ','
                            | '['
                            | ']'
                            | '"'
                            | '\''
                            | '='
                            | '!'
                            | '<'
                            | '>'
                            | '~'
                            | '&'
                            | '|'
                    )
                {
                    if chars[at] == '\\' {
                        at += 1;
                    }
                    word.push(*chars.get(at)?);
                    at += 1;
                }
                words.push(word);
            }
        }
        Some(words)
    }

    struct Parser {
        words: Vec<String>,
        at: usize,
    }

    impl Parser {
        fn is(&self, word: &str) -> bool {
            self.words.get(self.at).is_some_and(|w| w.eq_ignore_ascii_case(word))
        }

        fn any(&mut self) -> Option<Tree> {
            let mut parts = vec![self.all()?];
            while self.is("or") {
                self.at += 1;
                parts.push(self.all()?);
            }
            if parts.len() == 1 { parts.pop() } else { Some(Tree::Or(parts)) }
        }

        fn all(&mut self) -> Option<Tree> {
            let mut parts = vec![self.one()?];
            while self.is("and") {
                self.at += 1;
                parts.push(self.one()?);
            }
            if parts.len() == 1 { parts.pop() } else { Some(Tree::And(parts)) }
        }

        fn one(&mut self) -> Option<Tree> {
            if self.is("not") || self.is("!") {
                self.at += 1;
                return Some(Tree::Not(Box::new(self.one()?)));
            }
            if self.is("(") {
                self.at += 1;
                let inner = self.any()?;
                if !self.is(")") {
                    return None;
                }
                self.at += 1;
                return Some(inner);
            }
            let (mut depth, mut clause) = (0, Vec::new());
            while let Some(word) = self.words.get(self.at) {
                match word.as_str() {
                    "(" => depth += 1,
                    ")" if depth == 0 => break,
                    ")" => depth -= 1,
                    _ if depth == 0 && (self.is("and") || self.is("or") || self.is("order")) => {
                        break;
                    }
                    _ => {}
                }
                clause.push(word.clone());
                self.at += 1;
            }
            (clause.len() >= 2 && depth == 0).then(|| Tree::Clause(clause.join(" ")))
        }
    }

    pub(super) fn read(text: &str) -> Option<Tree> {
        let mut parser = Parser { words: lex(text)?, at: 0 };
        let tree = parser.any()?;
        if parser.at < parser.words.len() && !parser.is("order") {
            return None;
        }
        Some(tree)
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "(",
        ")",
        " ) ",
        " OR ",
        " or ",
        " AND ",
        " not ",
        "ORDER BY ",
        "order by created ",
        "project = OPS",
        "project in (OPS)",
        "x = 1",
        "\"",
        "'",
        "\\",
        "\\\"",
        ",",
        "\n",
        "\t",
        "\u{200b}",
        "\u{a0}",
        "\u{ff08}",
        "\u{ff09}",
        "--",
        "/*",
        "*/",
        "//",
        "#",
        "&&",
        "||",
        "!",
        "~",
        "a",
        "é",
        "1",
        "[",
        "]",
        "cf[1]",
        "\"quoted (\"",
        "'a) or (b'",
        "currentUser()",
        "\u{0}",
        ";",
        "DESC",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_query_leaves_its_filter(query in hostile()) {
        if let Ok(sent) = behind(&query)
            && let Some(tree) = jira::read(&sent)
        {
            let filter = jira::Tree::Clause("project = PAY".to_owned());
            let kept = match &tree {
                jira::Tree::And(parts) => parts.first() == Some(&filter),
                other => *other == filter,
            };
            prop_assert!(kept, "{query:?} was sent as {sent:?} and read as {tree:?}");
        }
    }

    #[test]
    fn any_text_is_read_without_trouble(query in ".{0,80}") {
        let _ = behind(&query);
        let _ = repaired(&query);
        prop_assert!(quoted(&query).len() >= query.chars().filter(|c| !c.is_control()).count());
    }

    #[test]
    fn a_quoted_value_is_one_value(value in "[^\\p{Cc}]{0,30}") {
        let sent = behind(&format!("summary ~ {}", quoted(&value)));
        if value.chars().all(|c| !c.is_alphanumeric()) || !value.is_empty() {
            prop_assert!(sent.is_ok(), "{value:?}: {sent:?}");
        }
    }
}

#[test]
fn conditions_narrow_and_the_order_of_the_query_wins() {
    let conditions = ["filter = 7".to_owned(), "a is empty or b = 1".to_owned()];
    assert_eq!(
        super::narrowed("x = 1 or y = 2 order by key", &conditions, Some("ORDER BY Rank")),
        Ok("(filter = 7) AND (a is empty or b = 1) AND (x = 1 or y = 2) order by key".to_owned())
    );
    assert_eq!(
        super::narrowed(" ", &conditions[..1], Some("ORDER BY Rank")),
        Ok("(filter = 7) ORDER BY Rank".to_owned())
    );
    for hostile in ["x = 1) or (y = 2", "x = \"", "(order by key"] {
        assert!(super::narrowed(hostile, &conditions, None).is_err(), "{hostile}");
        assert!(super::narrowed("x = 1", &[hostile.to_owned()], None).is_err(), "{hostile}");
    }
    assert!(super::narrowed("", &["x = 1 order by key".to_owned()], None).is_err());
}
