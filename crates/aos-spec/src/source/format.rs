//! Which of the two formats a text is in.

use std::path::Path;

/// The format of a workflow file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON (RFC 8259).
    Json,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// Returns the format that the extension of `path` stands for: `json`, `yaml` or `yml`.
    ///
    /// ```
    /// use aos_spec::source::Format;
    ///
    /// assert_eq!(Format::of_path("shop.aos.yaml"), Some(Format::Yaml));
    /// assert_eq!(Format::of_path("plan"), None);
    /// ```
    #[must_use]
    pub fn of_path(path: impl AsRef<Path>) -> Option<Self> {
        let extension = path.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// Returns the format that `text` is in, for text without a file name: JSON when it starts with `{`, else YAML.
    #[must_use]
    pub fn of_text(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        if text.trim_ascii_start().starts_with(b"{") {
            Self::Json
        } else {
            Self::Yaml
        }
    }
}
