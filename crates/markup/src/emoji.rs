//! Short names of emoji: those of the Unicode set and Atlassian's own names for some of them.

use crate::packed;

/// The short names of the Unicode set (crate `emojis`, which follows gemoji) and their characters.
const UNICODE: &str = include_str!("emoji.txt");

/// Atlassian's names that differ from the common ones, in the form of [`packed`].
const ATLASSIAN: &str = "bulb 💡
calendar_spiral 🗓
check_mark ✔
clap 👏
cross_mark ❌
exclamation ❗
first_place 🥇
flag_us 🇺🇸
frowning2 ☹
gear ⚙
head_bandage 🤕
heart ❤
hugging 🤗
information_source ℹ
light_bulb_on 💡
minus ➖
money_mouth 🤑
muscle 💪
nerd 🤓
partying_face 🥳
plus ➕
pray 🙏
question ❓
raised_hands 🙌
rofl 🤣
rolling_eyes 🙄
second_place 🥈
shrug 🤷
slight_frown 🙁
slight_smile 🙂
star ⭐
thermometer_face 🤒
thinking 🤔
third_place 🥉
thumbsdown 👎
thumbsup 👍
tools 🛠
upside_down 🙃
warning ⚠
white_check_mark ✅
zipper_mouth 🤐";

/// The character behind a short name without its colons.
pub(crate) fn character(short: &str) -> Option<&'static str> {
    packed::find(ATLASSIAN, short).or_else(|| packed::find(UNICODE, short))
}

/// The id that the products give a character: its code points without variation selectors.
pub(crate) fn id(character: &str) -> String {
    let points: Vec<String> = character
        .chars()
        .filter(|c| *c != '\u{fe0f}')
        .map(|c| format!("{:x}", u32::from(c)))
        .collect();
    points.join("-")
}

/// The old Confluence emoticon name of a short name; most have none and are called `blue-star`.
pub(crate) fn emoticon(short: &str) -> &'static str {
    match short.trim_matches(':') {
        "slight_smile" => "smile",
        "disappointed" => "sad",
        "stuck_out_tongue" => "cheeky",
        "smiley" => "laugh",
        "wink" => "wink",
        "thumbsup" => "thumbs-up",
        "thumbsdown" => "thumbs-down",
        "heart" => "heart",
        "broken_heart" => "broken-heart",
        _ => "blue-star",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(character("smile"), Some("😄"));
        assert_eq!(character("tada").map(id).as_deref(), Some("1f389"));
        assert_eq!(character("nosuchthing"), None);
        assert_eq!(id("❤️"), "2764");
        assert!(ATLASSIAN.lines().is_sorted());
        for line in ATLASSIAN.lines() {
            let (name, text) = line.split_once(' ').unwrap();
            assert_eq!(character(name), Some(text));
        }
    }

    /// `UPDATE_GOLDEN=1` writes the table anew from the crate that it comes from.
    #[test]
    fn the_table_is_that_of_the_crate() {
        let mut lines: Vec<String> = emojis::iter()
            .flat_map(|emoji| emoji.shortcodes().map(move |name| format!("{name} {emoji}\n")))
            .collect();
        lines.sort_by(|a, b| a.split(' ').next().cmp(&b.split(' ').next()));
        let table = lines.concat();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/emoji.txt");
            std::fs::write(path, &table).unwrap();
        }
        assert!(table == UNICODE || std::env::var_os("UPDATE_GOLDEN").is_some());
        for emoji in emojis::iter() {
            for name in emoji.shortcodes() {
                assert_eq!(packed::find(UNICODE, name), Some(emoji.as_str()));
            }
        }
    }
}
