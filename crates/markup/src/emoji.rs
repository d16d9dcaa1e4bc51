//! Short names of emoji: those of the Unicode set and Atlassian's own names for some of them.

/// Atlassian's names that differ from the common ones.
const ATLASSIAN: &[(&str, &str)] = &[
    ("slight_smile", "🙂"),
    ("slight_frown", "🙁"),
    ("frowning2", "☹"),
    ("thumbsup", "👍"),
    ("thumbsdown", "👎"),
    ("white_check_mark", "✅"),
    ("check_mark", "✔"),
    ("cross_mark", "❌"),
    ("rolling_eyes", "🙄"),
    ("thinking", "🤔"),
    ("upside_down", "🙃"),
    ("hugging", "🤗"),
    ("nerd", "🤓"),
    ("zipper_mouth", "🤐"),
    ("money_mouth", "🤑"),
    ("thermometer_face", "🤒"),
    ("head_bandage", "🤕"),
    ("rofl", "🤣"),
    ("partying_face", "🥳"),
    ("light_bulb_on", "💡"),
    ("bulb", "💡"),
    ("heart", "❤"),
    ("warning", "⚠"),
    ("information_source", "ℹ"),
    ("plus", "➕"),
    ("minus", "➖"),
    ("question", "❓"),
    ("exclamation", "❗"),
    ("star", "⭐"),
    ("clap", "👏"),
    ("pray", "🙏"),
    ("raised_hands", "🙌"),
    ("muscle", "💪"),
    ("flag_us", "🇺🇸"),
    ("first_place", "🥇"),
    ("second_place", "🥈"),
    ("third_place", "🥉"),
    ("calendar_spiral", "🗓"),
    ("tools", "🛠"),
    ("gear", "⚙"),
    ("shrug", "🤷"),
];

/// The character behind a short name without its colons.
pub(crate) fn character(short: &str) -> Option<&'static str> {
    ATLASSIAN
        .iter()
        .find(|(name, _)| *name == short)
        .map(|(_, text)| *text)
        .or_else(|| emojis::get_by_shortcode(short).map(emojis::Emoji::as_str))
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
    }
}
