//! Media types of attachments (confluence spec section 7).

/// Types by extension: what a browser would guess.
const BY_EXTENSION: [(&str, &str); 42] = [
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("log", "text/plain"),
    ("md", "text/markdown"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("py", "text/x-python"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("wav", "audio/x-wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];

const IMAGES: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "image/bmp"];

/// What a file name tells; `application/octet-stream` when nothing.
pub(super) fn by_name(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    BY_EXTENSION
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(extension))
        .map_or("application/octet-stream", |(_, media)| media)
}

/// The type that was stored, unless it says nothing: then the name decides.
pub(crate) fn of(stored: Option<&str>, name: &str) -> String {
    match stored {
        Some(stored) if !is_ambiguous(stored) => stored.to_owned(),
        Some(stored) if by_name(name) == "application/octet-stream" => stored.to_owned(),
        _ => by_name(name).to_owned(),
    }
}

/// The type of an attachment that is an image.
pub(crate) fn image(stored: Option<&str>, name: &str) -> Option<String> {
    let media = match stored {
        Some(stored) if !is_ambiguous(stored) => stored,
        _ => by_name(name),
    };
    IMAGES.contains(&media).then(|| media.to_owned())
}

pub(crate) fn is_ambiguous(media: &str) -> bool {
    let plain = ["application/octet-stream", "application/binary", "multipart/form-data", ""];
    plain.contains(&media)
}

#[cfg(test)]
mod tests {
    use super::{by_name, image, of};

    #[test]
    fn names_decide_where_types_say_nothing() {
        assert_eq!(by_name("a.b.PNG"), "image/png");
        assert_eq!(by_name("noext"), "application/octet-stream");
        assert_eq!(of(Some("text/plain"), "x.png"), "text/plain");
        assert_eq!(of(Some("application/octet-stream"), "x.pdf"), "application/pdf");
        assert_eq!(of(Some("application/binary"), "x"), "application/binary");
        assert_eq!(image(Some("multipart/form-data"), "x.JPG").as_deref(), Some("image/jpeg"));
        assert_eq!(image(None, "x.webp").as_deref(), Some("image/webp"));
        assert_eq!(image(Some("image/tiff"), "x.png"), None);
        assert_eq!(image(Some("application/pdf"), "x.png"), None);
    }
}
